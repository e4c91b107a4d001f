"""What the tests share: the running service, and the people and machines around it."""
