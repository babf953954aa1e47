"""Rows of the start: what the store knows decides where the machine goes on (docs/payments.md, "power cuts")."""

from msgspec.structs import replace

from kiosk.payments import events as it
from kiosk.payments.acting import AGAIN_S, told_unknown
from kiosk.payments.day_rows import UNSURE
from kiosk.payments.model import Moment, Payments, Why
from kiosk.payments.states import AttemptState, PayState
from kiosk.payments.table import Guard, Next, Row, row
from kiosk.vocabulary.events import Event, Tick

S = PayState
_UNSETTLED = (AttemptState.INTENT, AttemptState.AUTHORISED, AttemptState.UNKNOWN)


def _take(payments: Payments, event: it.PaymentsRestored, at: Moment) -> Payments:
    found = event.found
    return replace(
        payments,
        attempt=found.attempt,
        day=found.day,
        day_result=UNSURE if found.day else "",
        last_day=found.last_day,
        known_terminal=found.known_terminal or payments.known_terminal,
        numbers_sure=found.numbers_sure or payments.numbers_sure,
        ghost=found.ghost,
        uncharged=found.uncharged,
        orders=found.orders,
        waits_for="",
        next_try=at.mono,
    )


def take(payments: Payments, event: it.PaymentsRestored, at: Moment) -> Next:
    """Go on with what the store has."""
    return Next(_take(payments, event, at))


def doubt(payments: Payments, event: it.PaymentsRestored, at: Moment) -> Next:
    """The program ended while an attempt was open: nobody knows how that one ended."""
    return told_unknown(_take(payments, event, at), Why.RESTART, at)


def refused_before(payments: Payments, _event: Event, at: Moment) -> bool:
    """The store did not answer the first time, and the pause is over. (The core asks first, once the store is open.)"""
    return 0 < payments.next_try <= at.mono


def again(payments: Payments, _event: Event, at: Moment) -> Next:
    """Ask the store once more."""
    return Next(replace(payments, next_try=at.mono + AGAIN_S), (it.RestorePayments(),))


def found(*states: AttemptState) -> Guard:
    """The guard that holds when an attempt stands open in one of these states."""

    def holds(_payments: Payments, event: it.PaymentsRestored, _at: Moment) -> bool:
        return event.found.attempt is not None and event.found.state in states

    holds.__name__ = "open: " + ", ".join(state.value for state in states)
    return holds


def day_open(_payments: Payments, event: it.PaymentsRestored, _at: Moment) -> bool:
    """An end-of-day had begun."""
    return event.found.day is not None


def wait(payments: Payments, _event: Event, at: Moment) -> Next:
    """The store does not answer: payments stay shut; again after a pause."""
    return Next(replace(payments, next_try=at.mono + AGAIN_S))


ROWS: tuple[Row, ...] = (
    row(S.RESTORING, it.PaymentsRestored, S.UNKNOWN, doubt, found(*_UNSETTLED)),
    row(S.RESTORING, it.PaymentsRestored, S.VOID_WANTED, take, found(AttemptState.VOID_WANTED)),
    row(S.RESTORING, it.PaymentsRestored, S.MANUAL, take, found(AttemptState.MANUAL)),
    row(S.RESTORING, it.PaymentsRestored, S.DAY_WANTED, take, day_open),
    row(S.RESTORING, it.PaymentsRestored, S.IDLE, take),
    row(S.RESTORING, it.PaymentsNotRestored, None, wait),
    row(S.RESTORING, Tick, None, again, refused_before),
)
