"""Threads that do short pieces of work for the event loop, and a watch that misses a piece that does not end.

A thread of a pool owns nothing and Python ends none, so there is nothing to start anew (``kiosk.owner_thread`` does
that); but a read that waits for a dead disk for ever keeps its thread, and with all of them the pages stand still.
"""

import asyncio
import sys
import threading
import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import TypeVar

T = TypeVar("T")
HANG_S = 60.0
"""A read takes milliseconds, a password a tenth of a second; the daily look at the trail some seconds."""


class WorkerPool:
    """``threads`` threads named ``name``; ``begin`` is called on each of them first."""

    def __init__(
        self,
        threads: int,
        name: str,
        begin: Callable[[], None] | None = None,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        self.name = name
        self._executor = ThreadPoolExecutor(threads, name, initializer=begin)
        self._clock = clock
        self._begun: dict[int, float] = {}
        """Thread at work, and since when."""
        self._told: dict[int, float] = {}
        """Of which piece of work it was said that it hangs."""

    async def run(self, work: Callable[[], T]) -> T:
        """Do it on one of the threads; raises what it raises."""
        return await asyncio.get_running_loop().run_in_executor(self._executor, self._timed, work)

    def close(self) -> None:
        """Wait for what goes on, and end the threads."""
        self._executor.shutdown()

    def hanging(self) -> list[str]:
        """For each piece of work that has gone on for too long, where in the program it is; each is told once.

        For one thread only, the watch's. Never blocks.
        """
        now, frames = self._clock(), sys._current_frames()  # noqa: SLF001 - documented, for this
        late = {ident: at for ident, at in self._begun.copy().items() if now - at > HANG_S}
        news = [ident for ident, at in late.items() if self._told.get(ident) != at]
        self._told = late
        return [f"busy for more than {HANG_S:.0f} s at {_place(frames.get(ident))}" for ident in news]

    def _timed(self, work: Callable[[], T]) -> T:
        ident = threading.get_ident()
        self._begun[ident] = self._clock()
        try:
            return work()
        finally:
            del self._begun[ident]


def _place(frame: object) -> str:
    code, line = getattr(frame, "f_code", None), getattr(frame, "f_lineno", 0)
    return f"{Path(code.co_filename).name}:{line}" if code is not None else "an unknown place"
