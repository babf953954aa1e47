"""The trail as people read it: newest first, by day, person and kind; oldest first for a file."""

from datetime import date, datetime, timedelta
from zoneinfo import ZoneInfo

import msgspec
from sqlalchemy import Connection

from hub.store.sql import Value, run
from hub.trail.entries import COLUMNS, Entry, entry_of

SHOWN = 100
"""Entries on a page."""
AT_ONCE = 500
"""Entries of a file that are read at a time."""
_ABOUT = "(login = ? OR (subject = ? AND (what LIKE 'sign_in.%' OR what LIKE 'person.%')))"
"""What a person did, and what was done to their account."""


class Wanted(msgspec.Struct, frozen=True, kw_only=True):
    """Which entries; "" = all. ``below``: only those before this sequence (the next page)."""

    day: str = ""
    """ISO date by the site's clock."""
    person: str = ""
    """A login."""
    group: str = ""
    below: int = 2**62


def listed(connection: Connection, site: str, timezone: str, wanted: Wanted, most: int = SHOWN) -> list[Entry]:
    """Entries, newest first, at most so many."""
    where, values = _where(timezone, wanted)
    return _read(connection, f"site_id = ? AND seq < ?{where} ORDER BY seq DESC", [site, wanted.below, *values], most)


def forward(connection: Connection, site: str, timezone: str, wanted: Wanted, after: int) -> list[Entry]:
    """Entries behind a sequence, oldest first."""
    where, values = _where(timezone, wanted)
    return _read(connection, f"site_id = ? AND seq > ?{where} ORDER BY seq", [site, after, *values], AT_ONCE)


def logins(connection: Connection, site: str) -> list[str]:
    """Whom one may ask for: everybody who has a name here now."""
    rows = run(connection, 'SELECT login FROM "user" WHERE site_id = ? ORDER BY login', site).fetchall()
    return [str(row[0]) for row in rows]


def _where(timezone: str, wanted: Wanted) -> tuple[str, list[Value]]:
    where, values = "", list[Value]()
    if wanted.day:
        zone, day = ZoneInfo(timezone), date.fromisoformat(wanted.day)
        ends = (datetime.combine(each, datetime.min.time(), zone) for each in (day, day + timedelta(days=1)))
        where += " AND at_ms >= ? AND at_ms < ?"
        values += [int(each.timestamp() * 1000) for each in ends]
    if wanted.person:
        where += f" AND {_ABOUT}"
        values += [wanted.person, wanted.person]
    if wanted.group:
        where += " AND what LIKE ?"
        values.append(f"{wanted.group}.%")
    return where, values


def _read(connection: Connection, where: str, values: list[Value], most: int) -> list[Entry]:
    sql = f"SELECT {COLUMNS} FROM trail_entry WHERE {where} LIMIT ?"
    return [entry_of(row) for row in run(connection, sql, *values, most).fetchall()]
