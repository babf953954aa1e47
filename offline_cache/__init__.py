"""What a terminal remembers: numbers, the catalogue, and what it still owes the hub."""
