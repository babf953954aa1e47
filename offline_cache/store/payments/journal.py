"""The journal of payments: append-only, in a hash chain (``kiosk.hash_chain``). Inside the caller's transaction."""

import apsw
import msgspec

from kiosk import hash_chain
from kiosk.hash_chain import BEGINNING, Broken, Head, Link
from offline_cache.store.context import StoreContext


def head(db: apsw.Connection) -> Head:
    """The newest entry."""
    row = db.execute("SELECT seq, digest FROM payment_event ORDER BY seq DESC LIMIT 1").fetchone()
    return Head(int(row[0]), bytes(row[1])) if row is not None else BEGINNING


def append(
    db: apsw.Connection, outside: StoreContext, about: str, kind: str, body: msgspec.Struct, entry: str | None = None
) -> Head:
    """Write one entry; returns the new head. ``entry``: the id by which who wrote it asks again."""
    text, made_ms = msgspec.json.encode(body).decode(), outside.clock.now().ms
    link = hash_chain.append(head(db), (entry, about, kind, text, made_ms))
    db.execute(
        "INSERT INTO payment_event(seq, entry, about, kind, body, made_ms, digest) VALUES (?, ?, ?, ?, ?, ?, ?)",
        (link.seq, entry, about, kind, text, made_ms, link.digest),
    )
    return link.head


def knows(db: apsw.Connection, entry: str) -> bool:
    """Whether this entry was written before."""
    return db.execute("SELECT 1 FROM payment_event WHERE entry = ?", (entry,)).fetchone() is not None


def verify(db: apsw.Connection) -> Head | Broken:
    """Compute the whole chain again: its head, or the first place that is wrong."""
    rows = db.execute("SELECT seq, entry, about, kind, body, made_ms, digest FROM payment_event ORDER BY seq")
    return hash_chain.verify(BEGINNING, (_link(row) for row in rows))


def _link(row: tuple[object, ...]) -> Link:
    seq, *fields, digest = row
    assert isinstance(seq, int)
    assert isinstance(digest, bytes)
    return Link(seq, tuple(each if isinstance(each, str | int) else None for each in fields), digest)
