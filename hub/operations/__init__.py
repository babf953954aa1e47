"""Commands at the machine: backup, restore, compact, limits."""
