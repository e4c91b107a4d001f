"""Threads that were really had, written down as scripts."""
