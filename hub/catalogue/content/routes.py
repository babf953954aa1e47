"""The site's own queues and routes (which service waits in which queue), beside what a catalogue says."""

import msgspec
from sqlalchemy import Connection, delete, insert, select, update

from hub.errors import Code, Refused
from hub.store import tables as t
from hub.store.sql import run
from kiosk.catalogue.model import Queue, Service

_R = t.service_queue


def queues(connection: Connection, site: str) -> tuple[Queue, ...]:
    """The hub's queues as the catalogue writes them, in their order."""
    return tuple(queue for queue, _ in _placed(connection, site))


def merged(connection: Connection, site: str, imported: tuple[Queue, ...]) -> tuple[Queue, ...] | Refused:
    """The queues after an import: missing ones added, texts renewed; those that staff removed stay removed."""
    own = {queue.id: (queue, position) for queue, position in _placed(connection, site)}
    removed = _removed(connection, site)
    letters = {queue.series: queue.id for queue, _ in own.values()}
    for queue in imported:
        if queue.id in own:
            mine, position = own[queue.id]
            own[queue.id] = (msgspec.structs.replace(queue, series=mine.series), position)
        elif queue.series in letters:
            taken = f"Series {queue.series} of queue {queue.id} belongs to queue {letters[queue.series]} already."
            return Refused(Code.NAME_TAKEN, taken, f"queues.{queue.id}.series")
        elif queue.id not in removed:
            own[queue.id] = (queue, 0)
            letters[queue.series] = queue.id
    ordered = sorted(own.values(), key=lambda each: (each[1], each[0].series))
    return tuple(queue for queue, _ in ordered)


def write_queues(connection: Connection, site: str, wanted: tuple[Queue, ...]) -> None:
    """Write what ``merged`` found."""
    known = {queue.id: queue for queue in queues(connection, site)}
    for queue in wanted:
        texts = {
            "names": msgspec.json.encode(queue.names).decode(),
            "places": msgspec.json.encode(queue.places).decode(),
            "office": queue.office,
        }
        if queue.id not in known:
            connection.execute(insert(t.queue).values(site_id=site, id=queue.id, series=queue.series, **texts))
        elif known[queue.id] != queue:
            mine = (t.queue.c.site_id == site) & (t.queue.c.id == queue.id)
            connection.execute(update(t.queue).where(mine).values(**texts))


def overrides(connection: Connection, site: str) -> dict[str, str]:
    """The routes that staff set: service -> queue."""
    mine = (_R.c.site_id == site) & (_R.c.origin == "override")
    rows = connection.execute(select(_R.c.service_id, _R.c.queue_id).where(mine))
    return {row.service_id: row.queue_id for row in rows}


def routed(service: Service, own: dict[str, str], known: frozenset[str]) -> Service:
    """The service with the queue that holds: staff's, else the catalogue's, else none."""
    queue = own.get(service.id, service.queue)
    queue = queue if queue in known else None
    return service if queue == service.queue else msgspec.structs.replace(service, queue=queue)


def write_routes(connection: Connection, site: str, wanted: dict[str, str], listed: set[str]) -> None:
    """Write the routes of a catalogue (service -> queue), keep the staff's for services that are still ``listed``."""
    rows = connection.execute(select(_R.c.service_id, _R.c.queue_id, _R.c.origin).where(_R.c.site_id == site))
    kept: set[str] = set()
    for service, queue, origin in rows.fetchall():
        if service in listed and (origin == "override" or wanted.get(service) == queue):
            kept.add(service)
        else:
            connection.execute(delete(_R).where(_R.c.site_id == site, _R.c.service_id == service))
    for service, queue in wanted.items():
        if service not in kept:
            run(connection, "INSERT INTO service_queue VALUES (?, ?, ?, 'catalogue')", site, service, queue)


def _placed(connection: Connection, site: str) -> list[tuple[Queue, int]]:
    q = t.queue.c
    rows = connection.execute(
        select(q.id, q.series, q.names, q.places, q.office, q.position)
        .where(q.site_id == site, q.removed_ms.is_(None))
        .order_by(q.position, q.series)
    )
    return [
        (Queue(id=ident, series=series, names=_texts(names), places=_texts(places), office=office), position)
        for ident, series, names, places, office, position in rows
    ]


def _removed(connection: Connection, site: str) -> set[str]:
    gone = select(t.queue.c.id).where(t.queue.c.site_id == site, t.queue.c.removed_ms.is_not(None))
    return set(connection.execute(gone).scalars())


def _texts(text: str) -> dict[str, str]:
    return msgspec.json.decode(text, type=dict[str, str])
