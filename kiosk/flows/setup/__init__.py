"""The first set-up of a terminal, by touch."""
