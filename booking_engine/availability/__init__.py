"""When a party can be seated: the floor, its occupancy, and the search for openings."""
