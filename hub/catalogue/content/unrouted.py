"""Services that nobody can draw a number for: those of the catalogue in force that wait in no queue.

What others do (``elsewhere``) needs no queue and is not counted.
"""

import msgspec
from sqlalchemy import Connection

from hub.store.sql import run
from kiosk.catalogue.model import Texts


class Lacking(msgspec.Struct, frozen=True):
    """How many of how many services have no queue."""

    without: int
    of: int

    def __str__(self) -> str:
        return (
            f"{self.without} of {self.of} services have no queue: nobody can draw a number for them."
            " Choose their queues on the hub's page Services, many at once."
        )


class Group(msgspec.Struct, frozen=True):
    """The services of a category or an office; ``key`` names it in a form ("" = all services)."""

    key: str
    names: Texts
    lacking: Lacking


def lacking(connection: Connection, site: str) -> Lacking:
    """Over all services."""
    without, of = run(connection, f"SELECT {_COUNTS} {_FROM}", site).fetchall()[0]
    return Lacking(without or 0, of)


def groups(connection: Connection, site: str, kind: str) -> tuple[Group, ...]:
    """The categories ("category") or offices ("office") that have services, those with services without a queue first,
    else in the order of the catalogue."""
    rows = run(
        connection,
        f"SELECT g.value, {_COUNTS} {_FROM_GROUPED[kind]} GROUP BY g.value",
        site,
    )
    counts = {str(ident): Lacking(without or 0, of) for ident, without, of in rows}
    named = _names(connection, site, kind).items()
    found = [Group(f"{kind}:{ident}", names, counts[ident]) for ident, names in named if ident in counts]
    return tuple(sorted(found, key=lambda group: not group.lacking.without))


def ids(connection: Connection, site: str, key: str = "", *, routed: bool = False) -> list[str]:
    """The services of a group without a queue; ``routed``: also those that have one."""
    kind, _, ident = key.partition(":")
    only = "" if routed else " AND s.queue_id IS NULL"
    if kind:
        rows = run(connection, f"SELECT r.id {_FROM_GROUPED[kind]} AND g.value = ?{only}", site, ident)
    else:
        rows = run(connection, f"SELECT r.id {_FROM}{only}", site)
    return [service for (service,) in rows.fetchall()]


def _names(connection: Connection, site: str, kind: str) -> dict[str, Texts]:
    """In the order of the catalogue."""
    rows = run(
        connection,
        "SELECT r.id, t.lang, json_extract(CAST(t.body AS TEXT), '$.names') FROM catalogue_record r"
        " JOIN catalogue_record t ON t.site_id = r.site_id AND t.kind = r.kind AND t.id = r.id AND t.lang != ''"
        " AND t.deleted_ms IS NULL"
        " WHERE r.site_id = ? AND r.kind = ? AND r.lang = '' AND r.deleted_ms IS NULL"
        """ ORDER BY json_extract(CAST(r.body AS TEXT), '$."#"'), r.id""",
        site,
        kind,
    )
    found: dict[str, Texts] = {}
    for ident, lang, name in rows:
        if name:
            found.setdefault(ident, {})[lang] = name
    return found


_COUNTS = "SUM(s.queue_id IS NULL), COUNT(*)"
_BODY = "CAST(r.body AS TEXT)"
_JOINED = " LEFT JOIN service_queue s ON s.site_id = r.site_id AND s.service_id = r.id"
_WHERE = (
    " WHERE r.site_id = ? AND r.kind = 'service' AND r.lang = '' AND r.deleted_ms IS NULL"
    f" AND json_extract({_BODY}, '$.elsewhere') IS NULL"
)
_FROM = f"FROM catalogue_record r{_JOINED}{_WHERE}"
_FROM_GROUPED = {
    "category": f"FROM catalogue_record r, json_each({_BODY}, '$.categories') g{_JOINED}{_WHERE}",
    "office": f"FROM catalogue_record r, json_each(json_array(json_extract({_BODY}, '$.office'))) g{_JOINED}{_WHERE}",
}
