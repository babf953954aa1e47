"""Pages that set up and look after the hub."""
