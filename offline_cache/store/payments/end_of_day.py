"""End-of-day in the store: begun, then closed with a comparison of sums. Inside the caller's transaction."""

import apsw

from kiosk.payments import events as it
from kiosk.wire.ledger import LedgerFact, LedgerKind
from offline_cache.store.context import StoreContext
from offline_cache.store.participant import Kept, Written
from offline_cache.store.payments import attempts, journal, ledger

_ZERO = "0" * 64
BEGUN = "begun"
HANDED_IN = ("closed", "seen_closed")


def commit_day(db: apsw.Connection, outside: StoreContext, fact: it.CommitDay) -> Written:
    """It begins, or this is how it ended: then the sum that was expected stands beside the one the terminal told."""
    row = db.execute("SELECT state FROM payment_day WHERE id = ?", (fact.day,)).fetchone()
    if journal.knows(db, fact.entry) or (row is not None and row[0] == fact.result):
        return Kept(it.PaymentCommitted(fact.entry))
    head = journal.append(db, outside, fact.day, f"day_{fact.result}", fact, fact.entry)
    if row is None:
        db.execute(
            "INSERT INTO payment_day(id, begun, state, local_date) VALUES (?, ?, ?, ?)",
            (fact.day, head.seq, BEGUN, fact.local_date),
        )
        db.execute("UPDATE payment_state SET last_day = ?", (fact.local_date,))
    if fact.result != BEGUN:
        _end(db, outside, fact)
    return Kept(it.PaymentCommitted(fact.entry))


def _end(db: apsw.Connection, outside: StoreContext, fact: it.CommitDay) -> None:
    expected = attempts.expected_cents(db)
    told = fact.totals.amount.cents if fact.totals is not None else None
    db.execute(
        "UPDATE payment_day SET state = ?, expected_cents = ?, told_cents = ? WHERE id = ?",
        (fact.result, expected, told, fact.day),
    )
    if fact.result in HANDED_IN:
        attempts.hand_in(db, fact.day)
    entry = LedgerFact(
        seq=1,
        id=fact.day,
        kind=LedgerKind.DAY.value,
        state=fact.result,
        why=_balance(expected, told),
        cents=told or 0,
        currency=fact.totals.amount.currency if fact.totals is not None else "EUR",
        expected_cents=expected,
        payment_terminal=fact.totals.terminal_id if fact.totals is not None else "",
        at_ms=0,
        before=_ZERO,
        digest=_ZERO,
    )
    ledger.append(db, outside, entry)
    if fact.order:
        db.execute("UPDATE payment_order SET done = ? WHERE id = ? AND done = ''", (fact.result, fact.order))


def _balance(expected: int, told: int | None) -> str:
    if told is None:
        return "not_told"
    return "balanced" if told == expected else "differs"
