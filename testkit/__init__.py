"""Scripted conversations: written in YAML, played against a running service, reported to people and to CI."""
