"""The ticket's states: which may follow which, the interval that each one opens (design section 7), and the way back
of an act that is undone."""

import msgspec
from sqlalchemy import Connection

from hub.errors import Code, Refused
from hub.store.dialect import HERE
from hub.store.enums import AT_COUNTER, IntervalKind, Origin, TicketState
from hub.store.sql import run
from hub.tickets.model import FIELDS, Ticket, from_row

NEXT: dict[TicketState, frozenset[TicketState]] = {
    TicketState.ISSUED: frozenset({TicketState.WAITING, TicketState.CANCELLED, TicketState.EXPIRED, TicketState.VOID}),
    TicketState.WAITING: frozenset(
        {TicketState.CALLED, TicketState.PARKED, TicketState.CANCELLED, TicketState.EXPIRED, TicketState.VOID}
    ),
    TicketState.CALLED: frozenset(
        {
            TicketState.IN_SERVICE,
            TicketState.DONE,
            TicketState.NO_SHOW,
            TicketState.WAITING,
            TicketState.PARKED,
            TicketState.CANCELLED,
            TicketState.EXPIRED,
        }
    ),
    TicketState.IN_SERVICE: frozenset(
        {TicketState.DONE, TicketState.WAITING, TicketState.PARKED, TicketState.PENDING_PICKUP, TicketState.EXPIRED}
    ),
    TicketState.NO_SHOW: frozenset({TicketState.WAITING, TicketState.CALLED, TicketState.EXPIRED}),
    TicketState.PARKED: frozenset(
        {TicketState.WAITING, TicketState.CALLED, TicketState.CANCELLED, TicketState.EXPIRED}
    ),
    TicketState.PENDING_PICKUP: frozenset({TicketState.CALLED, TicketState.DONE, TicketState.EXPIRED}),
    TicketState.DONE: frozenset({TicketState.WAITING, TicketState.CALLED}),
    TicketState.CANCELLED: frozenset({TicketState.WAITING, TicketState.CALLED}),
    TicketState.EXPIRED: frozenset({TicketState.WAITING, TicketState.CALLED}),
    TicketState.VOID: frozenset(),
}
"""What ended may go on only by a person at a desk (``hub.counter.returning``); a void ticket never does."""

OPENS: dict[TicketState, IntervalKind] = {
    TicketState.ISSUED: IntervalKind.WAIT,
    TicketState.WAITING: IntervalKind.WAIT,
    TicketState.CALLED: IntervalKind.WAY,
    TicketState.IN_SERVICE: IntervalKind.SERVICE,
    TicketState.PARKED: IntervalKind.PAUSE,
    TicketState.PENDING_PICKUP: IntervalKind.PAUSE,
}
"""States that are not here end the visit: no interval runs."""
MOVABLE = (TicketState.WAITING, TicketState.CALLED, TicketState.IN_SERVICE)
"""States from which a ticket may be moved to another queue."""


def move(
    connection: Connection, ticket: Ticket, to: TicketState, now_ms: int, counter: str | None = None
) -> Ticket | Refused:
    """Take a ticket to another state, close its running interval and open the next one.

    ``counter`` is the one that calls; later states keep it. Raises IntegrityError when the counter has a customer:
    callers look first, the constraint is the guard.
    """
    if to not in NEXT[ticket.state]:
        return Refused(Code.WRONG_STATE, f"Ticket {ticket.label} is {ticket.state}; it cannot become {to}.", "state")
    row = run(
        connection,
        "UPDATE ticket SET state = ?, counter_id = coalesce(?, counter_id), calls = calls + ?,"
        " called_ms = coalesce(?, called_ms), ended_ms = ? WHERE site_id = ? AND id = ? RETURNING " + FIELDS,
        to,
        counter,
        int(to is TicketState.CALLED),
        now_ms if to is TicketState.CALLED else None,
        None if to in OPENS else now_ms,
        ticket.site_id,
        ticket.id,
    ).fetchone()
    assert row is not None
    moved = from_row(row)
    _recount(connection, ticket, moved)
    _change_interval(connection, ticket, moved, now_ms)
    return moved


def move_to_queue(connection: Connection, ticket: Ticket, queue: str, now_ms: int) -> Ticket | Refused:
    """Have a ticket wait in another queue from now on; number, arrival and priority class stay.

    The running interval ends and keeps the queue in which it was spent; a wait in the new queue begins.
    """
    if ticket.state not in MOVABLE:
        return Refused(Code.WRONG_STATE, f"Ticket {ticket.label} is {ticket.state}; it cannot be moved.", "state")
    row = run(
        connection,
        "UPDATE ticket SET state = ?, queue_id = ? WHERE site_id = ? AND id = ? RETURNING " + FIELDS,
        TicketState.WAITING,
        queue,
        ticket.site_id,
        ticket.id,
    ).fetchone()
    assert row is not None
    moved = from_row(row)
    _recount(connection, ticket, moved)
    _change_interval(connection, ticket, moved, now_ms)
    return moved


class Stand(msgspec.Struct, frozen=True, kw_only=True):
    """How a ticket stands: whatever an act of a counter may change of it."""

    state: TicketState
    queue: str | None = None
    """None = an act of a hub that moved nobody between queues: the queue is the ticket's own."""
    counter: str | None
    calls: int
    called_ms: int | None
    ended_ms: int | None
    origin: Origin
    step: int
    """Its newest interval."""
    kind: IntervalKind
    until_ms: int | None
    """The end of that interval; None = it runs."""


def stand_of(connection: Connection, ticket: Ticket) -> Stand:
    """How the ticket stands now."""
    row = run(
        connection,
        "SELECT step, kind, ended_ms FROM interval WHERE site_id = ? AND ticket_id = ? ORDER BY step DESC LIMIT 1",
        ticket.site_id,
        ticket.id,
    ).fetchone()
    assert row is not None
    return Stand(
        state=ticket.state,
        queue=ticket.queue_id,
        counter=ticket.counter_id,
        calls=ticket.calls,
        called_ms=ticket.called_ms,
        ended_ms=ticket.ended_ms,
        origin=ticket.origin,
        step=row[0],
        kind=IntervalKind(row[1]),
        until_ms=row[2],
    )


def put_back(connection: Connection, ticket: Ticket, to: Stand) -> Ticket:
    """Have a ticket stand as it stood before: what it did since is in no interval. Raises IntegrityError when its
    place is taken: callers look first, the constraint is the guard."""
    row = run(
        connection,
        "UPDATE ticket SET state = ?, queue_id = ?, counter_id = ?, calls = ?, called_ms = ?, ended_ms = ?"
        " WHERE site_id = ? AND id = ? RETURNING " + FIELDS,
        to.state,
        to.queue or ticket.queue_id,
        to.counter,
        to.calls,
        to.called_ms,
        to.ended_ms,
        ticket.site_id,
        ticket.id,
    ).fetchone()
    assert row is not None
    back = from_row(row)
    _recount(connection, ticket, back)
    mine = (ticket.site_id, ticket.id, to.step)
    run(connection, "DELETE FROM interval WHERE site_id = ? AND ticket_id = ? AND step > ?", *mine)
    run(
        connection,
        "UPDATE interval SET kind = ?, ended_ms = ? WHERE site_id = ? AND ticket_id = ? AND step = ?",
        to.kind,
        to.until_ms,
        *mine,
    )
    return back


def take_out(connection: Connection, ticket: Ticket) -> None:
    """The hub has never heard of this ticket: only for one that a counter brought in a moment ago."""
    if ticket.state is TicketState.WAITING:
        _count(connection, ticket.site_id, ticket.queue_id, -1)
    mine = (ticket.site_id, ticket.id)
    run(connection, "DELETE FROM interval WHERE site_id = ? AND ticket_id = ?", *mine)
    run(connection, "DELETE FROM ticket WHERE site_id = ? AND id = ?", *mine)


def begin(connection: Connection, ticket: Ticket, now_ms: int) -> None:
    """A new ticket waits from now on."""
    _count(connection, ticket.site_id, ticket.queue_id, 1)
    _open_interval(connection, ticket, 1, now_ms)


def _recount(connection: Connection, before: Ticket, after: Ticket) -> None:
    """Count who waits anew: one less in the queue where the ticket waited, one more where it waits now."""
    left, entered = (each.queue_id if each.state is TicketState.WAITING else None for each in (before, after))
    if left == entered:
        return
    if left is not None:
        _count(connection, before.site_id, left, -1)
    if entered is not None:
        _count(connection, after.site_id, entered, 1)


def _count(connection: Connection, site: str, queue: str, more: int) -> None:
    run(connection, "UPDATE queue SET waiting = waiting + ? WHERE site_id = ? AND id = ?", more, site, queue)


def _open_interval(connection: Connection, ticket: Ticket, step: int, now_ms: int) -> None:
    """Start the interval of the ticket's state."""
    run(
        connection,
        "INSERT INTO interval (site_id, ticket_id, step, kind, queue_id, counter_id, started_ms)"
        " VALUES (?, ?, ?, ?, ?, ?, ?)",
        ticket.site_id,
        ticket.id,
        step,
        OPENS[ticket.state],
        ticket.queue_id,
        ticket.counter_id if ticket.state in AT_COUNTER else None,
        now_ms,
    )


def _change_interval(connection: Connection, before: Ticket, after: Ticket, now_ms: int) -> None:
    """End the running interval. A way whose end nobody marked was service: a way time is never invented."""
    unmarked = before.state is TicketState.CALLED and after.state is TicketState.DONE
    row = run(
        connection,
        f"UPDATE interval SET ended_ms = {HERE.greatest}(?, started_ms),"
        " kind = CASE WHEN ? = 1 THEN 'service' ELSE kind END"
        " WHERE site_id = ? AND ticket_id = ? AND ended_ms IS NULL RETURNING step",
        now_ms,
        int(unmarked),
        after.site_id,
        after.id,
    ).fetchone()
    if after.state in OPENS:
        step = row[0] if row else _last_step(connection, after)
        _open_interval(connection, after, step + 1, now_ms)


def _last_step(connection: Connection, ticket: Ticket) -> int:
    row = run(
        connection,
        "SELECT coalesce(max(step), 0) FROM interval WHERE site_id = ? AND ticket_id = ?",
        ticket.site_id,
        ticket.id,
    ).fetchone()
    assert row is not None
    return int(row[0])
