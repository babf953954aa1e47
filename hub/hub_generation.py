"""The hub's generation id of a site (new after every restore), its slip key, and the slots that may be taken."""

import msgspec
from sqlalchemy import Connection

from hub.site_time import local_date, zone_of
from hub.store.sql import run


class Instance(msgspec.Struct, frozen=True):
    """``generation`` is 32 hex digits and changes when a backup is restored; ``slip_key`` stays."""

    generation: str
    slip_key: bytes
    slot_floor: int
    """Slots up to this one may belong to a database that the restored hub does not know."""


def begin(connection: Connection, site: str, generation: str, slip_key: bytes, now_ms: int) -> None:
    """Store the first generation of a new site."""
    run(
        connection,
        "INSERT INTO instance (site_id, generation, slip_key, since_ms) VALUES (?, ?, ?, ?)",
        site,
        generation,
        slip_key,
        now_ms,
    )


def of(connection: Connection, site: str) -> Instance:
    """Return the generation of a site that exists."""
    row = run(connection, "SELECT generation, slip_key, slot_floor FROM instance WHERE site_id = ?", site).fetchone()
    assert row is not None
    return Instance(*row)


def restored_on(connection: Connection, site: str) -> str:
    """Return the date of the last restore; "" = there was none."""
    row = run(connection, "SELECT since_ms FROM instance WHERE site_id = ? AND slot_floor > 0", site).fetchone()
    return "" if row is None else local_date(int(row[0]), zone_of(connection, site))


def renew(connection: Connection, site: str, generation: str, slot_floor: int, now_ms: int) -> None:
    """Store a new generation after a restore."""
    run(
        connection,
        "UPDATE instance SET generation = ?, slot_floor = ?, since_ms = ? WHERE site_id = ?",
        generation,
        slot_floor,
        now_ms,
        site,
    )
