"""What the hub keeps: one SQLite file, its tables, their migrations."""
