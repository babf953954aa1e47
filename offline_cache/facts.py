"""The core's facts as rows: which function of the store writes each, and how it is answered."""

import apsw

from kiosk.vocabulary.effects import CommitCancel, CommitIntent, CommitNumber, CommitPaper
from kiosk.vocabulary.events import CancelCommitted, Event, IntentCommitted, NumberCommitted
from kiosk.vocabulary.tickets import Numbered
from offline_cache import own_numbers, tickets
from offline_cache.outside import Outside
from offline_cache.tickets import Kept, NotKept

StoreEffect = CommitIntent | CommitNumber | CommitPaper | CommitCancel


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


def committed(fact: StoreEffect) -> Event | None:
    """What to answer once it is committed."""
    match fact:
        case CommitIntent():
            return IntentCommitted(fact.ticket.id)
        case CommitNumber():
            return NumberCommitted(fact.ticket.id)
        case CommitCancel():
            return CancelCommitted(fact.ticket)
        case CommitPaper():
            return None


def ticket_of(fact: StoreEffect) -> str:
    """The ticket it is about."""
    return fact.ticket.id if isinstance(fact, CommitIntent | CommitNumber) else fact.ticket


def _number(db: apsw.Connection, outside: Outside, ticket: Numbered) -> Kept | NotKept:
    outcome = tickets.number(db, outside, ticket)
    if isinstance(outcome, Kept) and ticket.label.slot == 0:
        own_numbers.hear_day(db, ticket.business_day)
    return outcome
