"""A ticket as the hub keeps it."""

from datetime import datetime
from zoneinfo import ZoneInfo

import msgspec
from sqlalchemy import Connection

from hub.store.enums import Origin, TicketState
from hub.store.sql import run
from kiosk.vocabulary.ids import TicketId
from kiosk.vocabulary.labels import Label
from kiosk.vocabulary.slips import Slip, service_mark, slip_text


class Ticket(msgspec.Struct, frozen=True, kw_only=True, tag="ticket"):
    """One row of ``ticket``; times in Unix ms."""

    site_id: str
    id: str
    state: TicketState
    day: str
    series: str
    slot: int
    n: int
    queue_id: str
    service_id: str
    lang: str
    priority: int
    ahead: int
    """People before the visitor when the number was given."""
    arrival_ms: int
    issued_ms: int
    counter_id: str | None
    calls: int
    called_ms: int | None
    ended_ms: int | None
    paper: str
    token: str
    """Opens the visitor's page; random 128 bit."""
    arrival_sure: int = 1
    """0 = the arrival is an estimate by a clock that nobody vouches for."""
    origin: Origin = Origin.HUB

    @property
    def number(self) -> Label:
        """The number, in its parts."""
        return Label(self.series, self.slot, self.n)

    @property
    def label(self) -> str:
        """The number as people read it: ``A 143``."""
        return str(self.number)


FIELDS = ", ".join(Ticket.__struct_fields__)
PLACES = ", ".join("?" for _ in Ticket.__struct_fields__)


def from_row(row: tuple[object, ...]) -> Ticket:
    """A row of ``SELECT {FIELDS}``."""
    return msgspec.convert(dict(zip(Ticket.__struct_fields__, row, strict=True)), Ticket)


def load(connection: Connection, site: str, ticket: str) -> Ticket | None:
    """The ticket with this id, or None."""
    row = run(connection, f"SELECT {FIELDS} FROM ticket WHERE site_id = ? AND id = ?", site, ticket).fetchone()
    return None if row is None else from_row(row)


def slip_code(ticket: Ticket, key: bytes) -> str:
    """What a slip's QR holds without a base URL (``kiosk.vocabulary.slips``): nothing about the person."""
    slip = Slip(
        id=TicketId(ticket.id),
        label=ticket.number,
        business_day=ticket.day,
        arrival_s=ticket.arrival_ms // 1000,
        service=service_mark(ticket.service_id),
    )
    return slip_text(slip, key)


def local_iso(ms: int, timezone: str) -> str:
    """ISO 8601 with offset, in the site's time zone, to the second."""
    return datetime.fromtimestamp(ms / 1000, ZoneInfo(timezone)).isoformat(timespec="seconds")
