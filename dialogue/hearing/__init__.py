"""Taking what was read in a message into the state."""
