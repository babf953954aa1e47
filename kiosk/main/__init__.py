"""The composition root of the terminal: the only place where mind, screens, drivers and memory meet."""

from kiosk.main.start import run_terminal

__all__ = ["run_terminal"]
