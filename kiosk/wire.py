"""What terminal and hub say to each other: JSON bodies as msgspec structs, one place for both sides.

Paths are under ``/api/v1``. A terminal signs in with ``Authorization: Bearer <key>`` (given once at enrolment); every
command carries the ticket's UUIDv7 as its id, which is also the idempotency key: the same id, the same answer.
Times are ISO 8601 with offset, ids are 36-character UUIDs, texts are bounded.
"""

from enum import StrEnum
from typing import Annotated

import msgspec

from kiosk.vocabulary.devices import DeviceStatus

VERSION = "1.0"
"""Version of this protocol; the hub refuses another major."""

ENROL = "/api/v1/enrol"
CATALOGUE = "/api/v1/catalogue"
TICKETS = "/api/v1/tickets"
QUEUES = "/api/v1/queues"
HEARTBEAT = "/api/v1/heartbeat"
HELP = "/api/v1/help"
CALLS = "/api/v1/calls"
CALLS_STREAM = "/api/v1/calls/stream"

Uuid = Annotated[str, msgspec.Meta(pattern=r"^[0-9a-f]{8}-([0-9a-f]{4}-){3}[0-9a-f]{12}$")]
Short = Annotated[str, msgspec.Meta(max_length=200)]
Lang = Annotated[str, msgspec.Meta(max_length=20)]


class _Body(msgspec.Struct, frozen=True, kw_only=True):
    """Base of bodies: frozen, by name; unknown fields are ignored so that minor versions can add some."""


class Fault(_Body, frozen=True):
    """Every answer that is not 2xx: a code for programs, a sentence for people, and where it is wrong."""

    code: str
    message: str
    place: str = ""


class EnrolRequest(_Body, frozen=True):
    """POST ENROL: the one-time code from the hub's terminals page."""

    code: Short
    version: str = VERSION
    machine: Short = ""


class EnrolAnswer(_Body, frozen=True):
    """The terminal's identity; ``key`` is shown this once."""

    terminal: str
    name: str
    key: str
    site: str
    town: str
    site_name: str
    timezone: str = "Europe/Berlin"
    base_url: str = ""


class TicketRequest(_Body, frozen=True):
    """POST TICKETS: a number for a service. ``id`` was made at the tap."""

    id: Uuid
    service: Short
    lang: Lang = "de"
    tapped_at: str = ""


class TicketAnswer(_Body, frozen=True):
    """The number. ``slip_code`` is what the QR holds without a base URL; ``url`` is "" when none is configured."""

    id: Uuid
    series: str
    n: int
    queue: str
    service: str
    business_day: str
    issued_at: str
    ahead: int
    slip_code: str
    url: str = ""


class CancelAnswer(_Body, frozen=True):
    """POST TICKETS/{id}/cancel: done also when the id was never heard of (a tombstone is kept)."""

    id: Uuid
    state: str


class PaperReport(_Body, frozen=True):
    """POST TICKETS/{id}/paper: printed, not_printed or unconfirmed, with the problem where there is one."""

    outcome: Annotated[str, msgspec.Meta(pattern="^(printed|not_printed|unconfirmed|screen_only)$")]
    problem: Short = ""


class QueueState(_Body, frozen=True):
    """GET QUEUES: one queue now."""

    id: str
    series: str
    waiting: int
    open: bool = True


class QueueStates(_Body, frozen=True):
    """All queues of the site, as of ``at``, with the open business day."""

    at: str
    business_day: str
    queues: tuple[QueueState, ...] = ()


class Heartbeat(_Body, frozen=True):
    """POST HEARTBEAT, every 5 s: how the terminal is."""

    version: str
    catalogue_version: int
    devices: tuple[DeviceStatus, ...] = ()
    notes: tuple[Short, ...] = ()
    """Codes of what staff should know: "ticket_flood", "screen_tickets", ..."""


class HeartbeatAnswer(_Body, frozen=True):
    """What the hub has to say in return."""

    catalogue_version: int
    help_open: bool = False


class HelpRequest(_Body, frozen=True):
    """POST HELP: a visitor asks for a person at this terminal."""

    id: Uuid
    lang: Lang = "de"
    reason: Annotated[str, msgspec.Meta(pattern="^(asked|no_paper|no_number|flood|device)$")] = "asked"
    label: Short = ""


class CallKind(StrEnum):
    """First call or a repeat."""

    CALL = "call"
    RECALL = "recall"


class Call(_Body, frozen=True):
    """One number called to one counter."""

    seq: int
    kind: CallKind
    label: str
    counter: str
    at: str


class Calls(_Body, frozen=True):
    """GET CALLS?after=seq and the data of the stream's ``calls`` events: newest last, ``seq`` of the newest event.

    The calls are of ``business_day``; with another day, what was called before is over.
    """

    seq: int
    at: str
    calls: tuple[Call, ...] = ()
    business_day: str = ""
