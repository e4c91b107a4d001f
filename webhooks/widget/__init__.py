"""The chat widget: what browsers load to talk with us from a restaurant's page."""
