"""The live terminal on the panel: its picture is asked for when a browser asks, clicks are passed on as touches."""

import io
from typing import Any

import msgspec
from PIL import Image

from kiosk.live_view import LARGEST, LiveTerminal, NotThere, Picture, Tap


class Pixels(msgspec.Struct, frozen=True):
    """A click on a picture that a browser sent without scripts: pixels from the top left (HTML, ``<input type=image>``,
    named "at")."""

    x: int = msgspec.field(name="at.x")
    y: int = msgspec.field(name="at.y")


class TerminalView:
    """From any thread of the server."""

    def __init__(self, terminal: LiveTerminal) -> None:
        self._terminal = terminal

    def look(self, after: str) -> Picture | NotThere | None:
        """The picture, as soon as it is another one than ``after`` (as it was told, "" = any)."""
        known = int(after) if after.isascii() and after.isdigit() and len(after) < 20 else 0
        return self._terminal.look(known if known <= LARGEST else 0)

    def tap(self, body: dict[str, Any]) -> None:
        """Touch the terminal at ``x`` and ``y``, shares of its width and height, or at pixels of its picture. Raises
        ValueError that says why it was not touched."""
        tap = self._share(msgspec.convert(body, Pixels, strict=False)) if "at.x" in body else msgspec.convert(body, Tap)
        taken = self._terminal.tap(tap.x, tap.y)
        if isinstance(taken, NotThere):
            raise ValueError("no terminal answers; it starts, or has ended")
        if not taken:
            raise ValueError("too many touches at once; this one was dropped")

    def _share(self, at: Pixels) -> Tap:
        seen = self._terminal.look(0)
        if not isinstance(seen, Picture):
            raise ValueError("no terminal answers; it starts, or has ended")
        width, height = Image.open(io.BytesIO(seen.jpeg)).size
        return msgspec.convert({"x": at.x / width, "y": at.y / height}, Tap)
