"""Nobody is being served: the start screen, closed, out of service."""
