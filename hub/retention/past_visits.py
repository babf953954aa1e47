"""Past visits: their intervals, without anything by which somebody could be identified.

The ticket goes with its number, terminal and page, its other names and ids. Of each interval stay day, minute, queue,
service, counter, kind and seconds, under a number that is drawn at random for the visit and the day. A ticket under a
number that became void is the double of another one: nothing of it stays.
"""

from collections.abc import Callable
from datetime import datetime
from zoneinfo import ZoneInfo

from sqlalchemy import Connection

from hub import events
from hub.retention.periods import Horizon
from hub.site_time import local_date
from hub.store.enums import TicketState, sql_list
from hub.store.sql import run
from hub.tickets.model import Ticket, load
from hub.tickets.states import move

Draw = Callable[[int], int]
"""A random number from 0 up to, not including, this one."""
NUMBERS = 1_000_000_000
"""Random numbers of a day's visits."""
NEVER_CAME_BACK = (TicketState.PARKED, TicketState.PENDING_PICKUP)
"""States that outlive their business day, without an end."""

_OVER = (
    f"(t.ended_ms < ?2 OR (t.state IN {sql_list((*NEVER_CAME_BACK, TicketState.EXPIRED))}"
    " AND NOT EXISTS (SELECT 1 FROM interval i WHERE i.site_id = t.site_id AND i.ticket_id = t.id"
    " AND i.started_ms >= ?2)))"
)
"""Where nobody ended the visit it is over since something happened last: an expired one may have been told, or its day
turned, long after."""
_FIND = f"""
SELECT t.id FROM ticket t WHERE t.site_id = ?1 AND t.day <= ?3 AND t.day <> ?4 AND {_OVER}
UNION ALL SELECT t.id FROM ticket t WHERE t.site_id = ?1 AND t.day > ?4 AND {_OVER}
LIMIT ?5
"""
"""Tickets of old days, and of days that lie ahead of the open one: the clock was wrong when they were given. Two looks,
so that the index of numbers is used: what is young is not read."""


def find(connection: Connection, horizon: Horizon, limit: int) -> list[str]:
    """Ids of tickets whose visit is old."""
    before = horizon.visits_ms
    last_day = local_date(max(0, before), horizon.timezone)
    rows = run(connection, _FIND, horizon.site, before, last_day, horizon.day or last_day, limit).fetchall()
    return [str(row[0]) for row in rows]


def forget(connection: Connection, horizon: Horizon, ident: str, draw: Draw) -> None:
    """Keep what stays of this visit, and delete the rest; nothing happens when it is not old (any more)."""
    still = run(
        connection,
        f"SELECT 1 FROM ticket t WHERE t.site_id = ?1 AND t.id = ?3 AND t.day <> ?4 AND {_OVER}",
        horizon.site,
        horizon.visits_ms,
        ident,
        horizon.day,
    ).fetchone()
    ticket = load(connection, horizon.site, ident) if still else None
    if ticket is None:
        return
    if ticket.state in NEVER_CAME_BACK:
        ticket = _expire(connection, ticket, horizon.now_ms)
    if ticket.state is not TicketState.VOID:
        _keep_intervals(connection, ticket, horizon.timezone, draw)
    _delete(connection, ticket)


def _expire(connection: Connection, ticket: Ticket, now_ms: int) -> Ticket:
    """Desks that show it look again; the event does not name it, because it would stay for a month."""
    moved = move(connection, ticket, TicketState.EXPIRED, now_ms)
    assert isinstance(moved, Ticket)
    events.append(connection, moved.site_id, events.Kind.HOUSE, moved.site_id, {}, now_ms)
    return moved


def _keep_intervals(connection: Connection, ticket: Ticket, timezone: str, draw: Draw) -> None:
    rows = run(
        connection,
        "SELECT step, kind, queue_id, counter_id, started_ms, coalesce(ended_ms, started_ms) FROM interval"
        " WHERE site_id = ? AND ticket_id = ? ORDER BY step",
        ticket.site_id,
        ticket.id,
    ).fetchall()
    visits: dict[str, int] = {}
    for step, kind, queue, counter, started_ms, ended_ms in rows:
        start = datetime.fromtimestamp(started_ms / 1000, ZoneInfo(timezone))
        day = start.date().isoformat()
        if day not in visits:
            visits[day] = _number(connection, ticket.site_id, day, draw)
        run(
            connection,
            "INSERT INTO past_interval (site_id, day, visit, step, kind, queue_id, service_id, counter_id, minute,"
            " seconds) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?)",
            ticket.site_id,
            day,
            visits[day],
            step,
            kind,
            queue,
            ticket.service_id,
            counter,
            start.hour * 60 + start.minute,
            round((ended_ms - started_ms) / 1000),
        )


def _number(connection: Connection, site: str, day: str, draw: Draw) -> int:
    """One that no other visit of the day has."""
    while True:
        number = draw(NUMBERS)
        taken = run(
            connection,
            "SELECT 1 FROM past_interval WHERE site_id = ? AND day = ? AND visit = ? LIMIT 1",
            site,
            day,
            number,
        ).fetchone()
        if taken is None:
            return number


def _delete(connection: Connection, ticket: Ticket) -> None:
    """What names it goes first."""
    mine = (ticket.site_id, ticket.id)
    for table in ("ticket_alias", "label_alias", "late_visitor", "interval"):
        run(connection, f"DELETE FROM {table} WHERE site_id = ? AND ticket_id = ?", *mine)
    run(connection, "DELETE FROM ticket WHERE site_id = ? AND id = ?", *mine)
