"""What boards and signs show: a call, the same again, a call that is withdrawn."""

from typing import NamedTuple

import msgspec
from sqlalchemy import Connection

from hub.queues.events import Kind, append
from hub.queues.tickets import Ticket
from hub.store.sql import run

STANDS = (
    "NOT EXISTS (SELECT 1 FROM event u WHERE u.site_id = e.site_id AND u.kind = 'uncall'"
    " AND u.subject = CAST(e.seq AS TEXT))"
)
"""Condition on a call's event ``e``: it was not withdrawn."""


def announce(connection: Connection, kind: Kind, ticket: Ticket, name: str, now_ms: int) -> int:
    """Call the ticket to its counter (``Kind.CALL``) or once more (``Kind.RECALL``), which boards show as ``name``;
    returns the event's seq."""
    body: dict[str, str | int | None] = {
        "label": ticket.label,
        "queue": ticket.queue_id,
        "state": ticket.state,
        "counter": ticket.counter_id,
        "counter_name": name,
    }
    return append(connection, ticket.site_id, kind, ticket.id, body, now_ms)


def withdraw(connection: Connection, ticket: Ticket, now_ms: int, since: int = 0) -> bool:
    """Take the ticket's calls from event ``since`` on away from boards and signs; False when none stood there."""
    rows = run(
        connection,
        "SELECT e.seq, e.body FROM event e WHERE e.site_id = ? AND e.kind IN ('call', 'recall')"
        f" AND e.subject = ? AND e.seq >= ? AND {STANDS}",
        ticket.site_id,
        ticket.id,
        since,
    ).fetchall()
    for seq, body in rows:
        label = msgspec.json.decode(body, type=_Labelled).label
        append(connection, ticket.site_id, Kind.UNCALL, str(seq), {"label": label, "ticket": ticket.id}, now_ms)
    return bool(rows)


class _Labelled(msgspec.Struct):
    label: str


class Counter(NamedTuple):
    """What boards show for a counter, and whether it pauses."""

    name: str
    pauses: bool


def counter_now(connection: Connection, site: str, counter: str) -> Counter | None:
    """A counter; None when there is no such counter (any more)."""
    row = run(
        connection,
        "SELECT c.name, p.paused_ms IS NOT NULL FROM counter c"
        " LEFT JOIN seat p ON p.site_id = c.site_id AND p.counter_id = c.id"
        " WHERE c.site_id = ? AND c.id = ? AND c.closed_ms IS NULL",
        site,
        counter,
    ).fetchone()
    return None if row is None else Counter(str(row[0]), bool(row[1]))
