"""The commands hold, confirm, change, move and cancel, one module each."""
