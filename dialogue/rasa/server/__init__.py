"""Rasa as we run it: a process of its own on Python 3.10, on loopback only, behind a token."""
