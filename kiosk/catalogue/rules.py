"""What the catalogue offers at a moment: pure rules over its records. Days and times come in as values."""

from datetime import date, datetime
from enum import StrEnum

import msgspec

from kiosk.catalogue import hours
from kiosk.catalogue.model import Fee, Office, Service


class NoTicketReason(StrEnum):
    """Why no number can be drawn for a service now."""

    UNKNOWN = "unknown"
    NOT_VALID = "not_valid"
    NO_QUEUE = "no_queue"
    ELSEWHERE = "elsewhere"
    CLOSED = "closed"


class MayDraw(msgspec.Struct, frozen=True, tag="may_draw"):
    """A number may be drawn, for this queue."""

    queue: str


class NoTicket(msgspec.Struct, frozen=True, tag="no_ticket"):
    """No number now; ``opens`` is when the office opens next, where that is the reason and is known."""

    reason: NoTicketReason
    opens: datetime | None = None


TicketOffer = MayDraw | NoTicket


def within(day: date, first: date | None, last: date | None) -> bool:
    """Whether a day lies in a span of days; both ends belong to it, None = no end."""
    return (first is None or first <= day) and (last is None or day <= last)


def valid_on(service: Service, day: date) -> bool:
    """Whether the service is offered on this day."""
    return within(day, service.valid_from, service.valid_to)


def fees_on(service: Service, day: date, age: int | None = None) -> tuple[Fee, ...]:
    """The fees in force on the day of application, in catalogue order; with an age (years) only those for it."""
    return tuple(fee for fee in service.fees if within(day, fee.valid_from, fee.valid_to) and fits_age(fee, age))


def fits_age(fee: Fee, age: int | None) -> bool:
    """Whether the fee is for this age in years: ``from_age`` is in, ``below_age`` is out; None fits every fee."""
    if age is None:
        return True
    return (fee.from_age is None or fee.from_age <= age) and (fee.below_age is None or age < fee.below_age)


def ticket_offer(service: Service, office: Office | None, queue_known: bool, now: datetime) -> TicketOffer:
    """Whether a number may be drawn now: the service is valid and done here, its queue known, its office open.

    The office is that of the queue, else that of the service.
    """
    if not valid_on(service, now.date()):
        return NoTicket(NoTicketReason.NOT_VALID)
    if service.elsewhere is not None:
        return NoTicket(NoTicketReason.ELSEWHERE)
    if service.queue is None or not queue_known:
        return NoTicket(NoTicketReason.NO_QUEUE)
    if office is not None and not hours.open_at(office, now):
        return NoTicket(NoTicketReason.CLOSED, hours.next_opening(office, now))
    return MayDraw(service.queue)
