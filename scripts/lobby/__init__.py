"""A whole lobby on this machine, for the demo's visit and the end-to-end tests: display, touches, browser."""
