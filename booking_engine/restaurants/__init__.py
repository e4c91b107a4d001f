"""What a restaurant is, how it is imported, and how it is found."""
