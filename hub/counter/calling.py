"""What a counter does: call next, recall, visitor is here, finish, no-show. One customer per counter.

Whoever was called ends as served or as a no-show by a person's word only: where no key said it, the act is refused with
UNANSWERED until it brings the answer along (``Act.was_here``).
"""

from sqlalchemy import Connection

from hub import events
from hub.counter import acts
from hub.counter.acts import Act, Done
from hub.counter.announcing import announce, counter_now
from hub.errors import Code, Refused
from hub.idempotency import Op, once
from hub.store.enums import TicketState
from hub.store.sql import run
from hub.tickets.issue import tell
from hub.tickets.model import FIELDS, Ticket, from_row
from hub.tickets.waiting import waiting_list

__all__ = ["Act", "Done", "arrive", "call_next", "current", "finish", "no_show", "recall"]


def call_next(connection: Connection, act: Act) -> Done | Refused:
    """Call whoever is next in the counter's queues, strictly by priority class, arrival, slot and number.

    Whom the clerk saw at the counter (``act.ticket``) ends in the same transaction: served when they were, else as
    ``act.was_here`` says. With an answer they end even when nobody waits; without one nothing changes then
    (NOBODY_WAITS). Somebody whom the clerk did not see is never ended (COUNTER_BUSY, NOT_CURRENT).
    """

    def do() -> Done | Refused:
        name = _calls_as(connection, act)
        if isinstance(name, Refused):
            return name
        leaving = _leaving(connection, act)
        if isinstance(leaving, Refused):
            return leaving
        following = next(iter(waiting_list(connection, act.site, act.counter, 1)), None)
        if following is None and act.was_here is None:
            return Refused(Code.NOBODY_WAITS, "Nobody waits.")
        left = None if leaving is None else _change(connection, *leaving, act)
        called = None if following is None else call(connection, following, name, act)
        done = [each for each in (left, called) if each is not None]
        acts.keep(connection, act, *(each.change for each in done))
        return Done(done[-1].ticket, nobody_waits=called is None)

    return once(connection, Op(act.site, act.op, "call_next", act.counter), act.now_ms, Done, do)


def call(connection: Connection, ticket: Ticket, name: str, act: Act) -> acts.Stepped:
    """Call this ticket to the counter, which has no customer, and tell boards and signs its ``name``."""
    stepped = acts.step(connection, ticket, TicketState.CALLED, act.now_ms, act.counter)
    assert not isinstance(stepped, Refused), stepped
    announce(connection, events.Kind.CALL, stepped.ticket, name, act.now_ms)
    return stepped


def recall(connection: Connection, act: Act) -> Done | Refused:
    """Call the counter's customer once more."""

    def do() -> Done | Refused:
        name = _calls_as(connection, act)
        if isinstance(name, Refused):
            return name
        here = customer(connection, act)
        if isinstance(here, Refused):
            return here
        row = run(
            connection,
            f"UPDATE ticket SET calls = calls + 1 WHERE site_id = ? AND id = ? RETURNING {FIELDS}",
            act.site,
            here.id,
        ).fetchone()
        assert row is not None
        again = from_row(row)
        announce(connection, events.Kind.RECALL, again, name, act.now_ms)
        return Done(again)

    return once(connection, Op(act.site, act.op, "recall", act.counter), act.now_ms, Done, do)


def arrive(connection: Connection, act: Act) -> Done | Refused:
    """The visitor is here: the way ends, the service begins."""
    return take(connection, act, "arrive", TicketState.IN_SERVICE)


def finish(connection: Connection, act: Act) -> Done | Refused:
    """The visitor is served; of one who was called and nothing more, ``act.was_here`` says whether."""
    return take(connection, act, "finish", None)


def no_show(connection: Connection, act: Act) -> Done | Refused:
    """The visitor did not come."""
    return take(connection, act, "no_show", TicketState.NO_SHOW)


def take(connection: Connection, act: Act, kind: str, to: TicketState | None) -> Done | Refused:
    """Bring the counter's customer to another state (None = the end, see ``_end``), and keep the record."""

    def do() -> Done | Refused:
        here = customer(connection, act)
        if isinstance(here, Refused):
            return here
        becomes = to or _end(here, act)
        if isinstance(becomes, Refused):
            return becomes
        stepped = acts.step(connection, here, becomes, act.now_ms)
        if isinstance(stepped, Refused):
            return stepped
        tell(connection, stepped.ticket, act.now_ms)
        acts.keep(connection, act, stepped.change)
        return Done(stepped.ticket)

    return once(connection, Op(act.site, act.op, kind, act.counter), act.now_ms, Done, do)


def current(connection: Connection, site: str, counter: str) -> Ticket | None:
    """The counter's one customer, or None."""
    row = run(
        connection,
        f"SELECT {FIELDS} FROM ticket WHERE site_id = ? AND counter_id = ? AND state IN ('called', 'in_service')",
        site,
        counter,
    ).fetchone()
    return None if row is None else from_row(row)


def free_to_call(connection: Connection, act: Act) -> str | Refused:
    """The name by which this counter calls, if it can call somebody right now."""
    name = _calls_as(connection, act)
    here = current(connection, act.site, act.counter)
    if isinstance(name, Refused) or here is None:
        return name
    return Refused(Code.COUNTER_BUSY, f"{here.label} is still at this counter.", "counter", here.label)


def _calls_as(connection: Connection, act: Act) -> str | Refused:
    """The counter's name on boards; refused when it does not exist, or pauses."""
    counter = counter_now(connection, act.site, act.counter)
    if counter is None:
        return Refused(Code.UNKNOWN_COUNTER, "This counter does not exist.", "counter")
    return Refused(Code.PAUSED, "This counter pauses.", "counter") if counter.pauses else counter.name


def customer(connection: Connection, act: Act) -> Ticket | Refused:
    """The counter's customer, if it is the one the clerk saw."""
    here = current(connection, act.site, act.counter)
    if here is None:
        return Refused(Code.NO_CUSTOMER, "Nobody is at this counter.", "counter")
    if act.ticket not in ("", here.id):
        return Refused(Code.NOT_CURRENT, f"Now {here.label} is at this counter.", "ticket", here.label)
    return here


def _leaving(connection: Connection, act: Act) -> tuple[Ticket, TicketState] | Refused | None:
    """Whom the next call ends, and as what; None = nobody is at the counter."""
    here = current(connection, act.site, act.counter)
    if here is None:
        gone = Refused(Code.NO_CUSTOMER, "Nobody is at this counter.", "counter")
        return None if act.was_here is None else gone
    if act.ticket == "":
        return Refused(Code.COUNTER_BUSY, f"{here.label} is still at this counter.", "counter", here.label)
    found = customer(connection, act)
    if isinstance(found, Refused):
        return found
    end = _end(found, act)
    return end if isinstance(end, Refused) else (found, end)


def _end(here: Ticket, act: Act) -> TicketState | Refused:
    """How the visit of the counter's customer ends. The clerk's answer is about whom they saw, and nobody else."""
    if act.was_here is not None and act.ticket != here.id:
        return Refused(Code.NOT_CURRENT, f"Now {here.label} is at this counter.", "ticket", here.label)
    if here.state is TicketState.IN_SERVICE and act.was_here is not False:
        return TicketState.DONE
    if here.state is TicketState.IN_SERVICE:
        return Refused(Code.WRONG_STATE, f"{here.label} is being served.", "was_here", here.label)
    if act.was_here is None:
        return Refused(Code.UNANSWERED, f"Was {here.label} there?", "was_here", here.label)
    return TicketState.DONE if act.was_here else TicketState.NO_SHOW


def _change(connection: Connection, here: Ticket, to: TicketState, act: Act) -> acts.Stepped:
    stepped = acts.step(connection, here, to, act.now_ms)
    assert not isinstance(stepped, Refused), stepped
    tell(connection, stepped.ticket, act.now_ms)
    return stepped
