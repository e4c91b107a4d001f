"""How Tabletalk reads: pure parsing of dates, times, party sizes and names, and the Rasa pipeline around it."""
