"""What becomes of days and visitors when the hub's time goes forward by days, and when a day was ahead.

Nobody who waits is lost by either, and no number is given twice: a business day that was open before goes on where it
was, and whoever came while the time was wrong keeps number and place.
"""

import msgspec
from sqlalchemy import Connection

from hub import site_time
from hub.clock import Jump
from hub.sites import sites
from hub.store.sql import run
from hub.tickets import business_day
from hub.tickets.model import Ticket

AHEAD_MS = 3 * 3600 * 1000
"""A day that begins so much later than now is ahead: a clock that was set back over midnight is not worth a word."""

_FOLLOW = (
    ("help_call", "opened_ms", ("opened_ms",)),
    ("terminal_order", "given_ms", ("given_ms", "expires_ms")),
)
"""Table, what says that a row is of now, and the times in it that go on with the clock."""


class DayAhead(msgspec.Struct, frozen=True):
    """The open business day has not come yet by the clock, which says ``today``."""

    day: str
    today: str


def ahead(connection: Connection, site: str, now_ms: int) -> DayAhead | None:
    """Whether the open day lies ahead of the clock."""
    day = business_day.open_day(connection, site)
    if day is None:
        return None
    zone = site_time.zone_of(connection, site)
    soon = site_time.local_date(now_ms + AHEAD_MS, zone)
    return DayAhead(day, site_time.local_date(now_ms, zone)) if day > soon else None


def closed_ahead(connection: Connection, site: str) -> tuple[str, ...]:
    """Business days ahead of the open one that staff closed, while the open one was never open before.

    Terminals that count under one of them may go to the open one and begin their counts anew.
    """
    rows = run(
        connection,
        "SELECT d.day FROM business_day d JOIN business_day o ON o.site_id = d.site_id AND o.closed_ms IS NULL"
        " WHERE d.site_id = ? AND d.day > o.day AND d.opened_seq > 0 AND d.opened_seq < o.opened_seq"
        " ORDER BY d.day LIMIT 20",
        site,
    ).fetchall()
    return tuple(str(row[0]) for row in rows)


def leap(connection: Connection, jump: Jump) -> None:
    """The time goes forward by days: turn the business days; whoever came since ``jump.since_ms`` waits on."""
    for table, mark, columns in _FOLLOW:
        more = ", ".join(f"{column} = {column} + {jump.by_ms:d}" for column in columns)
        run(connection, f"UPDATE {table} SET {more} WHERE {mark} >= ?", jump.since_ms)
    run(
        connection,
        "UPDATE instance SET leap_since_ms = ?, leap_until_ms = ?, leap_by_ms = ?",
        jump.since_ms,
        jump.to_ms - jump.by_ms,
        jump.by_ms,
    )
    for site in sites(connection):
        day = business_day.open_day(connection, site.id)
        if day is not None:
            _leap(connection, site.id, day, site_time.local_date(jump.to_ms, site.timezone), jump)


def close_ahead(connection: Connection, site: str, today: str, now_ms: int) -> bool:
    """Close the open day that is ahead of the clock, and go on with ``today``, the date that staff were shown. False
    when the day is not ahead, or today is another one by now.

    Who got a number on a date before today's has gone home. Who came by the wrong clock waits, and before those who
    came after it was set right.
    """
    found = ahead(connection, site, now_ms)
    if found is None or found.today != today:
        return False
    zone = site_time.zone_of(connection, site)
    here = business_day.ends_with_the_day(connection, site)
    gone = [each for each in here if site_time.local_date(each.issued_ms, zone) < found.today]
    business_day.expire(connection, gone, now_ms)
    stay = [each for each in here if each not in gone]
    business_day.close(connection, site, found.day, now_ms)
    business_day.begin(connection, site, found.today, now_ms)
    _not_after(connection, site, stay, now_ms)
    return True


def _leap(connection: Connection, site: str, day: str, today: str, jump: Jump) -> None:
    here = business_day.ends_with_the_day(connection, site)
    stay = [each for each in here if max(each.issued_ms, each.called_ms or 0) >= jump.since_ms]
    if today > day:
        business_day.expire(connection, [each for each in here if each not in stay], jump.to_ms)
        business_day.close(connection, site, day, jump.to_ms)
        business_day.begin(connection, site, today, jump.to_ms)
    for each in stay:
        _move(connection, each, jump.by_ms)
    if stay:
        _floor(connection, site, max(each.arrival_ms for each in stay) + jump.by_ms)


def _not_after(connection: Connection, site: str, stay: list[Ticket], now_ms: int) -> None:
    """Arrivals of the future go back together, so that the last of them is now, but behind those of the past.

    ``stay`` is in the order of arrival, which stays.
    """
    late = [each for each in stay if each.arrival_ms > now_ms]
    if not late:
        return
    back = max(each.arrival_ms for each in late) - now_ms
    last = max((each.arrival_ms for each in stay if each.arrival_ms <= now_ms), default=0)
    for each in late:
        last = max(each.arrival_ms - back, last + 1)
        _move(connection, each, last - each.arrival_ms)
    _floor(connection, site, last)


def _move(connection: Connection, ticket: Ticket, by_ms: int) -> None:
    """Its times, and those of the interval that runs, are of another clock."""
    run(
        connection,
        "UPDATE ticket SET arrival_ms = arrival_ms + ?, issued_ms = issued_ms + ?, called_ms = called_ms + ?"
        " WHERE site_id = ? AND id = ?",
        by_ms,
        by_ms,
        by_ms,
        ticket.site_id,
        ticket.id,
    )
    run(
        connection,
        "UPDATE interval SET started_ms = started_ms + ? WHERE site_id = ? AND ticket_id = ? AND ended_ms IS NULL",
        by_ms,
        ticket.site_id,
        ticket.id,
    )


def _floor(connection: Connection, site: str, arrival_ms: int) -> None:
    """Nobody who comes from now on stands before those who are here, the last of whom came at ``arrival_ms``."""
    run(
        connection,
        "UPDATE business_day SET arrival_ms = ? WHERE site_id = ? AND closed_ms IS NULL",
        arrival_ms + 1,
        site,
    )
