"""What is exchanged with the hub: heartbeat, outbox, numbers, calls, orders, enrolment."""
