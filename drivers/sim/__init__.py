"""Simulated devices that speak bytes on real sockets and ptys, for tests, development and training."""
