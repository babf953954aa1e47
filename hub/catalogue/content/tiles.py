"""The tiles of the start screen that the town hall chose itself.

They survive imports; while a service is away, so is its tile.
"""

from collections.abc import Sequence

import msgspec
from sqlalchemy import Connection, delete, insert, select

from hub.catalogue.content import state
from hub.store import tables as t
from kiosk.catalogue.model import Featured

LIMIT = 24
"""As many as a catalogue may have."""


def own(connection: Connection, site: str) -> tuple[Featured, ...]:
    """The town hall's own tiles in their order, with those whose service is away."""
    rows = connection.execute(
        select(t.tile.c.service_id, t.tile.c.labels, t.tile.c.details)
        .where(t.tile.c.site_id == site)
        .order_by(t.tile.c.position)
    )
    return tuple(
        Featured(service=service, labels=_texts(labels), details=_texts(details)) for service, labels, details in rows
    )


def set_own(connection: Connection, site: str, tiles: Sequence[Featured] | None) -> None:
    """The town hall's own tiles from now on; None = those of the import again. Publishing is the caller's."""
    connection.execute(delete(t.tile).where(t.tile.c.site_id == site))
    for position, tile in enumerate(tiles or ()):
        connection.execute(
            insert(t.tile).values(
                site_id=site,
                service_id=tile.service,
                position=position,
                labels=msgspec.json.encode(tile.labels).decode(),
                details=msgspec.json.encode(tile.details).decode(),
            )
        )
    state.change(connection, site, own_tiles=int(tiles is not None))


def shown(connection: Connection, site: str, imported: Sequence[Featured], services: set[str]) -> tuple[Featured, ...]:
    """The tiles to publish: the town hall's own, else those of the import, as far as their services are there."""
    known = state.read(connection, site)
    chosen = own(connection, site) if known is not None and known.own_tiles else imported
    return tuple(tile for tile in chosen if tile.service in services)


def _texts(text: str) -> dict[str, str]:
    return msgspec.json.decode(text, type=dict[str, str])
