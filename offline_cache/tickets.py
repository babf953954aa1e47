"""Tickets and what is owed to the hub, in one file so that both commit together.

Every function works inside the caller's transaction and may be repeated: the same fact twice changes nothing.
"""

from typing import Annotated

import apsw
import msgspec

from kiosk.vocabulary.ids import ms_of
from kiosk.vocabulary.tickets import Numbered, PaperState, TicketIntent
from offline_cache.database import Layout

_STEP_1 = """
CREATE TABLE instance(
  one INTEGER PRIMARY KEY CHECK(one = 1),
  generation BLOB NOT NULL CHECK(length(generation) = 16),
  starts INTEGER NOT NULL DEFAULT 0
) STRICT;
INSERT INTO instance(one, generation) VALUES (1, randomblob(16));

CREATE TABLE ticket(
  id TEXT PRIMARY KEY CHECK(length(id) = 36),
  state TEXT NOT NULL CHECK(state IN ('intent', 'numbered', 'cancelled')),
  service TEXT NOT NULL,
  lang TEXT NOT NULL,
  tapped_at TEXT NOT NULL,
  series TEXT, slot INTEGER CHECK(slot >= 0), n INTEGER CHECK(n >= 1),
  queue TEXT, business_day TEXT, issued_at TEXT, ahead INTEGER, slip_code TEXT, url TEXT,
  paper TEXT NOT NULL DEFAULT 'none'
    CHECK(paper IN ('none', 'asked', 'printed', 'not_printed', 'unconfirmed', 'screen_only')),
  problem TEXT NOT NULL DEFAULT '',
  jobs INTEGER NOT NULL DEFAULT 0,
  CHECK(state <> 'numbered' OR (series IS NOT NULL AND slot IS NOT NULL AND n IS NOT NULL))
) STRICT, WITHOUT ROWID;
CREATE INDEX ticket_open ON ticket(state) WHERE state = 'intent';
CREATE INDEX ticket_paper ON ticket(paper) WHERE paper = 'asked';
CREATE INDEX ticket_day ON ticket(business_day);
CREATE UNIQUE INDEX ticket_own_number ON ticket(business_day, series, slot, n) WHERE slot > 0;

CREATE TABLE owed(
  seq INTEGER PRIMARY KEY AUTOINCREMENT,
  ticket TEXT NOT NULL,
  kind TEXT NOT NULL CHECK(kind IN ('cancel', 'paper')),
  body TEXT NOT NULL CHECK(json_valid(body)),
  refused TEXT NOT NULL DEFAULT '',
  UNIQUE(ticket, kind)
) STRICT;
"""

LAYOUT = Layout(application_id=0x4B494F53, steps=(_STEP_1,))
"""``terminal.db``: application id "KIOS"."""

_REPORTED = (PaperState.PRINTED, PaperState.NOT_PRINTED, PaperState.UNCONFIRMED, PaperState.SCREEN_ONLY)

Seq = Annotated[int, msgspec.Meta(ge=1)]


class Kept(msgspec.Struct, frozen=True):
    """The fact is in the table (perhaps it was there before)."""


class NotKept(msgspec.Struct, frozen=True):
    """The fact contradicts what is in the table; nothing was changed."""

    reason: str


class Owed(msgspec.Struct, frozen=True):
    """Something the hub must still hear: a number given back, or what became of the paper."""

    seq: Seq
    ticket: str
    kind: str
    body: str
    """JSON: ``{}`` for a cancel, ``{"outcome": ..., "problem": ...}`` for paper."""


class Unfinished(msgspec.Struct, frozen=True):
    """What a start found half done and settled."""

    cancelled: tuple[str, ...]
    """Intents without a number: nothing was on paper; given back."""
    unconfirmed: tuple[str, ...]
    """Numbers whose paper was asked for and never heard of again."""


def intend(db: apsw.Connection, ticket: TicketIntent) -> Kept | NotKept:
    """Remember what was asked for at the tap."""
    db.execute(
        "INSERT INTO ticket(id, state, service, lang, tapped_at) VALUES (?, 'intent', ?, ?, ?) ON CONFLICT DO NOTHING",
        (ticket.id, ticket.service, ticket.lang, ticket.tapped_at),
    )
    state = _state(db, ticket.id)
    return Kept() if state == "intent" else NotKept(f"already {state}")


def number(db: apsw.Connection, ticket: Numbered) -> Kept | NotKept:
    """Remember the number. From this commit on paper may move, so the paper counts as asked for."""
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
            db.execute(
                "INSERT INTO ticket(id, state, service, lang, tapped_at) VALUES (?, 'intent', ?, '', ?)",
                (ticket.id, ticket.service, ticket.issued_at),
            )
    db.execute(
        "UPDATE ticket SET state = 'numbered', series = :series, slot = :slot, n = :n, queue = :queue,"
        " business_day = :business_day, issued_at = :issued_at, ahead = :ahead, slip_code = :slip_code, url = :url,"
        " paper = 'asked', jobs = 1 WHERE id = :id",
        {**msgspec.structs.asdict(ticket), **msgspec.structs.asdict(label)},
    )
    return Kept()


def paper(db: apsw.Connection, ticket: str, state: PaperState, problem: str = "") -> Kept | NotKept:
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
        _owe(db, ticket, "paper", msgspec.json.encode({"outcome": state, "problem": problem}).decode())
    return Kept()


def cancel(db: apsw.Connection, ticket: str) -> Kept | NotKept:
    """Give the number back, or leave a tombstone when there was none; owe it to the hub once."""
    if _state(db, ticket) == "cancelled":
        return Kept()
    db.execute(
        "INSERT INTO ticket(id, state, service, lang, tapped_at) VALUES (?, 'cancelled', '', '', '')"
        " ON CONFLICT(id) DO UPDATE SET state = 'cancelled'",
        (ticket,),
    )
    _owe(db, ticket, "cancel", "{}")
    return Kept()


def unfinished(db: apsw.Connection) -> Unfinished:
    """Settle what a crash left half done. Only at start, before the first visitor."""
    open_ids = [str(row[0]) for row in db.execute("SELECT id FROM ticket WHERE state = 'intent'")]
    asked = [str(row[0]) for row in db.execute("SELECT id FROM ticket WHERE state = 'numbered' AND paper = 'asked'")]
    for ticket in open_ids:
        cancel(db, ticket)
    for ticket in asked:
        paper(db, ticket, PaperState.UNCONFIRMED)
    return Unfinished(tuple(open_ids), tuple(asked))


def owed(db: apsw.Connection, limit: int) -> tuple[Owed, ...]:
    """The oldest things the hub must still hear, oldest first."""
    rows = db.execute("SELECT seq, ticket, kind, body FROM owed WHERE refused = '' ORDER BY seq LIMIT ?", (limit,))
    return tuple(Owed(int(seq), str(ticket), str(kind), str(body)) for seq, ticket, kind, body in rows)


def heard(db: apsw.Connection, seq: int) -> None:
    """The hub has it."""
    db.execute("DELETE FROM owed WHERE seq = ?", (seq,))


def refused(db: apsw.Connection, seq: int, reason: str) -> None:
    """The hub will never take it: kept for the technician, out of the way of the others."""
    db.execute("UPDATE owed SET refused = ? WHERE seq = ?", (reason or "refused", seq))


def forget_before(db: apsw.Connection, business_day: str) -> int:
    """Drop tickets of earlier business days that nobody waits to hear about. Returns how many."""
    db.execute(
        "DELETE FROM ticket WHERE state <> 'intent' AND paper <> 'asked' AND (business_day < ?1"
        " OR (business_day IS NULL AND substr(tapped_at, 1, 10) < ?1))"
        " AND id NOT IN (SELECT ticket FROM owed WHERE refused = '')",
        (business_day,),
    )
    gone = db.changes()
    db.execute("DELETE FROM owed WHERE refused <> '' AND ticket NOT IN (SELECT id FROM ticket)")
    return gone


def newest_ms(db: apsw.Connection) -> int:
    """Unix ms inside the newest ticket id, so that ids never go back when the clock does; 0 = no ticket yet."""
    row = db.execute("SELECT max(id) FROM ticket").fetchone()
    try:
        return ms_of(str(row[0])) if row and row[0] else 0
    except ValueError:
        return 0


def _state(db: apsw.Connection, ticket: str) -> str | None:
    row = db.execute("SELECT state FROM ticket WHERE id = ?", (ticket,)).fetchone()
    return str(row[0]) if row else None


def _owe(db: apsw.Connection, ticket: str, kind: str, body: str) -> None:
    # A newer fact gets a new seq: an answer to the older one on its way cannot wipe it out.
    db.execute("DELETE FROM owed WHERE ticket = ? AND kind = ?", (ticket, kind))
    db.execute("INSERT INTO owed(ticket, kind, body) VALUES (?, ?, ?)", (ticket, kind, body))
