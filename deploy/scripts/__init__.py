"""The test kit's former address."""
