"""Orders of the hub that were carried out: each once, however often it is heard. Inside the caller's transaction."""

import apsw

from kiosk import wire
from offline_cache import outbox
from offline_cache.outside import Outside

_KEPT_MS = 30 * 86_400_000
"""Orders expire long before."""


def is_applied(db: apsw.Connection, order: str) -> bool:
    """True when this order was carried out before."""
    return db.execute("SELECT 1 FROM applied_order WHERE id = ?", (order,)).fetchone() is not None


def keep(db: apsw.Connection, outside: Outside, order: str, kind: str, fact: wire.OrderFact) -> bool:
    """Remember it and owe the hub its result; False when it was remembered before (nothing is owed twice)."""
    now_ms = outside.clock.now().ms
    db.execute("DELETE FROM applied_order WHERE made_ms < ?", (now_ms - _KEPT_MS,))
    db.execute(
        "INSERT INTO applied_order(id, kind, result, made_ms) VALUES (?, ?, ?, ?) ON CONFLICT DO NOTHING",
        (order, kind, fact.result, now_ms),
    )
    if not db.changes():
        return False
    outbox.put(db, outside, order, wire.OpKind.ORDER, fact)
    return True
