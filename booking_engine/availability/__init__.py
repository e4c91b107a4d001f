"""When a party can sit down: the floor, what is taken, the search for openings."""
