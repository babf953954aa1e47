"""What runs a driver: host, owner thread, job book, port, clock."""
