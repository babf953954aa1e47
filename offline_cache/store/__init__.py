"""``terminal.db``: database, schema, the storage thread, and what takes part in its transactions."""
