"""Asking a printer and hearing its answers over one link, with deadlines.

Keeps the books that a confirmation needs: bytes that belonged to no answer, and ``GS r`` answers still owed for
questions of earlier jobs (they come late, when paper is back, and must not be taken for the answer to a new job).
"""

from collections.abc import Callable

from drivers.receipt_printer.status import (
    ASK_PAPER,
    ASK_REAL_TIME,
    Info,
    Message,
    PaperSensor,
    ProcessId,
    RealTime,
    Skipped,
    StatusCodec,
    ask_info,
    ask_process_id,
)
from drivers.transport import Transport

_CHUNK = 4096
_WRITE_S = 2.0
_TRIES = 2
_DRAIN_READS = 64
"""A device that talks without end is not drained for ever."""

_NULS = 4096
"""More than the longest command of a job lacks: one raster line of text."""
_SLOWEST_BYTES_PER_S = 500

Fits = Callable[[Message], bool]


class Talk:
    """One conversation; made anew for each connection. ``answer_s`` = patience with one real-time request."""

    def __init__(self, link: Transport, now: Callable[[], float], answer_s: float) -> None:
        self._link, self._now, self._answer_s = link, now, answer_s
        self._codec = StatusCodec()
        self.skipped = 0
        self.confirmed: set[bytes] = set()
        """Marks of ``GS ( H`` answered since ``begin``."""
        self.owed = 0
        """Answers to ``GS r`` that are still to come."""

    def begin(self) -> None:
        """A new job: forget what was confirmed and skipped before."""
        self.confirmed.clear()
        self.skipped = 0

    def drain(self) -> None:
        """Drop what came unasked, except that owed answers are counted."""
        for _ in range(_DRAIN_READS):
            if not self._hear(0.0):
                break

    def real_time(self, n: int) -> int | None:
        """The answer to ``DLE EOT n``; None = silent, also after asking again. Raises LinkFault."""
        for _ in range(_TRIES):
            self._link.write(ASK_REAL_TIME[n], _WRITE_S)
            answer = self.wait(lambda message: isinstance(message, RealTime), self._answer_s)
            if isinstance(answer, RealTime):
                return answer.byte
        return None

    def confirmations(self, mark: bytes, wait_s: float) -> tuple[bool, bool]:
        """Whether ``GS ( H`` and whether ``GS r`` is answered. Both are asked at once and answered in that order, so
        the answer to the second shows that the first will not come."""
        self.begin()
        self._link.write(ask_process_id(mark) + ASK_PAPER, _WRITE_S)
        before, self.owed = self.owed, self.owed + 1
        self.listen(lambda: mark in self.confirmed or self.owed <= before, wait_s)
        return mark in self.confirmed, self.owed <= before

    def senses_paper(self, wait_s: float) -> bool:
        """Ask and wait for ``GS r 1``."""
        self._link.write(ASK_PAPER, _WRITE_S)
        self.owed += 1
        return self.wait(lambda message: isinstance(message, PaperSensor), wait_s) is not None

    def free(self) -> None:
        """Feed NULs to a printer that may still sit in a half-received command: as its data, else ignored."""
        self._link.write(bytes(_NULS), _WRITE_S + _NULS / _SLOWEST_BYTES_PER_S)

    def info(self, n: int) -> str:
        """A text about the printer, "" when it does not tell."""
        self._link.write(ask_info(n), _WRITE_S)
        answer = self.wait(lambda message: isinstance(message, Info), self._answer_s)
        return answer.text.lstrip("_") if isinstance(answer, Info) else ""

    def wait(self, fits: Fits, wait_s: float) -> Message | None:
        """The first message that fits; confirmations are noted beside. None after the time. Raises LinkFault."""
        deadline = self._now() + wait_s
        while (left := deadline - self._now()) > 0:
            found = next((message for message in self._hear(left) if fits(message)), None)
            if found is not None:
                return found
        return None

    def listen(self, enough: Callable[[], bool], wait_s: float) -> None:
        """Hear and note, until it is enough or the time is over. Raises LinkFault."""
        deadline = self._now() + wait_s
        while not enough() and (left := deadline - self._now()) > 0:
            self._hear(left)

    def quiet_for(self, wait_s: float) -> bool:
        """Whether nothing at all is heard for so long."""
        return self.wait(lambda _: True, wait_s) is None

    def _hear(self, wait_s: float) -> list[Message]:
        messages = self._codec.feed(self._link.read(_CHUNK, wait_s))
        self.skipped += sum(isinstance(message, Skipped) for message in messages)
        self.confirmed |= {message.id for message in messages if isinstance(message, ProcessId)}
        sensed = sum(isinstance(message, PaperSensor) for message in messages)
        self.owed = max(0, self.owed - sensed)
        return messages
