"""The commands: hold, confirm, change, move and cancel, each in a file of its own."""
