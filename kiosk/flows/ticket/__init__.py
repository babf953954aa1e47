"""The flow that draws a number."""
