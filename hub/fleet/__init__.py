"""Terminals: enrolment, keys, orders to them and help calls from them."""
