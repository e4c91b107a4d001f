"""The chat widget that browsers load from a restaurant's page."""
