"""Retention periods of one site: the moments before which something is old."""

from typing import NamedTuple

from sqlalchemy import Connection

from hub.store.enums import KEPT_DAYS_USUAL
from hub.store.sql import run

DAY_MS = 24 * 3600 * 1000
USUAL_MS = KEPT_DAYS_USUAL * DAY_MS
RECORDS_MS = 100 * DAY_MS
"""Tombstones of the catalogue: terminals that were away for 90 days still go on by changes."""


class Horizon(NamedTuple):
    """What ended or was written before one of these moments (Unix ms) is old.

    Nothing of the open business day ever is, however long it has been open: numbers are given on it.
    """

    site: str
    timezone: str
    now_ms: int
    day: str
    """The open business day; "" before the first."""
    visits_ms: int
    """Visits: the time that the town sets."""
    messages_ms: int
    """Messages about visits: the same, 30 days at most, since nobody asks for their answers any more."""
    usual_ms: int
    """What says nothing about a visitor."""
    records_ms: int


def horizons(connection: Connection, now_ms: int) -> list[Horizon]:
    """One for each site."""
    rows = run(
        connection,
        "SELECT s.id, s.timezone, s.kept_days, coalesce(d.day, ''), coalesce(d.opened_ms, ?1)"
        " FROM site s LEFT JOIN business_day d ON d.site_id = s.id AND d.closed_ms IS NULL ORDER BY s.id",
        now_ms,
    ).fetchall()
    return [
        Horizon(
            site=site,
            timezone=timezone,
            now_ms=now_ms,
            day=day,
            visits_ms=min(now_ms - days * DAY_MS, opened_ms),
            messages_ms=min(now_ms - min(days * DAY_MS, USUAL_MS), opened_ms),
            usual_ms=now_ms - USUAL_MS,
            records_ms=now_ms - RECORDS_MS,
        )
        for site, timezone, days, day, opened_ms in rows
    ]


def visits_before(connection: Connection, site: str, now_ms: int) -> int:
    """Visits of a site that ended before this moment (Unix ms) may be deleted already."""
    return next(each.visits_ms for each in horizons(connection, now_ms) if each.site == site)
