"""When a reader that is behind with what it is being sent is given up."""

import asyncio
from collections.abc import Callable

from hub.connections.limits import Limits


class ReaderWatch:
    """Watches one connection while more is to be sent than its reader takes. For the event loop's thread only.

    ``later(seconds, act)`` is the loop's ``call_later``, ``left()`` gives the bytes that are not taken yet, ``drop()``
    ends the connection.
    """

    def __init__(
        self,
        limits: Limits,
        later: Callable[[float, Callable[[], None]], asyncio.TimerHandle],
        left: Callable[[], int],
        drop: Callable[[], None],
    ) -> None:
        self._limits, self._later, self._left, self._drop = limits, later, left, drop
        self._timer: asyncio.TimerHandle | None = None
        self._before = 0

    def begin(self) -> None:
        """It is behind: it has some seconds to take something."""
        self.end()
        self._before = self._left()
        self._timer = self._later(self._limits.write_s, self._look)

    def end(self) -> None:
        """It has caught up, or is gone."""
        if self._timer is not None:
            self._timer.cancel()
            self._timer = None

    def _look(self) -> None:
        """A long answer over a slow line may go on; who takes next to nothing is dropped."""
        if self._before - self._left() >= self._limits.write_bytes:
            self.begin()
        else:
            self._drop()
