"""Where the hub's catalogue comes from: the demo, an editor's folder, a JSON file, a DLDB export."""
