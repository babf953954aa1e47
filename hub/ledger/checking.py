"""Looks whether a terminal's ledger is whole: no gap, no entry changed, no receipt number missing or given twice."""

import msgspec
from sqlalchemy import Connection

from hub.store.sql import run
from kiosk import hash_chain
from kiosk.hash_chain import BEGINNING, Broken, Head, Link
from kiosk.wire.ledger import LedgerFact, link

SHOWN = 20
"""So many of each kind of flaw are named."""


class Checked(msgspec.Struct, frozen=True, kw_only=True):
    """What was found. All empty = the ledger is whole."""

    head: Head = BEGINNING
    missing: tuple[int, ...] = ()
    """Sequence numbers that are not there, as far as the first break; more may be behind it."""
    changed: int = 0
    """The first entry that is another than when it was written, or does not follow the one before; 0 = none."""
    receipts_missing: tuple[int, ...] = ()
    receipts_twice: tuple[int, ...] = ()
    conflicts: tuple[int, ...] = ()
    """Sequence numbers under which two different entries were told."""

    @property
    def whole(self) -> bool:
        """Nothing is wrong."""
        return not (self.missing or self.changed or self.receipts_missing or self.receipts_twice or self.conflicts)


def check(connection: Connection, site: str, terminal: str) -> Checked:
    """Read the whole ledger of a terminal once."""
    entries = _entries(connection, site, terminal)
    seqs = [fact.seq for fact in entries]
    chain = hash_chain.verify(BEGINNING, (_as_link(fact) for fact in entries))
    changed = 0
    if isinstance(chain, Broken) and chain.flaw is hash_chain.Flaw.CHANGED:
        changed = chain.seq
    missing = _gaps(seqs)
    return Checked(
        head=chain if isinstance(chain, Head) else Head(seqs[-1], bytes.fromhex(entries[-1].digest)),
        missing=missing,
        changed=changed or _breaks(entries),
        receipts_missing=_gaps(sorted({fact.receipt_no for fact in entries if fact.receipt_no})),
        receipts_twice=_twice(entries),
        conflicts=_conflicts(connection, site, terminal),
    )


def _entries(connection: Connection, site: str, terminal: str) -> list[LedgerFact]:
    rows = run(
        connection,
        "SELECT body FROM ledger_entry WHERE site_id = ? AND terminal_id = ? ORDER BY seq",
        site,
        terminal,
    )
    return [msgspec.json.decode(body, type=LedgerFact) for (body,) in rows]


def _as_link(fact: LedgerFact) -> Link:
    """With the digest it carries, over the fields it has now."""
    made = link(fact)
    return Link(made.seq, made.fields, bytes.fromhex(fact.digest))


def _breaks(entries: list[LedgerFact]) -> int:
    """The first entry behind a neighbour that it does not follow, or whose digest is not its own."""
    before: LedgerFact | None = None
    for fact in entries:
        follows = before is None or before.seq + 1 != fact.seq or before.digest == fact.before
        if not follows or link(fact).digest.hex() != fact.digest:
            return fact.seq
        before = fact
    return 0


def _gaps(numbers: list[int]) -> tuple[int, ...]:
    """What is missing between 1 and the highest."""
    found: list[int] = []
    expected = 1
    for number in numbers:
        found.extend(range(expected, min(number, expected + SHOWN)))
        expected = number + 1
    return tuple(found[:SHOWN])


def _twice(entries: list[LedgerFact]) -> tuple[int, ...]:
    """Receipt numbers of more than one entry. A payment's receipt and the slip of its reversal have one each."""
    seen: set[int] = set()
    twice: list[int] = []
    for fact in entries:
        if fact.receipt_no and fact.receipt_no in seen:
            twice.append(fact.receipt_no)
        seen.add(fact.receipt_no)
    return tuple(twice[:SHOWN])


def _conflicts(connection: Connection, site: str, terminal: str) -> tuple[int, ...]:
    rows = run(
        connection,
        "SELECT DISTINCT seq FROM ledger_conflict WHERE site_id = ? AND terminal_id = ? ORDER BY seq LIMIT ?",
        site,
        terminal,
        SHOWN,
    )
    return tuple(seq for (seq,) in rows)
