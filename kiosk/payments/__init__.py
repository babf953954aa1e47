"""The payment machine: a table and a pure step beside the session, which it outlives (docs/payments.md)."""
