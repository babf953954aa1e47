"""Reads the terminal's trace: what was drawn, control by control, as JSON lines."""

import json
import time
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any, NamedTuple

from lobby.patience import PATIENCE_S, until


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
    at: float
    """Monotonic seconds."""


class Trace:
    """A trace file that grows: each complete line is read once, whoever asks how often."""

    def __init__(self, path: Path) -> None:
        self._path, self._read = path, 0
        self._drawn: list[Drawn] = []
        self._moments: list[dict[str, Any]] = []
        self._mark = 0

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

    def wait_for(
        self, wanted: Callable[[Drawn], bool], what: str = "the screen", patience_s: float = PATIENCE_S
    ) -> Drawn:
        """Wait until the wanted view stands there, or stood there since the last one that was waited for or touched:
        whoever looks late on a busy machine must not miss a page that ends by itself.

        Raises TimeoutError that names what stands there instead.
        """

        def stood() -> Drawn | None:
            views = self.all()
            if views and wanted(views[-1]):
                return self._past(len(views))
            at = next((at for at in range(self._mark, len(views)) if wanted(views[at])), None)
            return None if at is None else self._past(at + 1)

        return self._wait(stood, what, patience_s)

    def stands(self, wanted: Callable[[Drawn], bool], what: str) -> Drawn:
        """Wait until the wanted view is the one that stands there now. Raises TimeoutError as above."""

        def now() -> Drawn | None:
            views = self.all()
            return self._past(len(views)) if views and wanted(views[-1]) else None

        return self._wait(now, what, PATIENCE_S)

    def wait_for_window(self) -> None:
        """Wait until the first frame was flipped: touches before that reach nobody."""
        until(lambda: self.moments("first-frame"), "the first frame")
        time.sleep(0.5)

    def wait_for_screen(self, *screens: str, patience_s: float = PATIENCE_S) -> Drawn:
        """Wait for one of these screens."""
        return self.wait_for(lambda drawn: drawn.screen in screens, " or ".join(screens), patience_s)

    def _past(self, mark: int) -> Drawn:
        self._mark = mark
        return self._drawn[mark - 1]

    def _wait(self, look: Callable[[], Drawn | None], what: str, patience_s: float) -> Drawn:
        def instead() -> str:
            now = self.newest()
            return f"{what}; the screen is {now and now.screen}"

        found = until(look, instead, patience_s)
        assert found is not None
        return found


def _drawn(raw: dict[str, Any]) -> Drawn:
    boxes = {each["id"]: Box(each["id"], each["spoken"], *each["px"]) for each in raw["nodes"]}
    return Drawn(
        raw["screen"], raw["place"], raw["lang"], raw["title"], raw.get("number", ""), boxes, raw.get("at", 0.0)
    )
