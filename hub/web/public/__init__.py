"""Pages without an account: the board and the visitor's page."""
