"""Slips that were read at this terminal, whoever printed them: the hub must hear of each. Inside the caller's
transaction; the outbox is the only place where a scan is kept."""

import apsw

from kiosk import wire
from kiosk.vocabulary.effects import CommitScan
from kiosk.vocabulary.events import ScanCommitted, ScanNotCommitted
from offline_cache.store import outbox, tickets
from offline_cache.store.context import StoreContext
from offline_cache.store.participant import FactRule, Kept, NotKept, Participant, Written
from offline_cache.store.tickets import OUTBOX_FULL


def read(db: apsw.Connection, outside: StoreContext, scan: CommitScan) -> Written:
    """Owe the slip to the hub; refused while the outbox is full."""
    if outbox.is_full(db, outside.outbox_limit):
        return NotKept(OUTBOX_FULL)
    fact = wire.ScanFact(slip=scan.slip, scanned_ms=outside.clock.now().ms)
    outbox.put(db, outside, scan.id, wire.OpKind.SCAN, fact)
    return Kept(ScanCommitted(scan.id, tickets.is_given_back(db, scan.ticket)))


PARTICIPANT = Participant(
    name="scans",
    facts=(
        FactRule(
            kind=CommitScan,
            write=read,
            failed=lambda scan, reason: ScanNotCommitted(scan.id, reason),
            subject=lambda scan: scan.id,
        ),  # not written again: the visitor was sent to the counter with the slip
    ),
)
