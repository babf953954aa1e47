"""Rows for an outcome that nobody knows: ask until the terminal has said the same twice, else people decide."""

from msgspec.structs import replace

from kiosk.payments import events as it
from kiosk.payments import guards as when
from kiosk.payments.acting import AGAIN_S, book, commit, drop, look_up, pause, take_approval
from kiosk.payments.model import Answer, Attempt, Ending, Moment, Payments, Why
from kiosk.payments.pay_rows import charged, pay
from kiosk.payments.resolve import CannotTell, Charged, NotCharged, Verdict, judge, key
from kiosk.payments.states import AttemptState, PayState
from kiosk.payments.table import Next, Row, row
from kiosk.vocabulary.events import Tick
from kiosk.vocabulary.ids import JobId
from kiosk.vocabulary.payments import Approved, Cancelled, Declined, LastFound, NothingFound, Unknown

S = PayState
VAIN_MAX = 5
"""So many lookups that an idle terminal did not answer, and people decide."""
_BUSY = frozenset({0x9C, 0xA0, 0xDC, 0xE0, 0xE1, 0xF0})
"""Result codes of a terminal that does something by itself, or holds a card: ask again, without end."""
_ASKED = frozenset({S.UNKNOWN, S.ASKING})
_DOUBTED = frozenset({S.UNKNOWN, S.ASKING, S.MANUAL})


def verdict_of(payments: Payments, event: it.TerminalAnswered) -> Verdict | None:
    """What this answer says; None when it says nothing (yet)."""
    attempt, found = payments.attempt, event.outcome
    if attempt is None or not isinstance(found, LastFound | NothingFound):
        return None
    if isinstance(found, LastFound) and found.record.end_of_day and not payments.payments_only:
        return None
    return judge(attempt, found, payments.settings)


def said(verdict: Verdict, event: it.TerminalAnswered) -> str:
    """Verdict and transaction, to compare two answers."""
    record = event.outcome.record if isinstance(event.outcome, LastFound) else None
    return f"{type(verdict).__name__} {key(record) if record is not None else ''}"


def believed(payments: Payments, event: it.TerminalAnswered, at: Moment) -> Verdict | None:
    """The verdict, when the terminal has said the same before, long enough ago; else None."""
    verdict = verdict_of(payments, event)
    before = payments.answer
    if verdict is None or before is None or not when.ours(payments, event, at):
        return None
    repeated = before.said == said(verdict, event) and at.mono - before.at >= payments.settings.quiet_s
    return verdict if repeated else None


def is_charged(payments: Payments, event: it.TerminalAnswered, at: Moment) -> bool:
    """Believed: it stands."""
    return isinstance(believed(payments, event, at), Charged)


def is_not_charged(payments: Payments, event: it.TerminalAnswered, at: Moment) -> bool:
    """Believed: it does not stand."""
    return isinstance(believed(payments, event, at), NotCharged)


def cannot_tell(payments: Payments, event: it.TerminalAnswered, at: Moment) -> bool:
    """Believed: the terminal's answer does not decide."""
    return isinstance(believed(payments, event, at), CannotTell)


def asked_in_vain(payments: Payments, event: it.TerminalAnswered, at: Moment) -> bool:
    """The terminal is there, and has not answered so many lookups."""
    return when.ours(payments, event, at) and _in_vain(event) and payments.asked_in_vain + 1 >= VAIN_MAX


def _in_vain(event: it.TerminalAnswered) -> bool:
    match event.outcome:
        case Unknown():
            return True
        case Declined(code=code):
            return code not in _BUSY
        case _:
            return False


def take_charged(payments: Payments, event: it.TerminalAnswered, at: Moment) -> Next:
    """It stands: paid, or to be taken back."""
    assert isinstance(event.outcome, LastFound)
    return charged(payments, event.outcome.record, Why.LOOKED_UP, at)


def take_not_charged(payments: Payments, event: it.TerminalAnswered, at: Moment) -> Next:
    """It does not: tell the visitor, who may try again."""
    return _book(payments, event, at, AttemptState.NOT_CHARGED)


def take_doubt(payments: Payments, event: it.TerminalAnswered, at: Moment) -> Next:
    """People must look."""
    return _book(payments, event, at, AttemptState.MANUAL)


def _book(payments: Payments, event: it.TerminalAnswered, at: Moment, to: AttemptState) -> Next:
    verdict = believed(payments, event, at)
    assert isinstance(verdict, NotCharged | CannotTell)
    record = event.outcome.record if isinstance(event.outcome, LastFound) else None
    return commit(payments, Ending(to=to, why=verdict.why, record=record), at)


def hear(payments: Payments, event: it.TerminalAnswered, at: Moment) -> Next:
    """Keep the answer, and ask once more after the quiet time."""
    verdict = verdict_of(payments, event)
    after = replace(payments, waits_for="", next_try=at.mono + AGAIN_S)
    if verdict is None:
        shows_day = isinstance(event.outcome, LastFound)
        return Next(
            replace(
                after,
                answer=None,
                payments_only=payments.payments_only or shows_day,
                asked_in_vain=payments.asked_in_vain + _in_vain(event),
            )
        )
    told, before = said(verdict, event), payments.answer
    answer = before if before is not None and before.said == told else Answer(told, at.mono)
    return Next(replace(after, answer=answer, next_try=answer.at + payments.settings.quiet_s, asked_in_vain=0))


# -- a late outcome, and people


def late_yes(payments: Payments, event: it.TerminalAnsweredLate, at: Moment) -> bool:
    """The abandoned authorisation was approved after all, and everything fits."""
    return when.of_attempt(payments, event, at) and when.booked_right(payments, event.outcome)


def late_no(payments: Payments, event: it.TerminalAnsweredLate, at: Moment) -> bool:
    """The abandoned authorisation was refused after all, and nothing was ever approved."""
    clean = payments.attempt is not None and payments.attempt.approvals == 0
    return when.of_attempt(payments, event, at) and clean and isinstance(event.outcome, Declined | Cancelled)


def late_capture(payments: Payments, event: it.TerminalAnsweredLate, _at: Moment) -> bool:
    """The abandoned authorisation was approved, and its attempt had been closed as not charged."""
    uncharged = payments.uncharged
    return uncharged is not None and event.job == JobId(uncharged.id) and isinstance(event.outcome, Approved)


def open_late_case(payments: Payments, event: it.TerminalAnsweredLate, at: Moment) -> Next:
    """Two words against each other: people decide."""
    assert isinstance(event.outcome, Approved)
    assert payments.uncharged is not None
    attempt: Attempt = replace(payments.uncharged, record=event.outcome.record)
    before = replace(payments, attempt=attempt, uncharged=None, finished=None)
    return commit(before, Ending(to=AttemptState.MANUAL, why=Why.LATE_CAPTURE, record=event.outcome.record), at)


def decide(payments: Payments, event: it.OrderTaken, at: Moment) -> Next:
    """Close the case as people say."""
    decision = event.order.decision
    assert decision is not None
    ending = Ending(
        to=decision.verdict,
        why=Why.DECIDED,
        record=payments.attempt.record if payments.attempt is not None else None,
        decision=decision,
    )
    return commit(payments, ending, at, event.order.id)


ROWS: tuple[Row, ...] = (
    row(S.UNKNOWN, Tick, S.ASKING, look_up, when.can_be_asked),
    row(S.ASKING, it.TerminalAnswered, S.BOOKING, take_charged, is_charged),
    row(S.ASKING, it.TerminalAnswered, S.BOOKING, take_not_charged, is_not_charged),
    row(S.ASKING, it.TerminalAnswered, S.BOOKING, take_doubt, cannot_tell),
    row(S.ASKING, it.TerminalAnswered, S.BOOKING, book(AttemptState.MANUAL, Why.NO_ANSWER), asked_in_vain),
    row(S.ASKING, it.TerminalAnswered, S.UNKNOWN, hear, when.ours),
    row(S.ASKING, Tick, S.UNKNOWN, pause(AGAIN_S), when.after(when.LOOKUP_S)),
    row(_DOUBTED, it.StatusStored, None, take_approval, when.approves),
    row(_DOUBTED, it.TerminalAnsweredLate, S.BOOKING, pay, late_yes),
    row(_DOUBTED, it.TerminalAnsweredLate, S.BOOKING, book(AttemptState.NOT_CHARGED, Why.LATE_OUTCOME), late_no),
    row(S.IDLE, it.TerminalAnsweredLate, S.BOOKING, open_late_case, late_capture),
    row(_DOUBTED, it.OrderTaken, S.BOOKING, decide, when.decides),
    row({*_DOUBTED, S.BOOKING}, it.DropCharge, None, drop, when.of_attempt),
)
