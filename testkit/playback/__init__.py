"""Playing a script against a running service: what happens, who speaks, what is expected."""
