"""The ledger at the terminal: written with what it tells, owed to the hub, never changed. Inside the caller's
transaction.

The hub says with each heartbeat how far it has this terminal's ledger. A store that knows less (new, or put back from a
copy) goes on behind that, so receipt numbers and sequence stay without gap and without a number twice; what a hub that
was put back from a copy has lost is told again.
"""

import apsw
import msgspec
from msgspec.structs import replace

from kiosk import wire
from kiosk.wire.ledger import LedgerFact, LedgerStanding, sealed
from offline_cache.store import outbox
from offline_cache.store.context import StoreContext
from offline_cache.store.payments import journal

AGAIN_MAX = 500
"""Entries that are told again at once; the next heartbeat tells the rest."""


def append(db: apsw.Connection, outside: StoreContext, fact: LedgerFact) -> None:
    """Write the next entry and owe it to the hub. Sequence, chain, time and the journal's head are filled in here."""
    seq, digest = _newest(db)
    entry = sealed(
        replace(fact, seq=seq + 1, before=digest.hex(), at_ms=outside.clock.now().ms, journal=str(journal.head(db)))
    )
    db.execute(
        "INSERT INTO payment_ledger(seq, body, digest) VALUES (?, ?, ?)",
        (entry.seq, msgspec.json.encode(entry).decode(), bytes.fromhex(entry.digest)),
    )
    db.execute("UPDATE payment_state SET ledger_seq = ?, ledger_digest = ?", (entry.seq, bytes.fromhex(entry.digest)))
    _owe(db, outside, entry)


def next_receipt(db: apsw.Connection) -> int:
    """The next number of this terminal's receipts."""
    row = db.execute("UPDATE payment_state SET receipt_no = receipt_no + 1 RETURNING receipt_no").fetchone()
    assert row is not None
    return int(row[0])


def hear(db: apsw.Connection, outside: StoreContext, told: LedgerStanding) -> bool:
    """The hub says how far it has this ledger. True when that made the numbers sure that were not.

    A hub whose digest is another one at a place that we have too has heard another store of this terminal than ours: a
    copy of the disk is or was at work. Then no payment begins until people have looked.
    """
    seq, _digest = _newest(db)
    if (told.seq > seq and _waits(db)) or _is_other(db, told):
        db.execute("UPDATE payment_state SET forked = 1, sure = 0 WHERE forked = 0")
        return False
    if told.seq > seq:
        db.execute("UPDATE payment_state SET ledger_seq = ?, ledger_digest = ?", (told.seq, bytes.fromhex(told.digest)))
    elif told.whole < seq:
        _tell_again(db, outside, told.whole)
    db.execute("UPDATE payment_state SET receipt_no = ?1 WHERE receipt_no < ?1", (told.receipt_no,))
    db.execute("UPDATE payment_state SET sure = 1 WHERE sure = 0 AND forked = 0")
    return bool(db.changes())


def _waits(db: apsw.Connection) -> bool:
    """Whether entries are on their way to the hub."""
    row = db.execute("SELECT 1 FROM outbox WHERE kind = ? LIMIT 1", (wire.OpKind.LEDGER.value,)).fetchone()
    return row is not None


def _is_other(db: apsw.Connection, told: LedgerStanding) -> bool:
    row = db.execute("SELECT digest FROM payment_ledger WHERE seq = ?", (told.seq,)).fetchone()
    return row is not None and bytes(row[0]) != bytes.fromhex(told.digest)


def _tell_again(db: apsw.Connection, outside: StoreContext, after: int) -> None:
    """Owe it anew, unless it is on its way already."""
    if _waits(db):
        return
    rows = db.execute("SELECT body FROM payment_ledger WHERE seq > ? ORDER BY seq LIMIT ?", (after, AGAIN_MAX))
    for (body,) in list(rows):
        _owe(db, outside, msgspec.json.decode(str(body), type=LedgerFact))


def _owe(db: apsw.Connection, outside: StoreContext, entry: LedgerFact) -> None:
    outbox.put(db, outside, entry.id, wire.OpKind.LEDGER, entry)


def _newest(db: apsw.Connection) -> tuple[int, bytes]:
    row = db.execute("SELECT ledger_seq, ledger_digest FROM payment_state").fetchone()
    assert row is not None
    return int(row[0]), bytes(row[1])
