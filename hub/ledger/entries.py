"""Takes entries of the ledger as terminals tell them. They happened: the hub records them and asks for none back.

Entries may come out of order; what is missing is told again when the terminal hears how far the hub is (``standing``).
"""

import msgspec
from sqlalchemy import Connection

from hub import alarms
from hub.errors import Code, Refused
from hub.store.enums import AlarmKind
from hub.store.sql import run
from kiosk.wire.ledger import LedgerFact, LedgerKind, LedgerStanding, sealed

DAY_TROUBLE = ("failed", "unsure")


def take(connection: Connection, site: str, terminal: str, fact: LedgerFact, now_ms: int) -> str | Refused:
    """Keep one entry. A second one with the same sequence number is kept aside as evidence and refused."""
    try:
        digest = sealed(fact).digest
    except ValueError:
        digest = ""
    if digest != fact.digest:
        return Refused(Code.LEDGER_BROKEN, "This entry is another than the one its digest was made of.", "digest")
    known = run(
        connection,
        "SELECT digest FROM ledger_entry WHERE site_id = ? AND terminal_id = ? AND seq = ?",
        site,
        terminal,
        fact.seq,
    ).fetchone()
    if known is not None and bytes(known[0]).hex() == fact.digest:
        return "known"
    if known is not None:
        return _conflict(connection, site, terminal, fact, now_ms)
    _keep(connection, site, terminal, fact, now_ms)
    _tell_staff(connection, site, terminal, fact, now_ms)
    return "kept"


def standing(connection: Connection, site: str, terminal: str) -> LedgerStanding:
    """How far the hub has this terminal's ledger."""
    row = run(
        connection,
        "SELECT seq, digest, receipt_no, whole FROM ledger_head WHERE site_id = ? AND terminal_id = ?",
        site,
        terminal,
    ).fetchone()
    if row is None:
        return LedgerStanding()
    return LedgerStanding(seq=row[0], digest=bytes(row[1]).hex(), receipt_no=row[2], whole=row[3])


def _keep(connection: Connection, site: str, terminal: str, fact: LedgerFact, now_ms: int) -> None:
    run(
        connection,
        "INSERT INTO ledger_entry (site_id, terminal_id, seq, id, kind, state, cents, receipt_no, at_ms, heard_ms,"
        " body, digest) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)",
        site,
        terminal,
        fact.seq,
        fact.id,
        fact.kind,
        fact.state,
        fact.cents,
        fact.receipt_no,
        fact.at_ms,
        now_ms,
        msgspec.json.encode(fact).decode(),
        bytes.fromhex(fact.digest),
    )
    before = standing(connection, site, terminal)
    newest = fact if fact.seq > before.seq else None
    run(
        connection,
        "INSERT INTO ledger_head (site_id, terminal_id, seq, digest, whole, receipt_no) VALUES (?, ?, ?, ?, ?, ?)"
        " ON CONFLICT (site_id, terminal_id) DO UPDATE SET seq = excluded.seq, digest = excluded.digest,"
        " whole = excluded.whole, receipt_no = excluded.receipt_no",
        site,
        terminal,
        newest.seq if newest is not None else before.seq,
        bytes.fromhex(newest.digest if newest is not None else before.digest),
        _whole(connection, site, terminal, before.whole, fact.seq),
        max(before.receipt_no, fact.receipt_no),
    )


def _whole(connection: Connection, site: str, terminal: str, whole: int, new: int) -> int:
    """The last entry before the first gap, now that this one is there."""
    if new != whole + 1:
        return whole
    rows = run(
        connection,
        "SELECT seq FROM ledger_entry WHERE site_id = ? AND terminal_id = ? AND seq > ? ORDER BY seq",
        site,
        terminal,
        whole,
    )
    for (seq,) in rows:
        if seq != whole + 1:
            break
        whole = seq
    return whole


def _conflict(connection: Connection, site: str, terminal: str, fact: LedgerFact, now_ms: int) -> Refused:
    run(
        connection,
        "INSERT INTO ledger_conflict (site_id, terminal_id, seq, digest, body, heard_ms) VALUES (?, ?, ?, ?, ?, ?)"
        " ON CONFLICT DO NOTHING",
        site,
        terminal,
        fact.seq,
        bytes.fromhex(fact.digest),
        msgspec.json.encode(fact).decode(),
        now_ms,
    )
    alarms.raise_alarm(connection, site, AlarmKind.LEDGER, str(fact.seq), now_ms, terminal, "conflict")
    return Refused(
        Code.LEDGER_CONFLICT,
        f"Entry {fact.seq} of this terminal's ledger is there already, and another one. Both are kept.",
        "seq",
    )


def _tell_staff(connection: Connection, site: str, terminal: str, fact: LedgerFact, now_ms: int) -> None:
    """A case that waits for people, or an end-of-day whose sum is another than expected."""
    match fact.kind:
        case LedgerKind.PAYMENT if fact.state == "manual":
            alarms.raise_alarm(connection, site, AlarmKind.PAYMENT_CASE, fact.id, now_ms, terminal, fact.state)
        case LedgerKind.DAY if fact.state in DAY_TROUBLE or fact.cents != fact.expected_cents:
            alarms.raise_alarm(connection, site, AlarmKind.LEDGER, fact.id, now_ms, terminal, fact.why or fact.state)
        case _:
            pass
