"""This life of the hub for a site: its generation, the key of its slips, slots a life before may have given."""

import msgspec
from sqlalchemy import Connection

from hub.queues.days import local_date, zone_of
from hub.store.sql import run


class Instance(msgspec.Struct, frozen=True):
    """``generation`` is 32 hex digits and changes when a backup is restored; ``slip_key`` stays."""

    generation: str
    slip_key: bytes
    slot_floor: int
    """Slots up to this one may belong to a database that this life does not know."""


def begin(connection: Connection, site: str, generation: str, slip_key: bytes, now_ms: int) -> None:
    """The first life."""
    run(
        connection,
        "INSERT INTO instance (site_id, generation, slip_key, since_ms) VALUES (?, ?, ?, ?)",
        site,
        generation,
        slip_key,
        now_ms,
    )


def of(connection: Connection, site: str) -> Instance:
    """The life of a site that exists."""
    row = run(connection, "SELECT generation, slip_key, slot_floor FROM instance WHERE site_id = ?", site).fetchone()
    assert row is not None
    return Instance(*row)


def restored_on(connection: Connection, site: str) -> str:
    """The date on which this life began on a copy of what the one before knew; "" = it is the first."""
    row = run(connection, "SELECT since_ms FROM instance WHERE site_id = ? AND slot_floor > 0", site).fetchone()
    return "" if row is None else local_date(int(row[0]), zone_of(connection, site))


def renew(connection: Connection, site: str, generation: str, slot_floor: int, now_ms: int) -> None:
    """Another life begins, on a copy of what the one before knew."""
    run(
        connection,
        "UPDATE instance SET generation = ?, slot_floor = ?, since_ms = ? WHERE site_id = ?",
        generation,
        slot_floor,
        now_ms,
        site,
    )
