"""What a lookup says of an attempt whose outcome is unknown: a pure judgement (docs/payments.md, "the resolver")."""

import msgspec

from kiosk.payments.model import Attempt, Settings, Why
from kiosk.vocabulary.payments import CardRecord, LastFound, NothingFound

_TRACES = 1_000_000
_RECEIPTS = 10_000
NO_RESULT = 255
"""``CardRecord.result`` of a message without a result code."""


class Charged(msgspec.Struct, frozen=True):
    """The payment stands in the terminal."""

    record: CardRecord


class NotCharged(msgspec.Struct, frozen=True):
    """It does not, and will not."""

    why: Why


class CannotTell(msgspec.Struct, frozen=True):
    """People must look."""

    why: Why


Verdict = Charged | NotCharged | CannotTell


def key(record: CardRecord) -> tuple[object, ...]:
    """What two answers about the same transaction have in common."""
    return (
        record.terminal_id,
        record.receipt,
        record.trace,
        record.date,
        record.time,
        record.amount,
        record.original_trace,
        record.end_of_day,
    )


def same(one: CardRecord | None, other: CardRecord | None) -> bool:
    """Whether both are the same transaction."""
    return one is not None and other is not None and key(one) == key(other)


def same_terminal(one: str, other: str) -> bool:
    """Whether two messages are of one terminal; where one does not say it, it is no other."""
    return one == other or "" in (one, other)


def judge(attempt: Attempt, found: LastFound | NothingFound, settings: Settings) -> Verdict:
    """What the terminal's last transaction says of the attempt. The baseline decides first: a transaction from before
    the payment proves that there is none, whatever its amount."""
    if isinstance(found, NothingFound):
        never = settings.nothing_means_never and attempt.baseline is None
        return NotCharged(Why.SAME_AS_BEFORE) if never else CannotTell(Why.NO_LAST)
    last = found.record
    if same(last, attempt.baseline):
        return NotCharged(Why.SAME_AS_BEFORE)
    if not same_terminal(last.terminal_id, attempt.terminal_id):
        return CannotTell(Why.OTHER_TERMINAL)
    if last.end_of_day or last.result == NO_RESULT or not newer(last, attempt.baseline):
        return CannotTell(Why.OTHER_PAYMENT)
    if last.reversal or last.original_trace is not None:
        return _reversal(attempt, last)
    return _payment(attempt, last)


def _reversal(attempt: Attempt, last: CardRecord) -> Verdict:
    """A reversal is the last: of our payment, or of another one?"""
    ours = attempt.record.trace if attempt.record is not None else None
    before = attempt.baseline.trace if attempt.baseline is not None else None
    if last.original_trace is not None and last.original_trace == before:
        return CannotTell(Why.OTHER_PAYMENT)  # of the payment before ours, made by hand; ours may stand
    if ours is not None and last.original_trace is not None and last.original_trace != ours:
        return CannotTell(Why.OTHER_PAYMENT)
    if last.result != 0 or last.amount != attempt.amount:
        return CannotTell(Why.OTHER_PAYMENT)
    return NotCharged(Why.LAST_WAS_REVERSED)


def _payment(attempt: Attempt, last: CardRecord) -> Verdict:
    if last.amount is not None and last.amount != attempt.amount:
        return CannotTell(Why.WRONG_AMOUNT if last.result == 0 else Why.OTHER_PAYMENT)
    ours = attempt.record
    if ours is not None and (ours.receipt, ours.trace) != (last.receipt, last.trace):
        return CannotTell(Why.OTHER_PAYMENT)  # we have seen ours, and this is another one
    if last.result != 0:
        return NotCharged(Why.LAST_WAS_REFUSED)
    return Charged(last) if last.amount == attempt.amount else CannotTell(Why.WRONG_AMOUNT)


def newer(last: CardRecord, baseline: CardRecord | None) -> bool:
    """Whether it came after the baseline, by numbers that wrap; by none = not known to be older."""
    if baseline is None:
        return True
    if last.trace is not None and baseline.trace is not None:
        return 0 < (last.trace - baseline.trace) % _TRACES < _TRACES // 2
    if last.receipt is not None and baseline.receipt is not None:
        return 0 < (last.receipt - baseline.receipt) % _RECEIPTS < _RECEIPTS // 2
    return True
