"""The mind of a terminal: decisions, texts and descriptions. No Kivy, hardware, disk or network (main.py aside)."""

__version__ = "0.1.0"
