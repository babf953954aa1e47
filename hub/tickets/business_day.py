"""Business days: the token that resets numbers. The hub makes it, and by itself it only ever moves forward.

The token is the local date of the site. A clock that is set back keeps the open day open, so no number is given twice;
what still waits when the day turns is expired, also who said to come later; what staff parked or will be picked up
stays. Whether the clock is to be believed is decided before (``hub.clock``); what staff do when it was wrong:
``hub.tickets.clock_change``.
"""

from collections.abc import Iterable

from sqlalchemy import Connection

from hub import events
from hub.site_time import local_date, zone_of
from hub.store.dialect import HERE
from hub.store.enums import TicketState
from hub.store.sql import run
from hub.tickets.model import FIELDS, Ticket, from_row
from hub.tickets.states import move

ENDS_WITH_THE_DAY = (TicketState.ISSUED, TicketState.WAITING, TicketState.CALLED, TicketState.IN_SERVICE)


def open_day(connection: Connection, site: str) -> str | None:
    """The open business day, or None before the first one."""
    row = run(connection, "SELECT day FROM business_day WHERE site_id = ? AND closed_ms IS NULL", site).fetchone()
    return None if row is None else str(row[0])


def last_arrival(connection: Connection, site: str) -> int:
    """Arrival of whoever got a number of ours last on the open day, Unix ms; 0 = nobody did."""
    row = run(
        connection,
        f"SELECT {HERE.greatest}(d.arrival_ms, coalesce((SELECT max(c.arrival_ms) FROM counter_seq c"
        " WHERE c.site_id = d.site_id AND c.day = d.day), 0))"
        " FROM business_day d WHERE d.site_id = ? AND d.closed_ms IS NULL",
        site,
    ).fetchone()
    return 0 if row is None else int(row[0])


def today(connection: Connection, site: str, now_ms: int) -> str:
    """The business day at ``now_ms`` of a site that exists; opened when it is due."""
    return turn(connection, site, zone_of(connection, site), open_day(connection, site), now_ms)


def turn(connection: Connection, site: str, timezone: str, found: str | None, now_ms: int) -> str:
    """The business day at ``now_ms``: ``found`` while it is still that day, else a new one is opened."""
    today = local_date(now_ms, timezone)
    if found is not None and today <= found:
        return found
    if found is not None:
        expire(connection, ends_with_the_day(connection, site), now_ms)
        close(connection, site, found, now_ms)
    begin(connection, site, today, now_ms)
    return today


def begin(connection: Connection, site: str, day: str, now_ms: int) -> None:
    """Open a business day while none is open. One that was open before goes on: its numbers are on paper."""
    events.append(connection, site, events.Kind.DAY, day, {"day": day}, now_ms)
    run(
        connection,
        "INSERT INTO business_day (site_id, day, opened_ms, opened_seq) VALUES (?, ?, ?, ?)"
        " ON CONFLICT (site_id, day) DO UPDATE SET closed_ms = NULL",
        site,
        day,
        now_ms,
        events.newest(connection, site),
    )


def close(connection: Connection, site: str, day: str, now_ms: int) -> None:
    """Close the open day; nothing is done to who waits."""
    run(connection, "UPDATE business_day SET closed_ms = ? WHERE site_id = ? AND day = ?", now_ms, site, day)


def turn_all(connection: Connection, now_ms: int) -> None:
    """Housekeeping: open today's business day at every site that has had one."""
    rows = run(
        connection,
        "SELECT s.id, s.timezone, d.day FROM site s JOIN business_day d ON d.site_id = s.id AND d.closed_ms IS NULL",
    ).fetchall()
    for site, timezone, found in rows:
        turn(connection, site, timezone, found, now_ms)


def ends_with_the_day(connection: Connection, site: str) -> list[Ticket]:
    """Who waits, stands at a counter, or said to come later."""
    marks = ", ".join("?" for _ in ENDS_WITH_THE_DAY)
    rows = run(
        connection,
        f"SELECT {FIELDS} FROM ticket WHERE site_id = ? AND (state IN ({marks})"
        " OR (state = 'parked' AND id IN (SELECT l.ticket_id FROM late_visitor l WHERE l.site_id = ?)))"
        " ORDER BY arrival_ms, slot, n, series",
        site,
        *ENDS_WITH_THE_DAY,
        site,
    ).fetchall()
    return [from_row(row) for row in rows]


def expire(connection: Connection, tickets: Iterable[Ticket], now_ms: int) -> None:
    """Their visitors have gone home."""
    for ticket in tickets:
        move(connection, ticket, TicketState.EXPIRED, now_ms)
