"""Business days: the token that resets numbers. The hub makes it, and it only ever moves forward.

The token is the local date of the site. A clock that is set back keeps the open day open, so no number is given twice;
what still waits when the day turns is expired, what is parked or will be picked up stays.
"""

from datetime import UTC, datetime
from zoneinfo import ZoneInfo

from sqlalchemy import Connection

from hub.queues import events
from hub.queues.states import move
from hub.queues.tickets import FIELDS, from_row
from hub.store.sql import run
from hub.store.words import State

ENDS_WITH_THE_DAY = (State.ISSUED, State.WAITING, State.CALLED, State.IN_SERVICE)


def local_date(now_ms: int, timezone: str) -> str:
    """The site's date at a moment, ISO 8601."""
    return datetime.fromtimestamp(now_ms / 1000, UTC).astimezone(ZoneInfo(timezone)).date().isoformat()


def open_day(connection: Connection, site: str) -> str | None:
    """The open business day, or None before the first one."""
    row = run(connection, "SELECT day FROM business_day WHERE site_id = ? AND closed_ms IS NULL", site).fetchone()
    return None if row is None else str(row[0])


def today(connection: Connection, site: str, now_ms: int) -> str:
    """The business day at ``now_ms`` of a site that exists; opened when it is due."""
    row = run(connection, "SELECT timezone FROM site WHERE id = ?", site).fetchone()
    assert row is not None
    return turn(connection, site, row[0], open_day(connection, site), now_ms)


def turn(connection: Connection, site: str, timezone: str, found: str | None, now_ms: int) -> str:
    """The business day at ``now_ms``: ``found`` while it is still that day, else a new one is opened."""
    today = local_date(now_ms, timezone)
    if found is not None and today <= found:
        return found
    if found is not None:
        _close(connection, site, found, now_ms)
    run(connection, "INSERT INTO business_day (site_id, day, opened_ms) VALUES (?, ?, ?)", site, today, now_ms)
    events.append(connection, site, events.Kind.DAY, today, {"day": today}, now_ms)
    return today


def turn_all(connection: Connection, now_ms: int) -> None:
    """Housekeeping: open today's business day at every site that has had one."""
    rows = run(
        connection,
        "SELECT s.id, s.timezone, d.day FROM site s JOIN business_day d ON d.site_id = s.id AND d.closed_ms IS NULL",
    ).fetchall()
    for site, timezone, found in rows:
        turn(connection, site, timezone, found, now_ms)


def _close(connection: Connection, site: str, day: str, now_ms: int) -> None:
    marks = ", ".join("?" for _ in ENDS_WITH_THE_DAY)
    rows = run(
        connection,
        f"SELECT {FIELDS} FROM ticket WHERE site_id = ? AND state IN ({marks})",
        site,
        *ENDS_WITH_THE_DAY,
    ).fetchall()
    for row in rows:
        move(connection, from_row(row), State.EXPIRED, now_ms)
    run(connection, "UPDATE business_day SET closed_ms = ? WHERE site_id = ? AND day = ?", now_ms, site, day)
