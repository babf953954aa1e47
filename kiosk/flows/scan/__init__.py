"""The flow of a slip that is held before the scanner."""
