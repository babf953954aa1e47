"""Tickets: states, issue, waiting list, who is called, slots and business days."""
