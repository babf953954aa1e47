"""Reads the terminal's trace: what was drawn, control by control, as JSON lines."""

import json
import time
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any, NamedTuple


class Box(NamedTuple):
    """A control on the display, in pixels from the top left corner."""

    id: str
    spoken: str
    x: float
    y: float
    width: float
    height: float

    @property
    def middle(self) -> tuple[int, int]:
        """Where a finger would land."""
        return round(self.x + self.width / 2), round(self.y + self.height / 2)


class Drawn(NamedTuple):
    """One drawn view."""

    screen: str
    place: str
    lang: str
    title: str
    number: str
    boxes: dict[str, Box]


class Trace:
    """A trace file that grows: each complete line is read once, whoever asks how often."""

    def __init__(self, path: Path) -> None:
        self._path, self._read = path, 0
        self._drawn: list[Drawn] = []
        self._moments: list[dict[str, Any]] = []

    def all(self) -> Sequence[Drawn]:
        """Every view drawn so far."""
        self._catch_up()
        return self._drawn

    def moments(self, what: str) -> list[tuple[str, float]]:
        """Detail and monotonic seconds of every such moment, oldest first."""
        self._catch_up()
        return [(raw["detail"], raw["at"]) for raw in self._moments if raw["moment"] == what]

    def newest(self) -> Drawn | None:
        """What is drawn now."""
        self._catch_up()
        return self._drawn[-1] if self._drawn else None

    def _catch_up(self) -> None:
        """Read on behind the last line that was complete."""
        if not self._path.exists():
            return
        with self._path.open("rb") as file:
            file.seek(self._read)
            new = file.read()
        whole = new[: new.rfind(b"\n") + 1]
        self._read += len(whole)
        for line in whole.splitlines():
            raw = json.loads(line)
            if "screen" in raw:
                self._drawn.append(_drawn(raw))
            elif "moment" in raw:
                self._moments.append(raw)

    def wait_for(self, wanted: Callable[[Drawn], bool], timeout_s: float = 30.0, what: str = "the screen") -> Drawn:
        """Wait until the newest view is the wanted one. Raises TimeoutError that names what stands there instead."""
        end = time.monotonic() + timeout_s
        while True:
            now = self.newest()
            if now is not None and wanted(now):
                return now
            if time.monotonic() > end:
                raise TimeoutError(f"waited {timeout_s:.0f} s for {what}; the screen is {now and now.screen}")
            time.sleep(0.03)

    def wait_for_window(self, timeout_s: float = 60.0) -> None:
        """Wait until the first frame was flipped: touches before that reach nobody."""
        end = time.monotonic() + timeout_s
        while not self.moments("first-frame"):
            if time.monotonic() > end:
                raise TimeoutError(f"no frame within {timeout_s:.0f} s")
            time.sleep(0.05)
        time.sleep(0.5)

    def wait_for_screen(self, *screens: str, timeout_s: float = 30.0) -> Drawn:
        """Wait for one of these screens."""
        return self.wait_for(lambda drawn: drawn.screen in screens, timeout_s, " or ".join(screens))


def _drawn(raw: dict[str, Any]) -> Drawn:
    boxes = {each["id"]: Box(each["id"], each["spoken"], *each["px"]) for each in raw["nodes"]}
    return Drawn(raw["screen"], raw["place"], raw["lang"], raw["title"], raw.get("number", ""), boxes)
