"""Displays that show which number is called to which counter: LED signs and two-line pole displays."""
