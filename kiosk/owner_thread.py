"""A thread that owns something - a file, a connection, a device - and goes on until it is asked to end.

Whatever ends its work too early, a bug or somebody who ends it from outside, is written down, and the work begins anew
on the same thread after a pause. A thread that is gone all the same is missed by the watch and started anew. The
question that it was busy with is answered as failed when it runs again; who waits for an answer that does not come even
so has a deadline (``kiosk.session.table``).
"""

import contextlib
import queue
import threading
import time
import traceback
from collections import deque
from collections.abc import Callable
from pathlib import Path
from typing import Generic, NamedTuple, TypeVar

Q = TypeVar("Q")
OnDeath = Callable[[str, str], None]
"""Name of the thread, and kind and place of what ended its work."""
AGAIN_S = 1.0
"""Pause before work that was ended begins anew."""
LOOK_S = 1.0
"""Between two looks of the watch: a thread that is gone is back after this time."""
TOLD_S = 24 * 3600.0
"""So long staff are told that the work of a thread was ended."""
TOLD_MAX = 100
NO_PLACE = "its thread ended"
"""What is said of a thread that is gone and left no word."""


class OwnerThread:
    """Does ``work`` on a daemon thread until it returns. ``on_death`` is called on that thread, or on its next one."""

    def __init__(self, name: str, work: Callable[[], None], on_death: OnDeath, again_s: float = AGAIN_S) -> None:
        self.name = name
        self._work, self._on_death, self._again_s = work, on_death, again_s
        self._pause = threading.Event()
        self._over = False
        self._thread = threading.Thread(target=self._live, name=name, daemon=True)

    @property
    def ident(self) -> int | None:
        """Of the thread that does the work now; None before the start."""
        return self._thread.ident

    def start(self) -> None:
        """Begin the work."""
        self._thread.start()

    def join(self, timeout_s: float | None = None) -> None:
        """Wait for the end of the thread."""
        self._thread.join(timeout_s)

    def is_alive(self) -> bool:
        """Whether the thread runs."""
        return self._thread.is_alive()

    def revive(self) -> bool:
        """Start the thread anew when it is gone although its work has not ended; True when that was so.

        Called by one thread only, the watch's.
        """
        if self._over or self._thread.ident is None or self._thread.is_alive():
            return False
        again = threading.Thread(target=self._live_again, name=self.name, daemon=True)
        again.start()
        self._thread = again
        return True

    def _live_again(self) -> None:
        self._tell(NO_PLACE)
        self._live()

    def _live(self) -> None:
        while not self._over:
            try:
                self._work()
                self._over = True
            except BaseException as death:  # noqa: BLE001 - the edge: a thread nobody misses would be missing for ever
                self._tell(place_of(death))
                self._pause.wait(self._again_s)

    def _tell(self, detail: str) -> None:
        with contextlib.suppress(Exception):  # a log that cannot be written must not end the thread once more
            self._on_death(self.name, detail)


class AnsweringLoop(Generic[Q]):
    """The work of a thread that answers one question after the other: each is answered, one that breaks it as failed.

    ``answer`` answers a question, ``fail`` says that it could not be answered, with kind and place of the bug; both are
    called on the thread that runs the loop. A question whose answering ended the thread is failed by the next ``run``.
    """

    def __init__(self, answer: Callable[[Q], None], fail: Callable[[Q, str], None]) -> None:
        self._answer, self._fail = answer, fail
        self._inbox: queue.SimpleQueue[Q | None] = queue.SimpleQueue()
        self._at_hand: Q | None = None

    def put(self, question: Q) -> None:
        """Ask; from any thread, never blocks."""
        self._inbox.put(question)

    def end(self) -> None:
        """End the loop when what was asked before is answered; from any thread."""
        self._inbox.put(None)

    def waiting(self) -> bool:
        """Whether somebody else wants something; for the thread that runs the loop."""
        return not self._inbox.empty()

    def run(self) -> None:
        """Answer until ``end``."""
        if (left := self._at_hand) is not None:
            self._at_hand = None
            self._fail(left, NO_PLACE)
        while (question := self._inbox.get()) is not None:
            self._at_hand = question
            try:
                self._answer(question)
            except Exception as bug:  # noqa: BLE001 - the edge: a bug ends this question, not the thread
                self._fail(question, place_of(bug))
            self._at_hand = None


class Death(NamedTuple):
    """The work of a thread was ended too early."""

    thread: str
    detail: str
    """Kind and place of what ended it."""
    at: float
    """Seconds of the watch's clock."""


class ThreadWatch:
    """Starts threads that are gone anew, and remembers for staff whose work was ended.

    ``look`` is called every ``LOOK_S`` seconds by a thread whose own end is the end of the program; the rest by any.
    """

    def __init__(self, clock: Callable[[], float] = time.monotonic) -> None:
        self._clock = clock
        self._threads: tuple[OwnerThread, ...] = ()
        self._deaths: deque[Death] = deque(maxlen=TOLD_MAX)

    def add(self, *threads: OwnerThread) -> None:
        """Miss these from now on."""
        self._threads += threads

    def look(self) -> None:
        """Start anew what is gone; its next run says what was to be said. Never blocks."""
        for each in self._threads:
            each.revive()

    def died(self, thread: str, detail: str) -> None:
        """The work of this thread was ended, and began anew."""
        self._deaths.append(Death(thread, detail, self._clock()))

    def minutes_since(self, death: Death) -> int:
        """How many whole minutes have gone by."""
        return int((self._clock() - death.at) // 60)

    def deaths(self) -> tuple[Death, ...]:
        """Of the last day, oldest first."""
        since = self._clock() - TOLD_S
        return tuple(each for each in tuple(self._deaths) if each.at > since)


def place_of(error: BaseException) -> str:
    """Kind and place of a bug, never its text: that may hold what a visitor typed."""
    frames = traceback.extract_tb(error.__traceback__)
    place = f" at {Path(frames[-1].filename).name}:{frames[-1].lineno}" if frames else ""
    return type(error).__name__ + place
