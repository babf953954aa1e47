"""The terminal's side of the live view (``kiosk.live_view``): one thread listens, one answers each question.

Only a terminal in a window of its own that was started with ``--live`` has one (``kiosk.main.start``).
"""

import contextlib
import socketserver
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING, assert_never

import msgspec

from kiosk import private
from kiosk.live_view import HEAD, LONGEST_QUESTION, WAIT_S, Look, Picture, Question, Tap, reachable
from kiosk.owner_thread import OwnerThread

if TYPE_CHECKING:
    from screens.live.finger import LiveFinger
    from screens.live.frames import Frames

_ASKER_S = 5.0
"""Who connected has asked by then."""
_LOOK_S = 0.2
"""Between two looks whether it is to end."""


class LiveView:
    """Opened and closed on the window's thread; ``close`` closes what it was given too."""

    def __init__(
        self, path: Path, frames: "Frames", finger: "LiveFinger", on_death: Callable[[str, str], None]
    ) -> None:
        """Raises OSError when nobody can listen there."""
        path.unlink(missing_ok=True)  # of an earlier run
        with reachable(path) as address:
            self._server = _Server(address, _Handler)
        private.close(path)
        self._path = path
        self._server.frames, self._server.finger = frames, finger
        self._thread = OwnerThread("live view", lambda: self._server.serve_forever(_LOOK_S), on_death)
        self._thread.start()

    def close(self) -> None:
        """Answer no more."""
        self._server.shutdown()
        self._thread.join(5)
        self._server.server_close()
        self._server.frames.close()
        self._server.finger.close()
        self._path.unlink(missing_ok=True)


class _Server(socketserver.ThreadingUnixStreamServer):
    daemon_threads = True
    block_on_close = False
    frames: "Frames"
    finger: "LiveFinger"


class _Handler(socketserver.StreamRequestHandler):
    server: _Server
    timeout = _ASKER_S

    def handle(self) -> None:
        """Answer one question; what is none, and who went away meanwhile, gets no answer."""
        with contextlib.suppress(OSError, msgspec.MsgspecError):
            question = msgspec.json.decode(self.rfile.readline(LONGEST_QUESTION), type=Question)
            self._answer(question)

    def _answer(self, question: Question) -> None:
        picture, taken = None, False
        match question:
            case Look(after):
                picture = self.server.frames.newest(after, WAIT_S)
            case Tap(x, y):
                taken = self.server.finger.tap(x, y)
            case _:
                assert_never(question)
        picture = picture or Picture(0, b"")
        self.wfile.write(HEAD.pack(picture.version, len(picture.jpeg), taken) + picture.jpeg)
