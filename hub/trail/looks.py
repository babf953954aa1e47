"""How the things stand that staff arrange: what the trail shows of them before and after an act."""

import msgspec
from sqlalchemy import Connection, Table, select

from hub.store import tables as t
from hub.trail.changes import Look
from hub.trail.entries import NOTHING, Details, Value

_SHOWN: dict[Table, tuple[str, ...]] = {
    t.user: ("login", "name", "role", "disabled_ms"),
    t.terminal: ("name", "place", "enrolled_ms", "revoked_ms"),
    t.queue: ("series", "names", "places", "open", "removed_ms"),
    t.counter: ("name", "short", "place", "closed_ms"),
}
"""The columns that are shown, the name first. Of a time (``*_ms``) only whether it has come, so that an entry says
"disabled", not when."""


def person(site: str, ident: str) -> Look:
    """A person: login, name, role, whether disabled. Never the password."""
    return _row(t.user, site, ident)


def terminal(site: str, ident: str) -> Look:
    """A terminal: name, place, whether enrolled and revoked."""
    return _row(t.terminal, site, ident)


def order(site: str, terminal: str, ident: str) -> Look:
    """An order to a terminal; the terminal is its name."""

    def look(connection: Connection) -> Details:
        o, name = t.terminal_order.c, select(t.terminal.c.name)
        found = connection.execute(select(o.kind, o.args).where(o.site_id == site, o.id == ident)).first()
        if found is None:
            return NOTHING
        named = connection.execute(name.where(t.terminal.c.site_id == site, t.terminal.c.id == terminal)).scalar()
        return {"terminal": named, "order": found.kind, **_texts(found.args)}

    return look


def queue(site: str, ident: str) -> Look:
    """A queue: letter, names, places, whether it gives numbers."""
    return _row(t.queue, site, ident)


def counter(site: str, ident: str) -> Look:
    """A counter: names, place, and which queues it serves."""
    return _both(_row(t.counter, site, ident), _duties(site, ident))


def site_settings(site: str) -> Look:
    """Names, time zone, public address, and how long visits are kept."""

    def look(connection: Connection) -> Details:
        s = t.site.c
        wanted = select(s.name, s.town, s.timezone, s.base_url, s.kept_days.label("visits_days")).where(s.id == site)
        row = connection.execute(wanted).mappings().first()
        return NOTHING if row is None else dict(row)

    return look


def route(site: str, service: str) -> Look:
    """The queue in which a service's people wait."""

    def look(connection: Connection) -> Details:
        r = t.service_queue.c
        queue = connection.execute(select(r.queue_id).where(r.site_id == site, r.service_id == service)).scalar()
        return {"service": service, "queue": queue}

    return look


def tiles(site: str) -> Look:
    """The town hall's own tiles in their order with the words on them; none = those of the import."""

    def look(connection: Connection) -> Details:
        c = t.tile.c
        rows = connection.execute(
            select(c.service_id, c.labels, c.details).where(c.site_id == site).order_by(c.position)
        ).all()
        s = t.catalogue_state.c
        own = connection.execute(select(s.own_tiles).where(s.site_id == site)).scalar()
        words = {ident: _words(labels, details) for ident, labels, details in rows}
        facts: dict[str, Value] = {"own_tiles": bool(own), "tiles": list(words)}
        return facts | {ident: said for ident, said in words.items() if said}

    return look


def face(site: str) -> Look:
    """The town's colour, and the beginnings of the checksums of its pictures; "" = not set. A face has no name."""

    def look(connection: Connection) -> Details:
        r = t.catalogue_record.c
        wanted = select(r.kind, r.id, r.sha256, r.body).where(
            r.site_id == site, r.kind.in_(("face", "picture")), r.deleted_ms.is_(None)
        )
        facts: dict[str, Value] = {"face": "", "town_colour": "", "town_arms": "", "town_picture": ""}
        for kind, ident, digest, body in connection.execute(wanted):
            if kind == "face":
                facts["town_colour"] = msgspec.json.decode(body, type=_Colour).colour
            elif f"town_{ident}" in facts:
                facts[f"town_{ident}"] = digest[:12]
        return facts

    return look


class _Colour(msgspec.Struct):
    colour: str = ""


def _row(table: Table, site: str, ident: str) -> Look:
    names = _SHOWN[table]

    def look(connection: Connection) -> Details:
        columns = [table.c[name] for name in names]
        row = connection.execute(select(*columns).where(table.c.site_id == site, table.c.id == ident)).first()
        return NOTHING if row is None else dict(_shown(name, value) for name, value in zip(names, row, strict=True))

    return look


def _shown(name: str, value: str | int | None) -> tuple[str, Value]:
    if name.endswith("_ms"):
        return name.removesuffix("_ms"), value is not None
    if name == "open":
        return name, bool(value)
    if name in ("names", "places"):
        return name, _texts(str(value))
    return name, value


def _duties(site: str, counter: str) -> Look:
    def look(connection: Connection) -> Details:
        c = t.counter_queue.c
        rows = select(c.queue_id).where(c.site_id == site, c.counter_id == counter).order_by(c.queue_id)
        return {"queues": list(connection.execute(rows).scalars()) or "all"}

    return look


def _both(first: Look, second: Look) -> Look:
    def look(connection: Connection) -> Details:
        found = first(connection)
        return {**found, **second(connection)} if found else NOTHING

    return look


def _words(labels: str, details: str) -> dict[str, str]:
    """What stands on a tile, by line and language."""
    lines = {"label": _texts(labels), "detail": _texts(details)}
    return {f"{line}.{tag}": text for line, texts in lines.items() for tag, text in texts.items()}


def _texts(text: str) -> dict[str, str]:
    return msgspec.json.decode(text, type=dict[str, str])
