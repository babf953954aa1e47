"""Who sits at which counter, and who is at it: for the choice of a counter and for colleagues."""

from datetime import datetime
from zoneinfo import ZoneInfo

import msgspec
from sqlalchemy import Connection

from hub.auth import seats
from hub.auth.seats import Seat
from hub.auth.sessions import Person
from hub.settings import counter_settings
from hub.settings.counter_settings import Counter
from hub.store.sql import run
from hub.tickets.model import FIELDS, Ticket, from_row
from hub.tickets.waiting import timezone_of

QUIET_MS = 10 * 60_000
"""After so long without an act a colleague may have gone: the page says when they were last active."""


class Place(msgspec.Struct, frozen=True, kw_only=True):
    """A counter with who works at it and who is served there. Times are of the clock on the wall, "" = none."""

    counter: Counter
    seat: Seat | None
    since: str
    seen: str
    """When the person did something last, if that is a while ago."""
    paused: str
    visitor: Ticket | None


def places(connection: Connection, me: Person, now_ms: int) -> tuple[Place, ...]:
    """Every counter in use where this person works, in their order."""
    site, taken = me.site, seats.taken(connection, me, now_ms)
    zone = ZoneInfo(timezone_of(connection, site))
    visitors = _visitors(connection, site)
    return tuple(
        _place(counter, taken.get(counter.id), visitors.get(counter.id), zone, now_ms)
        for counter in counter_settings.counters(connection, site)
    )


def place_of(connection: Connection, me: Person, counter: str, now_ms: int) -> Place | None:
    """One counter; None when there is no such counter (any more)."""
    return next((each for each in places(connection, me, now_ms) if each.counter.id == counter), None)


def clock(ms: int, zone: ZoneInfo) -> str:
    """The time of day."""
    return f"{datetime.fromtimestamp(ms / 1000, zone):%H:%M}"


def _place(counter: Counter, seat: Seat | None, visitor: Ticket | None, zone: ZoneInfo, now_ms: int) -> Place:
    quiet = seat is not None and now_ms - seat.seen_ms >= QUIET_MS
    return Place(
        counter=counter,
        seat=seat,
        since=clock(seat.since_ms, zone) if seat else "",
        seen=clock(seat.seen_ms, zone) if seat and quiet else "",
        paused=clock(seat.paused_ms, zone) if seat and seat.paused_ms is not None else "",
        visitor=visitor,
    )


def _visitors(connection: Connection, site: str) -> dict[str, Ticket]:
    rows = run(
        connection,
        f"SELECT {FIELDS} FROM ticket WHERE site_id = ? AND state IN ('called', 'in_service')",
        site,
    ).fetchall()
    return {ticket.counter_id or "": ticket for ticket in map(from_row, rows)}
