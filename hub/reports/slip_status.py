"""A slip is held before a terminal: how its number stands, as the visitor's page shows it.

The code is the proof, never a number alone: ``kiosk.wire.standing``.
"""

from sqlalchemy import Connection

from hub.errors import Code, Refused
from hub.reports.slips import take_slip
from hub.store.enums import TicketState
from hub.tickets import waiting
from hub.tickets.wait_estimate import expected_wait
from hub.tickets.waiting import WaitingStatus
from kiosk.vocabulary.tickets import StandingState
from kiosk.wire import StandingAnswer

TOLD: dict[TicketState, StandingState] = {
    TicketState.ISSUED: StandingState.WAITING,
    TicketState.WAITING: StandingState.WAITING,
    TicketState.PARKED: StandingState.PARKED,
    TicketState.PENDING_PICKUP: StandingState.PARKED,
    TicketState.CALLED: StandingState.CALLED,
    TicketState.IN_SERVICE: StandingState.IN_SERVICE,
    TicketState.DONE: StandingState.DONE,
    TicketState.NO_SHOW: StandingState.NO_SHOW,
    TicketState.CANCELLED: StandingState.CANCELLED,
    TicketState.EXPIRED: StandingState.EXPIRED,
    TicketState.VOID: StandingState.OTHER,
}
_UNKNOWN = Refused(Code.UNKNOWN_TICKET, "Nobody has this number.", "token")


def by_token(connection: Connection, site: str, token: str, now_ms: int) -> StandingAnswer | Refused:
    """The ticket with this page. Refused with UNKNOWN_TICKET, also for a ticket of another site."""
    found = waiting.standing(connection, token)
    if found is None or found.ticket.site_id != site:
        return _UNKNOWN
    return _told(connection, found, now_ms)


def by_slip(connection: Connection, site: str, text: str, token: str, now_ms: int) -> StandingAnswer | Refused:
    """The ticket on this slip, brought into its queue where the hub did not know it (as a scan in the outbox does).

    Writes. Refused as ``take_slip`` refuses, with TICKET_CANCELLED for one that was given back before it was known, and
    with UNKNOWN_TICKET for one that is no longer kept.
    """
    taken = take_slip(connection, site, text, token, now_ms)
    if isinstance(taken, Refused):
        return _UNKNOWN if taken.code is Code.NO_LONGER_KEPT else taken
    if taken.ticket is None:
        return Refused(Code.TICKET_CANCELLED, "This number was given back.", "slip")
    found = waiting.standing(connection, taken.ticket.token)
    return _UNKNOWN if found is None else _told(connection, found, now_ms)


def _told(connection: Connection, found: WaitingStatus, now_ms: int) -> StandingAnswer:
    ticket, state = found.ticket, TOLD[found.ticket.state]
    waits = state is StandingState.WAITING
    wait = expected_wait(connection, ticket.site_id, ticket.queue_id, found.ahead, now_ms) if waits else None
    return StandingAnswer(
        id=ticket.id,
        series=ticket.series,
        slot=ticket.slot,
        n=ticket.n,
        state=state,
        service=ticket.service_id,
        queue=ticket.queue_id,
        lang=ticket.lang,
        arrived_ms=max(0, ticket.arrival_ms),
        ahead=found.ahead,
        minutes_from=wait.from_min if wait else 0,
        minutes_to=wait.to_min if wait else 0,
        counter=found.counter if state is StandingState.CALLED else "",
    )
