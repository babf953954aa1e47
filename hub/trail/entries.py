"""Entries of the trail: written behind the newest one, in the transaction of the act; read newest first."""

import json
from collections.abc import Mapping, Sequence
from datetime import datetime
from zoneinfo import ZoneInfo

import msgspec
from sqlalchemy import Connection

from hub.store.sql import Row, run
from hub.trail.words import What
from kiosk import hash_chain
from kiosk.hash_chain import BEGINNING, Head, Link
from kiosk.wire import LAST_MS

Value = str | int | None | Sequence[str] | Mapping[str, str]
Details = Mapping[str, Value]
"""Small things by name: how something stands, as far as staff set it. Whether something is so, is a bool."""
NOTHING: Details = {}
LONGEST = 300
"""Letters of a text that are kept."""
COLUMNS = "seq, at_ms, user_id, login, role, address, what, subject, before, after, hash"


class Who(msgspec.Struct, frozen=True):
    """Whoever acts, as they were called then. ``login`` "" = nobody is known."""

    user: str = ""
    """Id of a person or a terminal; "" for the machine's own users."""
    login: str = ""
    role: str = ""
    """A person's role; "terminal", or "machine" for a user of the machine (``hub.trail.machine``)."""
    address: str = ""


NOBODY = Who()


class Note(msgspec.Struct, frozen=True, kw_only=True):
    """What an entry says besides the change."""

    site: str
    who: Who
    what: What
    now_ms: int


class Entry(msgspec.Struct, frozen=True, kw_only=True):
    """An entry as it is kept; ``before`` and ``after`` are JSON texts."""

    seq: int
    at_ms: int
    user_id: str
    login: str
    role: str
    address: str
    what: str
    subject: str
    before: str
    after: str
    hash: bytes


def append(
    connection: Connection, note: Note, subject: str = "", before: Details = NOTHING, after: Details = NOTHING
) -> Head:
    """Write one entry behind the newest. Two statements by hand: every call of a number has one."""
    link = hash_chain.append(
        head(connection, note.site),
        (
            note.site,
            note.now_ms,
            note.who.user,
            note.who.login[:LONGEST],
            note.who.role,
            note.who.address[:LONGEST],
            str(note.what),
            subject[:LONGEST],
            _json(before),
            _json(after),
        ),
    )
    run(
        connection,
        f"INSERT INTO trail_entry (site_id, {COLUMNS}) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)",
        note.site,
        link.seq,
        *link.fields[1:],
        link.digest,
    )
    return link.head


def head(connection: Connection, site: str) -> Head:
    """The newest entry there is; of an empty trail its anchor."""
    newest = "SELECT seq, hash FROM trail_entry WHERE site_id = ? ORDER BY seq DESC LIMIT 1"
    row = run(connection, newest, site).fetchone()
    return anchor(connection, site) if row is None else Head(int(row[0]), bytes(row[1]))


def anchor(connection: Connection, site: str) -> Head:
    """The last entry that retention has cut off."""
    row = run(connection, "SELECT cut_seq, cut_hash FROM trail WHERE site_id = ?", site).fetchone()
    return BEGINNING if row is None else Head(int(row[0]), bytes(row[1]))


def links(connection: Connection, site: str, after: int, most: int) -> list[Link]:
    """Entries behind a sequence as links of the chain, oldest first."""
    rows = run(
        connection,
        f"SELECT {COLUMNS} FROM trail_entry WHERE site_id = ? AND seq > ? ORDER BY seq LIMIT ?",
        site,
        after,
        most,
    ).fetchall()
    return [Link(int(row[0]), (site, *row[1:-1]), bytes(row[-1])) for row in rows]


def local_time(at_ms: int, timezone: str) -> datetime:
    """When that was, by the site's clock; what somebody wrote by hand may be no date, and is shown as the nearest."""
    return datetime.fromtimestamp(min(max(at_ms, 0), LAST_MS) / 1000, ZoneInfo(timezone))


def entry_of(row: Row) -> Entry:
    """A row of ``COLUMNS``."""
    return Entry(**dict(zip(Entry.__struct_fields__, row, strict=True)))


def _json(facts: Details) -> str:
    """Keys in their order, long texts cut: small, whatever was typed."""
    return json.dumps({key: _short(value) for key, value in facts.items()}, ensure_ascii=False, separators=(",", ":"))


def _short(value: Value) -> Value:
    match value:
        case str():
            return value[:LONGEST]
        case Mapping():
            return {key: text[:LONGEST] for key, text in value.items()}
        case Sequence():
            return [text[:LONGEST] for text in value]
        case _:
            return value
