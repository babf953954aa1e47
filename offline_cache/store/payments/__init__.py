"""Payments in ``terminal.db``: attempts, an append-only journal in a hash chain, and the ledger that the hub gets."""
