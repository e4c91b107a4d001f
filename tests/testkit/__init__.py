"""Scripted conversations: format, reports, and the runner against the real service."""
