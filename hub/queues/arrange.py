"""Changing what stands already: counters, queues, and taking them away while nobody is left with them."""

import msgspec
from sqlalchemy import ColumnElement, Connection, delete, func, select, update
from sqlalchemy.exc import IntegrityError

from hub.catalogue import publishing
from hub.queues import events
from hub.queues.refusals import Code, Refused
from hub.store import tables as t
from hub.store.words import ACTIVE, AT_COUNTER
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
        _tell(connection, site, now_ms)
    return refused


def remove_queue(connection: Connection, site: str, queue: str, now_ms: int) -> Refused | None:
    """Take a queue away, with its routes and duties; refused while somebody is in it."""
    if _someone(connection, site, t.ticket.c.queue_id == queue, ACTIVE):
        return Refused(Code.WRONG_STATE, "People are still in this queue.", "queue")
    mine = (t.queue.c.site_id == site) & (t.queue.c.id == queue)

    def write() -> None:
        connection.execute(update(t.queue).where(mine).values(removed_ms=now_ms, open=0))
        for table in (t.counter_queue, t.service_queue):
            connection.execute(delete(table).where(table.c.site_id == site, table.c.queue_id == queue))

    refused = publishing.change(connection, site, write, now_ms)
    if refused is None:
        _tell(connection, site, now_ms)
    return refused


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
    _tell(connection, site, now_ms)
    return None


def close_counter(connection: Connection, site: str, counter: str, now_ms: int) -> Refused | None:
    """Take a counter away; refused while it has a visitor. Who works at it chooses another one."""
    if _someone(connection, site, t.ticket.c.counter_id == counter, AT_COUNTER):
        return Refused(Code.COUNTER_BUSY, "A visitor is still at this counter.", "counter")
    mine = (t.counter.c.site_id == site) & (t.counter.c.id == counter)
    connection.execute(update(t.counter).where(mine).values(closed_ms=now_ms))
    leave = update(t.session).where(t.session.c.site_id == site, t.session.c.counter_id == counter)
    connection.execute(leave.values(counter_id=None))
    connection.execute(delete(t.seat).where(t.seat.c.site_id == site, t.seat.c.counter_id == counter))
    _tell(connection, site, now_ms)
    return None


def _someone(connection: Connection, site: str, where: ColumnElement[bool], states: tuple[str, ...]) -> bool:
    found = select(func.count()).select_from(t.ticket).where(t.ticket.c.site_id == site, t.ticket.c.state.in_(states))
    return bool(connection.execute(found.where(where)).scalar_one())


def _texts(text: str) -> Texts:
    return msgspec.json.decode(text, type=dict[str, str])


def _tell(connection: Connection, site: str, now_ms: int) -> None:
    events.append(connection, site, events.Kind.HOUSE, site, {}, now_ms)
