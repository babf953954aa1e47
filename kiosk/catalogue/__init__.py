"""The service catalogue: its model and its rules. Pure values; reading, storing and searching happen elsewhere."""
