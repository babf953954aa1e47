"""How long until a waiting visitor is called: what the calls of the last hour let expect, as a range of minutes.

Only what was measured counts. Where too little was called to say anything, nothing is said.
"""

from math import ceil

import msgspec
from sqlalchemy import Connection

from hub.store.sql import run

HOUR_MS = 3_600_000
LEAST_CALLS = 4
"""Fewer calls in the last hour are chance."""
MOST_CALLS = 200
"""Calls that are looked at; at more in an hour the newest of them say as much."""
LEAST_SHARE, MOST_SHARE = 0.7, 1.5
"""How far the wait may be from the mean."""
MOST_MIN = 480


class Expected(msgspec.Struct, frozen=True):
    """Minutes until the call; ``from_min`` <= ``to_min``."""

    from_min: int
    to_min: int


def expected_wait(connection: Connection, site: str, queue: str, ahead: int, now_ms: int) -> Expected | None:
    """The wait of somebody in this queue who has ``ahead`` people before them; None = nothing to go by.

    The counters that serve the queue called so many people in the last hour; they will go on like that.
    """
    serving = _counters(connection, site, queue)
    moments = [at_ms for at_ms, counter in _calls(connection, site, now_ms) if counter in serving]
    if len(moments) < LEAST_CALLS:
        return None
    minutes = (ahead + 1) * (now_ms - min(moments)) / len(moments) / 60_000
    low, high = _rounded(minutes * LEAST_SHARE, up=False), _rounded(minutes * MOST_SHARE, up=True)
    return Expected(min(low, MOST_MIN), min(high, MOST_MIN))


def _counters(connection: Connection, site: str, queue: str) -> frozenset[str]:
    """Counters that serve the queue: those it is named for, and those that serve every queue."""
    rows = run(
        connection,
        "SELECT c.id FROM counter c WHERE c.site_id = ?1 AND (NOT EXISTS"
        " (SELECT 1 FROM counter_queue q WHERE q.site_id = ?1 AND q.counter_id = c.id) OR EXISTS"
        " (SELECT 1 FROM counter_queue q WHERE q.site_id = ?1 AND q.counter_id = c.id AND q.queue_id = ?2))",
        site,
        queue,
    ).fetchall()
    return frozenset(str(row[0]) for row in rows)


def _calls(connection: Connection, site: str, now_ms: int) -> list[tuple[int, str]]:
    """First calls of the last hour: moment and counter. The inner look is one into the index ``calls``."""
    rows = run(
        connection,
        "SELECT at_ms, body FROM event WHERE site_id = ?1 AND seq IN (SELECT seq FROM event WHERE site_id = ?1"
        " AND kind IN ('call', 'recall') AND kind = 'call' ORDER BY seq DESC LIMIT ?2)",
        site,
        MOST_CALLS,
    ).fetchall()
    found = ((int(at_ms), msgspec.json.decode(body, type=_Body).counter) for at_ms, body in rows)
    return [(at_ms, counter) for at_ms, counter in found if now_ms - HOUR_MS <= at_ms <= now_ms]


class _Body(msgspec.Struct):
    counter: str = ""


def _rounded(minutes: float, *, up: bool) -> int:
    """To the minute below ten, from there to five: nobody counts on "37 minutes"."""
    step = 1 if minutes < 10 else 5
    return ceil(minutes / step) * step if up else int(minutes // step) * step
