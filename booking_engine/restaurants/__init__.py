"""The restaurant model, the import, and the search for restaurants."""
