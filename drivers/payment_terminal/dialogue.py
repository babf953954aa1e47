"""One command from its first byte to its end, sans-io.

We lead until the command is answered; then the payment terminal leads until 06 0F or 06 1E, and we answer each of its
messages. Messages go in, actions come out; the driver sends, keeps and tells. What is to be kept is answered only
after ``kept``: that call says whether it is durable. The clock is passed in, in seconds.

A 04 0F of the command itself is answered 80 00 00 when ``judge`` agrees and it is durable, else 84 66 00, by which the
terminal takes a payment back (PA00P015 section 2.2.8).
"""

from __future__ import annotations

from collections.abc import Callable
from enum import Enum, auto
from typing import assert_never

import msgspec

from drivers.payment_terminal.codec.messages import (
    ACCEPTED,
    NOT_POSSIBLE,
    PRINTER_NOT_READY,
    REFUSED,
    Aborted,
    Completion,
    IntermediateStatus,
    Message,
    Negative,
    Other,
    Positive,
    PrintBlock,
    PrintText,
    SetClock,
    StatusInformation,
    StatusReport,
)
from drivers.payment_terminal.requests import ABORT, Request
from drivers.payment_terminal.vendor import Abort

_LONGEST_WAIT_S = 600.0
_NO_ERROR = b"\x00"


class Verdict(Enum):
    """What a status information is to this command."""

    ACCEPT = auto()
    """It is the command's: keep it, then 80 00 00."""
    REFUSE = auto()
    """It is the command's and not right: keep it, then 84 66 00."""
    READ = auto()
    """It is only read, and says nothing new: 80 00 00 at once."""
    UNASKED = auto()
    """It is not this command's: keep it as unasked, then 84 66 00."""


class Send(msgspec.Struct, frozen=True):
    """Write this message."""

    control: int
    data: bytes = b""


class Keep(msgspec.Struct, frozen=True):
    """Make this durable, then call ``kept``. ``unasked``: no command waits for this status information."""

    message: StatusInformation | PrintText | PrintBlock
    unasked: bool = False


class Answered(msgspec.Struct, frozen=True):
    """A status information of this command is durable, and its answer is on its way."""

    status: StatusInformation
    accepted: bool


class Rejected(msgspec.Struct, frozen=True):
    """A status information that no command waited for is durable, and its refusal is on its way."""

    status: StatusInformation


class Show(msgspec.Struct, frozen=True):
    """The terminal tells what goes on."""

    status: IntermediateStatus


class Taken(msgspec.Struct, frozen=True):
    """The terminal took the command."""


class NoAbort(msgspec.Struct, frozen=True):
    """The terminal cannot be stopped from here."""


class End(Enum):
    """How a dialogue ended."""

    COMPLETED = auto()
    """06 0F."""
    ABORTED = auto()
    """06 1E."""
    REFUSED = auto()
    """84 xx: the command was never begun."""
    NO_ANSWER = auto()
    """Nothing came in T3."""
    SILENT = auto()
    """The terminal led, and nothing came in T4."""


class Ended(msgspec.Struct, frozen=True, kw_only=True):
    """The end, and what was said before it. ``code`` of 84 xx or 06 1E; ``last`` status information and whether it was
    accepted; ``doubt``: a result 0 was refused, or contradicted later; ``unkept``: something could not be made
    durable."""

    how: End
    code: int | None = None
    last: StatusInformation | None = None
    accepted: bool = False
    doubt: bool = False
    unkept: bool = False
    completion: Completion | StatusReport | None = None


Action = Send | Keep | Answered | Rejected | Show | Taken | NoAbort | Ended


class Timers(msgspec.Struct, frozen=True):
    """T3: until a command is answered. T4: until the next message while the terminal leads."""

    t3_s: float
    t4_s: float


class _Phase(Enum):
    ASKED = auto()
    LED = auto()
    OVER = auto()


class Dialogue:
    """See the module. ``judge`` says what a status information is to this command. ``may_end_early``: some terminals
    say nothing more behind 80 00 00 to this one; it is done then."""

    def __init__(
        self,
        request: Request,
        timers: Timers,
        judge: Callable[[StatusInformation], Verdict] = lambda status: Verdict.UNASKED,
        abort: Abort = "key_only",
        *,
        may_end_early: bool = False,
    ) -> None:
        self._request, self._timers, self._judge, self._abort = request, timers, judge, abort
        self._may_end_early = may_end_early
        self._phase = _Phase.ASKED
        self._until = 0.0
        self._keeping: tuple[Keep, Verdict] | None = None
        self._abort_until: float | None = None
        self._abort_asked = self._abort_taken = False
        self._last: StatusInformation | None = None
        self._accepted = self._doubt = self._unkept = False

    @property
    def over(self) -> bool:
        """Whether it has ended."""
        return self._phase is _Phase.OVER

    @property
    def due(self) -> float:
        """When ``tick`` is wanted at the latest."""
        return self._until if self._abort_until is None else min(self._until, self._abort_until)

    def begin(self, now: float) -> list[Action]:
        """Send the command. To be called once."""
        self._until = now + self._timers.t3_s
        return [Send(self._request.control, self._request.data)]

    def hear(self, message: Message, now: float) -> list[Action]:
        """The terminal said this."""
        assert self._keeping is None, "the last message was not answered yet"
        if self._phase is _Phase.ASKED:
            return self._asked(message, now)
        if not isinstance(message, Positive | Negative):
            self._until = now + self._timers.t4_s
        return self._led(message, now)

    def kept(self, durable: bool) -> list[Action]:
        """The message of the last ``Keep`` is durable, or cannot be made so."""
        assert self._keeping is not None, "there was nothing to keep"
        (keep, verdict), self._keeping = self._keeping, None
        self._unkept = self._unkept or not durable
        if keep.unasked or not isinstance(keep.message, StatusInformation):
            return unasked_kept(keep, durable)
        accepted = durable and verdict is Verdict.ACCEPT
        self._note(keep.message, accepted)
        return [Send(ACCEPTED if accepted else REFUSED), *([Answered(keep.message, accepted)] if durable else [])]

    def cancel(self, now: float) -> list[Action]:
        """Nobody wants the result any more: ask the terminal to stop, once, where it can. What was charged stays so."""
        if self._phase is not _Phase.LED or self._abort_asked or self._accepted:
            return []
        self._abort_asked = True
        if self._abort == "key_only":
            return [NoAbort()]
        self._abort_until = now + self._timers.t3_s
        return [Send(ABORT)]

    def tick(self, now: float) -> list[Action]:
        """Time went by."""
        if self.over or now < self.due:
            return []
        if now >= self._until:
            return self._end(self._silence())
        self._abort_until = None
        return [] if self._abort_taken else [NoAbort()]

    def _asked(self, message: Message, now: float) -> list[Action]:
        match message:
            case Positive():
                wait_s = self._timers.t3_s if self._may_end_early else self._timers.t4_s
                self._phase, self._until = _Phase.LED, now + wait_s
                return [Taken()]
            case Negative(code=code):
                return self._end(End.REFUSED, code)
            case _:
                return self._begin_keeping(unasked(message), Verdict.UNASKED)

    def _led(self, message: Message, now: float) -> list[Action]:
        match message:
            case Positive() | Negative():
                return self._abort_answered(isinstance(message, Positive), now)
            case StatusInformation():
                return self._status(message)
            case Completion() | StatusReport():
                return [*self._end(End.COMPLETED, completion=message), Send(ACCEPTED)]
            case Aborted(code=code):
                return [*self._end(End.ABORTED, code), Send(ACCEPTED)]
            case IntermediateStatus(minutes=minutes):
                if minutes is not None:
                    self._until = now + self._told_wait(minutes)
                return unasked(message)
            case _:
                return self._begin_keeping(unasked(message), Verdict.ACCEPT)

    def _status(self, status: StatusInformation) -> list[Action]:
        verdict = self._judge(status)
        match verdict:
            case Verdict.READ:
                self._note(status, accepted=True)
                return [Send(ACCEPTED)]
            case Verdict.UNASKED:
                return self._begin_keeping(unasked(status), verdict)
            case Verdict.ACCEPT | Verdict.REFUSE:
                return self._begin_keeping([Keep(status)], verdict)
            case _:
                assert_never(verdict)

    def _begin_keeping(self, actions: list[Action], verdict: Verdict) -> list[Action]:
        for action in actions:
            if isinstance(action, Keep):
                self._keeping = action, verdict
        return actions

    def _note(self, status: StatusInformation, accepted: bool) -> None:
        """Only the last one counts; but a result 0 that was refused, or that another one follows, leaves doubt."""
        other = self._accepted and self._last is not None and is_done(self._last) and status != self._last
        refused = not accepted and not is_undone(status)
        self._doubt = self._doubt or other or refused
        self._last, self._accepted = status, accepted and is_done(status)

    def _abort_answered(self, positive: bool, now: float) -> list[Action]:
        if self._abort_until is None or self._abort_taken:
            return []  # an answer that was said twice
        if not positive:
            self._abort_until = None
            return [NoAbort()]
        self._abort_taken, self._abort_until = True, None
        if self._abort == "ends_silently":
            self._until = min(self._until, now + self._timers.t3_s)
        return []

    def _silence(self) -> End:
        if self._phase is _Phase.ASKED:
            return End.NO_ANSWER
        return End.COMPLETED if self._may_end_early else End.SILENT

    def _told_wait(self, minutes: int) -> float:
        """BCD minutes; at least T4, and no longer than a visitor can be."""
        told = 60.0 * (10 * (minutes >> 4) + (minutes & 0x0F))
        return min(max(told, self._timers.t4_s), max(_LONGEST_WAIT_S, self._timers.t4_s))

    def _end(
        self, how: End, code: int | None = None, completion: Completion | StatusReport | None = None
    ) -> list[Action]:
        self._phase = _Phase.OVER
        return [
            Ended(
                how=how,
                code=code,
                last=self._last,
                accepted=self._accepted,
                doubt=self._doubt or (how is not End.COMPLETED and self._accepted),
                unkept=self._unkept,
                completion=completion,
            )
        ]


def unasked(message: Message) -> list[Action]:
    """What is done about a message that belongs to no command, or that is answered alike in all of them."""
    match message:
        case StatusInformation():
            return [Keep(message, unasked=True)]
        case PrintText() | PrintBlock():
            return [Keep(message)]
        case IntermediateStatus():
            return [Send(ACCEPTED), Show(message)]
        case SetClock() | Completion() | StatusReport() | Aborted():
            return [Send(ACCEPTED)]  # the end of something earlier, said again
        case Other():
            return [Send(NOT_POSSIBLE)]
        case Positive() | Negative():
            return []
        case _:
            assert_never(message)


def unasked_kept(keep: Keep, durable: bool) -> list[Action]:
    """The answer to a print, which is taken when it is stored; or to a status that no command waits for. That one is
    never answered before it is durable: who cannot keep it ends the connection instead."""
    if not isinstance(keep.message, StatusInformation):
        return [Send(ACCEPTED if durable else PRINTER_NOT_READY)]
    return [Send(ACCEPTED)] if has_totals(keep.message) else [Send(REFUSED), Rejected(keep.message)]


def is_done(status: StatusInformation) -> bool:
    """Result 0."""
    return status.fields.get(0x27) == _NO_ERROR


def has_totals(status: StatusInformation) -> bool:
    """An end-of-day, also one that the terminal began by itself: there is nothing in it to take back."""
    return status.fields.get(0x60) is not None


def is_undone(status: StatusInformation) -> bool:
    """A result that is there, and not 0."""
    return status.fields.get(0x27) not in (None, _NO_ERROR)
