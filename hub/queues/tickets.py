"""A ticket as the hub keeps it."""

import re
from datetime import datetime
from uuid import UUID
from zoneinfo import ZoneInfo

import msgspec
from sqlalchemy import Connection

from hub.store.sql import run
from hub.store.words import State
from kiosk.vocabulary.labels import Label

SLIP_PREFIX = "THK1:"
"""Marks our own slips. Upper case and digits only, so that a QR of 25 modules holds it (version 2, level M)."""
_SLIP = re.compile(SLIP_PREFIX + "([0-9A-F]{32})")


class Ticket(msgspec.Struct, frozen=True, kw_only=True, tag="ticket"):
    """One row of ``ticket``; times in Unix ms."""

    site_id: str
    id: str
    state: State
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

    @property
    def label(self) -> str:
        """The number as people read it: ``A 143``."""
        return str(Label(self.series, self.slot, self.n))


FIELDS = ", ".join(Ticket.__struct_fields__)
PLACES = ", ".join("?" for _ in Ticket.__struct_fields__)


def from_row(row: tuple[object, ...]) -> Ticket:
    """A row of ``SELECT {FIELDS}``."""
    return msgspec.convert(dict(zip(Ticket.__struct_fields__, row, strict=True)), Ticket)


def load(connection: Connection, site: str, ticket: str) -> Ticket | None:
    """The ticket with this id, or None."""
    row = run(connection, f"SELECT {FIELDS} FROM ticket WHERE site_id = ? AND id = ?", site, ticket).fetchone()
    return None if row is None else from_row(row)


def slip_code(ticket: str) -> str:
    """What a slip's QR holds without a base URL: our prefix and the id; nothing about the person."""
    return SLIP_PREFIX + ticket.replace("-", "").upper()


def read_slip_code(text: str) -> str | None:
    """The ticket id of a slip code; None for anything else."""
    found = _SLIP.fullmatch(text.strip().upper())
    return None if found is None else str(UUID(hex=found[1]))


def local_iso(ms: int, timezone: str) -> str:
    """ISO 8601 with offset, in the site's time zone, to the second."""
    return datetime.fromtimestamp(ms / 1000, ZoneInfo(timezone)).isoformat(timespec="seconds")
