"""Scripted conversations: format, reports, and the runner with the real service."""
