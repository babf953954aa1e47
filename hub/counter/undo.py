"""Undoing an act of a counter: everything it changed stands as before - states, places, counts, times, calls.

It needs the record only (``hub.counter.acts``), whatever the act was. It is refused when time is over, or when somebody
went on with one of those people meanwhile: then nothing changes.
"""

import msgspec
from sqlalchemy import Connection

from hub import events
from hub.counter import acts
from hub.counter.acts import Act, Change, Record, SeatChange, SeatRow, TicketChange
from hub.counter.announcing import announce, counter_now
from hub.counter.calling import current
from hub.counter.transfer import is_in_use
from hub.errors import Code, Refused
from hub.idempotency import Op, once
from hub.store.enums import ACTIVE, AT_COUNTER, TicketState
from hub.store.sql import run
from hub.tickets import aliases
from hub.tickets.issue import tell
from hub.tickets.model import Ticket, load
from hub.tickets.states import Stand, put_back, stand_of, take_out

LATE_MS = 3_000
"""A press in the last moment may be this long on its way."""


class Undone(msgspec.Struct, frozen=True, tag="undone"):
    """What was undone."""

    record: Record


def undo(connection: Connection, act: Act, of: str) -> Undone | Refused:
    """Undo the act with the op ``of`` of this counter. Undone before: the same answer, no effect."""

    def do() -> Undone | Refused:
        record = acts.find(connection, act.site, of)
        if record is None or record.counter != act.counter:
            return Refused(Code.CHANGED_SINCE, "This counter did no such thing.", "of")
        if record.undone_ms is not None:
            return Undone(record)
        if not 0 <= act.now_ms - record.at_ms <= acts.UNDO_MS + LATE_MS:
            return Refused(Code.TOO_LATE, "This can be undone no more.", "of")
        refused = next((why for each in record.changes if (why := _why_not(connection, act.site, record, each))), None)
        if refused is not None:
            return refused
        for each in reversed(record.changes):
            _undo(connection, act, each)
        run(
            connection,
            "UPDATE counter_act SET undone_ms = ? WHERE site_id = ? AND op = ?",
            act.now_ms,
            act.site,
            record.op,
        )
        return Undone(record)

    return once(connection, Op(act.site, act.op, "undo", act.counter), act.now_ms, Undone, do)


def _why_not(connection: Connection, site: str, record: Record, change: Change) -> Refused | None:
    """Why this change cannot be taken back; None = all stands as the act left it, and the way back is free."""
    if isinstance(change, SeatChange):
        return None if _seat_stands(connection, site, change) else _GONE
    since = Refused(Code.CHANGED_SINCE, f"{change.label} is elsewhere by now.", "of", change.label)
    ticket = load(connection, site, change.ticket)
    if ticket is None or not _stands(stand_of(connection, ticket), change):
        return since
    taken = change.before is not None and (
        _number_is_taken(connection, ticket, change.before)
        or _queue_is_gone(connection, ticket, change.before)
        or _place_is_taken(connection, site, record, change.before)
    )
    return since if taken else None


_GONE = Refused(Code.CHANGED_SINCE, "Somebody sat down elsewhere by now.", "of")


def _stands(now: Stand, change: TicketChange) -> bool:
    """Whether the ticket stands as the act left it. That it was called again, or its terminal told of it, is no act of
    somebody else - but whom the terminal knows cannot vanish any more."""
    after = change.after
    told = now.origin is not after.origin and change.before is None
    queue = None if after.queue is None else now.queue
    return not told and msgspec.structs.replace(now, calls=after.calls, origin=after.origin, queue=queue) == after


def _number_is_taken(connection: Connection, ticket: Ticket, before: Stand) -> bool:
    if ticket.slot or before.state not in ACTIVE:
        return False
    other = aliases.in_use(connection, ticket.site_id, ticket.number)
    return other is not None and other.id != ticket.id


def _queue_is_gone(connection: Connection, ticket: Ticket, before: Stand) -> bool:
    """The ticket was moved from a queue that was taken away since."""
    if before.queue in (None, ticket.queue_id):
        return False
    return not is_in_use(connection, ticket.site_id, before.queue or "")


def _place_is_taken(connection: Connection, site: str, record: Record, before: Stand) -> bool:
    """The counter to which the ticket would come back is gone, or somebody is there whom this act did not bring."""
    if before.state not in AT_COUNTER:
        return False
    if counter_now(connection, site, before.counter or "") is None:
        return True
    here = current(connection, site, before.counter or "")
    return here is not None and here.id not in {
        each.ticket for each in record.changes if isinstance(each, TicketChange)
    }


def _seat_stands(connection: Connection, site: str, change: SeatChange) -> bool:
    """The seat is where the act put it, and whoever had it before still believes to sit there."""
    row = run(
        connection,
        "SELECT p.token_hash, p.since_ms, p.paused_ms FROM seat p JOIN session s ON s.site_id = p.site_id"
        " AND s.token_hash = ? AND s.counter_id = p.counter_id WHERE p.site_id = ? AND p.counter_id = ?",
        change.before.token_hash,
        site,
        change.counter,
    ).fetchone()
    return row is not None and SeatRow(*row) == change.after


def _undo(connection: Connection, act: Act, change: Change) -> None:
    if isinstance(change, SeatChange):
        _give_back(connection, act, change)
        return
    ticket = load(connection, act.site, change.ticket)
    assert ticket is not None
    if change.before is None:
        take_out(connection, ticket)
        tell(connection, msgspec.structs.replace(ticket, state=TicketState.VOID), act.now_ms)
        return
    back = put_back(connection, ticket, change.before)
    tell(connection, back, act.now_ms)
    if back.state is TicketState.CALLED and ticket.state is TicketState.WAITING:
        counter = counter_now(connection, act.site, back.counter_id or "")
        assert counter is not None  # its own act is being undone
        announce(connection, events.Kind.RECALL, back, counter.name, act.now_ms)  # it had left boards and signs


def _give_back(connection: Connection, act: Act, change: SeatChange) -> None:
    """The seat belongs to whom it did; the session that had taken it sits nowhere."""
    mine = (act.site, change.counter)
    run(
        connection,
        "UPDATE seat SET token_hash = ?, since_ms = ?, paused_ms = ? WHERE site_id = ? AND counter_id = ?",
        change.before.token_hash,
        change.before.since_ms,
        change.before.paused_ms,
        *mine,
    )
    run(
        connection,
        "UPDATE session SET counter_id = NULL WHERE site_id = ? AND counter_id = ? AND token_hash = ?",
        *mine,
        change.after.token_hash,
    )
    events.append(connection, act.site, events.Kind.SEAT, change.counter, {}, act.now_ms)
