"""What a counter does: call next, recall, visitor is here, finish, no-show. One customer per counter."""

import msgspec
from sqlalchemy import Connection

from hub.queues import events
from hub.queues.issue import tell
from hub.queues.once import Op, once
from hub.queues.refusals import Code, Refused
from hub.queues.states import move
from hub.queues.tickets import FIELDS, Ticket, from_row
from hub.queues.waiting import waiting_list
from hub.store.sql import run
from hub.store.words import State


class Act(msgspec.Struct, frozen=True, kw_only=True):
    """A command of a counter.

    ``op`` is its idempotency key, made where the button was drawn: a double click has one. ``ticket`` is the id of whom
    the clerk saw at the counter; "" = whoever is there.
    """

    site: str
    counter: str
    op: str
    now_ms: int
    ticket: str = ""


class Done(msgspec.Struct, frozen=True, tag="done"):
    """The command had its effect on this ticket."""

    ticket: Ticket


def call_next(connection: Connection, act: Act, finish_current: bool = False) -> Done | Refused:
    """Call whoever is next in the counter's queues, strictly by priority class, arrival, slot and number.

    A counter with a customer is refused (COUNTER_BUSY), unless ``finish_current``: then that one is finished in the
    same transaction. When nobody waits (NOBODY_WAITS) nothing changes.
    """

    def do() -> Done | Refused:
        name = _counter_name(connection, act)
        if name is None:
            return Refused(Code.UNKNOWN_COUNTER, "This counter does not exist.", "counter")
        here = current(connection, act.site, act.counter)
        if here is not None and not finish_current:
            return Refused(Code.COUNTER_BUSY, f"{here.label} is still at this counter.", "counter")
        ticket = _next(connection, act)
        if ticket is None:
            return Refused(Code.NOBODY_WAITS, "Nobody waits.")
        if here is not None:
            move(connection, here, State.DONE, act.now_ms)
        called = move(connection, ticket, State.CALLED, act.now_ms, act.counter)
        return called if isinstance(called, Refused) else _announce(connection, events.Kind.CALL, called, name, act)

    return once(connection, Op(act.site, act.op, "call_next", act.counter), act.now_ms, Done, do)


def recall(connection: Connection, act: Act) -> Done | Refused:
    """Call the counter's customer once more."""

    def do() -> Done | Refused:
        here = _customer(connection, act)
        if isinstance(here, Refused):
            return here
        name = _counter_name(connection, act) or act.counter
        run(connection, "UPDATE ticket SET calls = calls + 1 WHERE site_id = ? AND id = ?", act.site, here.id)
        again = msgspec.structs.replace(here, calls=here.calls + 1)
        return _announce(connection, events.Kind.RECALL, again, name, act)

    return once(connection, Op(act.site, act.op, "recall", act.counter), act.now_ms, Done, do)


def arrive(connection: Connection, act: Act) -> Done | Refused:
    """The visitor is here: the way ends, the service begins."""
    return _take(connection, act, "arrive", State.IN_SERVICE)


def finish(connection: Connection, act: Act) -> Done | Refused:
    """The visitor is served."""
    return _take(connection, act, "finish", State.DONE)


def no_show(connection: Connection, act: Act) -> Done | Refused:
    """The visitor did not come."""
    return _take(connection, act, "no_show", State.NO_SHOW)


def current(connection: Connection, site: str, counter: str) -> Ticket | None:
    """The counter's one customer, or None."""
    row = run(
        connection,
        f"SELECT {FIELDS} FROM ticket WHERE site_id = ? AND counter_id = ? AND state IN ('called', 'in_service')",
        site,
        counter,
    ).fetchone()
    return None if row is None else from_row(row)


def _take(connection: Connection, act: Act, kind: str, to: State) -> Done | Refused:
    def do() -> Done | Refused:
        here = _customer(connection, act)
        moved = here if isinstance(here, Refused) else move(connection, here, to, act.now_ms)
        if isinstance(moved, Refused):
            return moved
        tell(connection, moved, act.now_ms)
        return Done(moved)

    return once(connection, Op(act.site, act.op, kind, act.counter), act.now_ms, Done, do)


def _customer(connection: Connection, act: Act) -> Ticket | Refused:
    """The counter's customer, if it is the one the clerk saw."""
    here = current(connection, act.site, act.counter)
    if here is None:
        return Refused(Code.NO_CUSTOMER, "Nobody is at this counter.", "counter")
    if act.ticket not in ("", here.id):
        return Refused(Code.NOT_CURRENT, f"Now {here.label} is at this counter.", "ticket")
    return here


def _next(connection: Connection, act: Act) -> Ticket | None:
    return next(iter(waiting_list(connection, act.site, act.counter, 1)), None)


def _counter_name(connection: Connection, act: Act) -> str | None:
    row = run(
        connection,
        "SELECT name FROM counter WHERE site_id = ? AND id = ? AND closed_ms IS NULL",
        act.site,
        act.counter,
    ).fetchone()
    return None if row is None else str(row[0])


def _announce(connection: Connection, kind: events.Kind, ticket: Ticket, counter: str, act: Act) -> Done:
    body: dict[str, str | int | None] = {
        "label": ticket.label,
        "queue": ticket.queue_id,
        "state": ticket.state,
        "counter": ticket.counter_id,
        "counter_name": counter,
    }
    events.append(connection, act.site, kind, ticket.id, body, act.now_ms)
    return Done(ticket)
