"""What rows of the payment machine have in common: commit, ask, refuse, take news."""

from msgspec.structs import replace

from kiosk.payments import events as it
from kiosk.payments.guards import why_not, why_undecided
from kiosk.payments.model import Ending, Moment, PaymentOrderKind, Payments, Refusal, Refused, Why
from kiosk.payments.states import AttemptState
from kiosk.payments.table import Action, Next
from kiosk.vocabulary.effects import Effect
from kiosk.vocabulary.events import Event
from kiosk.vocabulary.ids import JobId
from kiosk.vocabulary.payments import LookUpLast, PaymentCommand

AGAIN_S = 5.0
"""Pause before a commit is tried again, and before a terminal that did not answer is asked again."""


def commit(payments: Payments, ending: Ending, at: Moment, order: str = "") -> Next:
    """Write where the attempt stands; its answer is awaited."""
    assert payments.attempt is not None
    after = replace(payments, ending=ending, waits_for=at.id, next_try=at.mono + AGAIN_S, refused=None)
    return Next(after, (it.CommitAttempt(at.id, payments.attempt, ending, order),))


def commit_again(payments: Payments, _event: Event, at: Moment) -> Next:
    """The same once more, under a new entry: the disk did not take it, or did not answer."""
    assert payments.ending is not None
    return commit(payments, payments.ending, at)


def ask(payments: Payments, command: PaymentCommand, job: JobId) -> Next:
    """Hand a command to the terminal; its answer is awaited."""
    return Next(replace(payments, waits_for=job), (it.AskTerminal(job, command),))


def look_up(payments: Payments, _event: Event, at: Moment) -> Next:
    """Ask for the last transaction."""
    return ask(payments, LookUpLast(payments_only=payments.payments_only), JobId(f"{at.id}.lookup"))


def told_unknown(payments: Payments, why: Why, at: Moment) -> Next:
    """Nobody knows whether it was charged: into the journal and to the hub, and then the terminal is asked.

    Nothing that is done before the answer depends on this entry: at the next start it would be unknown anyway.
    """
    assert payments.attempt is not None
    after = replace(
        payments, ending=None, waits_for="", answer=None, asked_in_vain=0, payments_only=False, next_try=at.mono
    )
    entry = it.CommitAttempt(at.id, payments.attempt, Ending(to=AttemptState.UNKNOWN, why=why))
    return Next(after, (entry,))


def book(to: AttemptState, why: Why) -> Action:
    """The action that writes this end."""

    def act(payments: Payments, _event: Event, at: Moment) -> Next:
        return commit(payments, Ending(to=to, why=why), at)

    act.__name__ = f"book {to.value}: {why.value}"
    return act


def unknown(why: Why) -> Action:
    """The action for an outcome that nobody knows."""

    def act(payments: Payments, _event: Event, at: Moment) -> Next:
        return told_unknown(payments, why, at)

    act.__name__ = f"unknown: {why.value}"
    return act


def pause(seconds: float) -> Action:
    """The action that waits before the next try."""

    def act(payments: Payments, _event: Event, at: Moment) -> Next:
        return Next(replace(payments, next_try=at.mono + seconds, waits_for=""))

    act.__name__ = f"wait {seconds:g} s"
    return act


def refuse(payments: Payments, event: it.StartPayment, _at: Moment) -> Next:
    """Say why this payment cannot begin."""
    why = why_not(payments, event) or Refusal.OPEN_ATTEMPT
    return Next(replace(payments, refused=Refused(event.charge, why)))


def restore_again(payments: Payments, _event: Event, at: Moment) -> Next:
    """Forget what is open and read it from the store."""
    after = replace(
        payments, attempt=None, ending=None, day=None, day_result="", waits_for="", next_try=at.mono + AGAIN_S
    )
    return Next(after, (it.RestorePayments(),))


# -- news, in every state


def take_condition(payments: Payments, event: it.ConditionTold, _at: Moment) -> Next:
    """How the terminal is, and which one answers now."""
    return Next(replace(payments, condition=event.told.condition, terminal_id=event.told.terminal_id))


def take_link(payments: Payments, event: it.DeviceLinked, _at: Moment) -> Next:
    """Whether its driver takes commands; its condition is told anew after each connecting."""
    return Next(replace(payments, device_up=event.up, condition=payments.condition if event.up else None))


def take_numbers(payments: Payments, _event: Event, _at: Moment) -> Next:
    """The receipt numbers are known."""
    return Next(replace(payments, numbers_sure=True))


def take_settings(payments: Payments, event: it.SettingsTaken, _at: Moment) -> Next:
    """What the town and the device's configuration set."""
    return Next(replace(payments, settings=event.settings))


def take_unasked(payments: Payments, event: it.UnaskedStored, _at: Moment) -> Next:
    """It is refused, so the terminal takes it back; whether it did shows the next lookup."""
    return Next(replace(payments, ghost=event.record) if event.record.result == 0 else payments)


def take_order(payments: Payments, event: it.OrderTaken, _at: Moment) -> Next:
    """Keep an order until it can be done; what can never be done is refused at once."""
    order = event.order
    if any(each.id == order.id for each in payments.orders):
        return Next(payments)
    match order.kind:
        case PaymentOrderKind.ADOPT_TERMINAL if payments.terminal_id:
            note = it.CommitNote(
                "terminal_adopted", detail=payments.terminal_id, order=order.id, terminal_id=payments.terminal_id
            )
            return Next(replace(payments, known_terminal=payments.terminal_id), (note,))
        case PaymentOrderKind.ADOPT_TERMINAL:
            return _refused(payments, order.id, "no_terminal")
        case PaymentOrderKind.CLOSE_CASE:
            return _refused(payments, order.id, why_undecided(order) or "no_such_case")
        case PaymentOrderKind.VOID if order.paid is None or order.paid.record is None:
            return _refused(payments, order.id, "not_reversible")
        case _:
            return Next(replace(payments, orders=(*payments.orders, order)))


def _refused(payments: Payments, order: str, why: str) -> Next:
    return Next(payments, (it.CommitNote("order_refused", detail=why, order=order),))


def take_approval(payments: Payments, event: it.StatusStored, _at: Moment) -> Next:
    """A status information with result 0 is durable. What was heard before it counts no longer."""
    assert payments.attempt is not None
    attempt = replace(payments.attempt, record=event.record, approvals=event.approvals)
    return Next(replace(payments, attempt=attempt, answer=None))


def drop(payments: Payments, _event: it.DropCharge, _at: Moment) -> Next:
    """What was paid for is gone; kept, because the attempt may outlive this run."""
    assert payments.attempt is not None
    attempt = replace(payments.attempt, wanted=False)
    return Next(replace(payments, attempt=attempt), (it.CommitNote("not_wanted", about=attempt.id),))


def note_late(payments: Payments, event: it.TerminalAnsweredLate, _at: Moment) -> Next:
    """Evidence that settles nothing: into the journal."""
    kept: Effect = it.CommitNote(
        "late_outcome",
        about=event.job,
        detail=type(event.outcome).__name__,
        record=getattr(event.outcome, "record", None),
    )
    return Next(payments, (kept,))
