"""The trail: an append-only record of who changed what, in a hash chain, written in the transaction of the act.

The acts that are recorded know it; it knows none of them (housekeeping and the command ask for the sites).
"""
