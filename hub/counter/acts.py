"""Acts of a counter: the command, its answer, and the record of what it changed, so that it can be undone.

A record holds how everything stood before the act and after it; undoing (``hub.counter.undo``) needs no knowledge of
what the act was.
"""

from typing import NamedTuple

import msgspec
from sqlalchemy import Connection

from hub.errors import Refused
from hub.store.enums import TicketState
from hub.store.sql import run
from hub.tickets.model import Ticket
from hub.tickets.states import Stand, move, move_to_queue, stand_of

UNDO_MS = 10_000
"""How long an act is offered to be undone."""


class Act(msgspec.Struct, frozen=True, kw_only=True):
    """A command of a counter.

    ``op`` is its idempotency key, made where the button was drawn: a double click has one. ``ticket`` is the id of whom
    the clerk saw at the counter; "" = whoever is there, and for the next call: nobody. ``was_here`` is the clerk's word
    on whether that one came, where nothing else says it; it counts for nobody but ``ticket``. ``queue`` is where a
    transfer goes.
    """

    site: str
    counter: str
    op: str
    now_ms: int
    ticket: str = ""
    was_here: bool | None = None
    queue: str = ""


class Done(msgspec.Struct, frozen=True, tag="done"):
    """The command had its effect on this ticket; ``nobody_waits`` = nobody could be called after it."""

    ticket: Ticket
    nobody_waits: bool = False


class TicketChange(msgspec.Struct, frozen=True, tag="ticket"):
    """How a ticket stood before and after; ``before`` None = the act brought it in."""

    ticket: str
    label: str
    before: Stand | None
    after: Stand


class SeatRow(msgspec.Struct, frozen=True):
    """A row of ``seat`` without its counter."""

    token_hash: str
    since_ms: int
    paused_ms: int | None = None


class SeatChange(msgspec.Struct, frozen=True, tag="seat"):
    """Who had the seat of a counter before and after."""

    counter: str
    before: SeatRow
    after: SeatRow


Change = TicketChange | SeatChange


class Record(msgspec.Struct, frozen=True, kw_only=True):
    """What a counter did."""

    op: str
    counter: str
    changes: tuple[Change, ...]
    at_ms: int
    undone_ms: int | None


class Stepped(NamedTuple):
    """A ticket in its new state, and what that changed."""

    ticket: Ticket
    change: TicketChange


def step(
    connection: Connection, ticket: Ticket, to: TicketState, now_ms: int, counter: str | None = None
) -> Stepped | Refused:
    """``states.move``, with the change for the record."""
    before = stand_of(connection, ticket)
    moved = move(connection, ticket, to, now_ms, counter)
    if isinstance(moved, Refused):
        return moved
    return Stepped(moved, TicketChange(moved.id, moved.label, before, stand_of(connection, moved)))


def step_to_queue(connection: Connection, ticket: Ticket, queue: str, now_ms: int) -> Stepped | Refused:
    """``states.move_to_queue``, with the change for the record."""
    before = stand_of(connection, ticket)
    moved = move_to_queue(connection, ticket, queue, now_ms)
    if isinstance(moved, Refused):
        return moved
    return Stepped(moved, TicketChange(moved.id, moved.label, before, stand_of(connection, moved)))


def brought_in(connection: Connection, ticket: Ticket) -> TicketChange:
    """The change of a ticket that was not there before."""
    return TicketChange(ticket.id, ticket.label, None, stand_of(connection, ticket))


def keep(connection: Connection, act: Act, *changes: Change) -> None:
    """Write the record of an act that happened."""
    run(
        connection,
        "INSERT INTO counter_act (site_id, counter_id, n, op, changes, at_ms)"
        " VALUES (?1, ?2, 1 + coalesce((SELECT n FROM counter_act WHERE site_id = ?1 AND counter_id = ?2"
        " ORDER BY n DESC LIMIT 1), 0), ?3, ?4, ?5)",
        act.site,
        act.counter,
        act.op,
        msgspec.json.encode(changes).decode(),
        act.now_ms,
    )


def find(connection: Connection, site: str, op: str) -> Record | None:
    """The record of an act, by its op."""
    return _one(connection, "WHERE site_id = ? AND op = ?", site, op)


def to_undo(connection: Connection, site: str, counter: str, now_ms: int) -> Record | None:
    """The counter's newest act that is not undone, while it is offered."""
    found = _one(
        connection,
        "WHERE site_id = ? AND counter_id = ? AND undone_ms IS NULL ORDER BY n DESC LIMIT 1",
        site,
        counter,
    )
    return found if found is not None and 0 <= now_ms - found.at_ms < UNDO_MS else None


def _one(connection: Connection, where: str, *values: str) -> Record | None:
    row = run(
        connection, f"SELECT op, counter_id, changes, at_ms, undone_ms FROM counter_act {where}", *values
    ).fetchone()
    if row is None:
        return None
    op, counter, changes, at_ms, undone_ms = row
    return Record(op=op, counter=counter, changes=_CHANGES.decode(changes), at_ms=at_ms, undone_ms=undone_ms)


_CHANGES = msgspec.json.Decoder(tuple[Change, ...])
