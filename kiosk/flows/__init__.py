"""The flows: rows, guards, effects and pages of each. They contribute to the one table of the session machine."""
