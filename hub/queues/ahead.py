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

import msgspec
from sqlalchemy import Connection

from hub.queues.tickets import Ticket
from hub.store.sql import run
from hub.store.words import State


def _serves(queue: str) -> str:
    """SQL: counter ``c`` of site ?1 serves this queue (a counter without duties serves all)."""
    return f"""(
        NOT EXISTS (SELECT 1 FROM counter_queue d WHERE d.site_id = ?1 AND d.counter_id = c.id)
        OR EXISTS (SELECT 1 FROM counter_queue d
                   WHERE d.site_id = ?1 AND d.counter_id = c.id AND d.queue_id = {queue}))"""


def _together(queue: str) -> str:
    """SQL: queue ``o`` of site ?1 is this queue, or a counter serves both."""
    return f"""(o.id = {queue} OR EXISTS (
        SELECT 1 FROM counter c WHERE c.site_id = ?1 AND c.closed_ms IS NULL
        AND {_serves(queue)} AND {_serves("o.id")}))"""


_BEFORE: Final = f"""
WITH line AS MATERIALIZED (
    SELECT o.id, o.waiting FROM queue o WHERE o.site_id = ?1 AND o.waiting > 0 AND {_together("?2")})
SELECT coalesce((SELECT sum(waiting) FROM line), 0) - (
    SELECT count(*) FROM ticket WHERE site_id = ?1 AND state = 'waiting' AND queue_id IN (SELECT id FROM line)
    AND (priority, arrival_ms, slot, n) >= (?3, ?4, ?5, ?6)
    AND (priority, arrival_ms, slot, n, series) >= (?3, ?4, ?5, ?6, ?7))
"""
"""Everybody in the line but those behind ?3..?7 and the ticket itself. Behind a new number is nobody: this is a look
into the end of each queue's index, however many wait. The shorter comparison is the one that the index knows."""

_BEFORE_NEW: Final = f"""
SELECT q.id, (
    SELECT coalesce(sum(o.waiting), 0) FROM queue o WHERE o.site_id = ?1 AND o.waiting > 0 AND {_together("q.id")})
FROM queue q WHERE q.site_id = ?1 AND q.removed_ms IS NULL
"""


def people_before(connection: Connection, ticket: Ticket) -> int:
    """How many people come before a waiting ticket; 0 in every other state."""
    if ticket.state is not State.WAITING:
        return 0
    place = (ticket.priority, ticket.arrival_ms, ticket.slot, ticket.n, ticket.series)
    row = run(connection, _BEFORE, ticket.site_id, ticket.queue_id, *place).fetchone()
    assert row is not None
    return int(row[0])


def before_new(connection: Connection, site: str) -> dict[str, int]:
    """How many people would come before a number drawn now, by queue."""
    return {str(queue): int(people) for queue, people in run(connection, _BEFORE_NEW, site).fetchall()}


def note_ahead(connection: Connection, ticket: Ticket) -> Ticket:
    """Keep what the visitor is told with a new number; the ticket waits already."""
    ahead = people_before(connection, ticket)
    if ahead == ticket.ahead:
        return ticket
    run(connection, "UPDATE ticket SET ahead = ? WHERE site_id = ? AND id = ?", ahead, ticket.site_id, ticket.id)
    return msgspec.structs.replace(ticket, ahead=ahead)
