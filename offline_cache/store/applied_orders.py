"""Orders of the hub that were carried out: each once, however often it arrives. Inside the caller's transaction."""

import apsw
import msgspec

from kiosk import wire
from kiosk.payments.model import PaymentOrder
from kiosk.vocabulary.closure import TerminalClosure
from offline_cache.store import outbox
from offline_cache.store.context import StoreContext
from offline_cache.store.participant import FactRule, Kept, Participant, Written
from offline_cache.store.payments import participant as payments

_KEPT_MS = 30 * 86_400_000
"""Orders expire long before."""


class OrderTaken(msgspec.Struct, frozen=True):
    """An order of the hub was judged: its result, how it leaves the terminal when it says something about that, and
    what it wants of a payment."""

    fact: wire.OrderFact
    house: TerminalClosure | None
    payment: PaymentOrder | None = None


def is_known(db: apsw.Connection, order: str) -> bool:
    """True when this order was kept before."""
    return db.execute("SELECT 1 FROM applied_order WHERE id = ?", (order,)).fetchone() is not None


def keep(
    db: apsw.Connection,
    outside: StoreContext,
    fact: wire.OrderFact,
    house: TerminalClosure | None,
    payment: PaymentOrder | None = None,
) -> None:
    """Remember the order, the closure that it leaves, what is to be done with a payment, and owe the hub its result -
    once."""
    now_ms = outside.clock.now().ms
    db.execute("DELETE FROM applied_order WHERE made_ms < ?", (now_ms - _KEPT_MS,))
    db.execute("INSERT INTO applied_order(id, made_ms) VALUES (?, ?) ON CONFLICT DO NOTHING", (fact.id, now_ms))
    if not db.changes():
        return
    if house is not None:
        db.execute("UPDATE instance SET closed = ?, closed_message = ?", (house.closed, house.message))
    if payment is not None:
        payments.take_order(db, payment)
    outbox.put(db, outside, fact.id, wire.OpKind.ORDER, fact)


def house(db: apsw.Connection) -> TerminalClosure:
    """As the last order left it; open when there never was one."""
    row = db.execute("SELECT closed, closed_message FROM instance").fetchone()
    return TerminalClosure(bool(row[0]), str(row[1])) if row else TerminalClosure()


def _write(db: apsw.Connection, outside: StoreContext, order: OrderTaken) -> Written:
    keep(db, outside, order.fact, order.house, order.payment)
    return Kept()


PARTICIPANT = Participant(
    name="orders",
    facts=(FactRule(kind=OrderTaken, write=_write, subject=lambda order: order.fact.id),),
)
