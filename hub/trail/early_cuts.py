"""Whether what is gone at the beginning was over its time: the hub cuts off nothing that is younger than the days kept.

The chain alone cannot tell, since an anchor has no date. What was written after a moment is younger than that moment:
every entry of a site than its founding, and what followed a head than the day on which the head was kept.
"""

import json
from collections.abc import Mapping

from sqlalchemy import Connection

from hub.store.sql import run
from hub.trail.entries import anchor
from hub.trail.retention import DAY_MS, LEAST_DAYS, midnight_ms, settings
from hub.trail.words import What
from kiosk.hash_chain import Broken, Flaw, Head

PAUSE_MS = LEAST_DAYS * DAY_MS
"""Without a single entry: longer than a town hall is closed."""


def found(connection: Connection, site: str, now_ms: int) -> Broken | None:
    """The first entry that is left, where younger ones than the site keeps were cut off; the site itself is younger."""
    start = anchor(connection, site)
    founded, zone = _site(connection, site)
    if start.seq == 0 or not _kept_since(connection, site, zone, now_ms) <= founded <= now_ms:
        return None
    first = _first_ms(connection, site)
    clock_was_wrong = first is not None and first < founded
    return None if clock_was_wrong else _broken(start)


def against(connection: Connection, site: str, kept: Mapping[int, int], now_ms: int) -> Broken | None:
    """The same by heads that were kept elsewhere: sequence -> when it was still the newest (Unix milliseconds)."""
    start, (_, zone) = anchor(connection, site), _site(connection, site)
    newest = max((at_ms for seq, at_ms in kept.items() if seq < start.seq), default=None)
    if newest is None or newest < _kept_since(connection, site, zone, now_ms):
        return None
    return _broken(start)


def late_begin_ms(connection: Connection, site: str, now_ms: int) -> int | None:
    """When the first entry that is left was written, if a cut does not explain why it is so young: nothing was written
    for a long time before it, or somebody cut by hand."""
    start, (_, zone) = anchor(connection, site), _site(connection, site)
    first = _first_ms(connection, site) if start.seq else None
    if first is None or first < _kept_since(connection, site, zone, now_ms) + PAUSE_MS:
        return None
    return first


def _broken(start: Head) -> Broken:
    return Broken(start.seq + 1, Flaw.CUT_EARLY)


def _site(connection: Connection, site: str) -> tuple[int, str]:
    row = run(connection, "SELECT created_ms, timezone FROM site WHERE id = ?", site).fetchone()
    assert row is not None
    return int(row[0]), str(row[1])


def _first_ms(connection: Connection, site: str) -> int | None:
    row = run(connection, "SELECT at_ms FROM trail_entry WHERE site_id = ? ORDER BY seq LIMIT 1", site).fetchone()
    return None if row is None else int(row[0])


def _kept_since(connection: Connection, site: str, zone: str, now_ms: int) -> int:
    """From here on nothing was over its time, by the fewest days that the site kept as far as the trail tells."""
    days = [settings(connection, site).kept_days]
    sql = "SELECT before, after FROM trail_entry WHERE site_id = ? AND what = ?"
    for row in run(connection, sql, site, What.TRAIL_SETTINGS).fetchall():
        said = [json.loads(text).get("kept_days") for text in row]
        days += [each for each in said if isinstance(each, int) and each >= LEAST_DAYS]
    return midnight_ms(zone, now_ms, min(days))
