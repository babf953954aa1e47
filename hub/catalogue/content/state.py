"""Which catalogue of a site is in force: one row, read with every heartbeat and written with every publication."""

import msgspec
from sqlalchemy import Connection, insert, select, update

from hub.store import tables as t

_S = t.catalogue_state


class PublishedState(msgspec.Struct, frozen=True, kw_only=True):
    """A row of ``catalogue_state``; the table says what the fields mean."""

    epoch: str
    cursor: int
    floor: int
    version: int
    seq: int
    issued_ms: int
    origin: str
    import_n: int
    own_tiles: int
    published_ms: int


_COLUMNS = [_S.c[name] for name in PublishedState.__struct_fields__]


def read(connection: Connection, site: str) -> PublishedState | None:
    """The site's state; None = no catalogue was ever published."""
    row = connection.execute(select(*_COLUMNS).where(_S.c.site_id == site)).mappings().first()
    return None if row is None else PublishedState(**row)


def read_all(connection: Connection) -> dict[str, PublishedState]:
    """The states of all sites."""
    rows = connection.execute(select(_S.c.site_id, *_COLUMNS)).mappings()
    return {
        row["site_id"]: PublishedState(**{name: row[name] for name in PublishedState.__struct_fields__}) for row in rows
    }


def begin(connection: Connection, site: str, state: PublishedState) -> None:
    """The first state of a site."""
    connection.execute(insert(_S).values(site_id=site, **msgspec.structs.asdict(state)))


def change(connection: Connection, site: str, **values: int | str) -> None:
    """Write some fields."""
    connection.execute(update(_S).where(_S.c.site_id == site).values(**values))


def next_seq(seq: int, now_ms: int) -> int:
    """The number of the next manifest: never lower, and so far on that a restored copy of the database is ahead too."""
    return max(seq + 1, now_ms // 1000)


def issued(issued_ms: int, now_ms: int) -> int:
    """When the next manifest is issued: never before the last one, which terminals would take for an old one."""
    return max(issued_ms, now_ms)


def reissue(connection: Connection, site: str, now_ms: int) -> None:
    """Say the same again with a new date, so that terminals see that nobody holds news back."""
    if found := read(connection, site):
        issued_ms = issued(found.issued_ms, now_ms)
        change(connection, site, seq=next_seq(found.seq, now_ms), issued_ms=issued_ms)


def new_epoch(connection: Connection, epoch: str, now_ms: int) -> None:
    """Revisions do not go on where terminals saw them (after a restore): all of them need a snapshot."""
    for site, found in read_all(connection).items():
        seq = next_seq(found.seq, now_ms)
        issued_ms = issued(found.issued_ms, now_ms)
        change(connection, site, epoch=epoch, floor=found.cursor, seq=seq, issued_ms=issued_ms)
