"""The live view of a simulated terminal: how the simulators' panel asks for its picture and touches it.

A Unix socket in the demo's own folder, no port: the folder is closed to other users (``kiosk.private``), and a terminal
listens there only when it is started with ``--live``, which needs ``--window``; no service file has either.

A connection is one question, a line of JSON; the answer is ``HEAD`` and so many bytes of JPEG, for a tap none.
"""

import contextlib
import os
import socket
import struct
from collections.abc import Iterator
from pathlib import Path
from typing import Annotated

import msgspec

HEAD = struct.Struct(">QII")
"""Version of the picture and its size in bytes (0 = no newer one), then 0 or 1: whether the tap was taken."""
LONGEST_QUESTION = 200
"""Bytes of a question."""
LARGEST = (1 << 63) - 1
"""Version of a picture."""
WAIT_S = 5.0
"""So long a question waits for a picture other than the one that the asker has."""
_PATIENCE_S = WAIT_S + 10.0
_MOST = 8_000_000
"""Bytes of a picture: far more than any has."""

Share = Annotated[float, msgspec.Meta(ge=0, le=1)]
"""Of the picture's width from the left, or of its height from the top."""


class Look(msgspec.Struct, frozen=True, tag="look"):
    """The picture, as soon as it is another one than ``after``."""

    after: Annotated[int, msgspec.Meta(ge=0, le=LARGEST)] = 0


class Tap(msgspec.Struct, frozen=True, tag="tap"):
    """A finger put on the panel and lifted at the same place."""

    x: Share
    y: Share


Question = Look | Tap


class Picture(msgspec.Struct, frozen=True):
    """What stands on the window. ``version`` changes with it, also over a restart."""

    version: int
    jpeg: bytes


class NotThere(msgspec.Struct, frozen=True):
    """No terminal answers at the socket: it starts, has ended, or was never asked to listen."""


class LiveTerminal:
    """The asking side; each call connects anew and blocks. From any thread."""

    def __init__(self, path: Path) -> None:
        self._path = path

    def look(self, after: int) -> Picture | NotThere | None:
        """The picture; None when for ``WAIT_S`` it is still the one that the asker has."""
        answer = self._ask(Look(after))
        if isinstance(answer, NotThere):
            return answer
        picture, _ = answer
        return picture if picture.jpeg else None

    def tap(self, x: float, y: float) -> bool | NotThere:
        """Touch it; False when so many touches wait already that this one is dropped."""
        answer = self._ask(Tap(x, y))
        return answer if isinstance(answer, NotThere) else answer[1]

    def _ask(self, question: Question) -> tuple[Picture, bool] | NotThere:
        try:
            with reachable(self._path) as address, socket.socket(socket.AF_UNIX) as link:
                link.settimeout(_PATIENCE_S)
                link.connect(address)
                link.sendall(msgspec.json.encode(question) + b"\n")
                with link.makefile("rb") as answer:
                    head = answer.read(HEAD.size)
                    version, size, taken = HEAD.unpack(head) if len(head) == HEAD.size else (0, _MOST, 0)
                    jpeg = answer.read(size) if size < _MOST else b""
        except OSError:
            return NotThere()
        return (Picture(version, jpeg), bool(taken)) if len(jpeg) == size else NotThere()


@contextlib.contextmanager
def reachable(path: Path) -> Iterator[str]:
    """An address of this socket that is short enough (unix(7): 107 bytes), however deep its folder lies.

    Raises OSError.
    """
    folder = os.open(path.parent, os.O_PATH | os.O_DIRECTORY | os.O_CLOEXEC)
    try:
        yield f"/proc/self/fd/{folder}/{path.name}"
    finally:
        os.close(folder)
