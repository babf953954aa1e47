"""Payments as a participant of the storage thread: what is written, answered and restored.

Every function works inside the caller's transaction and may be repeated: the same fact twice changes nothing.
"""

import apsw
import msgspec
from msgspec.structs import replace

from kiosk.payments import events as it
from kiosk.payments.model import Attempt, Ending, PaymentOrder, Refusal, Why
from kiosk.payments.resolve import same, same_terminal
from kiosk.payments.states import AttemptState
from kiosk.vocabulary.events import Event
from kiosk.vocabulary.ids import DayEndId, OpId
from kiosk.vocabulary.payments import (
    CardRecord,
    PrintReceived,
    StatusReceived,
    StatusUnasked,
    TotalsReceived,
)
from kiosk.wire.ledger import LedgerFact, LedgerKind
from offline_cache.store.context import StoreContext
from offline_cache.store.participant import AtStart, FactRule, Kept, NotKept, Participant, Written
from offline_cache.store.payments import attempts, end_of_day, journal, ledger
from offline_cache.store.payments.attempts import Stored
from offline_cache.store.payments.tables import STEP_1

S = AttemptState
STALE = "stale"
_SILENT = frozenset({S.INTENT, S.AUTHORISED})
"""States that the hub does not hear of."""
_WITH_RECEIPT = frozenset({S.PAID, S.VOIDED})
_ZERO = "0" * 64


def commit_attempt(db: apsw.Connection, outside: StoreContext, fact: it.CommitAttempt) -> Written:
    """Where an attempt stands now; its receipt number and its entry of the ledger come in the same transaction."""
    known = attempts.read(db, fact.attempt.id)
    to = fact.ending.to
    if journal.knows(db, fact.entry) or (known is not None and known.state is to and to is not S.UNKNOWN):
        return Kept(it.PaymentCommitted(fact.entry, _number_of(known, to)))
    if to is S.INTENT and attempts.has_paid(db, fact.attempt.charge):
        return NotKept(Refusal.ALREADY_PAID.value)
    why = attempts.why_refused(known, fact.ending, fact.attempt)
    if why == STALE and known is not None:
        return Kept(_stale(fact, known))
    if why:
        if fact.order:
            finish_order(db, fact.order, why)
        return Kept(it.PaymentNotCommitted(fact.entry, why, refused=True))
    head = journal.append(db, outside, fact.attempt.id, to.value, fact, fact.entry)
    _write(db, fact, known, head.seq)
    number = _receipt(db, fact) if to in _WITH_RECEIPT else 0
    if to not in _SILENT and (known is None or known.state is not to):
        ledger.append(db, outside, _entry(fact.attempt, fact.ending, number))
    if fact.order:
        finish_order(db, fact.order, to.value)
    return Kept(it.PaymentCommitted(fact.entry, number))


def _write(db: apsw.Connection, fact: it.CommitAttempt, known: Stored | None, seq: int) -> None:
    if known is None:
        attempts.insert(db, fact.attempt, fact.ending.to, seq)
    else:
        attempts.move(db, fact.attempt, fact.ending.to)
    if fact.ending.to is S.INTENT or fact.ending.why == Why.GHOST:
        db.execute("UPDATE payment_state SET ghost = NULL")


def _receipt(db: apsw.Connection, fact: it.CommitAttempt) -> int:
    """A receipt of a payment, or the slip of its reversal: a number of its own each."""
    number = ledger.next_receipt(db)
    give = attempts.give_void_slip if fact.ending.to is S.VOIDED else attempts.give_receipt
    give(db, fact.attempt.id, number)
    return number


def _number_of(known: Stored | None, to: AttemptState) -> int:
    if known is None:
        return 0
    return known.void_no if to is S.VOIDED else known.receipt_no


def _stale(fact: it.CommitAttempt, known: Stored) -> Event:
    return it.PaymentNotCommitted(
        fact.entry, STALE, stale=True, approvals=known.attempt.approvals, record=known.attempt.record
    )


def _entry(attempt: Attempt, ending: Ending, receipt_no: int) -> LedgerFact:
    card, people = ending.record or attempt.record, ending.decision
    fact = LedgerFact(
        seq=1,
        id=attempt.id,
        kind=LedgerKind.PAYMENT.value,
        state=ending.to.value,
        why=ending.why,
        code=ending.code,
        charge=attempt.charge,
        cents=attempt.amount.cents,
        currency=attempt.amount.currency,
        receipt_no=receipt_no,
        payment_terminal=attempt.terminal_id,
        at_ms=0,
        before=_ZERO,
        digest=_ZERO,
    )
    if card is not None and ending.to not in (S.NOT_CHARGED, S.DECLINED):
        fact = replace(
            fact,
            receipt=card.receipt,
            trace=card.trace,
            approval=card.approval,
            card_name=card.card_name,
            card_last4=card.card_last4,
        )
    if people is not None:
        fact = replace(fact, reason=people.reason, evidence=people.evidence, first=people.first, second=people.second)
    return fact


# -- what the terminal says


def status(db: apsw.Connection, outside: StoreContext, fact: StatusReceived) -> Written:
    """A status information of an attempt, before its driver acknowledges it. Of an attempt that is over only the one
    that ended it is taken again (the acknowledgement was lost); any other one the driver must refuse."""
    if bad := _unmasked(fact.record):
        return NotKept(bad)
    known = attempts.read(db, fact.payment)
    if known is None:
        return NotKept("no such payment")
    record, attempt = fact.record, known.attempt
    repeated = attempt.approvals > 0 and same(record, attempt.record)
    match known.state:
        case S.PAID if repeated:
            return Kept(it.StatusStored(attempt.id, record, attempt.approvals))
        case S.PAID | S.DECLINED | S.NOT_CHARGED | S.VOIDED:
            return NotKept(f"the payment is {known.state.value}")
        case S.VOID_WANTED:
            journal.append(db, outside, attempt.id, "void_status", fact)
            return Kept(it.StatusStored(attempt.id, record, attempt.approvals))
        case _:
            return _count(db, outside, fact, known, repeated=repeated)


def _count(
    db: apsw.Connection, outside: StoreContext, fact: StatusReceived, known: Stored, *, repeated: bool
) -> Written:
    record, attempt = fact.record, known.attempt
    right = record.amount == attempt.amount and same_terminal(record.terminal_id, attempt.terminal_id)
    if not repeated:
        journal.append(db, outside, attempt.id, "status" if right or record.result else "status_wrong", fact)
    if record.result == 0 and right and not repeated:
        attempt = attempts.count(db, known, record)
    return Kept(it.StatusStored(attempt.id, record, attempt.approvals))


def unasked(db: apsw.Connection, outside: StoreContext, fact: StatusUnasked) -> Written:
    """A status information that nobody waited for, before it is refused."""
    if bad := _unmasked(fact.record):
        return NotKept(bad)
    journal.append(db, outside, "", "unasked", fact)
    if fact.record.result == 0:
        db.execute("UPDATE payment_state SET ghost = ?", (msgspec.json.encode(fact.record).decode(),))
    return Kept(it.UnaskedStored(fact.record))


def totals(db: apsw.Connection, outside: StoreContext, fact: TotalsReceived) -> Written:
    """The totals of an end-of-day, before its driver acknowledges them."""
    journal.append(db, outside, fact.day, "totals", fact)
    return Kept()


def printed(db: apsw.Connection, outside: StoreContext, fact: PrintReceived) -> Written:
    """What the terminal wants on paper, before its driver acknowledges it."""
    journal.append(db, outside, fact.about, "print", fact)
    return Kept()


def note(db: apsw.Connection, outside: StoreContext, fact: it.CommitNote) -> Written:
    """Evidence, and what follows from it at once."""
    journal.append(db, outside, fact.about, fact.kind, fact)
    if fact.kind == "not_wanted":
        attempts.drop(db, fact.about)
    if fact.terminal_id:
        db.execute("UPDATE payment_state SET terminal_id = ?", (fact.terminal_id,))
    if fact.order:
        finish_order(db, fact.order, fact.detail or fact.kind)
    return Kept()


def _unmasked(record: CardRecord) -> str:
    """Card data that must never be kept: a bug of the driver, which is refused with its place."""
    return "card_last4 has more than four digits" if len(record.card_last4) > 4 else ""


# -- orders


def take_order(db: apsw.Connection, order: PaymentOrder) -> PaymentOrder:
    """Keep an order until it is carried out or refused; once. Returns it with the payment it is about."""
    db.execute(
        "INSERT INTO payment_order(id, made, body) SELECT ?, coalesce(max(made), 0) + 1, ? FROM payment_order"
        " WHERE true ON CONFLICT(id) DO NOTHING",
        (order.id, msgspec.json.encode(order).decode()),
    )
    return attempts.with_paid(db, order)


def finish_order(db: apsw.Connection, order: str, done: str) -> None:
    """It is carried out, or refused."""
    db.execute("UPDATE payment_order SET done = ? WHERE id = ? AND done = ''", (done[:200], order))


def _orders(db: apsw.Connection) -> tuple[PaymentOrder, ...]:
    rows = list(db.execute("SELECT body FROM payment_order WHERE done = '' ORDER BY made"))
    return tuple(attempts.with_paid(db, msgspec.json.decode(str(body), type=PaymentOrder)) for (body,) in rows)


# -- the start


def restore(db: apsw.Connection, _outside: StoreContext, _fact: it.RestorePayments) -> Written:
    """What the machine must know before the first payment."""
    row = db.execute("SELECT sure, terminal_id, ghost, last_day FROM payment_state").fetchone()
    assert row is not None
    sure, terminal_id, ghost, last_day = row
    open_one, newest = attempts.open_one(db), attempts.newest(db)
    over = newest is not None and newest.state in (S.NOT_CHARGED, S.DECLINED) and newest.day == ""
    found = it.Restored(
        attempt=open_one.attempt if open_one is not None else None,
        state=open_one.state.value if open_one is not None else "",
        day=_day(db),
        last_day=str(last_day),
        known_terminal=str(terminal_id),
        numbers_sure=bool(sure),
        ghost=msgspec.json.decode(str(ghost), type=CardRecord) if ghost is not None else None,
        uncharged=newest.attempt if newest is not None and over else None,
        orders=_orders(db),
    )
    return Kept(it.PaymentsRestored(found))


def _day(db: apsw.Connection) -> DayEndId | None:
    row = db.execute("SELECT id FROM payment_day WHERE state = 'begun'").fetchone()
    return DayEndId(str(row[0])) if row is not None else None


class PaymentsAtStart(AtStart, frozen=True):
    """What an earlier run has left open."""

    open: str
    """The state of the open attempt."""

    def fields(self) -> dict[str, str]:
        """For the event log."""
        return {"payment": self.open}


def settle(db: apsw.Connection, _outside: StoreContext) -> PaymentsAtStart | None:
    """Nothing is settled here, and no fact is given back to the driver: only the payment terminal knows. The machine
    asks it once it is idle (``LookUpLast``)."""
    found = attempts.open_one(db)
    return PaymentsAtStart(found.state.value) if found is not None else None


def _not_committed(fact: it.CommitAttempt | it.CommitDay, reason: str) -> Event:
    return it.PaymentNotCommitted(fact.entry, reason)


def _again(fact: it.CommitAttempt) -> it.CommitAttempt:
    """When the file failed: an attempt that was not begun must not stand open; any other fact is still true."""
    if fact.ending.to is not S.INTENT:
        return fact
    dropped = Ending(to=S.NOT_CHARGED, why=Why.NOT_SENT)
    return replace(fact, entry=OpId(f"{fact.entry}.dropped"), ending=dropped)


PARTICIPANT = Participant(
    name="payments",
    tables=(STEP_1,),
    facts=(
        FactRule(
            kind=it.CommitAttempt,
            write=commit_attempt,
            failed=_not_committed,
            redo=_again,
            subject=lambda fact: fact.attempt.id,
        ),
        FactRule(kind=it.CommitDay, write=end_of_day.commit_day, failed=_not_committed, subject=lambda fact: fact.day),
        FactRule(kind=it.CommitNote, write=note, redo=lambda fact: fact, subject=lambda fact: fact.about),
        FactRule(kind=it.RestorePayments, write=restore, failed=lambda _fact, reason: it.PaymentsNotRestored(reason)),
        FactRule(kind=StatusReceived, write=status, subject=lambda fact: fact.payment),
        FactRule(kind=StatusUnasked, write=unasked),
        FactRule(kind=TotalsReceived, write=totals, subject=lambda fact: fact.day),
        FactRule(kind=PrintReceived, write=printed, subject=lambda fact: fact.about),
    ),
    settle=settle,
)
