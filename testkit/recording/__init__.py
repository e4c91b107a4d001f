"""Turn real threads into scripts."""
