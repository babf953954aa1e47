"""What the end of a dialogue means: the outcome of each command. Pure.

Charged is said only when a status information with result 0 was kept and accepted and 06 0F followed; not charged only
when the terminal said so and ended by itself. Everything else is unknown.
"""

from drivers.payment_terminal.codec.charsets import Charset
from drivers.payment_terminal.codec.messages import StatusInformation
from drivers.payment_terminal.dialogue import End, Ended, is_done, is_undone
from drivers.payment_terminal.records import record_of, totals_of
from kiosk.vocabulary.hardware.problems import Problem
from kiosk.vocabulary.payments import (
    AlreadyReversed,
    Approved,
    AuthorisationOutcome,
    Cancelled,
    CardRecord,
    DayClosed,
    Declined,
    EndOfDayOutcome,
    LastFound,
    LookupOutcome,
    NothingFound,
    ReversalOutcome,
    Reversed,
    Unknown,
)

STOPPED = 0x6C
"""Abort by the stop key, by time or by 06 B0 (chapter 10)."""
ALREADY_REVERSED = 0xB4


class Reader:
    """Reads outcomes with the character set and currency of one terminal."""

    def __init__(self, charset: Charset, currency: str) -> None:
        self._charset, self._currency = charset, currency

    def record(self, status: StatusInformation) -> CardRecord:
        """A status information in the payment machine's words."""
        return record_of(status, self._charset, self._currency)

    def authorisation(self, end: Ended) -> AuthorisationOutcome:
        """Of 06 01."""
        if (problem := _doubt(end)) is not None:
            return Unknown(problem)
        if end.last is not None and end.how is End.COMPLETED and is_done(end.last):
            return Approved(self.record(end.last))
        return self._not_done(end)

    def reversal(self, end: Ended) -> ReversalOutcome:
        """Of 06 30. That it had been reversed before is said by B4, wherever it stands."""
        if (problem := _doubt(end)) is not None:
            return Unknown(problem)
        if end.last is not None and end.how is End.COMPLETED and is_done(end.last):
            return Reversed(self.record(end.last))
        not_done = self._not_done(end)
        if isinstance(not_done, Declined) and not_done.code == ALREADY_REVERSED:
            return AlreadyReversed()
        return not_done

    def lookup(self, end: Ended) -> LookupOutcome:
        """Of 06 20: what it says of the last transaction, whatever became of that one."""
        match end.how:
            case End.COMPLETED if end.last is not None:
                return LastFound(self.record(end.last))
            case End.COMPLETED:
                return NothingFound()
            case End.ABORTED | End.REFUSED if end.code:
                return Declined(end.code)
            case _:
                return Unknown(_silence(end))

    def end_of_day(self, end: Ended) -> EndOfDayOutcome:
        """Of 06 50."""
        if (problem := _doubt(end)) is not None:
            return Unknown(problem)
        if end.last is not None and end.how is End.COMPLETED and is_done(end.last):
            return DayClosed(totals_of(end.last, self._currency))
        return self._not_done(end)

    def _not_done(self, end: Ended) -> Declined | Cancelled | Unknown:
        said_no = end.last is not None and is_undone(end.last)
        code = _result(end.last) if said_no else end.code
        if not code or end.how not in (End.COMPLETED, End.ABORTED, End.REFUSED):
            return Unknown(_silence(end))
        if code == STOPPED:
            return Cancelled(code=code)
        return Declined(code, self.record(end.last) if said_no and end.last is not None else None)


def _doubt(end: Ended) -> Problem | None:
    """Why nothing may be claimed; None when the terminal's word can be taken."""
    if end.unkept:
        return Problem.STORE_FAILED
    if end.doubt or end.how in (End.NO_ANSWER, End.SILENT):
        return _silence(end)
    return None


def _silence(end: Ended) -> Problem:
    return Problem.TIMED_OUT if end.how is End.SILENT else Problem.SILENT


def _result(status: StatusInformation | None) -> int:
    return (status.fields.get(0x27) or b"\0")[0] if status is not None else 0
