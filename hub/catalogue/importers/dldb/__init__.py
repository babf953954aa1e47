"""Import of a DLDB export."""
