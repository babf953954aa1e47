"""The sites of this hub: which there are, and what each one is called. Everything else of the hub belongs to one."""

import msgspec
from sqlalchemy import Connection, select

from hub.store import tables as t
from hub.store.words import KEPT_DAYS_USUAL


class Site(msgspec.Struct, frozen=True):
    """A town hall; ``base_url`` "" means that visitors have no page of their own."""

    id: str
    town: str
    name: str
    timezone: str
    base_url: str
    kept_days: int = KEPT_DAYS_USUAL
    """How long a visit is kept after its end."""


def sites(connection: Connection) -> list[Site]:
    """Return all sites of this hub, oldest first (one, for a single town hall)."""
    rows = connection.execute(
        select(
            t.site.c.id, t.site.c.town, t.site.c.name, t.site.c.timezone, t.site.c.base_url, t.site.c.kept_days
        ).order_by(t.site.c.created_ms)
    )
    return [Site(*row) for row in rows]
