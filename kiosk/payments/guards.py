"""Questions that rows of the payment machine ask before they act."""

from kiosk.payments import events as it
from kiosk.payments.model import Attempt, Moment, PaymentOrder, PaymentOrderKind, Payments, Refusal
from kiosk.payments.resolve import newer, same, same_terminal
from kiosk.payments.states import AttemptState, PayState
from kiosk.payments.table import Guard
from kiosk.vocabulary.events import Event
from kiosk.vocabulary.ids import JobId
from kiosk.vocabulary.payments import (
    MOST_CENTS,
    Approved,
    CardRecord,
    Condition,
    LastFound,
    NothingFound,
)

LOOKUP_S = 120.0
"""Seconds after which an answer of a lookup counts as lost; the host's own limit comes long before."""
DIALOGUE_S = 4000.0
"""The same for an authorisation, a reversal, an end-of-day."""
COMMIT_S = 60.0
"""The same for the store."""
DAY_MS = 86_400_000
_IDLE = frozenset({Condition.READY, Condition.END_OF_DAY_DUE})


def both(*guards: Guard) -> Guard:
    """The guard that holds when all of these do."""

    def holds(payments: Payments, event: Event, at: Moment) -> bool:
        return all(each(payments, event, at) for each in guards)

    holds.__name__ = " and ".join(each.__name__ for each in guards)
    return holds


def after(seconds: float) -> Guard:
    """The guard that holds so many seconds after the state was entered."""

    def holds(payments: Payments, _event: Event, at: Moment) -> bool:
        return at.mono - payments.entered >= seconds

    holds.__name__ = f"after {seconds:g} s"
    return holds


def ours(payments: Payments, event: Event, _at: Moment) -> bool:
    """The answer is the one that is awaited."""
    match event:
        case it.TerminalAnswered(job=job) | it.TerminalTook(job=job) | it.TerminalSaid(job=job):
            return job == payments.waits_for
        case it.PaymentCommitted(entry=entry) | it.PaymentNotCommitted(entry=entry):
            return entry == payments.waits_for
        case _:
            return False


def due(payments: Payments, _event: Event, at: Moment) -> bool:
    """The pause is over."""
    return at.mono >= payments.next_try


def can_be_asked(payments: Payments, _event: Event, at: Moment) -> bool:
    """The pause is over, and the terminal is there and does nothing by itself."""
    return at.mono >= payments.next_try and payments.device_up and payments.condition in _IDLE


def why_not(payments: Payments, start: it.StartPayment) -> Refusal | None:
    """Why this payment cannot begin now; None = it can."""
    if (wrong := _wrong_amount(payments, start)) is not None:
        return wrong
    done = payments.finished
    if done is not None and done.attempt.charge == start.charge and done.to is AttemptState.PAID:
        return Refusal.ALREADY_PAID
    match payments.state:
        case PayState.RESTORING:
            return Refusal.NOT_RESTORED
        case PayState.MANUAL:
            return Refusal.LOCKED
        case PayState.IDLE:
            return _not_ready(payments)
        case _:
            return Refusal.OPEN_ATTEMPT


def _wrong_amount(payments: Payments, start: it.StartPayment) -> Refusal | None:
    cents, settings = start.amount.cents, payments.settings
    if start.amount.currency != settings.currency:
        return Refusal.WRONG_CURRENCY
    if cents <= 0:
        return Refusal.AMOUNT_ZERO if cents == 0 else Refusal.AMOUNT_NEGATIVE
    return Refusal.ABOVE_LIMIT if cents > min(settings.limit_cents, MOST_CENTS) else None


def _not_ready(payments: Payments) -> Refusal | None:
    if not payments.numbers_sure:
        return Refusal.NUMBERS_NOT_SURE
    if not payments.device_up or payments.condition is None:
        return Refusal.TERMINAL_AWAY
    if payments.known_terminal and payments.terminal_id != payments.known_terminal:
        return Refusal.OTHER_TERMINAL
    match payments.condition:
        case Condition.READY:
            return Refusal.DAY_DUE if any(each.kind is PaymentOrderKind.END_DAY for each in payments.orders) else None
        case Condition.CARD_INSIDE:
            return Refusal.CARD_INSIDE
        case Condition.END_OF_DAY_DUE:
            return Refusal.DAY_DUE
        case _:
            return Refusal.TERMINAL_NOT_READY


def may_begin(payments: Payments, event: it.StartPayment, _at: Moment) -> bool:
    """Nothing stands in the way of this payment."""
    return why_not(payments, event) is None


def has_baseline(_payments: Payments, event: it.TerminalAnswered, _at: Moment) -> bool:
    """The lookup was answered, with a transaction or with none."""
    return isinstance(event.outcome, LastFound | NothingFound)


def stands_after_all(payments: Payments, event: it.TerminalAnswered, _at: Moment) -> bool:
    """A payment stands in the terminal that was closed as not charged, or that was refused when it came unasked."""
    return (last := _standing(event)) is not None and (is_late_capture(payments, last) or is_ghost(payments, last))


def is_late_capture(payments: Payments, last: CardRecord) -> bool:
    """The payment that was closed as not charged stands: it is newer than its baseline, and has its amount."""
    uncharged = payments.uncharged
    if uncharged is None or last.amount != uncharged.amount or same(last, uncharged.baseline):
        return False
    return same_terminal(last.terminal_id, uncharged.terminal_id) and newer(last, uncharged.baseline)


def is_ghost(payments: Payments, last: CardRecord) -> bool:
    """The payment that came unasked stands, although it was refused."""
    return same(last, payments.ghost)


def _standing(event: it.TerminalAnswered) -> CardRecord | None:
    """The last transaction, when it is a payment that stands."""
    if not isinstance(event.outcome, LastFound):
        return None
    last = event.outcome.record
    stands = last.result == 0 and not (last.reversal or last.end_of_day or last.original_trace is not None)
    return last if stands else None


def stop_asked(payments: Payments, _event: Event, _at: Moment) -> bool:
    """The visitor asked to stop, or the charge was withdrawn, before anything was sent."""
    return payments.attempt is not None and (payments.attempt.cancelled or not payments.attempt.wanted)


def of_attempt(payments: Payments, event: Event, _at: Moment) -> bool:
    """It speaks of the open attempt."""
    attempt = payments.attempt
    if attempt is None:
        return False
    match event:
        case it.StatusStored(payment=payment):
            return payment == attempt.id
        case it.CancelPayment(charge=charge) | it.DropCharge(charge=charge):
            return charge == attempt.charge
        case it.TerminalAnsweredLate(job=job):
            return job == JobId(attempt.id)
        case _:
            return False


def approves(payments: Payments, event: it.StatusStored, at: Moment) -> bool:
    """It is a status information of the open attempt with result 0."""
    return of_attempt(payments, event, at) and event.record.result == 0


def is_right(attempt: Attempt | None, record: CardRecord) -> bool:
    """What the terminal confirms is what it was asked for."""
    if attempt is None or record.amount != attempt.amount:
        return False
    return same_terminal(record.terminal_id, attempt.terminal_id)


def booked_right(payments: Payments, outcome: object) -> bool:
    """Approved, stored, and of the right amount and terminal: nothing is missing."""
    attempt = payments.attempt
    return (
        isinstance(outcome, Approved)
        and attempt is not None
        and attempt.approvals == 1
        and is_right(attempt, outcome.record)
    )


def order_of(payments: Payments, kind: PaymentOrderKind) -> PaymentOrder | None:
    """The oldest order of this kind that waits."""
    return next((each for each in payments.orders if each.kind is kind), None)


def has_order(kind: PaymentOrderKind) -> Guard:
    """The guard that holds when such an order waits."""

    def holds(payments: Payments, _event: Event, _at: Moment) -> bool:
        return order_of(payments, kind) is not None

    holds.__name__ = f"order {kind.value} waits"
    return holds


def day_due(payments: Payments, event: Event, at: Moment) -> bool:
    """The terminal asks for an end-of-day, an order does, or the time has come; and it can be sent."""
    if not can_be_asked(payments, event, at):
        return False
    settings, today = payments.settings, at.now.date().isoformat()
    timed = bool(settings.end_of_day) and payments.last_day < today and at.now.strftime("%H:%M") >= settings.end_of_day
    asked = order_of(payments, PaymentOrderKind.END_DAY) is not None
    return timed or asked or payments.condition is Condition.END_OF_DAY_DUE


def decides(payments: Payments, event: it.OrderTaken, _at: Moment) -> bool:
    """It closes the open case, by people who may."""
    order, attempt = event.order, payments.attempt
    return (
        order.kind is PaymentOrderKind.CLOSE_CASE
        and attempt is not None
        and order.payment == attempt.id
        and order.decision is not None
        and why_undecided(order) == ""
    )


def why_undecided(order: PaymentOrder) -> str:
    """Why a decision is not enough to close a case: a code; "" = it is."""
    decision = order.decision
    if decision is None or not decision.reason.strip() or not decision.evidence.strip():
        return "no_reason"
    if decision.verdict not in (AttemptState.PAID, AttemptState.NOT_CHARGED, AttemptState.VOIDED):
        return "no_verdict"
    if not decision.first or not decision.second:
        return "no_person"
    if decision.first != decision.second:
        return ""
    if not decision.one_person:
        return "same_person"
    return "" if decision.second_ms - decision.first_ms >= DAY_MS else "too_early"
