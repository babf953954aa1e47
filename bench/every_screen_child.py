"""A whole terminal that shows rounds of screens and prints its memory. Run by every_screen.py and cold_start.py:

    every_screen_child.py CONFIG DATA ROUNDS

ROUNDS is a pickled list of lists of views, so that what made them takes no memory here. A visit ends after each round.
One line of JSON: MiB before the first round, then for each round MiB after each screen and when its visit has ended.
"""

import json
import pickle
import sys
from pathlib import Path

import psutil

from kiosk.config import Loaded, load
from kiosk.eventlog import EventLog
from kiosk.main.terminal import Terminal
from kiosk.view import View

SETTLE_S, EACH_S, REST_S = 8.0, 0.2, 2.0

loaded = load(Path(sys.argv[1]))
assert isinstance(loaded, Loaded), str(loaded)
panel = loaded.config.panel
terminal = Terminal(loaded.config, Path(sys.argv[2]), (panel.width_px, panel.height_px), None, EventLog("terminal"))

from kivy.clock import Clock  # noqa: E402 - Kivy must not be imported before the terminal's hard start


class Rounds:
    """Shows one screen after the other and notes what the process takes."""

    def __init__(self, rounds: list[list[View]]) -> None:
        self._process = psutil.Process()
        self._rounds = iter(rounds)
        self._views: list[View] = []
        self._said: dict[str, object] = {}
        self._taken: list[float] = []
        self._found: list[dict[str, object]] = []

    def begin(self, _dt: float) -> None:
        """The terminal has settled: the first round."""
        self._said = {"settled": self._mib(), "rounds": self._found}
        self._next_round(0.0)

    def _next_round(self, _dt: float) -> None:
        views = next(self._rounds, None)
        if views is None:
            sys.stdout.write(json.dumps(self._said) + "\n")
            sys.stdout.flush()
            terminal.app.close()
            return
        self._views, self._taken = list(views), []
        Clock.schedule_interval(self._next_screen, EACH_S)

    def _next_screen(self, _dt: float) -> bool:
        """Show the next screen; after the last the visit ends. What Kivy calls again says so by True."""
        self._taken.append(self._mib())
        if self._views:
            terminal.app.show(self._views.pop(0))
            return True
        terminal.app.rest()
        Clock.schedule_once(self._rested, REST_S)
        return False

    def _rested(self, _dt: float) -> None:
        self._found.append({"taken": self._taken[1:], "after": self._mib()})
        self._next_round(0.0)

    def _mib(self) -> float:
        return float(self._process.memory_info().rss / 2**20)


rounds = Rounds(pickle.loads(Path(sys.argv[3]).read_bytes()))  # named: Kivy's clock does not keep what it calls
Clock.schedule_once(rounds.begin, SETTLE_S)
terminal.run()
