"""The sites of this hub: which there are, and what each one is called. Everything else of the hub belongs to one."""

import secrets

import msgspec
from sqlalchemy import Connection, insert, select, update

from hub import events, hub_generation
from hub.store import tables as t
from hub.store.enums import KEPT_DAYS_USUAL


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


def add_site(connection: Connection, site: Site, now_ms: int) -> None:
    """Create the site and the hub's first generation for it."""
    connection.execute(insert(t.site).values(**msgspec.structs.asdict(site), created_ms=now_ms))
    hub_generation.begin(connection, site.id, secrets.token_hex(16), secrets.token_bytes(32), now_ms)


def change_site(connection: Connection, site: Site, now_ms: int) -> None:
    """Write the site's settings."""
    values = msgspec.structs.asdict(site)
    connection.execute(update(t.site).where(t.site.c.id == site.id).values(**values))
    settings_changed(connection, site.id, now_ms)


def settings_changed(connection: Connection, site: str, now_ms: int) -> None:
    """Tell listeners that a site's settings are not what they were."""
    events.append(connection, site, events.Kind.HOUSE, site, {}, now_ms)
