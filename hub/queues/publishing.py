"""Publishing a catalogue: every snapshot is a row, the newest is in force, and it says which queue takes a service.

The hub's own queues and its staff's routing win over what an import brings: a snapshot is published with them in it, so
terminals and hub never disagree. An import adds the queues that are missing and renews the texts of the others.
"""

import hashlib

import msgspec
from sqlalchemy import Connection, delete, func, insert, select, update

from hub.queues import events
from hub.queues.refusals import Code, Refused
from hub.store import tables as t
from kiosk.catalogue.model import Catalogue, Queue, Service


class Published(msgspec.Struct, frozen=True):
    """The snapshot in force as it goes over the wire."""

    version: int
    etag: str
    body: bytes


def publish(connection: Connection, site: str, catalogue: Catalogue, origin: str, now_ms: int) -> int | Refused:
    """Put a catalogue in force; returns its version, which is one more than the last. ``origin``: "demo", "dldb", …"""
    if refused := _renew_queues(connection, site, catalogue.queues):
        return refused
    queues = _queues(connection, site)
    services = _renew_routes(connection, site, catalogue.services, {queue.id for queue in queues})
    version = latest_version(connection, site) + 1
    snapshot = msgspec.structs.replace(catalogue, version=version, queues=queues, services=services)
    body = msgspec.json.encode(snapshot)
    connection.execute(
        insert(t.catalogue).values(
            site_id=site,
            version=version,
            etag=f'"{version}-{hashlib.sha256(body).hexdigest()[:16]}"',
            origin=origin,
            body=body,
            published_ms=now_ms,
        )
    )
    events.append(connection, site, events.Kind.CATALOGUE, str(version), {"version": version}, now_ms)
    return version


def republish(connection: Connection, site: str, now_ms: int) -> None:
    """Publish the snapshot in force anew, with today's queues and routes; nothing when there is none yet."""
    if found := latest(connection, site):
        catalogue = msgspec.json.decode(found.body, type=Catalogue)
        own = {queue.id for queue in _queues(connection, site)}
        kept = tuple(queue for queue in catalogue.queues if queue.id in own)
        publish(connection, site, msgspec.structs.replace(catalogue, queues=kept), "hub", now_ms)


def latest_version(connection: Connection, site: str) -> int:
    """The version in force; 0 = none yet."""
    row = connection.execute(select(func.max(t.catalogue.c.version)).where(t.catalogue.c.site_id == site)).scalar_one()
    return row or 0


def latest(connection: Connection, site: str) -> Published | None:
    """The snapshot in force, or None."""
    row = connection.execute(
        select(t.catalogue.c.version, t.catalogue.c.etag, t.catalogue.c.body)
        .where(t.catalogue.c.site_id == site)
        .order_by(t.catalogue.c.version.desc())
        .limit(1)
    ).first()
    return None if row is None else Published(row[0], row[1], row[2])


def _renew_queues(connection: Connection, site: str, queues: tuple[Queue, ...]) -> Refused | None:
    known = {queue.id: queue for queue in _queues(connection, site)}
    letters = {queue.series: queue.id for queue in known.values()}
    for queue in queues:
        texts = {
            "names": msgspec.json.encode(queue.names).decode(),
            "places": msgspec.json.encode(queue.places).decode(),
            "office": queue.office,
        }
        if queue.id in known:
            mine = (t.queue.c.site_id == site) & (t.queue.c.id == queue.id)
            connection.execute(update(t.queue).where(mine).values(**texts))
        elif queue.series in letters:
            taken = f"Series {queue.series} of queue {queue.id} belongs to queue {letters[queue.series]} already."
            return Refused(Code.NAME_TAKEN, taken, f"queues.{queue.id}.series")
        else:
            connection.execute(insert(t.queue).values(site_id=site, id=queue.id, series=queue.series, **texts))
            letters[queue.series] = queue.id
    return None


def _queues(connection: Connection, site: str) -> tuple[Queue, ...]:
    """The hub's queues as the catalogue writes them."""
    rows = connection.execute(
        select(t.queue.c.id, t.queue.c.series, t.queue.c.names, t.queue.c.places, t.queue.c.office)
        .where(t.queue.c.site_id == site, t.queue.c.removed_ms.is_(None))
        .order_by(t.queue.c.position, t.queue.c.series)
    )
    return tuple(
        Queue(id=ident, series=series, names=_texts(names), places=_texts(places), office=office)
        for ident, series, names, places, office in rows
    )


def _renew_routes(
    connection: Connection, site: str, services: tuple[Service, ...], queues: set[str]
) -> tuple[Service, ...]:
    """Write the catalogue's routes, keep the staff's, and return the services with the routes that hold."""
    route = t.service_queue
    connection.execute(delete(route).where(route.c.site_id == site, route.c.origin == "catalogue"))
    rows = connection.execute(select(route.c.service_id, route.c.queue_id).where(route.c.site_id == site))
    own: dict[str, str] = {row.service_id: row.queue_id for row in rows}
    listed = {service.id for service in services}
    for gone in own.keys() - listed:
        connection.execute(delete(route).where(route.c.site_id == site, route.c.service_id == gone))
    new = [
        {"site_id": site, "service_id": service.id, "queue_id": service.queue, "origin": "catalogue"}
        for service in services
        if service.id not in own and service.queue in queues
    ]
    if new:
        connection.execute(insert(route), new)
    return tuple(_routed(service, own, queues) for service in services)


def _routed(service: Service, own: dict[str, str], queues: set[str]) -> Service:
    queue = own.get(service.id, service.queue)
    return msgspec.structs.replace(service, queue=queue if queue in queues else None)


def _texts(text: str) -> dict[str, str]:
    return msgspec.json.decode(text, type=dict[str, str])
