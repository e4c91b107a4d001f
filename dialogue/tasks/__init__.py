"""What a diner can have done, each task a table of steps, and what the tasks share."""
