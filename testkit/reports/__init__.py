"""What became of a run: for the terminal, as JUnit XML and as a web page."""
