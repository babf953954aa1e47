"""How many people come first ("Vor Ihnen"): one meaning for screen, slip, visitor's page, desk and tiles.

Before a waiting ticket are all who wait, stand earlier in the order of calling (``waiting.IN_LINE``), and wait in a
queue that some counter serves together with the ticket's own: only a counter that serves both calls them before it.
Every counter that was not taken away counts, whether or not somebody sits there now: the figure must not jump when a
clerk goes for lunch. Whoever was called already does not count.

So far as nobody comes in with an earlier place, the counters that serve the ticket's queue call at most this many
people before it, whatever the other counters do, and exactly this many when each of their calls goes to the counter
with the earliest next person (``tests/property/test_people_before.py``).
"""

from typing import Final

from sqlalchemy import Connection

from hub.store.enums import TicketState
from hub.store.sql import run
from hub.tickets.model import Ticket

_BEFORE: Final = """
WITH same AS MATERIALIZED (
    SELECT c.id, NOT EXISTS (
        SELECT 1 FROM counter_queue d WHERE d.site_id = ?1 AND d.counter_id = c.id) AS serves_all
    FROM counter c WHERE c.site_id = ?1 AND c.closed_ms IS NULL AND (
        NOT EXISTS (SELECT 1 FROM counter_queue d WHERE d.site_id = ?1 AND d.counter_id = c.id)
        OR EXISTS (SELECT 1 FROM counter_queue d WHERE d.site_id = ?1 AND d.counter_id = c.id AND d.queue_id = ?2))
)
SELECT coalesce(sum(q.waiting - (
    SELECT count(*) FROM ticket t WHERE t.site_id = ?1 AND t.queue_id = q.id AND t.state = 'waiting'
    AND (t.priority, t.arrival_ms, t.slot, t.n, t.series) >= (?3, ?4, ?5, ?6, ?7))), 0)
FROM queue q WHERE q.site_id = ?1 AND q.waiting > 0 AND (
    q.id = ?2 OR EXISTS (SELECT 1 FROM same WHERE serves_all)
    OR q.id IN (SELECT d.queue_id FROM same s JOIN counter_queue d ON d.site_id = ?1 AND d.counter_id = s.id))
"""
"""Counters of site ?1 that serve queue ?2 (one without duties serves all) and the queues they call together: all who
wait there, but those behind ?3..?7 and the ticket itself. Behind a new number is nobody, so this is a look at the end
of each queue's index, however many wait."""
Place = tuple[int, int, int, int, str]
"""Where a ticket stands in the order of calling: priority, arrival, slot, number, series."""
_LAST = 2**62
"""An arrival after everybody's."""


def people_before(connection: Connection, ticket: Ticket) -> int:
    """How many people come before a waiting ticket; 0 in every other state."""
    if ticket.state is not TicketState.WAITING:
        return 0
    return before_place(connection, ticket.site_id, ticket.queue_id, _place(ticket))


def before_new(connection: Connection, site: str, priority: int) -> dict[str, int]:
    """How many people would come before a number of this priority class drawn now, by queue in use."""
    rows = run(connection, "SELECT id FROM queue WHERE site_id = ? AND removed_ms IS NULL", site).fetchall()
    return {str(queue): before_place(connection, site, str(queue), (priority, _LAST, 0, 0, "")) for (queue,) in rows}


def _place(ticket: Ticket) -> Place:
    return (ticket.priority, ticket.arrival_ms, ticket.slot, ticket.n, ticket.series)


def before_place(connection: Connection, site: str, queue: str, place: Place) -> int:
    """How many people come before this place of the queue's line; a ticket that stands there counts itself out."""
    row = run(connection, _BEFORE, site, queue, *place).fetchone()
    assert row is not None
    return int(row[0])
