"""Forgetting: what nobody needs any more is deleted."""

from sqlalchemy import Connection

from hub.store.sql import run

KEPT_MS = 30 * 24 * 3600 * 1000
"""Events and answers of commands are kept for 30 days: longer than any client keeps asking."""
KEPT_AWHILE = (
    ("applied", "op"),
    ("counter_act", "counter_id, n"),
    ("tombstone", "id"),
    ("ticket_alias", "id"),
    ("label_alias", "day, series, slot, n"),
    ("search_miss", "day, terminal_id, text"),
)
"""Tables with their keys within a site: what is remembered so that something late finds its place."""
RECORDS_KEPT_MS = 100 * 24 * 3600 * 1000
"""Tombstones of the catalogue: terminals that were away for 90 days still go on by changes."""
AT_ONCE = 500
"""Rows at a time, so that a number never waits for the broom."""


def prune(connection: Connection, now_ms: int) -> bool:
    """Delete some of what is old: events (never a site's newest), answers, aliases, orders. True = there is more."""
    before = now_ms - KEPT_MS
    gone = run(
        connection,
        "DELETE FROM event WHERE (site_id, seq) IN (SELECT e.site_id, e.seq FROM event e WHERE e.at_ms < ?"
        " AND e.seq < (SELECT max(n.seq) FROM event n WHERE n.site_id = e.site_id) LIMIT ?)",
        before,
        AT_ONCE,
    ).rowcount
    for table, key in KEPT_AWHILE:
        found = run(
            connection,
            f"DELETE FROM {table} WHERE (site_id, {key}) IN"
            f" (SELECT site_id, {key} FROM {table} WHERE at_ms < ? LIMIT ?)",
            before,
            AT_ONCE,
        )
        gone = max(gone, found.rowcount)
    orders = run(
        connection,
        "DELETE FROM terminal_order WHERE (site_id, id) IN"
        " (SELECT site_id, id FROM terminal_order WHERE given_ms < ? LIMIT ?)",
        before,
        AT_ONCE,
    )
    return max(gone, orders.rowcount, _forget_records(connection, now_ms)) == AT_ONCE


def _forget_records(connection: Connection, now_ms: int) -> int:
    """Forget tombstones of the catalogue; who stands before the youngest of them needs a snapshot from now on."""
    rows = run(
        connection,
        "DELETE FROM catalogue_record WHERE (site_id, kind, id, lang) IN (SELECT site_id, kind, id, lang"
        " FROM catalogue_record WHERE deleted_ms < ? ORDER BY rev LIMIT ?) RETURNING site_id, rev",
        now_ms - RECORDS_KEPT_MS,
        AT_ONCE,
    ).fetchall()
    for site, rev in rows:
        run(connection, "UPDATE catalogue_state SET floor = max(floor, ?) WHERE site_id = ?", rev, site)
    return len(rows)
