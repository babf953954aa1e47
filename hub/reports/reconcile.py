"""Reconcile a reported ticket with the one already stored: one visitor, one ticket.

The id comes first, then the number. Whatever arrives twice, late or by two ways ends as the one row that the visitor
can be called by:

* an id known under a number of ours, told with one of its terminal (our answer was lost): relabelled, ours is void;
* a number that staff had brought in by hand: the id becomes another name of that ticket, which keeps its state - but
  when it was called in vain, whoever was given it only later waits, and so does whoever shows the slip now;
* an id that was given back: stays given back.
"""

from enum import StrEnum

import msgspec
from sqlalchemy import Connection

from hub import alarms, events
from hub.errors import Code, Refused
from hub.reports.reported_tickets import QueuePosition, ReportedTicket, insert, know_day, number_again, place
from hub.store.enums import PLACEHOLDERS, AlarmKind, Origin, TicketState
from hub.store.sql import run
from hub.tickets import aliases
from hub.tickets.business_day import open_day
from hub.tickets.issue import tell
from hub.tickets.model import Ticket, load
from hub.tickets.states import NEXT, move


class ReconcileResult(StrEnum):
    """What came of it."""

    NEW = "new"
    KNOWN = "known"
    MERGED = "merged"
    RELABELLED = "relabelled"
    GIVEN_BACK = "given_back"


class Reconciled(msgspec.Struct, frozen=True):
    """The visitor's ticket as it stands now; None when it was given back before it was heard of."""

    ticket: Ticket | None
    news: ReconcileResult


def reconcile(connection: Connection, told: ReportedTicket) -> Reconciled | Refused:
    """Take in a ticket that was numbered elsewhere. Refused for a number that another ticket has (LABEL_TAKEN, with an
    alarm), a day that has not come, a letter that no queue ever had."""
    known = aliases.find(connection, told.site, told.id)
    if known is not None:
        return _known(connection, known, told)
    if aliases.is_buried(connection, told.site, told.id):
        return Reconciled(None, ReconcileResult.GIVEN_BACK)
    where = place(connection, told)
    if isinstance(where, Refused):
        return where
    twin = _same_number(connection, told, where.waits)
    if twin is None:
        return Reconciled(insert(connection, told, where), ReconcileResult.NEW)
    if twin.origin not in PLACEHOLDERS:
        return _taken(connection, told, twin)
    return Reconciled(_merge(connection, twin, told, where), ReconcileResult.MERGED)


def _known(connection: Connection, known: Ticket, told: ReportedTicket) -> Reconciled | Refused:
    if known.number == told.label:
        if known.origin is Origin.SCANNED and told.origin is Origin.TERMINAL:
            where = place(connection, told)
            known = known if isinstance(where, Refused) else _learn(connection, known, told, where)
        return Reconciled(known, ReconcileResult.KNOWN)
    if known.slot != 0:
        return Reconciled(known, ReconcileResult.KNOWN) if told.label.slot == 0 else _taken(connection, told, known)
    if known.state is TicketState.CANCELLED:
        return Reconciled(known, ReconcileResult.GIVEN_BACK)
    return _rename(connection, known, told)


def _rename(connection: Connection, known: Ticket, told: ReportedTicket) -> Reconciled | Refused:
    """Our number never reached its visitor, whose paper says another (the terminal's, or one that we forgot in a
    restore): there must be one ticket, under the number on the paper, at the place of the tap."""
    where = place(connection, told)
    if isinstance(where, Refused):
        return where
    arrival_ms = min(known.arrival_ms, where.arrival_ms) if where.arrival_sure else known.arrival_ms
    twin = _same_number(connection, told, where.waits)
    if twin is None:
        known = known if where.waits else _over(connection, known, told.now_ms)
        return Reconciled(_relabel(connection, known, told, arrival_ms), ReconcileResult.RELABELLED)
    if twin.origin not in PLACEHOLDERS:
        return _taken(connection, told, twin)
    _end(connection, known, told.now_ms)
    aliases.void_number(connection, known, told.now_ms)
    where = QueuePosition(twin.queue_id, arrival_ms, True, where.waits)
    return Reconciled(_merge(connection, twin, told, where), ReconcileResult.MERGED)


def _merge(connection: Connection, twin: Ticket, told: ReportedTicket, where: QueuePosition) -> Ticket:
    """The placeholder becomes the reported ticket."""
    aliases.add_id(connection, twin, told.id, told.now_ms)
    ticket = _learn(connection, twin, told, where)
    here_now = told.origin is Origin.SCANNED
    called_too_early = not where.arrival_sure or where.arrival_ms > (ticket.called_ms or 0)
    if ticket.state is TicketState.NO_SHOW and where.waits and (here_now or called_too_early):
        return _wait_again(connection, ticket, told.now_ms)
    return ticket


def _wait_again(connection: Connection, ticket: Ticket, now_ms: int) -> Ticket:
    """Who did not come because nobody had the number, or knew it as theirs, is in the queue again."""
    back = move(connection, ticket, TicketState.WAITING, now_ms)
    assert isinstance(back, Ticket)
    tell(connection, back, now_ms)
    return back


def _same_number(connection: Connection, told: ReportedTicket, waits: bool) -> Ticket | None:
    """Who has the number. Staff who typed it could only guess its business day: today's. One of ours that is over
    takes it from nobody who waits with it today."""
    if told.label.slot == 0:
        return aliases.in_use(connection, told.site, told.label) if waits else None
    twin = aliases.with_number(connection, told.site, told.day, told.label)
    if twin is not None or not waits:
        return twin
    guess = open_day(connection, told.site) or ""
    twin = aliases.with_number(connection, told.site, guess, told.label)
    return twin if twin is not None and twin.origin in PLACEHOLDERS else None


def _taken(connection: Connection, told: ReportedTicket, other: Ticket) -> Refused:
    alarms.raise_alarm(
        connection,
        told.site,
        AlarmKind.LABEL_TAKEN,
        f"{told.day} {told.label}",
        told.now_ms,
        told.terminal,
        f"{told.id} and {other.id}",
    )
    return Refused(Code.LABEL_TAKEN, f"Number {told.label} of {told.day} belongs to another ticket.", "n")


def _learn(connection: Connection, ticket: Ticket, told: ReportedTicket, where: QueuePosition) -> Ticket:
    """What the terminal or the slip knows better than who brought the ticket in: arrival, service, language, day."""
    know_day(connection, told)
    run(
        connection,
        "UPDATE ticket SET day = ?, service_id = CASE WHEN ? <> '' THEN ? ELSE service_id END, lang = ?,"
        " arrival_ms = ?, arrival_sure = ?, origin = ?, tapped_at = ?,"
        " terminal_id = CASE WHEN ? = 'terminal' THEN ? ELSE terminal_id END WHERE site_id = ? AND id = ?",
        told.day,
        told.service,
        told.service,
        told.lang,
        where.arrival_ms,
        int(where.arrival_sure),
        told.origin,
        told.tapped_at,
        told.origin,
        told.terminal,
        ticket.site_id,
        ticket.id,
    )
    _waited_since(connection, ticket, where.arrival_ms)
    return _told(connection, ticket, told.now_ms)


def _waited_since(connection: Connection, ticket: Ticket, arrival_ms: int) -> None:
    run(
        connection,
        "UPDATE interval SET started_ms = min(?, coalesce(ended_ms, ?))"
        " WHERE site_id = ? AND ticket_id = ? AND step = 1",
        arrival_ms,
        arrival_ms,
        ticket.site_id,
        ticket.id,
    )


def _relabel(connection: Connection, known: Ticket, told: ReportedTicket, arrival_ms: int) -> Ticket:
    """Called by a number that its visitor never saw, it is called again by the right one; a visitor who did not come to
    that number waits again."""
    know_day(connection, told)
    aliases.void_number(connection, known, told.now_ms)
    run(
        connection,
        "UPDATE ticket SET day = ?, series = ?, slot = ?, round = ?, n = ?, origin = ?, arrival_ms = ?"
        " WHERE site_id = ? AND id = ?",
        told.day,
        told.label.series,
        told.label.slot,
        number_again(connection, told),
        told.label.n,
        told.origin,
        arrival_ms,
        known.site_id,
        known.id,
    )
    _waited_since(connection, known, arrival_ms)
    ticket = _told(connection, known, told.now_ms)
    if ticket.state is TicketState.CALLED:
        _call_again(connection, ticket, told.now_ms)
    return _wait_again(connection, ticket, told.now_ms) if ticket.state is TicketState.NO_SHOW else ticket


def _call_again(connection: Connection, ticket: Ticket, now_ms: int) -> None:
    row = run(
        connection, "SELECT name FROM counter WHERE site_id = ? AND id = ?", ticket.site_id, ticket.counter_id
    ).fetchone()
    assert row is not None
    body: dict[str, str | int | None] = {
        "label": ticket.label,
        "queue": ticket.queue_id,
        "state": ticket.state,
        "counter": ticket.counter_id,
        "counter_name": str(row[0]),
    }
    events.append(connection, ticket.site_id, events.Kind.RECALL, ticket.id, body, now_ms)


def _over(connection: Connection, ticket: Ticket, now_ms: int) -> Ticket:
    """Its visitor came on an earlier day."""
    if TicketState.EXPIRED not in NEXT[ticket.state] or ticket.state is TicketState.IN_SERVICE:
        return ticket
    moved = move(connection, ticket, TicketState.EXPIRED, now_ms)
    assert isinstance(moved, Ticket)
    return moved


def _end(connection: Connection, ticket: Ticket, now_ms: int) -> None:
    """Take the double out of the queue; one that is being served or over stays as it is."""
    for state in (TicketState.VOID, TicketState.CANCELLED, TicketState.EXPIRED):
        if state in NEXT[ticket.state] and ticket.state is not TicketState.IN_SERVICE:
            moved = move(connection, ticket, state, now_ms)
            assert isinstance(moved, Ticket)
            tell(connection, moved, now_ms)
            return


def _told(connection: Connection, ticket: Ticket, now_ms: int) -> Ticket:
    fresh = load(connection, ticket.site_id, ticket.id)
    assert fresh is not None
    tell(connection, fresh, now_ms)
    return fresh
