"""The policy plugin, in apps that have it."""
