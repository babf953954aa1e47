"""Who went away, or was sent away by mistake, comes back: to the old place in the list, or to this counter now.

A number of this business day that ended goes on under the same ticket: no-shows, who was served or given back by a
wrong key, who expired although the day goes on; and whoever is parked, as those are who said on their phone to come
later. Never a void one, a number that somebody else has by now, or a double
whose visitor waits under another number.
"""

from sqlalchemy import Connection

from hub.counter import acts, calling
from hub.counter.acts import Act, Done
from hub.errors import Code, Refused
from hub.idempotency import Op, once
from hub.store.enums import TicketState
from hub.store.sql import run
from hub.tickets import aliases
from hub.tickets.business_day import open_day
from hub.tickets.issue import tell
from hub.tickets.model import Ticket, load

ENDED = (TicketState.NO_SHOW, TicketState.DONE, TicketState.CANCELLED, TicketState.EXPIRED)
"""Ends from which somebody at a desk may bring a ticket back."""


def to_place(connection: Connection, act: Act) -> Done | Refused:
    """The ticket ``act.ticket`` waits again, where its arrival puts it."""

    def do() -> Done | Refused:
        ticket = _ended(connection, act)
        return ticket if isinstance(ticket, Refused) else _waits(connection, ticket, act)

    return once(connection, Op(act.site, act.op, "return", act.counter), act.now_ms, Done, do)


def to_me(connection: Connection, act: Act) -> Done | Refused:
    """The ticket ``act.ticket`` is called to this counter, before everybody who waits. The counter must be free."""

    def do() -> Done | Refused:
        name = calling.free_to_call(connection, act)
        if isinstance(name, Refused):
            return name
        ticket = _ended(connection, act)
        if isinstance(ticket, Refused):
            return ticket
        stepped = calling.call(connection, ticket, name, act)
        acts.keep(connection, act, stepped.change)
        return Done(stepped.ticket)

    return once(connection, Op(act.site, act.op, "return", act.counter), act.now_ms, Done, do)


def back_to_the_list(connection: Connection, act: Act) -> Done | Refused:
    """The counter's customer waits again at the old place; the call is taken away from boards and signs."""

    def do() -> Done | Refused:
        here = calling.customer(connection, act)
        if isinstance(here, Refused):
            return here
        return _waits(connection, here, act)

    return once(connection, Op(act.site, act.op, "back", act.counter), act.now_ms, Done, do)


def may_return(connection: Connection, ticket: Ticket) -> bool:
    """Whether the ticket is over or parked, and could go on."""
    return why_not(connection, ticket) is None


def why_not(connection: Connection, ticket: Ticket) -> Refused | None:
    """Why a ticket cannot come back; None = it can."""
    over = Refused(Code.NOT_AWAY, f"{ticket.label} is {ticket.state}.", "ticket", ticket.label)
    if ticket.state is TicketState.PARKED:
        return None
    if ticket.state not in ENDED or not _of_today(connection, ticket) or _is_a_double(connection, ticket):
        return over
    other = aliases.in_use(connection, ticket.site_id, ticket.number) if ticket.slot == 0 else None
    if other is not None:
        return Refused(Code.LABEL_TAKEN, f"Somebody else has {ticket.label} now.", "ticket", ticket.label)
    return None


def _waits(connection: Connection, ticket: Ticket, act: Act) -> Done:
    stepped = acts.step(connection, ticket, TicketState.WAITING, act.now_ms)
    assert not isinstance(stepped, Refused), stepped
    tell(connection, stepped.ticket, act.now_ms)
    acts.keep(connection, act, stepped.change)
    return Done(stepped.ticket)


def _ended(connection: Connection, act: Act) -> Ticket | Refused:
    ticket = load(connection, act.site, act.ticket)
    if ticket is None:
        return Refused(Code.UNKNOWN_TICKET, "No ticket has this id.", "ticket")
    return why_not(connection, ticket) or ticket


def _of_today(connection: Connection, ticket: Ticket) -> bool:
    """Its number is of the open business day; or it ended on it, but not because the day before did."""
    if ticket.day == open_day(connection, ticket.site_id):
        return True
    row = run(
        connection,
        "SELECT 1 FROM business_day WHERE site_id = ? AND closed_ms IS NULL AND opened_ms <= ?",
        ticket.site_id,
        ticket.ended_ms,
    ).fetchone()
    return row is not None and ticket.state is not TicketState.EXPIRED


def _is_a_double(connection: Connection, ticket: Ticket) -> bool:
    """Its visitor stands in the hub as another ticket (``hub.reports.reconcile``)."""
    known = aliases.find(connection, ticket.site_id, ticket.id)
    return known is None or known.id != ticket.id
