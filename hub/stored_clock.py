"""The hub clock's state, stored beside each site's generation for the next run."""

from sqlalchemy import Connection

from hub.clock import Kept
from hub.store.sql import run


def read(connection: Connection) -> tuple[Kept, int]:
    """What was kept, and how many terminals may tell their time.

    A hub that never kept anything has its newest event.
    """
    row = run(
        connection,
        "SELECT clock_ms, clock_boot, clock_offset_ms, clock_steady_ms, clock_boot_ms FROM instance"
        " ORDER BY clock_ms DESC LIMIT 1",
    ).fetchone()
    kept = Kept(*row) if row is not None else Kept()
    if not kept.now_ms:
        kept = Kept(_newest_event_ms(connection))
    count = run(connection, "SELECT count(*) FROM terminal WHERE key_hash IS NOT NULL").fetchone()
    assert count is not None
    return kept, int(count[0])


def keep(connection: Connection, kept: Kept) -> None:
    """Keep it for every site."""
    run(
        connection,
        "UPDATE instance SET clock_ms = ?, clock_boot = ?, clock_offset_ms = ?, clock_steady_ms = ?, clock_boot_ms = ?",
        kept.now_ms,
        kept.boot_id,
        kept.offset_ms,
        kept.steady_ms,
        kept.boot_ms,
    )


def _newest_event_ms(connection: Connection) -> int:
    row = run(
        connection,
        "SELECT max(e.at_ms) FROM event e"
        " JOIN (SELECT site_id, max(seq) AS seq FROM event GROUP BY site_id) n"
        " ON n.site_id = e.site_id AND n.seq = e.seq",
    ).fetchone()
    return int(row[0]) if row is not None and row[0] is not None else 0
