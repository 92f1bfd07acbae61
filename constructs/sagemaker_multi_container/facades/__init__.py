"""What one can do with an endpoint, declared here or imported."""
