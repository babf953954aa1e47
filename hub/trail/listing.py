"""The trail as people read it: newest first, by day, person and kind; all of it for an export."""

from datetime import date, datetime, timedelta
from zoneinfo import ZoneInfo

import msgspec
from sqlalchemy import Connection

from hub.store.sql import Value, run
from hub.trail.entries import COLUMNS, Entry, entry_of

SHOWN = 100
"""Entries on a page."""


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
    where, values = ["site_id = ? AND seq < ?"], list[Value]((site, wanted.below))
    if wanted.day:
        begin = datetime.combine(date.fromisoformat(wanted.day), datetime.min.time(), ZoneInfo(timezone))
        end = datetime.combine(begin.date() + timedelta(days=1), datetime.min.time(), ZoneInfo(timezone))
        where.append("at_ms >= ? AND at_ms < ?")
        values += [int(each.timestamp() * 1000) for each in (begin, end)]
    if wanted.person:
        where.append("(login = ? OR subject = ? AND what LIKE 'sign_in.%' OR subject = ? AND what LIKE 'person.%')")
        values += [wanted.person] * 3
    if wanted.group:
        where.append("what LIKE ?")
        values.append(f"{wanted.group}.%")
    sql = f"SELECT {COLUMNS} FROM trail_entry WHERE {' AND '.join(where)} ORDER BY seq DESC LIMIT ?"
    return [entry_of(row) for row in run(connection, sql, *values, most).fetchall()]


def logins(connection: Connection, site: str) -> list[str]:
    """Whom one may filter by: everybody who has a name here now."""
    rows = run(connection, 'SELECT login FROM "user" WHERE site_id = ? ORDER BY login', site).fetchall()
    return [str(row[0]) for row in rows]
