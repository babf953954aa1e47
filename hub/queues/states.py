"""The ticket's states: which may follow which, the interval that each one opens (design section 7), and the way back
of an act that is undone."""

import msgspec
from sqlalchemy import Connection

from hub.queues.refusals import Code, Refused
from hub.queues.tickets import FIELDS, Ticket, from_row
from hub.store.dialect import HERE
from hub.store.sql import run
from hub.store.words import AT_COUNTER, IntervalKind, Origin, State

NEXT: dict[State, frozenset[State]] = {
    State.ISSUED: frozenset({State.WAITING, State.CANCELLED, State.EXPIRED, State.VOID}),
    State.WAITING: frozenset({State.CALLED, State.PARKED, State.CANCELLED, State.EXPIRED, State.VOID}),
    State.CALLED: frozenset(
        {
            State.IN_SERVICE,
            State.DONE,
            State.NO_SHOW,
            State.WAITING,
            State.PARKED,
            State.CANCELLED,
            State.EXPIRED,
        }
    ),
    State.IN_SERVICE: frozenset({State.DONE, State.WAITING, State.PARKED, State.PENDING_PICKUP, State.EXPIRED}),
    State.NO_SHOW: frozenset({State.WAITING, State.CALLED, State.EXPIRED}),
    State.PARKED: frozenset({State.WAITING, State.CALLED, State.CANCELLED, State.EXPIRED}),
    State.PENDING_PICKUP: frozenset({State.CALLED, State.DONE, State.EXPIRED}),
    State.DONE: frozenset({State.WAITING, State.CALLED}),
    State.CANCELLED: frozenset({State.WAITING, State.CALLED}),
    State.EXPIRED: frozenset({State.WAITING, State.CALLED}),
    State.VOID: frozenset(),
}
"""What ended may go on only by a person at a desk (``hub.queues.returning``); a void ticket never does."""

OPENS: dict[State, IntervalKind] = {
    State.ISSUED: IntervalKind.WAIT,
    State.WAITING: IntervalKind.WAIT,
    State.CALLED: IntervalKind.WAY,
    State.IN_SERVICE: IntervalKind.SERVICE,
    State.PARKED: IntervalKind.PAUSE,
    State.PENDING_PICKUP: IntervalKind.PAUSE,
}
"""States that are not here end the visit: no interval runs."""
MOVABLE = (State.WAITING, State.CALLED, State.IN_SERVICE)
"""States from which a ticket may be moved to another queue."""


def move(
    connection: Connection, ticket: Ticket, to: State, now_ms: int, counter: str | None = None
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
        int(to is State.CALLED),
        now_ms if to is State.CALLED else None,
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
        State.WAITING,
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

    state: State
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
    if ticket.state is State.WAITING:
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
    left, entered = (each.queue_id if each.state is State.WAITING else None for each in (before, after))
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
    unmarked = before.state is State.CALLED and after.state is State.DONE
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
