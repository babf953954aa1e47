"""Counters of a site: add, change and close them, and say which queues they serve."""

import msgspec
from sqlalchemy import Connection, Insert, delete, insert, select, update
from sqlalchemy.exc import IntegrityError

from hub.errors import Code, Refused
from hub.settings.queue_settings import has_tickets
from hub.sites import settings_changed
from hub.store import tables as t
from hub.store.enums import AT_COUNTER


class Counter(msgspec.Struct, frozen=True):
    """A desk that calls people, with the queues it serves (empty = all)."""

    id: str
    name: str
    place: str
    queues: tuple[str, ...]
    short: str = ""
    """For displays with little room; "" = the name, shortened."""


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
    settings_changed(connection, site, now_ms)


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


def change_counter(
    connection: Connection, site: str, counter: str, name: str, place: str, now_ms: int, short: str = ""
) -> Refused | None:
    """Rename a counter, its short name or its place; refused when another has the name, or when there is none."""
    mine = (t.counter.c.site_id == site) & (t.counter.c.id == counter) & t.counter.c.closed_ms.is_(None)
    try:
        with connection.begin_nested():
            done = connection.execute(update(t.counter).where(mine).values(name=name, place=place, short=short))
    except IntegrityError:
        return Refused(Code.NAME_TAKEN, f"There is a counter {name} already.", "name")
    if not done.rowcount:
        return Refused(Code.UNKNOWN_COUNTER, "This counter does not exist or was closed.", "counter")
    settings_changed(connection, site, now_ms)
    return None


def close_counter(connection: Connection, site: str, counter: str, now_ms: int) -> Refused | None:
    """Take a counter away; refused while it has a visitor. Who works at it chooses another one."""
    if has_tickets(connection, site, t.ticket.c.counter_id == counter, AT_COUNTER):
        return Refused(Code.COUNTER_BUSY, "A visitor is still at this counter.", "counter")
    mine = (t.counter.c.site_id == site) & (t.counter.c.id == counter)
    connection.execute(update(t.counter).where(mine).values(closed_ms=now_ms))
    leave = update(t.session).where(t.session.c.site_id == site, t.session.c.counter_id == counter)
    connection.execute(leave.values(counter_id=None))
    connection.execute(delete(t.seat).where(t.seat.c.site_id == site, t.seat.c.counter_id == counter))
    settings_changed(connection, site, now_ms)
    return None


def _insert(connection: Connection, site: str, taken: str, row: Insert, now_ms: int) -> Refused | None:
    try:
        with connection.begin_nested():
            connection.execute(row)
    except IntegrityError:
        return Refused(Code.NAME_TAKEN, taken, "name")
    settings_changed(connection, site, now_ms)
    return None
