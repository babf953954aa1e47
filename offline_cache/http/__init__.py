"""The connection to the hub: client, trust, answer classes, deadlines."""
