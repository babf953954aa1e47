"""What visitors do with their number on the phone: come later, be here after all, give it back.

The token of the page is the right to it. Whoever comes later is parked: nobody calls the number, its place stays, and
the desk sees it among those who come later. An act is done once for its ``op``, in the transaction of its event; it
writes no entry in the trail, which is about staff.
"""

from collections.abc import Callable

import msgspec
from sqlalchemy import Connection

from hub.errors import Code, Refused
from hub.idempotency import Op, once
from hub.store.enums import TicketState
from hub.store.sql import run
from hub.tickets.issue import tell
from hub.tickets.model import FIELDS, Ticket, from_row
from hub.tickets.states import NEXT, move

MAY_COME_LATER = frozenset({TicketState.WAITING, TicketState.CALLED})
MAY_GIVE_BACK = frozenset({TicketState.WAITING, TicketState.CALLED, TicketState.PARKED})


class VisitorAct(msgspec.Struct, frozen=True, kw_only=True):
    """A press on the page. ``op`` is its idempotency key (UUID), made where the button was drawn."""

    token: str
    op: str
    now_ms: int


class Stands(msgspec.Struct, frozen=True):
    """How the ticket stands after the act."""

    state: TicketState


Do = Callable[[Connection, VisitorAct], Stands | Refused]


def come_later(connection: Connection, act: VisitorAct) -> Stands | Refused:
    """Call others first, until the visitor says to be here. A call that stands is taken away from boards and signs."""

    def do(ticket: Ticket) -> Stands | Refused:
        if ticket.state not in MAY_COME_LATER:
            return _wrong(ticket)
        run(
            connection,
            "INSERT INTO late_visitor (site_id, ticket_id, at_ms) VALUES (?, ?, ?)"
            " ON CONFLICT (site_id, ticket_id) DO UPDATE SET at_ms = excluded.at_ms",
            ticket.site_id,
            ticket.id,
            act.now_ms,
        )
        return _moved(connection, ticket, TicketState.PARKED, act.now_ms)

    return _once(connection, act, "visitor_late", do)


def is_here(connection: Connection, act: VisitorAct) -> Stands | Refused:
    """Whoever said to come later waits again, where their arrival puts them. Refused for whom staff parked."""

    def do(ticket: Ticket) -> Stands | Refused:
        said = "DELETE FROM late_visitor WHERE site_id = ? AND ticket_id = ?"
        if ticket.state is not TicketState.PARKED or not run(connection, said, ticket.site_id, ticket.id).rowcount:
            return _wrong(ticket)
        return _moved(connection, ticket, TicketState.WAITING, act.now_ms)

    return _once(connection, act, "visitor_here", do)


def give_back(connection: Connection, act: VisitorAct) -> Stands | Refused:
    """The visitor needs the number no more: whoever waits behind moves up, a counter that called it is free."""

    def do(ticket: Ticket) -> Stands | Refused:
        if ticket.state not in MAY_GIVE_BACK:
            return _wrong(ticket)
        return _moved(connection, ticket, TicketState.CANCELLED, act.now_ms)

    return _once(connection, act, "visitor_back", do)


def _once(
    connection: Connection, act: VisitorAct, kind: str, do: Callable[[Ticket], Stands | Refused]
) -> Stands | Refused:
    row = run(connection, f"SELECT {FIELDS} FROM ticket WHERE token = ?", act.token).fetchone()
    if row is None:
        return Refused(Code.UNKNOWN_TICKET, "Nobody has this number.", "token")
    ticket = from_row(row)
    return once(connection, Op(ticket.site_id, act.op, kind, ticket.id), act.now_ms, Stands, lambda: do(ticket))


def _moved(connection: Connection, ticket: Ticket, to: TicketState, now_ms: int) -> Stands:
    assert to in NEXT[ticket.state], (ticket.state, to)
    moved = move(connection, ticket, to, now_ms)
    assert isinstance(moved, Ticket)
    tell(connection, moved, now_ms)
    return Stands(moved.state)


def _wrong(ticket: Ticket) -> Refused:
    return Refused(Code.WRONG_STATE, f"{ticket.label} is {ticket.state}.", "state", ticket.label)
