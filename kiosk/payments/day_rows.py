"""Rows of the end-of-day: timed, when the terminal asks for it, or by order. Never while an attempt is open."""

from msgspec.structs import replace

from kiosk.payments import events as it
from kiosk.payments import guards as when
from kiosk.payments.acting import AGAIN_S, ask, look_up, pause, restore_again
from kiosk.payments.model import Moment, PaymentOrderKind, Payments
from kiosk.payments.states import PayState
from kiosk.payments.table import Next, Row, row
from kiosk.vocabulary.events import Event, Tick
from kiosk.vocabulary.ids import DayEndId, JobId
from kiosk.vocabulary.payments import (
    CardRecord,
    Condition,
    DayClosed,
    Declined,
    EndDay,
    LastFound,
    NothingFound,
    Totals,
    Unknown,
)

S = PayState
TRIES = 3
REFUSED_S = 30.0
POLLED_S = 60.0
"""Until then the driver has told that no end-of-day is due any more."""
NEXT_DAY_TRY_S = 600.0
"""Pause before an end-of-day that failed begins anew, where the terminal still asks for it."""
BEGUN, CLOSED, SEEN_CLOSED, FAILED, UNSURE = "begun", "closed", "seen_closed", "failed", "unsure"
"""Results in journal and ledger. ``seen_closed``: its totals come from a lookup. ``unsure``: it may have happened."""


def begin(payments: Payments, _event: Event, at: Moment) -> Next:
    """That it begins is durable before the terminal hears of it."""
    order = when.order_of(payments, PaymentOrderKind.END_DAY)
    today = at.now.date().isoformat()
    before = replace(
        payments,
        day=DayEndId(at.id),
        day_order=order.id if order is not None else "",
        orders=tuple(each for each in payments.orders if order is None or each.id != order.id),
        day_tries=0,
        day_totals=None,
        day_result="",
        day_jobs=(),
        last_day=today,
        uncharged=None,
        finished=None,
    )
    return _commit(before, BEGUN, at)


def _commit(payments: Payments, result: str, at: Moment) -> Next:
    assert payments.day is not None
    effect = it.CommitDay(at.id, payments.day, result, payments.last_day, payments.day_totals, payments.day_order)
    after = replace(payments, day_result=result, waits_for=at.id, next_try=at.mono + AGAIN_S)
    return Next(after, (effect,))


def commit_again(payments: Payments, _event: Event, at: Moment) -> Next:
    """The same once more: the disk did not take it, or did not answer."""
    return _commit(payments, payments.day_result, at)


def wait(payments: Payments, _event: Event, at: Moment) -> Next:
    """It is durable: now it may be sent."""
    return Next(replace(payments, day_result="", waits_for="", next_try=at.mono))


def may_have_happened(payments: Payments, event: Event, at: Moment) -> bool:
    """An end-of-day of which nobody knows, and a terminal that does not ask for another one."""
    unknown = payments.day_result == UNSURE and payments.condition is not Condition.END_OF_DAY_DUE
    return unknown and when.can_be_asked(payments, event, at)


def send(payments: Payments, _event: Event, at: Moment) -> Next:
    """Ask for it. A second one hands in nothing twice: its totals are those since the first."""
    assert payments.day is not None
    job = JobId(f"{at.id}.day")
    asked = ask(payments, EndDay(day=payments.day), job)
    after = replace(asked.payments, day_tries=payments.day_tries + 1, day_jobs=(*payments.day_jobs, job))
    return Next(after, asked.effects)


def is_closed(payments: Payments, event: it.TerminalAnswered | it.TerminalAnsweredLate, _at: Moment) -> bool:
    """The terminal has handed in."""
    return event.job in payments.day_jobs and isinstance(event.outcome, DayClosed)


def close(payments: Payments, event: it.TerminalAnswered | it.TerminalAnsweredLate, at: Moment) -> Next:
    """Book its totals."""
    assert isinstance(event.outcome, DayClosed)
    return _commit(replace(payments, day_totals=event.outcome.totals), CLOSED, at)


def shows_day(payments: Payments, event: it.TerminalAnswered, at: Moment) -> bool:
    """The terminal's last transaction is an end-of-day."""
    found = event.outcome
    return when.ours(payments, event, at) and isinstance(found, LastFound) and found.record.end_of_day


def close_seen(payments: Payments, event: it.TerminalAnswered, at: Moment) -> Next:
    """Book what the lookup shows of it; the sum is compared all the same."""
    assert isinstance(event.outcome, LastFound)
    return _commit(replace(payments, day_totals=_totals(event.outcome.record)), SEEN_CLOSED, at)


def _totals(record: CardRecord) -> Totals | None:
    return Totals(amount=record.amount, terminal_id=record.terminal_id) if record.amount is not None else None


def tried_enough(payments: Payments, event: it.TerminalAnswered, at: Moment) -> bool:
    """The terminal has refused it, or not answered, often enough."""
    failed = isinstance(event.outcome, Declined | Unknown | NothingFound | LastFound)
    return when.ours(payments, event, at) and failed and payments.day_tries >= TRIES


def give_up(payments: Payments, _event: Event, at: Moment) -> Next:
    """Alarm: people look at it. Payments go on unless the terminal itself asks for an end-of-day."""
    return _commit(payments, UNSURE if payments.day_result == UNSURE else FAILED, at)


def is_unknown(payments: Payments, event: it.TerminalAnswered, at: Moment) -> bool:
    """It may have happened."""
    return when.ours(payments, event, at) and isinstance(event.outcome, Unknown)


def doubt(payments: Payments, _event: Event, at: Moment) -> Next:
    """Ask when the terminal is idle."""
    return Next(replace(payments, day_result=UNSURE, waits_for="", next_try=at.mono + AGAIN_S))


def not_closed(payments: Payments, _event: Event, at: Moment) -> Next:
    """It has not happened: once more."""
    return Next(replace(payments, day_result="", waits_for="", next_try=at.mono))


def ended(payments: Payments, _event: Event, at: Moment) -> Next:
    """It is durable: payments may go on."""
    return Next(
        replace(
            payments,
            day=None,
            waits_for="",
            day_order="",
            next_try=at.mono + (POLLED_S if payments.day_result in (CLOSED, SEEN_CLOSED) else NEXT_DAY_TRY_S),
        )
    )


ROWS: tuple[Row, ...] = (
    row(S.IDLE, Tick, S.DAY_INTENDING, begin, when.day_due),
    row(S.DAY_INTENDING, it.PaymentCommitted, S.DAY_WANTED, wait, when.ours),
    row(S.DAY_INTENDING, it.PaymentNotCommitted, S.RESTORING, restore_again, when.ours),
    row(S.DAY_INTENDING, Tick, None, commit_again, when.due),
    row(S.DAY_WANTED, Tick, S.DAY_ASKING, look_up, may_have_happened),
    row(S.DAY_WANTED, Tick, S.DAY_CLOSING, send, when.can_be_asked),
    row(S.DAY_CLOSING, it.TerminalAnswered, S.DAY_BOOKING, close, is_closed),
    row(S.DAY_CLOSING, it.TerminalAnswered, S.DAY_WANTED, doubt, is_unknown),
    row(S.DAY_CLOSING, it.TerminalAnswered, S.DAY_BOOKING, give_up, tried_enough),
    row(S.DAY_CLOSING, it.TerminalAnswered, S.DAY_WANTED, pause(REFUSED_S), when.ours),
    row(S.DAY_CLOSING, Tick, S.DAY_WANTED, doubt, when.after(when.DIALOGUE_S)),
    row(S.DAY_ASKING, it.TerminalAnswered, S.DAY_BOOKING, close_seen, shows_day),
    row(S.DAY_ASKING, it.TerminalAnswered, S.DAY_BOOKING, give_up, tried_enough),
    row(S.DAY_ASKING, it.TerminalAnswered, S.DAY_WANTED, not_closed, when.ours),
    row(S.DAY_ASKING, Tick, S.DAY_WANTED, doubt, when.after(when.LOOKUP_S)),
    row({S.DAY_WANTED, S.DAY_ASKING}, it.TerminalAnsweredLate, S.DAY_BOOKING, close, is_closed),
    row(S.DAY_BOOKING, it.PaymentCommitted, S.IDLE, ended, when.ours),
    row(S.DAY_BOOKING, Tick, None, commit_again, when.due),
)
