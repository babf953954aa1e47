"""Setting the house up: site, queues, counters and which queue takes a service."""

import secrets
from collections.abc import Sequence

import msgspec
from sqlalchemy import Connection, Insert, delete, insert, select, update
from sqlalchemy.exc import IntegrityError

from hub.catalogue import publishing
from hub.queues import events, instance
from hub.queues.refusals import Code, Refused
from hub.sites import Site
from hub.store import tables as t
from hub.store.sql import run
from kiosk.catalogue.model import Texts
from kiosk.vocabulary.labels import SERIES_LETTERS


class Counter(msgspec.Struct, frozen=True):
    """A desk that calls people, with the queues it serves (empty = all)."""

    id: str
    name: str
    place: str
    queues: tuple[str, ...]
    short: str = ""
    """For displays with little room; "" = the name, shortened."""


def add_site(connection: Connection, site: Site, now_ms: int) -> None:
    """Found the hall; this hub's life for it begins."""
    connection.execute(insert(t.site).values(**msgspec.structs.asdict(site), created_ms=now_ms))
    instance.begin(connection, site.id, secrets.token_hex(16), secrets.token_bytes(32), now_ms)


def change_site(connection: Connection, site: Site, now_ms: int) -> None:
    """Write the site's settings."""
    values = msgspec.structs.asdict(site)
    connection.execute(update(t.site).where(t.site.c.id == site.id).values(**values))
    _tell(connection, site.id, now_ms)


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
        _tell(connection, site, now_ms)
    return refused


def open_queue(connection: Connection, site: str, queue: str, is_open: bool, now_ms: int) -> None:
    """Let the queue give numbers, or stop it. Who waits stays."""
    mine = (t.queue.c.site_id == site) & (t.queue.c.id == queue)
    connection.execute(update(t.queue).where(mine).values(open=int(is_open)))
    _tell(connection, site, now_ms)


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
    _tell(connection, site, now_ms)


def add_counter(
    connection: Connection, site: str, counter: str, name: str, now_ms: int, place: str = "", short: str = ""
) -> Refused | None:
    """Add a counter; it serves all queues until ``serve`` says otherwise."""
    row = insert(t.counter).values(site_id=site, id=counter, name=name, place=place, short=short)
    return _insert(connection, site, f"There is a counter {name} already.", row, now_ms)


def serve(connection: Connection, site: str, counter: str, queues: tuple[str, ...], now_ms: int) -> None:
    """Say which queues a counter serves; none = all. Raises IntegrityError for an unknown queue."""
    mine = (t.counter_queue.c.site_id == site) & (t.counter_queue.c.counter_id == counter)
    connection.execute(delete(t.counter_queue).where(mine))
    for queue in queues:
        connection.execute(insert(t.counter_queue).values(site_id=site, counter_id=counter, queue_id=queue))
    _tell(connection, site, now_ms)


def counters(connection: Connection, site: str) -> list[Counter]:
    """The counters in use, in their order, with their queues."""
    duties: dict[str, list[str]] = {}
    rows = select(t.counter_queue.c.counter_id, t.counter_queue.c.queue_id).where(t.counter_queue.c.site_id == site)
    for counter, queue in connection.execute(rows.order_by(t.counter_queue.c.queue_id)):
        duties.setdefault(counter, []).append(queue)
    found = select(t.counter.c.id, t.counter.c.name, t.counter.c.place, t.counter.c.short).where(
        t.counter.c.site_id == site, t.counter.c.closed_ms.is_(None)
    )
    return [
        Counter(ident, name, place, tuple(duties.get(ident, ())), short)
        for ident, name, place, short in connection.execute(found.order_by(t.counter.c.position, t.counter.c.name))
    ]


def _insert(connection: Connection, site: str, taken: str, row: Insert, now_ms: int) -> Refused | None:
    try:
        with connection.begin_nested():
            connection.execute(row)
    except IntegrityError:
        return Refused(Code.NAME_TAKEN, taken, "name")
    _tell(connection, site, now_ms)
    return None


def _tell(connection: Connection, site: str, now_ms: int) -> None:
    events.append(connection, site, events.Kind.HOUSE, site, {}, now_ms)
