"""What testers need besides a phone: clocks to move, tables to fill, a look at what was booked and sent."""
