"""Tickets that terminals numbered themselves: their queue, their arrival, and whether they still belong to today.

What happened is recorded, never refused because a queue is closed or a clock was wrong.
"""

from typing import NamedTuple

import msgspec
from sqlalchemy import Connection

from hub.errors import Code, Refused
from hub.retention.periods import USUAL_MS, visits_before
from hub.site_time import local_date
from hub.store.enums import Origin, TicketState
from hub.store.sql import run
from hub.tickets.business_day import last_arrival, today
from hub.tickets.issue import NORMAL, tell
from hub.tickets.model import FIELDS, PLACES, Ticket
from hub.tickets.states import begin, move
from kiosk.vocabulary.labels import Label


class ReportedTicket(msgspec.Struct, frozen=True, kw_only=True):
    """A numbered ticket, as a terminal, a slip or the staff tell of it."""

    site: str
    id: str
    label: Label
    day: str
    """Business day of the number."""
    arrival_ms: int
    arrival_sure: bool
    origin: Origin
    token: str
    """32 hex digits that the hub drew."""
    now_ms: int
    service: str = ""
    lang: str = "de"
    terminal: str | None = None
    tapped_at: str = ""


class QueuePosition(NamedTuple):
    """Where a ticket stands: its queue, its arrival, whether its visitor may still be here."""

    queue: str
    arrival_ms: int
    arrival_sure: bool
    waits: bool


def place(connection: Connection, told: ReportedTicket) -> QueuePosition | Refused:
    """Find its place. Refused for a business day that has not come, for a visit of so long ago that it may have been
    known and deleted (decision 0269), or when no queue ever had its letter."""
    day = today(connection, told.site, told.now_ms)
    ahead = told.day > day
    if ahead and not _was_open(connection, told):
        text = f"Business day {told.day} has not come; here it is {day}. Look at the hub's clock."
        return Refused(Code.FUTURE_DAY, text, "business_day")
    timezone, opened_ms = _day(connection, told.site)
    latest = max(told.now_ms, last_arrival(connection, told.site))
    came_ms = told.arrival_ms + leapt(connection, told)
    arrival_ms, sure = min(came_ms, latest), told.arrival_sure and came_ms <= latest
    date = local_date(arrival_ms, timezone)
    waits = told.day == day or date >= day
    impossible = date < told.day and not ahead
    if (impossible or not waits) and _long_ago(connection, told, None if impossible else arrival_ms, timezone):
        return Refused(Code.NO_LONGER_KEPT, f"Visits of {told.day} are no longer kept.", "business_day")
    queue = _queue(connection, told)
    if queue is None:
        return unknown_series(told.label.series)
    if impossible:
        return QueuePosition(queue, min(opened_ms, told.now_ms), False, True)
    return QueuePosition(queue, arrival_ms, sure, waits)


def unknown_series(series: str) -> Refused:
    """No queue has this letter, or ever had it."""
    text = f"No queue has or had the letter {series}. If one was lost with a restore, add it on the hub's page Queues."
    return Refused(Code.UNKNOWN_SERIES, text, "series")


def is_no_longer_kept(connection: Connection, told: ReportedTicket) -> bool:
    """Whether it tells of a visit of so long ago that nothing is kept of it: whoever tells it, nothing comes of it."""
    where = place(connection, told)
    return isinstance(where, Refused) and where.code is Code.NO_LONGER_KEPT


def _long_ago(connection: Connection, told: ReportedTicket, arrival_ms: int | None, timezone: str) -> bool:
    """Whether a visit may have been known and deleted. None = nothing says when its visitor came: its day does then,
    but nobody is sent away whose terminal knows the day of a month ago."""
    before = visits_before(connection, told.site, told.now_ms)
    if arrival_ms is not None:
        return arrival_ms < before
    return told.day < local_date(min(before, told.now_ms - USUAL_MS), timezone)


def insert(connection: Connection, told: ReportedTicket, where: QueuePosition) -> Ticket:
    """The ticket stands in its queue from its arrival on; one of an earlier day is only recorded, as expired."""
    know_day(connection, told)
    ticket = _ticket(told, where)
    wraps = number_again(connection, told)
    run(
        connection,
        f"INSERT INTO ticket ({FIELDS}, round, terminal_id, tapped_at) VALUES ({PLACES}, ?, ?, ?)",
        *msgspec.structs.astuple(_as_kept(ticket, where)),
        wraps,
        told.terminal,
        told.tapped_at,
    )
    begin(connection, ticket, ticket.arrival_ms)
    if not where.waits:
        ended = move(connection, ticket, TicketState.EXPIRED, told.now_ms)
        assert isinstance(ended, Ticket)
        ticket = ended
    tell(connection, ticket, told.now_ms)
    return ticket


def _as_kept(ticket: Ticket, where: QueuePosition) -> Ticket:
    """One that is over never waits, not even for a moment: somebody may wait today with the same number of ours."""
    return ticket if where.waits else msgspec.structs.replace(ticket, state=TicketState.EXPIRED)


def _queue(connection: Connection, told: ReportedTicket) -> str | None:
    """The queue of the service; else the one with the letter, at last even one that was taken away."""
    row = run(
        connection,
        "SELECT q.id FROM queue q LEFT JOIN service_queue r"
        " ON r.site_id = q.site_id AND r.queue_id = q.id AND r.service_id = ?"
        " WHERE q.site_id = ? AND (q.series = ? OR r.queue_id IS NOT NULL)"
        " ORDER BY q.removed_ms IS NOT NULL, r.queue_id IS NULL, q.removed_ms DESC LIMIT 1",
        told.service,
        told.site,
        told.label.series,
    ).fetchone()
    return None if row is None else str(row[0])


def _day(connection: Connection, site: str) -> tuple[str, int]:
    row = run(
        connection,
        "SELECT s.timezone, d.opened_ms FROM site s JOIN business_day d ON d.site_id = s.id AND d.closed_ms IS NULL"
        " WHERE s.id = ?",
        site,
    ).fetchone()
    assert row is not None
    return str(row[0]), int(row[1])


def leapt(connection: Connection, told: ReportedTicket) -> int:
    """How many ms later than it says an arrival was: it is of the time before the hub's went forward by days."""
    row = run(
        connection,
        "SELECT leap_by_ms FROM instance"
        " WHERE site_id = ? AND leap_by_ms > 0 AND ? BETWEEN leap_since_ms AND leap_until_ms",
        told.site,
        told.arrival_ms,
    ).fetchone()
    return 0 if row is None else int(row[0])


def _was_open(connection: Connection, told: ReportedTicket) -> bool:
    """A day ahead of today's that was open here: staff closed it because the clock had been wrong. Terminals may still
    count under it, and the arrival says whether the visitor is here."""
    row = run(connection, "SELECT 1 FROM business_day WHERE site_id = ? AND day = ?", told.site, told.day).fetchone()
    return row is not None


def know_day(connection: Connection, told: ReportedTicket) -> None:
    """A day of before may be new to a hub that was restored."""
    run(
        connection,
        "INSERT INTO business_day (site_id, day, opened_ms, closed_ms) VALUES (?, ?, ?, ?) ON CONFLICT DO NOTHING",
        told.site,
        told.day,
        told.now_ms,
        told.now_ms,
    )


def _ticket(told: ReportedTicket, where: QueuePosition) -> Ticket:
    return Ticket(
        site_id=told.site,
        id=told.id,
        state=TicketState.WAITING,
        day=told.day,
        series=told.label.series,
        slot=told.label.slot,
        n=told.label.n,
        queue_id=where.queue,
        service_id=told.service,
        lang=told.lang,
        priority=NORMAL,
        ahead=0,
        arrival_ms=where.arrival_ms,
        issued_ms=told.now_ms,
        counter_id=None,
        calls=0,
        called_ms=None,
        ended_ms=None,
        paper="asked",
        token=told.token,
        arrival_sure=int(where.arrival_sure),
        origin=told.origin,
    )


def number_again(connection: Connection, told: ReportedTicket) -> int:
    """The round in which the number is still free (0 for numbers of terminals); ours is not given again after it."""
    if told.label.slot:
        return 0
    row = run(
        connection,
        "SELECT coalesce(max(round) + 1, 0) FROM ticket"
        " WHERE site_id = ? AND day = ? AND series = ? AND slot = 0 AND n = ?",
        told.site,
        told.day,
        told.label.series,
        told.label.n,
    ).fetchone()
    assert row is not None
    _raise_counter(connection, told, row[0])
    return int(row[0])


def _raise_counter(connection: Connection, told: ReportedTicket, wraps: int) -> None:
    """A number of ours that we had forgotten: we never give a lower one again."""
    run(
        connection,
        "INSERT INTO counter_seq (site_id, day, series, round, n) VALUES (?, ?, ?, ?, ?)"
        " ON CONFLICT (site_id, day, series) DO UPDATE SET round = excluded.round, n = excluded.n"
        " WHERE (excluded.round, excluded.n) > (round, n)",
        told.site,
        told.day,
        told.label.series,
        wraps,
        told.label.n,
    )
