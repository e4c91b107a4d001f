"""Shared by the tests: the running service, and the people and machines around it."""
