"""The format of a script file and how it is read."""
