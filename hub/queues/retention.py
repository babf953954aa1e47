"""Forgetting: what nobody needs any more is deleted."""

from sqlalchemy import Connection

from hub.store.sql import run

KEPT_MS = 30 * 24 * 3600 * 1000
"""Events and answers of commands are kept for 30 days: longer than any client keeps asking."""
AT_ONCE = 500
"""Rows at a time, so that a number never waits for the broom."""


def prune(connection: Connection, now_ms: int) -> bool:
    """Delete some old events (never a site's newest), answers, tombstones and orders; True when there may be more."""
    before = now_ms - KEPT_MS
    gone = run(
        connection,
        "DELETE FROM event WHERE (site_id, seq) IN (SELECT e.site_id, e.seq FROM event e WHERE e.at_ms < ?"
        " AND e.seq < (SELECT max(n.seq) FROM event n WHERE n.site_id = e.site_id) LIMIT ?)",
        before,
        AT_ONCE,
    ).rowcount
    for table, key in (("applied", "op"), ("tombstone", "id")):
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
    return max(gone, orders.rowcount) == AT_ONCE
