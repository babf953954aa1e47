"""One terminal process making visit after visit with pixels: real window, workers, hub and printer peer.

Run by test_soak.py as ``visits_child.py CONFIG DATA COUNT``; prints one JSON line of readings per sample on stdout.
Touches go in at the window's stage, where the input provider's touches arrive.
"""

import json
import sys
import time
from pathlib import Path

import psutil

from kiosk.config import Loaded, load
from kiosk.eventlog import EventLog
from kiosk.main.terminal import Terminal

NEXT = {
    "start": "featured:",
    "ticket": "hand_back",
    "ticket_screen_only": "hand_back",
    "ticket_unconfirmed": "hand_back",
    "ticket_no_paper": "hand_back",
    "handed_back": "start",
    "no_number": "again",
}
"""What the visitor touches on each screen; on every other screen they wait."""
EVERY_S = 0.02


class Finger:
    """A touch as Kivy's input providers deliver it."""

    def __init__(self, uid: int, x: float, y: float) -> None:
        self.uid, self.x, self.y, self.pos = uid, x, y, (x, y)


class Visitor:
    """Makes visits until the count is reached, then closes the window."""

    def __init__(self, terminal: Terminal, count: int, samples: int) -> None:
        self.terminal, self.count, self.every = terminal, count, max(1, count // samples)
        self.visits, self.touches, self.waiting_since = 0, 0, time.monotonic()
        self.process = psutil.Process()
        self.last = ""

    def look(self, _dt: float) -> None:
        """Touch what the screen asks for."""
        stage = self.terminal.app.stage
        view, tree = stage.router.view, stage.router.tree
        if view is None or tree is None:
            return
        key = f"{view.session}:{view.screen}"
        wanted = NEXT.get(view.screen)
        node = next((each for each in tree.nodes if wanted and each.id.startswith(wanted)), None)
        if node is None or key == self.last:
            self._patience(view.screen)
            return
        self.last, self.waiting_since = key, time.monotonic()
        if view.screen == "handed_back":
            self._count()
        scale = self.terminal.panel.px_per_mm
        x = (node.bounds.x + node.bounds.w / 2) * scale
        y = self.terminal.panel.height_px - (node.bounds.y + node.bounds.h / 2) * scale
        self.touches += 1
        finger = Finger(self.touches, x, y)
        stage.on_touch_down(finger)
        stage.on_touch_up(finger)

    def _count(self) -> None:
        self.visits += 1
        if self.visits % self.every == 0 or self.visits == self.count:
            reading = {
                "visits": self.visits,
                "rss": self.process.memory_info().rss,
                "threads": self.process.num_threads(),
                "files": self.process.num_fds(),
            }
            sys.stdout.write(json.dumps(reading) + "\n")
            sys.stdout.flush()
        if self.visits >= self.count:
            self.terminal.app.close()

    def _patience(self, screen: str) -> None:
        if time.monotonic() - self.waiting_since > 40:
            sys.stderr.write(f"stuck on {screen} after {self.visits} visits\n")
            self.terminal.app.close()


def main() -> int:
    config, data, count = Path(sys.argv[1]), Path(sys.argv[2]), int(sys.argv[3])
    loaded = load(config)
    assert isinstance(loaded, Loaded), str(loaded)
    panel = loaded.config.panel
    terminal = Terminal(loaded.config, data, (panel.width_px, panel.height_px), None, EventLog("terminal"))
    from kivy.clock import Clock

    visitor = Visitor(terminal, count, samples=50)
    Clock.schedule_interval(visitor.look, EVERY_S)
    terminal.run()
    return 0 if visitor.visits >= count else 1


if __name__ == "__main__":
    sys.exit(main())
