"""After a restore: make sure that nothing issued since the backup is issued again.

Counters jump, slots come from above those that are known, the generation is new: terminals that see it tell every
ticket of the business day again and ask for their slots. Sign-ins and codes of before are worthless.
"""

from collections.abc import Mapping

from sqlalchemy import Connection

from hub import hub_generation, stored_clock
from hub.catalogue.content import state
from hub.clock import Kept
from hub.sites import sites
from hub.store.sql import run
from hub.tickets.business_day import today

ABOVE = 100
"""Numbers of a series that may have been given since the copy was made, where nobody can be asked (tests)."""
SLOTS_ABOVE = 20


Jump = int | Mapping[tuple[str, str], int]
"""How far numbers of today go on above the last known; or, by site and series, the highest that is on paper."""


def begin_anew(connection: Connection, site: str, generation: str, above: Jump, now_ms: int) -> None:
    """Begin the generation ``generation`` (32 hex digits) for a site; numbers of today go on ``above`` what was
    given."""
    day = today(connection, site, now_ms)
    rows = run(
        connection,
        "SELECT q.series, q.first_n, q.last_n, coalesce(c.round, 0), coalesce(c.n, q.first_n - 1) FROM queue q"
        " LEFT JOIN counter_seq c ON c.site_id = q.site_id AND c.day = ? AND c.series = q.series"
        " WHERE q.site_id = ? AND q.removed_ms IS NULL",
        day,
        site,
    ).fetchall()
    for series, first_n, last_n, wraps, n in rows:
        by = above if isinstance(above, int) else max(0, above.get((site, series), 0) - n)
        turns, place = divmod(n - first_n + by, last_n - first_n + 1)
        _set_counter(connection, site, day, series, wraps + turns, first_n + place)
    hub_generation.renew(connection, site, generation, _floor(connection, site), now_ms)
    _forget_secrets(connection, site, now_ms)


def begin_anew_everywhere(connection: Connection, generation: str, above: Jump, now_ms: int) -> None:
    """The same for every site of the hub; their catalogues begin a new epoch, because terminals may have seen more.

    The copy may be weeks old: whoever puts it back vouches for ``now_ms``, so that the next start asks nothing.
    """
    state.new_epoch(connection, generation, now_ms)
    stored_clock.keep(connection, Kept(now_ms))
    for site in sites(connection):
        begin_anew(connection, site.id, generation, above, now_ms)


def _set_counter(connection: Connection, site: str, day: str, series: str, wraps: int, n: int) -> None:
    run(
        connection,
        "INSERT INTO counter_seq (site_id, day, series, round, n) VALUES (?, ?, ?, ?, ?)"
        " ON CONFLICT (site_id, day, series) DO UPDATE SET round = excluded.round, n = excluded.n",
        site,
        day,
        series,
        wraps,
        n,
    )


def _floor(connection: Connection, site: str) -> int:
    row = run(connection, "SELECT coalesce(max(slot), 0) FROM slot_grant WHERE site_id = ?", site).fetchone()
    assert row is not None
    return min(99, max(int(row[0]), hub_generation.of(connection, site).slot_floor) + SLOTS_ABOVE)


def _forget_secrets(connection: Connection, site: str, now_ms: int) -> None:
    """Somebody may have signed out, forgotten a device or used a code up, after the copy was made."""
    run(connection, "DELETE FROM session WHERE site_id = ?", site)
    run(connection, "DELETE FROM device WHERE site_id = ?", site)
    run(
        connection,
        "UPDATE enrolment SET revoked_ms = ? WHERE site_id = ? AND used_ms IS NULL AND revoked_ms IS NULL",
        now_ms,
        site,
    )
