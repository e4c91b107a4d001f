"""The test kit's former location."""
