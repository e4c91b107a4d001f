"""Tools for testers besides the phone: move clocks, fill tables, and see what was booked and sent."""
