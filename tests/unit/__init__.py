"""Behaviour of the construct, one module a concept."""
