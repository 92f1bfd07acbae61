"""Endpoints deployed with the real CDK CLI to the embedded AWS."""
