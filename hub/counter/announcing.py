"""Announcing a call to boards and signs, and announcing it again. Who is called now: ``hub.tickets.called``."""

from typing import NamedTuple

from sqlalchemy import Connection

from hub.events import Kind, append
from hub.store.sql import run
from hub.tickets.model import Ticket


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
