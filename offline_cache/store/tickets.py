"""Tickets of this terminal, from the tap to the paper; what the hub must hear of them goes into the outbox at once.

Every function works inside the caller's transaction and may be repeated: the same fact twice changes nothing.
"""

import apsw
import msgspec

from kiosk import wire
from kiosk.vocabulary.effects import CommitCancel, CommitIntent, CommitPaper
from kiosk.vocabulary.events import CancelCommitted, Event, IntentCommitted, StoreFailed
from kiosk.vocabulary.ids import TicketId, ms_of
from kiosk.vocabulary.labels import Label
from kiosk.vocabulary.tickets import Numbered, PaperState, TicketIntent
from offline_cache.store import outbox
from offline_cache.store.context import StoreContext
from offline_cache.store.participant import AtStart, FactRule, Kept, NotKept, Participant, Written

_REPORTED = (PaperState.PRINTED, PaperState.NOT_PRINTED, PaperState.UNCONFIRMED, PaperState.SCREEN_ONLY)

OUTBOX_FULL = "outbox full"
"""Reason of the refusal of new work."""


class Unfinished(msgspec.Struct, frozen=True):
    """What a start found half done and settled."""

    cancelled: tuple[TicketId, ...]
    """Intents without a number: nothing was on paper; given back."""
    unconfirmed: tuple[TicketId, ...]
    """Numbers whose paper was asked for and never heard of again."""


class TicketsAtStart(AtStart, frozen=True):
    """What the terminal must know of its tickets before the first visitor."""

    newest_ms: int = 0
    """Unix ms of the newest id: give it to ``IdMaker`` so that ids never go back."""
    unfinished: Unfinished = Unfinished((), ())
    paper_in_doubt: bool = False
    """Nobody knows what became of the last slip."""

    def fields(self) -> dict[str, str]:
        """How much was left half done."""
        left = self.unfinished
        return {"cancelled": str(len(left.cancelled)), "unconfirmed": str(len(left.unconfirmed))}


def intend(db: apsw.Connection, outside: StoreContext, ticket: TicketIntent) -> Written:
    """Remember what was asked for at the tap, and when that was; refused while the outbox is full."""
    state = _state(db, ticket.id)
    if state is not None:
        return Kept() if state == "intent" else NotKept(f"already {state}")
    if outbox.is_full(db, outside.outbox_limit):
        return NotKept(OUTBOX_FULL)
    _insert(db, outside, ticket)
    return Kept()


def number(db: apsw.Connection, outside: StoreContext, ticket: Numbered) -> Written:
    """Remember the number. From this commit on paper may move, so the paper counts as asked for.

    A number of the terminal's own is owed to the hub by the same commit.
    """
    row = db.execute("SELECT state, series, slot, n FROM ticket WHERE id = ?", (ticket.id,)).fetchone()
    label = ticket.label
    match row:
        case ("cancelled", *_):
            return NotKept("cancelled")
        case ("numbered", series, slot, n):
            same = (series, slot, n) == (label.series, label.slot, label.n)
            return Kept() if same else NotKept(f"already numbered {series} {slot} {n}")
        case None:
            # The file was replaced between intent and number: the number itself must still be durable before paper.
            _insert(
                db, outside, TicketIntent(id=ticket.id, service=ticket.service, lang="", tapped_at=ticket.issued_at)
            )
    db.execute(
        "UPDATE ticket SET state = 'numbered', series = :series, slot = :slot, n = :n, queue = :queue,"
        " business_day = :business_day, issued_at = :issued_at, ahead = :ahead, slip_code = :slip_code, url = :url,"
        " paper = 'asked', jobs = 1 WHERE id = :id",
        {**msgspec.structs.asdict(ticket), **msgspec.structs.asdict(label)},
    )
    if label.slot > 0:
        _owe_ticket(db, outside, ticket.id)
    return Kept()


def paper(
    db: apsw.Connection, outside: StoreContext, ticket: TicketId, state: PaperState, problem: str = ""
) -> Written:
    """Remember what became of the paper and owe it to the hub. A slip once printed stays printed."""
    row = db.execute("SELECT paper, problem FROM ticket WHERE id = ?", (ticket,)).fetchone()
    if row is None:
        return NotKept("unknown ticket")
    if row[0] == PaperState.PRINTED or row == (state, problem):
        return Kept()
    asked = state is PaperState.ASKED
    db.execute(
        "UPDATE ticket SET paper = ?, problem = ?, jobs = jobs + ? WHERE id = ?", (state, problem, asked, ticket)
    )
    if state in _REPORTED:
        _owe_paper(db, outside, ticket, state, problem)
    return Kept()


def cancel(db: apsw.Connection, outside: StoreContext, ticket: TicketId) -> Written:
    """Give the number back, or leave a tombstone when there was none; owe it to the hub once."""
    if is_given_back(db, ticket):
        return Kept()
    db.execute(
        "INSERT INTO ticket(id, state, service, lang, tapped_at) VALUES (?, 'cancelled', '', '', '')"
        " ON CONFLICT(id) DO UPDATE SET state = 'cancelled'",
        (ticket,),
    )
    outbox.put(db, outside, ticket, wire.OpKind.CANCEL, wire.CancelFact(ticket))
    return Kept()


def unfinished(db: apsw.Connection, outside: StoreContext) -> Unfinished:
    """Settle what a crash left half done. Only at start, before the first visitor."""
    open_ids = _ids(db, "SELECT id FROM ticket WHERE state = 'intent'")
    asked = _ids(db, "SELECT id FROM ticket WHERE state = 'numbered' AND paper = 'asked'")
    for ticket in open_ids:
        cancel(db, outside, ticket)
    for ticket in asked:
        paper(db, outside, ticket, PaperState.UNCONFIRMED)
    return Unfinished(tuple(open_ids), tuple(asked))


def settle(db: apsw.Connection, outside: StoreContext) -> TicketsAtStart:
    """Settle what a crash left half done, and read what the terminal must know before the first visitor."""
    left = unfinished(db, outside)
    return TicketsAtStart(newest_ms(db), left, paper_in_doubt(db))


def tell_again(db: apsw.Connection, outside: StoreContext, business_day: str) -> int:
    """The hub was restored from a backup: owe it every ticket of this day once more, from the beginning of its story,
    and every older one of which it has not heard all.

    Returns how many. What was still waiting of a story is replaced, so that no paper comes before its ticket.
    """
    rows = list(
        db.execute(
            "SELECT id, state, slot, paper, problem FROM ticket WHERE state <> 'intent'"
            " AND (business_day = ? OR business_day IS NULL OR id IN (SELECT lane FROM outbox)) ORDER BY id",
            (business_day,),
        )
    )
    for ident, state, slot, paper_state, problem in rows:
        ticket = TicketId(str(ident))
        outbox.take_back(db, ticket)
        if slot is not None:
            _owe_ticket(db, outside, ticket)
        if paper_state in _REPORTED:
            _owe_paper(db, outside, ticket, PaperState(paper_state), str(problem))
        if state == "cancelled":
            outbox.put(db, outside, ticket, wire.OpKind.CANCEL, wire.CancelFact(ticket))
    return len(rows)


def read(db: apsw.Connection, ticket: TicketId) -> Numbered | None:
    """A ticket that has its number; None when it has none, or is cancelled or unknown."""
    row = db.execute(
        "SELECT series, slot, n, service, queue, business_day, issued_at, ahead, slip_code, url FROM ticket"
        " WHERE id = ? AND state = 'numbered'",
        (ticket,),
    ).fetchone()
    if row is None:
        return None
    series, slot, n, service, queue, business_day, issued_at, ahead, slip_code, url = row
    return Numbered(
        id=ticket,
        label=Label(str(series), int(slot), int(n)),
        service=str(service),
        queue=str(queue),
        business_day=str(business_day),
        issued_at=str(issued_at),
        ahead=int(ahead),
        slip_code=str(slip_code),
        url=str(url),
    )


def is_given_back(db: apsw.Connection, ticket: TicketId) -> bool:
    """Whether it was given back here."""
    return _state(db, ticket) == "cancelled"


def forget_before(db: apsw.Connection, business_day: str) -> int:
    """Drop tickets of earlier business days of which the hub has heard everything. Returns how many."""
    db.execute(
        "DELETE FROM ticket WHERE state <> 'intent' AND paper <> 'asked' AND (business_day < ?1"
        " OR (business_day IS NULL AND substr(tapped_at, 1, 10) < ?1))"
        " AND NOT EXISTS (SELECT 1 FROM outbox WHERE lane = ticket.id)",
        (business_day,),
    )
    return db.changes()


def paper_in_doubt(db: apsw.Connection) -> bool:
    """Whether nobody knows what became of the last slip that went to the printer."""
    row = db.execute(
        "SELECT paper FROM ticket WHERE paper IN ('printed', 'unconfirmed') ORDER BY id DESC LIMIT 1"
    ).fetchone()
    return row is not None and row[0] == PaperState.UNCONFIRMED


def newest_ms(db: apsw.Connection) -> int:
    """Unix ms inside the newest ticket id, so that ids never go back when the clock does; 0 = no ticket yet."""
    row = db.execute("SELECT max(id) FROM ticket").fetchone()
    try:
        return ms_of(str(row[0])) if row and row[0] else 0
    except ValueError:
        return 0


def _ids(db: apsw.Connection, sql: str) -> list[TicketId]:
    return [TicketId(str(row[0])) for row in db.execute(sql)]


def _insert(db: apsw.Connection, outside: StoreContext, ticket: TicketIntent) -> None:
    arrival = outside.clock.now()
    db.execute(
        "INSERT INTO ticket(id, state, service, lang, tapped_at, arrival_ms, arrival_sure)"
        " VALUES (?, 'intent', ?, ?, ?, ?, ?)",
        (ticket.id, ticket.service, ticket.lang, ticket.tapped_at, arrival.ms, arrival.sure),
    )


def _state(db: apsw.Connection, ticket: TicketId) -> str | None:
    row = db.execute("SELECT state FROM ticket WHERE id = ?", (ticket,)).fetchone()
    return str(row[0]) if row else None


def _owe_ticket(db: apsw.Connection, outside: StoreContext, ticket: TicketId) -> None:
    row = db.execute(
        "SELECT service, lang, series, slot, n, business_day, arrival_ms, arrival_sure, tapped_at FROM ticket"
        " WHERE id = ?",
        (ticket,),
    ).fetchone()
    assert row is not None
    service, lang, series, slot, n, business_day, arrival_ms, arrival_sure, tapped_at = row
    fact = wire.TicketFact(
        id=ticket,
        service=str(service),
        lang=str(lang) or "de",
        series=str(series),
        slot=int(slot),
        n=int(n),
        business_day=str(business_day),
        arrival_ms=int(arrival_ms),
        arrival_sure=bool(arrival_sure),
        tapped_at=str(tapped_at),
    )
    outbox.put(db, outside, ticket, wire.OpKind.TICKET, fact)


def _owe_paper(db: apsw.Connection, outside: StoreContext, ticket: TicketId, state: PaperState, problem: str) -> None:
    fact = wire.PaperFact(id=ticket, outcome=state.value, problem=problem)
    outbox.put(db, outside, ticket, wire.OpKind.PAPER, fact)


def answered(written: Written, answer: Event) -> Written:
    """The same, and what to post when it was kept."""
    return Kept(answer) if isinstance(written, Kept) else written


PARTICIPANT = Participant(
    name="tickets",
    facts=(
        FactRule(
            kind=CommitIntent,
            write=lambda db, outside, fact: answered(intend(db, outside, fact.ticket), IntentCommitted(fact.ticket.id)),
            failed=lambda fact, reason: StoreFailed(fact.ticket.id, reason),
            redo=lambda fact: CommitCancel(fact.ticket.id),  # the visitor was told that there is no number
            subject=lambda fact: fact.ticket.id,
        ),
        FactRule(
            kind=CommitPaper,
            write=lambda db, outside, fact: paper(db, outside, fact.ticket, fact.state, fact.problem),
            redo=lambda fact: fact,
            subject=lambda fact: fact.ticket,
        ),
        FactRule(
            kind=CommitCancel,
            write=lambda db, outside, fact: answered(cancel(db, outside, fact.ticket), CancelCommitted(fact.ticket)),
            failed=lambda fact, reason: StoreFailed(fact.ticket, reason),
            redo=lambda fact: fact,
            subject=lambda fact: fact.ticket,
        ),
    ),
    settle=settle,
)
