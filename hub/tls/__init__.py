"""The hub's own certificate authority, the certificate it serves with, and their renewal."""
