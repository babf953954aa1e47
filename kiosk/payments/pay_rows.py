"""Rows from "pay" to the end of the terminal's dialogue."""

from msgspec.structs import replace

from kiosk.payments import events as it
from kiosk.payments import guards as when
from kiosk.payments.acting import (
    ask,
    book,
    commit,
    drop,
    look_up,
    refuse,
    restore_again,
    take_approval,
    told_unknown,
    unknown,
)
from kiosk.payments.model import Attempt, Ending, Finished, Moment, Payments, Refusal, Refused, Why
from kiosk.payments.states import DIALOGUE, AttemptState, PayState
from kiosk.payments.table import Action, Guard, Next, Row, row
from kiosk.vocabulary.events import Event, Tick
from kiosk.vocabulary.hardware.problems import Problem
from kiosk.vocabulary.ids import ChargeId, JobId, PaymentId
from kiosk.vocabulary.payments import Approved, Authorise, Cancelled, CardRecord, Declined, LastFound, Money

S = PayState


def begin(payments: Payments, event: it.StartPayment, at: Moment) -> Next:
    """Look up what the terminal's last transaction is, before there is another. The terminal of the first payment is
    the one that payments are made with, until staff say that it was exchanged."""
    attempt = Attempt(
        id=PaymentId(at.id),
        charge=event.charge,
        amount=event.amount,
        terminal_id=payments.terminal_id,
        begun_ms=int(at.now.timestamp() * 1000),
    )
    before = replace(
        payments, attempt=attempt, refused=None, finished=None, payments_only=False, shown=None, no_stop=False
    )
    if payments.known_terminal:
        return look_up(before, event, at)
    asked = look_up(replace(before, known_terminal=payments.terminal_id), event, at)
    note = it.CommitNote("terminal_adopted", detail=payments.terminal_id, terminal_id=payments.terminal_id)
    return Next(asked.payments, (note, *asked.effects))


def intend(payments: Payments, event: it.TerminalAnswered, at: Moment) -> Next:
    """Write the attempt with its baseline; nothing was sent yet."""
    assert payments.attempt is not None
    last = event.outcome.record if isinstance(event.outcome, LastFound) else None
    attempt = replace(payments.attempt, baseline=last)
    before = with_attempt(replace(payments, ghost=None, uncharged=None), attempt)
    return commit(before, Ending(to=AttemptState.INTENT, why=Why.BEGUN), at)


def open_case(payments: Payments, event: it.TerminalAnswered, at: Moment) -> Next:
    """A payment stands that nobody accounts for: a case for people instead of a new payment."""
    assert isinstance(event.outcome, LastFound)
    assert payments.attempt is not None
    last, charge = event.outcome.record, payments.attempt.charge
    if when.is_late_capture(payments, last) and payments.uncharged is not None:
        attempt, why = replace(payments.uncharged, record=last), Why.LATE_CAPTURE
    else:
        attempt, why = _ghost(payments.attempt, last), Why.GHOST
    moved = commit(with_attempt(payments, attempt), Ending(to=AttemptState.MANUAL, why=why, record=last), at)
    after = replace(moved.payments, refused=Refused(charge, Refusal.LOCKED), ghost=None, uncharged=None)
    return Next(after, moved.effects)


def _ghost(begun: Attempt, last: CardRecord) -> Attempt:
    """The case of a payment that nobody asked for: under the id that was to be the next attempt's."""
    return replace(begun, charge=ChargeId(""), amount=last.amount or Money(0), record=last)


def authorise(payments: Payments, _event: Event, _at: Moment) -> Next:
    """The attempt is durable: only now the terminal hears of it, under the attempt's own id and never again.

    It is told its own last transaction (1F1F), as the baseline has it: one that is kept from before may be a payment
    behind, and then the terminal would take a good payment back (decision 0331).
    """
    attempt = payments.attempt
    assert attempt is not None
    sync = attempt.baseline.sync if attempt.baseline is not None else ""
    command = Authorise(payment=attempt.id, amount=attempt.amount, sync=sync or None)
    return ask(replace(payments, ending=None), command, JobId(attempt.id))


def give_up(why: Refusal) -> Action:
    """The action that ends it before anything was sent."""

    def act(payments: Payments, _event: Event, _at: Moment) -> Next:
        charge = payments.attempt.charge if payments.attempt is not None else ChargeId("")
        return Next(replace(payments, attempt=None, ending=None, waits_for="", refused=Refused(charge, why)))

    act.__name__ = f"refuse: {why.value}"
    return act


def mark_stop(payments: Payments, _event: Event, _at: Moment) -> Next:
    """Remember that the visitor wants to stop."""
    assert payments.attempt is not None
    return Next(with_attempt(payments, replace(payments.attempt, cancelled=True)))


def stop(payments: Payments, event: Event, at: Moment) -> Next:
    """Ask the terminal to stop; what it says then counts."""
    marked = mark_stop(payments, event, at)
    return Next(marked.payments, (it.CancelJob(JobId(payments.waits_for)),))


def drop_and_stop(payments: Payments, event: it.DropCharge, at: Moment) -> Next:
    """Withdrawn: ask the terminal to stop; if it is charged all the same it is taken back."""
    dropped = drop(payments, event, at)
    return Next(dropped.payments, (*dropped.effects, it.CancelJob(JobId(payments.waits_for))))


def with_attempt(payments: Payments, attempt: Attempt) -> Payments:
    """The same with this attempt."""
    return replace(payments, attempt=attempt)


def take_shown(payments: Payments, event: it.TerminalSaid, _at: Moment) -> Next:
    """For the page of the visitor who pays."""
    if event.shown is None:
        return Next(replace(payments, no_stop=True))
    return Next(replace(payments, shown=event.shown))


# -- the outcome


def is_paid(payments: Payments, event: it.TerminalAnswered, at: Moment) -> bool:
    """Approved, stored, and of the right amount and terminal."""
    return when.ours(payments, event, at) and when.booked_right(payments, event.outcome)


def is_declined(payments: Payments, event: it.TerminalAnswered, at: Moment) -> bool:
    """The terminal says no, and nothing was approved before."""
    clean = payments.attempt is not None and payments.attempt.approvals == 0
    return when.ours(payments, event, at) and clean and isinstance(event.outcome, Declined)


def is_cancelled(payments: Payments, event: it.TerminalAnswered, at: Moment) -> bool:
    """Nothing was done, and nothing was approved before."""
    clean = payments.attempt is not None and payments.attempt.approvals == 0
    return when.ours(payments, event, at) and clean and isinstance(event.outcome, Cancelled)


def pay(payments: Payments, event: it.TerminalAnswered | it.TerminalAnsweredLate, at: Moment) -> Next:
    """Charged: book it, or take it back when nobody wants it any more."""
    assert isinstance(event.outcome, Approved)
    assert payments.attempt is not None
    late = isinstance(event, it.TerminalAnsweredLate)
    return charged(payments, event.outcome.record, Why.LATE_OUTCOME if late else Why.APPROVED, at)


def charged(payments: Payments, record: CardRecord, why: Why, at: Moment) -> Next:
    """It stands in the terminal: a paid fee, or one to be taken back."""
    assert payments.attempt is not None
    attempt = replace(payments.attempt, record=record)
    wanted = attempt.wanted
    ending = Ending(
        to=AttemptState.PAID if wanted else AttemptState.VOID_WANTED,
        why=why if wanted else Why.NOT_WANTED,
        record=record,
    )
    return commit(with_attempt(payments, attempt), ending, at)


def decline(payments: Payments, event: it.TerminalAnswered, at: Moment) -> Next:
    """Book the terminal's no, with its code."""
    assert isinstance(event.outcome, Declined)
    return commit(payments, Ending(to=AttemptState.DECLINED, why=Why.DECLINED, code=event.outcome.code), at)


def cancel(payments: Payments, event: it.TerminalAnswered, at: Moment) -> Next:
    """Book that nothing was done: the visitor or we ended it, or it never left."""
    assert isinstance(event.outcome, Cancelled)
    by_hand = event.outcome.problem is Problem.CANCELLED
    why = Why.CANCELLED if by_hand else Why.NOT_SENT
    return commit(payments, Ending(to=AttemptState.NOT_CHARGED, why=why, code=event.outcome.code), at)


def doubt(payments: Payments, event: it.TerminalAnswered, at: Moment) -> Next:
    """Neither a clean yes nor a clean no."""
    return told_unknown(payments, _why_doubted(payments, event), at)


def _why_doubted(payments: Payments, event: it.TerminalAnswered) -> Why:
    attempt = payments.attempt
    match event.outcome:
        case Approved() if attempt is None or attempt.approvals == 0:
            return Why.NOT_STORED
        case Approved(record=record) if attempt is not None and attempt.approvals == 1:
            return Why.OTHER_TERMINAL if record.terminal_id != attempt.terminal_id else Why.WRONG_AMOUNT
        case Approved() | Declined() | Cancelled():
            return Why.CONTRADICTION
        case _:
            return Why.SILENT


# -- the end


def leads_to(*states: AttemptState) -> Guard:
    """The guard that holds when the entry that is awaited was kept, and it leads there."""

    def holds(payments: Payments, event: it.PaymentCommitted, at: Moment) -> bool:
        return when.ours(payments, event, at) and payments.ending is not None and payments.ending.to in states

    holds.__name__ = "kept: " + ", ".join(state.value for state in states)
    return holds


def finish(payments: Payments, event: it.PaymentCommitted, at: Moment) -> Next:
    """It is over and durable: tell the flow, be free for the next one."""
    attempt, ending = payments.attempt, payments.ending
    assert attempt is not None
    assert ending is not None
    uncharged = attempt if ending.to in (AttemptState.NOT_CHARGED, AttemptState.DECLINED) else None
    after = replace(
        payments,
        attempt=None,
        ending=None,
        waits_for="",
        next_try=at.mono,
        answer=None,
        void_jobs=(),
        uncharged=uncharged,
        finished=Finished(attempt=attempt, to=ending.to, why=ending.why, code=ending.code, receipt_no=event.receipt_no),
    )
    return Next(after)


def settled(payments: Payments, _event: Event, at: Moment) -> Next:
    """The case or the wish to take it back is durable."""
    return Next(replace(payments, ending=None, waits_for="", next_try=at.mono))


def is_stale(payments: Payments, event: it.PaymentNotCommitted, at: Moment) -> bool:
    """The store knows of a status information that the entry did not: the end is not true any more."""
    return when.ours(payments, event, at) and event.stale


def doubt_again(payments: Payments, event: it.PaymentNotCommitted, at: Moment) -> Next:
    """With what the store knows, the terminal is asked anew."""
    assert payments.attempt is not None
    attempt = replace(payments.attempt, approvals=event.approvals, record=event.record or payments.attempt.record)
    return told_unknown(with_attempt(payments, attempt), Why.CONTRADICTION, at)


def is_refused(payments: Payments, event: it.PaymentNotCommitted, at: Moment) -> bool:
    """The store has the attempt otherwise: what it has counts."""
    return when.ours(payments, event, at) and event.refused


def was_paid_before(payments: Payments, event: it.PaymentNotCommitted, at: Moment) -> bool:
    """Another attempt has paid this charge."""
    return when.ours(payments, event, at) and event.reason == Refusal.ALREADY_PAID


ROWS: tuple[Row, ...] = (
    row(S.IDLE, it.StartPayment, S.BASELINE, begin, when.may_begin),
    row(S, it.StartPayment, None, refuse),
    # The baseline.
    row(S.BASELINE, it.TerminalAnswered, S.IDLE, give_up(Refusal.CANCELLED), when.both(when.ours, when.stop_asked)),
    row(S.BASELINE, it.TerminalAnswered, S.BOOKING, open_case, when.both(when.ours, when.stands_after_all)),
    row(S.BASELINE, it.TerminalAnswered, S.INTENDING, intend, when.both(when.ours, when.has_baseline)),
    row(S.BASELINE, it.TerminalAnswered, S.IDLE, give_up(Refusal.TERMINAL_NOT_READY), when.ours),
    row(S.BASELINE, Tick, S.IDLE, give_up(Refusal.TERMINAL_NOT_READY), when.after(when.LOOKUP_S)),
    # The attempt is durable before the terminal hears of it.
    row(
        S.INTENDING,
        it.PaymentCommitted,
        S.BOOKING,
        book(AttemptState.NOT_CHARGED, Why.CANCELLED),
        when.both(when.ours, when.stop_asked),
    ),
    row(S.INTENDING, it.PaymentCommitted, S.INTENT, authorise, when.ours),
    row(S.INTENDING, it.PaymentNotCommitted, S.IDLE, give_up(Refusal.ALREADY_PAID), was_paid_before),
    row(S.INTENDING, it.PaymentNotCommitted, S.IDLE, give_up(Refusal.STORE_FAILED), when.ours),
    row(S.INTENDING, Tick, S.BOOKING, book(AttemptState.NOT_CHARGED, Why.NOT_SENT), when.after(when.COMMIT_S)),
    # The dialogue.
    row(S.INTENT, it.TerminalTook, S.RUNNING, guard=when.ours),
    row(DIALOGUE, it.TerminalSaid, None, take_shown, when.ours),
    row(DIALOGUE, it.StatusStored, S.AUTHORISED, take_approval, when.approves),
    row(DIALOGUE, it.TerminalAnswered, S.BOOKING, pay, is_paid),
    row(DIALOGUE, it.TerminalAnswered, S.BOOKING, decline, is_declined),
    row(DIALOGUE, it.TerminalAnswered, S.BOOKING, cancel, is_cancelled),
    row(DIALOGUE, it.TerminalAnswered, S.UNKNOWN, doubt, when.ours),
    row(DIALOGUE, Tick, S.UNKNOWN, unknown(Why.SILENT), when.after(when.DIALOGUE_S)),
    row({S.BASELINE, S.INTENDING}, it.CancelPayment, None, mark_stop, when.of_attempt),
    row(DIALOGUE, it.CancelPayment, None, stop, when.of_attempt),
    row({S.BASELINE, S.INTENDING}, it.DropCharge, None, mark_stop, when.of_attempt),
    row(DIALOGUE, it.DropCharge, None, drop_and_stop, when.of_attempt),
    # The end is durable before anybody hears of it.
    row(
        S.BOOKING,
        it.PaymentCommitted,
        S.IDLE,
        finish,
        leads_to(AttemptState.PAID, AttemptState.DECLINED, AttemptState.NOT_CHARGED, AttemptState.VOIDED),
    ),
    row(S.BOOKING, it.PaymentCommitted, S.VOID_WANTED, settled, leads_to(AttemptState.VOID_WANTED)),
    row(S.BOOKING, it.PaymentCommitted, S.MANUAL, settled, leads_to(AttemptState.MANUAL)),
    row(S.BOOKING, it.PaymentNotCommitted, S.UNKNOWN, doubt_again, is_stale),
    row(S.BOOKING, it.PaymentNotCommitted, S.RESTORING, restore_again, is_refused),
)
