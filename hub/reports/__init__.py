"""What terminals report: apply their outbox, reconcile reported tickets, cancel, answer for slips."""
