"""A whole terminal that shows every screen once and then prints its memory in MiB. Run by cold_start.py."""

import sys
from pathlib import Path

import psutil

sys.path.insert(0, str(Path(__file__).resolve().parent.parent / "tests" / "flows"))

from real_gallery import gallery

from kiosk.config import Loaded, load
from kiosk.eventlog import EventLog
from kiosk.main.terminal import Terminal

loaded = load(Path(sys.argv[1]))
assert isinstance(loaded, Loaded), str(loaded)
panel = loaded.config.panel
terminal = Terminal(loaded.config, Path(sys.argv[2]), (panel.width_px, panel.height_px), None, EventLog("terminal"))

from kivy.clock import Clock  # noqa: E402

views = iter([view for _, view in gallery()])


def next_screen(_dt: float) -> None:
    """Show the next screen; after the last say what memory it took."""
    view = next(views, None)
    if view is not None:
        terminal.app.stage.show(view)
        return
    sys.stdout.write(f"{psutil.Process().memory_info().rss / 2**20:.1f}\n")
    sys.stdout.flush()
    terminal.app.close()


Clock.schedule_once(lambda _dt: Clock.schedule_interval(next_screen, 0.2), 6)
terminal.run()
