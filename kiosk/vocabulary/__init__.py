"""Frozen values that every room may speak of: stdlib and msgspec only."""
