"""Frozen values that every package may use: stdlib and msgspec only."""
