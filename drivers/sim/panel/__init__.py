"""The simulators' web panel: its server, its page, and the live picture of the terminal on it."""
