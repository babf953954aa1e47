"""Rows that take a payment back before end-of-day: the same reversal again until the terminal has answered."""

from msgspec.structs import replace

from kiosk.payments import events as it
from kiosk.payments import guards as when
from kiosk.payments.acting import AGAIN_S, book, commit, look_up, pause
from kiosk.payments.model import Ending, Moment, PaymentOrderKind, Payments, Why
from kiosk.payments.states import AttemptState, PayState
from kiosk.payments.table import Next, Row, row
from kiosk.vocabulary.events import Event, Tick
from kiosk.vocabulary.ids import JobId
from kiosk.vocabulary.payments import AlreadyReversed, CardRecord, Declined, LastFound, NothingFound, Reverse, Reversed

S = PayState
TRIES = 10
"""Reversals without a clear answer, and people decide."""
REFUSALS = 3
"""Reversals that the terminal refused."""


def begin_ordered(payments: Payments, _event: Event, at: Moment) -> Next:
    """Staff want a payment back: that is durable before the terminal is asked."""
    order = when.order_of(payments, PaymentOrderKind.VOID)
    assert order is not None
    assert order.paid is not None
    rest = tuple(each for each in payments.orders if each.id != order.id)
    before = replace(payments, attempt=order.paid, orders=rest, finished=None, uncharged=None)
    ending = Ending(to=AttemptState.VOID_WANTED, why=Why.ORDERED, record=order.paid.record)
    return commit(before, ending, at, order.id)


def cannot_be_voided(payments: Payments, _event: Event, _at: Moment) -> bool:
    """The oldest order to void is about a payment that was taken back or handed in since it was given."""
    order = when.order_of(payments, PaymentOrderKind.VOID)
    return order is not None and (order.paid is None or order.paid.record is None)


def refuse_order(payments: Payments, _event: Event, _at: Moment) -> Next:
    """Say so, and forget it."""
    order = when.order_of(payments, PaymentOrderKind.VOID)
    assert order is not None
    rest = tuple(each for each in payments.orders if each.id != order.id)
    note = it.CommitNote("order_refused", detail="not_reversible", order=order.id)
    return Next(replace(payments, orders=rest), (note,))


def was_paid(payments: Payments, event: it.DropCharge, _at: Moment) -> bool:
    """What was withdrawn is what was paid last."""
    done = payments.finished
    return (
        done is not None
        and done.attempt.charge == event.charge
        and done.to is AttemptState.PAID
        and done.attempt.record is not None
    )


def begin_dropped(payments: Payments, _event: it.DropCharge, at: Moment) -> Next:
    """Paid, and withdrawn after that."""
    assert payments.finished is not None
    attempt = replace(payments.finished.attempt, wanted=False)
    before = replace(payments, attempt=attempt, finished=None)
    return commit(before, Ending(to=AttemptState.VOID_WANTED, why=Why.NOT_WANTED, record=attempt.record), at)


def cannot_be_sent(payments: Payments, _event: Event, _at: Moment) -> bool:
    """Without its receipt number no reversal can be asked for; and not for ever."""
    attempt = payments.attempt
    record = attempt.record if attempt is not None else None
    return attempt is None or record is None or record.receipt is None or attempt.void_tries >= TRIES


def reverse(payments: Payments, _event: Event, at: Moment) -> Next:
    """Ask for it: always the same receipt number and amount."""
    attempt = payments.attempt
    assert attempt is not None
    assert attempt.record is not None
    assert attempt.record.receipt is not None
    command = Reverse(payment=attempt.id, receipt=attempt.record.receipt, amount=attempt.amount)
    job = JobId(f"{at.id}.void")
    tried = replace(attempt, void_tries=attempt.void_tries + 1)
    after = replace(payments, attempt=tried, void_jobs=(*payments.void_jobs, job), waits_for=job)
    return Next(after, (it.AskTerminal(job, command),))


def _is_ours(payments: Payments, event: it.TerminalAnswered | it.TerminalAnsweredLate, _at: Moment) -> bool:
    return event.job in payments.void_jobs


def is_reversed(payments: Payments, event: it.TerminalAnswered | it.TerminalAnsweredLate, at: Moment) -> bool:
    """The terminal has taken it back, now or before."""
    if not _is_ours(payments, event, at):
        return False
    match event.outcome:
        case AlreadyReversed():
            return True
        case Reversed(record=record):
            return payments.attempt is not None and record.amount in (None, payments.attempt.amount)
        case _:
            return False


def is_other_amount(payments: Payments, event: it.TerminalAnswered, at: Moment) -> bool:
    """It reversed something, of another amount."""
    return _is_ours(payments, event, at) and isinstance(event.outcome, Reversed)


def is_refused(payments: Payments, event: it.TerminalAnswered, at: Moment) -> bool:
    """The terminal refuses: perhaps because it is done (B5 and host code 21 mean that on some)."""
    return when.ours(payments, event, at) and isinstance(event.outcome, Declined)


def booked(payments: Payments, event: it.TerminalAnswered | it.TerminalAnsweredLate, at: Moment) -> Next:
    """It is taken back."""
    match event.outcome:
        case Reversed(record=record):
            return commit(payments, Ending(to=AttemptState.VOIDED, why=Why.REVERSED, record=record), at)
        case LastFound(record=record):
            return commit(payments, Ending(to=AttemptState.VOIDED, why=Why.LAST_WAS_REVERSED, record=record), at)
        case _:
            return commit(payments, Ending(to=AttemptState.VOIDED, why=Why.ALREADY_REVERSED), at)


def shows_reversal(payments: Payments, event: it.TerminalAnswered, at: Moment) -> bool:
    """The terminal's last transaction is the reversal of this payment."""
    attempt = payments.attempt
    if not when.ours(payments, event, at) or attempt is None or not isinstance(event.outcome, LastFound):
        return False
    return _reverses(event.outcome.record, attempt.record)


def _reverses(last: CardRecord, paid: CardRecord | None) -> bool:
    if paid is None or last.result != 0:
        return False
    return paid.trace is not None and last.original_trace == paid.trace


def refused_for_good(payments: Payments, event: it.TerminalAnswered, at: Moment) -> bool:
    """Asked often enough, and the terminal shows no reversal of it."""
    answered = isinstance(event.outcome, LastFound | NothingFound)
    tries = payments.attempt.void_tries if payments.attempt is not None else TRIES
    return when.ours(payments, event, at) and answered and tries >= REFUSALS


_OPEN = frozenset({S.VOID_WANTED, S.VOIDING, S.VOID_ASKING, S.MANUAL})

ROWS: tuple[Row, ...] = (
    row(S.IDLE, Tick, None, refuse_order, cannot_be_voided),
    row(S.IDLE, Tick, S.BOOKING, begin_ordered, when.both(when.can_be_asked, when.has_order(PaymentOrderKind.VOID))),
    row(S.IDLE, it.DropCharge, S.BOOKING, begin_dropped, was_paid),
    row(S.VOID_WANTED, Tick, S.BOOKING, book(AttemptState.MANUAL, Why.NOT_REVERSIBLE), cannot_be_sent),
    row(S.VOID_WANTED, Tick, S.VOIDING, reverse, when.can_be_asked),
    row(S.VOIDING, it.TerminalAnswered, S.BOOKING, booked, is_reversed),
    row(S.VOIDING, it.TerminalAnswered, S.BOOKING, book(AttemptState.MANUAL, Why.WRONG_AMOUNT), is_other_amount),
    row(S.VOIDING, it.TerminalAnswered, S.VOID_ASKING, look_up, is_refused),
    row(S.VOIDING, it.TerminalAnswered, S.VOID_WANTED, pause(AGAIN_S), when.ours),
    row(S.VOIDING, Tick, S.VOID_WANTED, pause(AGAIN_S), when.after(when.DIALOGUE_S)),
    row(S.VOID_ASKING, it.TerminalAnswered, S.BOOKING, booked, shows_reversal),
    row(
        S.VOID_ASKING,
        it.TerminalAnswered,
        S.BOOKING,
        book(AttemptState.MANUAL, Why.NOT_REVERSIBLE),
        refused_for_good,
    ),
    row(S.VOID_ASKING, it.TerminalAnswered, S.VOID_WANTED, pause(AGAIN_S), when.ours),
    row(S.VOID_ASKING, Tick, S.VOID_WANTED, pause(AGAIN_S), when.after(when.LOOKUP_S)),
    row(_OPEN, it.TerminalAnsweredLate, S.BOOKING, booked, is_reversed),
)
