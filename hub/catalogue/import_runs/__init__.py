"""Runs of an import: by command or by page, in a process of its own."""
