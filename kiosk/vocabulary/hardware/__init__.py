"""Frozen values about the computer and its devices."""
