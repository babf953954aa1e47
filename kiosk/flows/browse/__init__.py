"""The flow from the start screen to a service: tiles, search, service pages."""
