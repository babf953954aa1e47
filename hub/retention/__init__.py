"""How long data is kept, and the sweep that deletes what is old."""
