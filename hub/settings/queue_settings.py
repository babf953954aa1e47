"""Queues of a site: add, change and remove them, open and close them, and say which services they take."""

from collections.abc import Sequence

import msgspec
from sqlalchemy import ColumnElement, Connection, delete, func, insert, select, update
from sqlalchemy.exc import IntegrityError

from hub.catalogue.content import records
from hub.catalogue.publication import publishing
from hub.errors import Code, Refused
from hub.sites import settings_changed
from hub.store import tables as t
from hub.store.enums import ACTIVE
from hub.store.sql import run
from kiosk.catalogue.model import Texts
from kiosk.vocabulary.labels import SERIES_LETTERS


class QueueSet(msgspec.Struct, frozen=True):
    """A queue as staff arrange it."""

    id: str
    series: str
    names: Texts
    places: Texts
    open: bool


def queues(connection: Connection, site: str) -> list[QueueSet]:
    """The queues in use, in their order."""
    q = t.queue
    rows = connection.execute(
        select(q.c.id, q.c.series, q.c.names, q.c.places, q.c.open)
        .where(q.c.site_id == site, q.c.removed_ms.is_(None))
        .order_by(q.c.position, q.c.series)
    )
    return [
        QueueSet(ident, series, _texts(names), _texts(places), bool(is_open))
        for ident, series, names, places, is_open in rows
    ]


def free_letters(connection: Connection, site: str) -> tuple[str, ...]:
    """Letters that no queue has."""
    taken = connection.execute(select(t.queue.c.series).where(t.queue.c.site_id == site)).scalars().all()
    return tuple(letter for letter in SERIES_LETTERS if letter not in taken)


def add_queue(
    connection: Connection, site: str, queue: str, series: str, names: Texts, now_ms: int, places: Texts | None = None
) -> Refused | None:
    """Add a waiting circle with its series letter."""
    if not series or any(letter not in SERIES_LETTERS for letter in series):
        return Refused(Code.WRONG_STATE, f"A series is one or two letters of {SERIES_LETTERS}.", "series")
    row = insert(t.queue).values(
        site_id=site,
        id=queue,
        series=series,
        names=msgspec.json.encode(names).decode(),
        places=msgspec.json.encode(places or {}).decode(),
    )
    try:
        refused = publishing.change(connection, site, lambda: connection.execute(row), now_ms)
    except IntegrityError:
        return Refused(Code.NAME_TAKEN, f"Queue {queue} or series {series} is there already.", "name")
    if refused is None:
        settings_changed(connection, site, now_ms)
    return refused


def change_queue(
    connection: Connection, site: str, queue: str, names: Texts, places: Texts, now_ms: int
) -> Refused | None:
    """Write the texts of a queue. Its letter stays: numbers of today carry it. Refused as terminals would refuse."""
    mine = (t.queue.c.site_id == site) & (t.queue.c.id == queue)
    values = {"names": msgspec.json.encode(names).decode(), "places": msgspec.json.encode(places).decode()}

    def write() -> None:
        connection.execute(update(t.queue).where(mine).values(**values))

    refused = publishing.change(connection, site, write, now_ms)
    if refused is None:
        settings_changed(connection, site, now_ms)
    return refused


def remove_queue(connection: Connection, site: str, queue: str, now_ms: int) -> Refused | None:
    """Take a queue away, with its routes and duties; refused while somebody is in it."""
    if has_tickets(connection, site, t.ticket.c.queue_id == queue, ACTIVE):
        return Refused(Code.WRONG_STATE, "People are still in this queue.", "queue")
    mine = (t.queue.c.site_id == site) & (t.queue.c.id == queue)

    def write() -> None:
        connection.execute(update(t.queue).where(mine).values(removed_ms=now_ms, open=0))
        for table in (t.counter_queue, t.service_queue):
            connection.execute(delete(table).where(table.c.site_id == site, table.c.queue_id == queue))

    refused = publishing.change(connection, site, write, now_ms)
    if refused is None:
        settings_changed(connection, site, now_ms)
    return refused


def open_queue(connection: Connection, site: str, queue: str, is_open: bool, now_ms: int) -> None:
    """Let the queue give numbers, or stop it. Who waits stays."""
    mine = (t.queue.c.site_id == site) & (t.queue.c.id == queue)
    connection.execute(update(t.queue).where(mine).values(open=int(is_open)))
    settings_changed(connection, site, now_ms)


def services(connection: Connection, site: str) -> set[str]:
    """What may get a queue: the services of the catalogue, and those that have one."""
    routed = run(connection, "SELECT service_id FROM service_queue WHERE site_id = ?", site)
    return records.ids(connection, site, "service") | {ident for (ident,) in routed}


def route(connection: Connection, site: str, service: str, queue: str, now_ms: int) -> None:
    """Have a queue take a service, whatever the catalogue says. Raises IntegrityError for an unknown queue."""
    route_all(connection, site, (service,), queue, now_ms)


def route_all(connection: Connection, site: str, services: Sequence[str], queue: str, now_ms: int) -> None:
    """Have a queue take these services: one new version of the catalogue. Raises as ``route`` does."""

    def write() -> None:
        for service in services:
            run(
                connection,
                "INSERT INTO service_queue (site_id, service_id, queue_id, origin) VALUES (?, ?, ?, 'override')"
                " ON CONFLICT (site_id, service_id) DO UPDATE SET queue_id = excluded.queue_id, origin = 'override'",
                site,
                service,
                queue,
            )

    publishing.change(connection, site, write, now_ms)  # a route adds nothing that a terminal could refuse
    settings_changed(connection, site, now_ms)


def has_tickets(connection: Connection, site: str, where: ColumnElement[bool], states: tuple[str, ...]) -> bool:
    """Whether a ticket of the site fits the condition and is in one of the states."""
    found = select(func.count()).select_from(t.ticket).where(t.ticket.c.site_id == site, t.ticket.c.state.in_(states))
    return bool(connection.execute(found.where(where)).scalar_one())


def _texts(text: str) -> Texts:
    return msgspec.json.decode(text, type=dict[str, str])
