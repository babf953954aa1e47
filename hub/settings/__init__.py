"""What staff set up: queues, counters, and which queue takes a service."""
