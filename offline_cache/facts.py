"""The core's facts as rows: which function of the store writes each, and how it is answered."""

import apsw

from kiosk import wire
from kiosk.vocabulary.effects import CommitCancel, CommitIntent, CommitNumber, CommitPaper, CommitScan
from kiosk.vocabulary.events import CancelCommitted, Event, IntentCommitted, NumberCommitted, ScanCommitted
from kiosk.vocabulary.tickets import Numbered
from offline_cache import outbox, own_numbers, tickets
from offline_cache.outside import Outside
from offline_cache.tickets import OUTBOX_FULL, Kept, NotKept

StoreEffect = CommitIntent | CommitNumber | CommitPaper | CommitCancel | CommitScan


def write(db: apsw.Connection, outside: Outside, fact: StoreEffect) -> Kept | NotKept:
    """Write it; inside the caller's transaction."""
    match fact:
        case CommitIntent(ticket=intent):
            return tickets.intend(db, outside, intent)
        case CommitNumber(ticket=numbered):
            return _number(db, outside, numbered)
        case CommitPaper(ticket=ticket, state=state, problem=problem):
            return tickets.paper(db, outside, ticket, state, problem)
        case CommitCancel(ticket=ticket):
            return tickets.cancel(db, outside, ticket)
        case CommitScan():
            return _scan(db, outside, fact)


def committed(fact: StoreEffect, kept: Kept) -> Event | None:
    """What to answer once it is committed."""
    match fact:
        case CommitIntent():
            return IntentCommitted(fact.ticket.id)
        case CommitNumber():
            return NumberCommitted(fact.ticket.id)
        case CommitCancel():
            return CancelCommitted(fact.ticket)
        case CommitScan():
            return ScanCommitted(fact.id, kept.given_back)
        case CommitPaper():
            return None


def ticket_of(fact: StoreEffect) -> str:
    """The ticket it is about (a scan has an id of its own)."""
    match fact:
        case CommitIntent() | CommitNumber():
            return fact.ticket.id
        case CommitPaper() | CommitCancel():
            return fact.ticket
        case CommitScan():
            return fact.id


def to_redo(fact: StoreEffect) -> CommitCancel | CommitPaper | None:
    """What settles a fact whose commit failed: the visitor was told that there is no number, so there is none."""
    match fact:
        case CommitPaper():
            return fact
        case CommitIntent() | CommitNumber() | CommitCancel():
            return CommitCancel(ticket_of(fact))
        case CommitScan():
            return None  # the visitor was sent to the counter with the slip


def _scan(db: apsw.Connection, outside: Outside, fact: CommitScan) -> Kept | NotKept:
    if outbox.is_full(db, outside.outbox_limit):
        return NotKept(OUTBOX_FULL)
    told = wire.ScanFact(slip=fact.slip, scanned_ms=outside.clock.now().ms)
    outbox.put(db, outside, fact.id, wire.OpKind.SCAN, told)
    return Kept(given_back=tickets.is_given_back(db, fact.ticket))


def _number(db: apsw.Connection, outside: Outside, ticket: Numbered) -> Kept | NotKept:
    outcome = tickets.number(db, outside, ticket)
    if isinstance(outcome, Kept) and ticket.label.slot == 0:
        own_numbers.hear_day(db, ticket.business_day)
    return outcome
