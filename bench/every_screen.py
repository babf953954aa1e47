"""A whole terminal that shows every screen once and prints its memory in MiB. Run by cold_start.py:

    every_screen.py CONFIG DATA VIEWS

VIEWS is a pickled list of views, so that what made them takes no memory here. One line: the most it took while the
screens came and went, and what it takes when the visit has ended.
"""

import pickle
import sys
from pathlib import Path

import psutil

from kiosk.config import Loaded, load
from kiosk.eventlog import EventLog
from kiosk.main.terminal import Terminal

SETTLE_S, EACH_S, REST_S = 8.0, 0.2, 2.0

loaded = load(Path(sys.argv[1]))
assert isinstance(loaded, Loaded), str(loaded)
panel = loaded.config.panel
terminal = Terminal(loaded.config, Path(sys.argv[2]), (panel.width_px, panel.height_px), None, EventLog("terminal"))

from kivy.clock import Clock  # noqa: E402

process = psutil.Process()
views = iter(pickle.loads(Path(sys.argv[3]).read_bytes()))
taken: list[float] = []


def next_screen(_dt: float) -> bool:
    """Show the next screen; after the last the visit ends."""
    taken.append(process.memory_info().rss / 2**20)
    view = next(views, None)
    if view is not None:
        terminal.app.show(view)
        return True
    terminal.app.rest()
    Clock.schedule_once(say, REST_S)
    return False


def say(_dt: float) -> None:
    """Print, and end."""
    sys.stdout.write(f"{max(taken):.1f} {process.memory_info().rss / 2**20:.1f}\n")
    sys.stdout.flush()
    terminal.app.close()


Clock.schedule_once(lambda _dt: Clock.schedule_interval(next_screen, EACH_S), SETTLE_S)
terminal.run()
