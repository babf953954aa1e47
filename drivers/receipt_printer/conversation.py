"""Asking a printer and taking its answers over one link, with deadlines.

No answer names its question, except that of ``GS ( H``. So this keeps the books that make an answer mean something:
which status answers are still to come (a late one must not count for the next question), which bytes belonged to no
answer, and which ``GS r`` answers are owed for questions of earlier jobs (they come when paper is back, and must not
be taken for the answer to a new job).
"""

import math
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
_SLOWEST_BYTES_PER_S = 500
_LATEST_S = 10.0
"""No printer that still works on a question answers it later than this."""
_TIDY_S = 30.0

Fits = Callable[[Message], bool]
Enough = Callable[[], bool]


def _never() -> bool:
    return False


class Conversation:
    """One conversation; made anew for each connection. ``answer_s``: a usual printer has answered by then."""

    def __init__(self, link: Transport, now: Callable[[], float], answer_s: float) -> None:
        self._link, self._now, self._answer_s = link, now, answer_s
        self._codec = StatusCodec()
        self._patience_s = 2 * answer_s
        self._asked = 0
        """Status answers still to come; all of them to the same question."""
        self._asked_at = self._lost_at = self._busy_until = 0.0
        self._untidy_at = -math.inf
        self._info_owed = False
        self.skipped = 0
        self.strays = 0
        """Status answers that nobody asked for."""
        self.confirmed: set[bytes] = set()
        """Marks of ``GS ( H`` answered since ``begin``."""
        self.owed = 0
        """Answers to ``GS r`` that are still to come."""
        self.sensed = False
        """Whether an owed answer to ``GS r`` ever came."""

    def begin(self, busy_until: float = 0.0) -> None:
        """A new job: forget what was confirmed and skipped before. Until ``busy_until`` the job may stand before every
        question, so that no answer counts as lost."""
        self.confirmed.clear()
        self.skipped = 0
        self._busy_until = busy_until

    def end(self) -> None:
        """The job is on paper: nothing stands before a question any more."""
        self._busy_until = 0.0
        self._lost_at = min(self._lost_at, self._now() + _LATEST_S)

    def drain(self) -> None:
        """Take what came unasked; late and owed answers are counted."""
        for _ in range(_DRAIN_READS):
            if not self._hear(0.0):
                break

    def real_time(self, n: int, enough: Enough = _never) -> int | None:
        """The answer to ``DLE EOT n``; None = silent, also after asking again. Raises LinkFault.

        Asked only when no answer to another question is still to come.
        """
        if not self.settled(enough):
            return None
        self._asked_at = self._now()
        for _ in range(_TRIES):
            self._link.write(ASK_REAL_TIME[n], _WRITE_S)
            self._asked += 1
            self._lost_at = max(self._now(), self._busy_until) + _LATEST_S
            answer = self.wait(lambda message: isinstance(message, RealTime), self._patience_s, enough)
            if isinstance(answer, RealTime):
                self._lost_at = self._now() + 2 * self._patience_s
                return answer.byte
        return None

    def settled(self, enough: Enough = _never) -> bool:
        """Wait for status answers still to come. False = one is, and not late enough to count as lost."""
        self.listen(lambda: not self._asked or enough(), min(self._lost_at - self._now(), 2 * self._patience_s))
        if self._asked and self._now() >= self._lost_at:
            self._asked, self._untidy_at = 0, self._now()
        return not self._asked

    def tidy(self) -> bool:
        """Whether for half a minute each question had its one answer, in time."""
        return self._now() - self._untidy_at > _TIDY_S

    def confirmations(self, mark: bytes, wait_s: float) -> tuple[bool, bool]:
        """Whether ``GS ( H`` and whether ``GS r`` is answered. Both are asked at once and answered in that order, so
        the answer to the second shows that the first will not come."""
        self._link.write(ask_process_id(mark) + ASK_PAPER, _WRITE_S)
        before, self.owed = self.owed, self.owed + 1
        self.listen(lambda: mark in self.confirmed or self.owed <= before, wait_s)
        return mark in self.confirmed, self.owed <= before

    def senses_paper(self, wait_s: float) -> bool:
        """Ask and wait for ``GS r 1``."""
        self._link.write(ASK_PAPER, _WRITE_S)
        self.owed += 1
        return self.wait(lambda message: isinstance(message, PaperSensor), wait_s) is not None

    def fill_up(self, size: int) -> None:
        """Send so many NULs to a printer that may still read a half-received command: its data, else ignored.

        What was asked before may have become data too, so no answer to it is waited for.
        """
        self._link.write(bytes(size), _WRITE_S + size / _SLOWEST_BYTES_PER_S)
        self._asked, self._info_owed = 0, False

    def info(self, n: int) -> str:
        """A text about the printer; "" when it does not tell, or has not told yet what was asked before."""
        self.listen(lambda: not self._info_owed, self._answer_s)
        if self._info_owed:
            return ""
        self._link.write(ask_info(n), _WRITE_S)
        self._info_owed = True
        answer = self.wait(lambda message: isinstance(message, Info), self._answer_s)
        return answer.text.lstrip("_") if isinstance(answer, Info) else ""

    def wait(self, fits: Fits, wait_s: float, enough: Enough = _never) -> Message | None:
        """The first message that fits; confirmations are noted beside. None after the time, or when it is enough.
        Raises LinkFault."""
        deadline = self._now() + wait_s
        while not enough() and (left := deadline - self._now()) > 0:
            found = next((message for message in self._hear(left) if fits(message)), None)
            if found is not None:
                return found
        return None

    def listen(self, enough: Enough, wait_s: float) -> None:
        """Take and note what comes, until it is enough or the time is over. Raises LinkFault."""
        self.wait(lambda _: False, wait_s, enough)

    def quiet_for(self, wait_s: float) -> bool:
        """Whether nothing at all comes for so long."""
        return self.wait(lambda _: True, wait_s) is None

    def _hear(self, wait_s: float) -> list[Message]:
        messages = self._codec.feed(self._link.read(_CHUNK, wait_s))
        for message in messages:
            self._note(message)
        return messages

    def _note(self, message: Message) -> None:
        match message:
            case RealTime():
                self._note_status()
            case ProcessId(id=mark):
                self.confirmed.add(mark)
            case PaperSensor():
                self.sensed = self.sensed or self.owed > 0
                self.owed = max(0, self.owed - 1)
            case Info():
                self._info_owed = False
            case Skipped():
                self.skipped += 1
            case _:
                pass

    def _note_status(self) -> None:
        """One answer fewer to come. A printer that answered late is given twice the time from then on."""
        if not self._asked:
            self.strays += 1
            self._untidy_at = self._now()
        elif self._now() > self._asked_at + 2 * self._answer_s:
            self._patience_s = 4 * self._answer_s
            self._untidy_at = self._now()
        self._asked = max(0, self._asked - 1)
