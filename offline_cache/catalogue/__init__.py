"""``catalogue.db``: fetch, verify, build, switch, search."""
