"""Paths, versions and the small types of ``kiosk.wire``."""

from typing import Annotated

import msgspec

VERSION = "2.1"
"""Version of this protocol; the hub refuses another major."""

ENROL = "/api/v1/enrol"
CA = "/api/v1/ca"
SLOT = "/api/v1/slot"
TICKETS = "/api/v1/tickets"
SYNC = "/api/v1/sync"
QUEUES = "/api/v1/queues"
HEARTBEAT = "/api/v1/heartbeat"
HELP = "/api/v1/help"
STANDING = "/api/v1/standing"
CALLS = "/api/v1/calls"
CALLS_STREAM = "/api/v1/calls/stream"
MANIFEST = "/api/v1/manifest"
CHANGES = "/api/v1/catalogue/changes"
SNAPSHOT = "/api/v1/catalogue/snapshot"

Uuid = Annotated[str, msgspec.Meta(pattern=r"^[0-9a-f]{8}-([0-9a-f]{4}-){3}[0-9a-f]{12}\Z")]
Short = Annotated[str, msgspec.Meta(max_length=200)]
Lang = Annotated[str, msgspec.Meta(max_length=20)]
Hex32 = Annotated[str, msgspec.Meta(pattern=r"^[0-9a-f]{32}\Z")]
"""128 bits: the generation of a database file."""
Hex64 = Annotated[str, msgspec.Meta(pattern=r"^[0-9a-f]{64}\Z")]
"""256 bits: a SHA-256 or a key."""
BusinessDay = Annotated[str, msgspec.Meta(pattern=r"^[0-9]{4}-[0-9]{2}-[0-9]{2}\Z")]
LAST_MS = 221_845_392_000_000
"""The year 9000: a date in every zone, and still one when clocks go on from it for centuries."""
Ms = Annotated[int, msgspec.Meta(ge=0, le=LAST_MS)]
ToldMs = Annotated[int, msgspec.Meta(ge=0, le=2**53)]
"""What a terminal says: facts are taken however wrong its clock is."""
Count = Annotated[int, msgspec.Meta(ge=0, le=2**53)]
People = Annotated[int, msgspec.Meta(ge=0, le=999_999)]
"""What a screen and a slip have room for."""
Slot = Annotated[int, msgspec.Meta(ge=1, le=99)]


class Body(msgspec.Struct, frozen=True):
    """Base of bodies: frozen; unknown fields are ignored so that minor versions can add some."""


class Fault(Body, frozen=True):
    """Every answer that is not 2xx: a code for programs, a sentence for people, and where it is wrong."""

    code: str
    message: str
    place: str = ""
