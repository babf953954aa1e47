"""Announcing a call to boards and signs, and announcing it again. Who is called now: ``hub.queues.called``."""

from sqlalchemy import Connection

from hub.queues.events import Kind, append
from hub.queues.tickets import Ticket
from hub.store.sql import run


def announce(connection: Connection, kind: Kind, ticket: Ticket, now_ms: int) -> int:
    """Call the ticket to its counter (``Kind.CALL``) or once more (``Kind.RECALL``); returns the event's seq."""
    body: dict[str, str | int | None] = {
        "label": ticket.label,
        "queue": ticket.queue_id,
        "state": ticket.state,
        "counter": ticket.counter_id,
        "counter_name": counter_name(connection, ticket.site_id, ticket.counter_id or "") or ticket.counter_id,
    }
    return append(connection, ticket.site_id, kind, ticket.id, body, now_ms)


def counter_name(connection: Connection, site: str, counter: str) -> str | None:
    """What boards show for a counter; None when there is no such counter (any more)."""
    row = run(
        connection, "SELECT name FROM counter WHERE site_id = ? AND id = ? AND closed_ms IS NULL", site, counter
    ).fetchone()
    return None if row is None else str(row[0])
