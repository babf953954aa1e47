"""The steps from one schema to the next, run by ``hub.store.migrate``."""
