"""The trace of what is drawn, as JSON lines: for tests and the demo's visit; never on in a town hall.

Written only with ``--trace``; it holds screens and controls, and the number on the ticket screen.
"""

import json
from collections.abc import Callable
from pathlib import Path

from kiosk.config import Panel
from kiosk.view import NumberCard, View
from screens.access_tree import AccessTree

PULSE_S = 0.02
GAP_S = 0.1
"""Seconds without a turn of the window's clock that are worth a line."""


class Tracer:
    """Appends one line per drawn sheet."""

    def __init__(self, path: Path, panel: Panel, clock: Callable[[], float]) -> None:
        path.parent.mkdir(parents=True, exist_ok=True)
        self._file = path.open("a", encoding="utf-8")
        self._scale = panel.px_per_mm
        self._clock = clock
        self._beat: float | None = None

    def use(self, panel: Panel) -> None:
        """Sheets are drawn for this panel from now on."""
        self._scale = panel.px_per_mm

    def drawn(self, view: View, tree: AccessTree) -> None:
        """This view stands on the window now, with these controls."""
        nodes = [
            {"id": node.id, "spoken": node.spoken, "px": [round(part * self._scale, 1) for part in _box(node.bounds)]}
            for node in tree.nodes
        ]
        number = next((block.number for block in view.body if isinstance(block, NumberCard)), "")
        line: dict[str, object] = {
            "at": self._clock(),
            "screen": str(view.screen),
            "place": view.place,
            "lang": view.lang,
            "title": view.title,
            "number": number,
            "nodes": nodes,
        }
        self._write(line)

    def note(self, what: str, detail: str = "", at: float | None = None) -> None:
        """A moment worth timing, now or ``at``: "fired" (a finger was lifted on a control), "first-frame"."""
        self._write({"moment": what, "detail": detail, "at": self._clock() if at is None else at})

    def pulse(self, _since: float) -> None:
        """Called by the window's clock all the time: notes when it was kept waiting for longer than GAP_S."""
        now = self._clock()
        if self._beat is not None and now - self._beat > GAP_S:
            self._write({"moment": "gap", "detail": f"{now - self._beat:.3f}", "at": now})
        self._beat = now

    def _write(self, line: dict[str, object]) -> None:
        self._file.write(json.dumps(line, ensure_ascii=False) + "\n")
        self._file.flush()


def _box(bounds: object) -> tuple[float, float, float, float]:
    from screens.access_tree import Bounds

    assert isinstance(bounds, Bounds)
    return bounds.x, bounds.y, bounds.w, bounds.h
