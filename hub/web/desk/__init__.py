"""The desk page of a counter and its parts."""
