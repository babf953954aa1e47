"""How long the trail is kept and what calls say: a site's settings; and the cut at the beginning."""

from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

import msgspec
from sqlalchemy import Connection

from hub.store.sql import run
from hub.trail.entries import NOBODY, Details, Note, anchor, append, links
from hub.trail.words import What
from kiosk import hash_chain
from kiosk.hash_chain import BEGINNING, Broken, Head

LEAST_DAYS, USUAL_DAYS, MOST_DAYS = 30, 365, 3650
"""How long a trail may be kept."""
AT_ONCE = 500
"""Entries that are cut in one transaction, so that a number never waits for it."""
DAY_MS = 24 * 3600 * 1000


class Settings(msgspec.Struct, frozen=True):
    """``names_callers``: calls name the person, not only the counter."""

    kept_days: int = USUAL_DAYS
    names_callers: bool = False


def settings(connection: Connection, site: str) -> Settings:
    """As the site set them, or the usual ones."""
    row = run(connection, "SELECT kept_days, names_callers FROM trail WHERE site_id = ?", site).fetchone()
    return Settings() if row is None else Settings(int(row[0]), bool(row[1]))


def change_settings(connection: Connection, site: str, new: Settings) -> None:
    """Write them; the entry in the trail is the caller's."""
    run(
        connection,
        "INSERT INTO trail (site_id, cut_seq, cut_hash, kept_days, names_callers) VALUES (?, 0, ?, ?, ?)"
        " ON CONFLICT (site_id) DO UPDATE SET kept_days = excluded.kept_days, names_callers = excluded.names_callers",
        site,
        BEGINNING.digest,
        new.kept_days,
        int(new.names_callers),
    )


def facts(found: Settings) -> Details:
    """The settings as an entry shows them."""
    return {"kept_days": found.kept_days, "names_callers": found.names_callers}


def cut(connection: Connection, site: str, timezone: str, now_ms: int) -> bool:
    """Cut off some of the days that are over their time; the last entry cut stays as the anchor. True = there is more.

    An entry that a wrong clock dated into the future, or before its time, neither holds its neighbours back nor takes
    them along: the cut ends before the first entry that is young, and at one that is old. What is over its time goes
    even where somebody broke the chain; an entry says then where it was broken.
    """
    before = midnight_ms(timezone, now_ms, settings(connection, site).kept_days)
    last = _last_old(connection, site, before, now_ms + DAY_MS)
    start = anchor(connection, site)
    gone = [] if last is None else [link for link in links(connection, site, start.seq, AT_ONCE) if link.seq <= last]
    if not gone:
        return False
    found = hash_chain.verify(start, gone)
    _move_anchor(connection, site, gone[-1].head)
    run(connection, "DELETE FROM trail_entry WHERE site_id = ? AND seq <= ?", site, gone[-1].seq)
    if isinstance(found, Broken):
        note = Note(site=site, who=NOBODY, what=What.TRAIL_CUT_BROKEN, now_ms=now_ms)
        append(connection, note, str(found.seq), after={"flaw": str(found.flaw)})
    return gone[-1].seq != last


def _last_old(connection: Connection, site: str, before_ms: int, future_ms: int) -> int | None:
    young = run(
        connection,
        "SELECT seq FROM trail_entry WHERE site_id = ? AND at_ms >= ? AND at_ms < ? ORDER BY seq LIMIT 1",
        site,
        before_ms,
        future_ms,
    ).fetchone()
    old = run(
        connection,
        "SELECT seq FROM trail_entry WHERE site_id = ? AND seq < ? AND at_ms < ? ORDER BY seq DESC LIMIT 1",
        site,
        2**62 if young is None else int(young[0]),
        before_ms,
    ).fetchone()
    return None if old is None else int(old[0])


def _move_anchor(connection: Connection, site: str, to: Head) -> None:
    run(
        connection,
        "INSERT INTO trail (site_id, cut_seq, cut_hash) VALUES (?, ?, ?)"
        " ON CONFLICT (site_id) DO UPDATE SET cut_seq = excluded.cut_seq, cut_hash = excluded.cut_hash",
        site,
        to.seq,
        to.digest,
    )


def midnight_ms(timezone: str, now_ms: int, days: int) -> int:
    """The beginning of the day so many days before today, by the site's clock."""
    zone = ZoneInfo(timezone)
    today = datetime.fromtimestamp(now_ms / 1000, zone).date()
    begin = datetime.combine(today - timedelta(days=days), datetime.min.time(), zone)
    return int(begin.timestamp() * 1000)
