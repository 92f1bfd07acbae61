"""How containers run, one module an engine."""
