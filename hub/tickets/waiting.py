"""What the desk shows: waiting list, queues, one visitor's standing. Reads only."""

import msgspec
from sqlalchemy import Connection

from hub.store.dialect import HERE
from hub.store.sql import run
from hub.tickets.ahead import people_before
from hub.tickets.business_day import ENDS_WITH_THE_DAY
from hub.tickets.model import FIELDS, Ticket, from_row


class QueueNow(msgspec.Struct, frozen=True):
    """One queue with how many wait in it; ``names`` and ``places`` are ``{language: text}``."""

    id: str
    series: str
    names: dict[str, str]
    places: dict[str, str]
    open: bool
    waiting: int


class WaitingStatus(msgspec.Struct, frozen=True, kw_only=True):
    """What the visitor's own page shows."""

    ticket: Ticket
    ahead: int
    """People before the visitor now; 0 once called."""
    queue_names: dict[str, str]
    queue_places: dict[str, str]
    counter: str
    """Name of the counter that called; "" before."""
    today: bool
    """The ticket belongs to the open business day, or its visitor waits on under a number of another one."""
    late: bool = False
    """Its visitor said to come later, and is called when they said that they are here."""


_OF_TICKET = ", ".join("t." + field for field in Ticket.__struct_fields__)
SITE, COUNTER, LIMIT = map(HERE.place, (1, 2, 3))
IN_LINE = f"""
FROM queue q JOIN ticket t ON t.site_id = {SITE} AND t.id IN (
    SELECT k.id FROM ticket k WHERE k.site_id = {SITE} AND k.queue_id = q.id AND k.state = 'waiting'
    ORDER BY k.priority, k.arrival_ms, k.slot, k.n, k.series LIMIT {LIMIT})
WHERE q.site_id = {SITE} AND q.waiting > 0 AND (
    NOT EXISTS (SELECT 1 FROM counter_queue c WHERE c.site_id = {SITE} AND c.counter_id = {COUNTER})
    OR q.id IN (SELECT c.queue_id FROM counter_queue c WHERE c.site_id = {SITE} AND c.counter_id = {COUNTER}))
ORDER BY t.priority, t.arrival_ms, t.slot, t.n, t.series LIMIT {LIMIT}
"""
"""Who waits at a site for a counter ("" = any), in the order of calling, at most so many of each queue and in all:
the first of all are among the first of their queues, and those stand in the order of an index, however many wait."""


def waiting_list(connection: Connection, site: str, counter: str = "", limit: int = 500) -> list[Ticket]:
    """Who waits, in the order of calling; with ``counter`` only for the queues that this counter serves."""
    rows = run(connection, f"SELECT {_OF_TICKET} {IN_LINE}", site, counter, limit).fetchall()
    return [from_row(row) for row in rows]


def no_shows(connection: Connection, site: str, limit: int) -> list[Ticket]:
    """Who did not come on the open day, latest first.

    Their numbers are of this business day or, from a terminal that was cut off over night, of the one before.
    """
    rows = run(
        connection,
        f"SELECT {FIELDS} FROM ticket t WHERE site_id = ? AND state = 'no_show' AND day IN"
        " (SELECT day FROM business_day WHERE site_id = ? ORDER BY opened_seq DESC, day DESC LIMIT 2)"
        " AND EXISTS (SELECT 1 FROM business_day d WHERE d.site_id = t.site_id"
        " AND d.closed_ms IS NULL AND (t.day = d.day OR t.ended_ms >= d.opened_ms))"
        " ORDER BY ended_ms DESC LIMIT ?",
        site,
        site,
        limit,
    ).fetchall()
    return [from_row(row) for row in rows]


def late_visitors(connection: Connection, site: str, limit: int) -> list[Ticket]:
    """Who said to come later and did not say since that they are here; who came first first."""
    rows = run(
        connection,
        f"SELECT {FIELDS} FROM ticket WHERE site_id = ? AND state = 'parked'"
        " AND id IN (SELECT l.ticket_id FROM late_visitor l WHERE l.site_id = ?) ORDER BY arrival_ms, n LIMIT ?",
        site,
        site,
        limit,
    ).fetchall()
    return [from_row(row) for row in rows]


def queues_now(connection: Connection, site: str) -> list[QueueNow]:
    """Every queue in use, with how many wait (counted with every step of a ticket, so nobody is counted here)."""
    rows = run(
        connection,
        "SELECT id, series, names, places, open, waiting FROM queue WHERE site_id = ? AND removed_ms IS NULL"
        " ORDER BY position, series",
        site,
    ).fetchall()
    return [_queue_now(row) for row in rows]


def timezone_of(connection: Connection, site: str) -> str:
    """The site's time zone; UTC for a site that is not there."""
    row = run(connection, "SELECT timezone FROM site WHERE id = ?", site).fetchone()
    return "UTC" if row is None else str(row[0])


_STANDING = f"""
SELECT q.names, q.places, coalesce(c.name, ''), d.day IS NOT NULL, t.state = 'parked' AND l.at_ms IS NOT NULL,
    {_OF_TICKET}
FROM ticket t
JOIN queue q ON q.site_id = t.site_id AND q.id = t.queue_id
LEFT JOIN counter c ON c.site_id = t.site_id AND c.id = t.counter_id
LEFT JOIN business_day d ON d.site_id = t.site_id AND d.day = t.day AND d.closed_ms IS NULL
LEFT JOIN late_visitor l ON l.site_id = t.site_id AND l.ticket_id = t.id
WHERE t.token = ?
"""


def standing(connection: Connection, token: str) -> WaitingStatus | None:
    """What the visitor's page shows for its token; None for a token that is no ticket's."""
    row = run(connection, _STANDING, token).fetchone()
    if row is None:
        return None
    names, places, counter, today, late, *fields = row
    ticket = from_row(tuple(fields))
    return WaitingStatus(
        ticket=ticket,
        ahead=people_before(connection, ticket),
        queue_names=msgspec.json.decode(names, type=dict[str, str]),
        queue_places=msgspec.json.decode(places, type=dict[str, str]),
        counter=counter,
        today=bool(today or late) or ticket.state in ENDS_WITH_THE_DAY,
        late=bool(late),
    )


def _queue_now(row: tuple[object, ...]) -> QueueNow:
    ident, series, names, places, is_open, waiting = row
    return msgspec.convert(
        {
            "id": ident,
            "series": series,
            "names": msgspec.json.decode(str(names)),
            "places": msgspec.json.decode(str(places)),
            "open": bool(is_open),
            "waiting": waiting,
        },
        QueueNow,
    )
