"""How a terminal joins a town hall: enrolment by a one-time code, and the slot of its database for numbers of its
own."""

from typing import Annotated

import msgspec

from kiosk.wire.base import VERSION, Body, Hex32, Hex64, Short, Slot


class PublicKey(Body, frozen=True):
    """An Ed25519 key that signs manifests: its id and its 32 bytes in base64url (RFC 8037, member ``x``)."""

    kid: Short
    x: Short


class Authority(Body, frozen=True):
    """GET CA, without a key: the certificate (PEM) of the authority that vouches for the hub.

    Whoever asks compares its fingerprint with the end of the enrolment code before saying anything.
    """

    pem: Annotated[str, msgspec.Meta(max_length=10_000)]


class EnrolRequest(Body, frozen=True):
    """POST ENROL: the one-time code from the hub's terminals page."""

    code: Short
    version: str = VERSION
    machine: Short = ""


class EnrolAnswer(Body, frozen=True):
    """The terminal's identity; ``key`` is shown this once. ``signers`` are pinned: at most two are valid at a time."""

    terminal: str
    name: str
    key: str
    site: str
    town: str
    site_name: str
    timezone: str = "Europe/Berlin"
    base_url: str = ""
    signers: tuple[PublicKey, ...] = ()


class SlotRequest(Body, frozen=True):
    """POST SLOT: ``generation`` is drawn when terminal.db is made, ``machine`` names the computer it runs on.

    The same generation gets the same slot; from another machine it is a cloned disk and refused (409 cloned_disk).
    """

    generation: Hex32
    machine: Short


class SlotAnswer(Body, frozen=True):
    """The slot belongs to this database from now on. ``slip_key`` authenticates slips, one for the whole town hall."""

    slot: Slot
    slip_key: Hex64
    business_day: str
    """The open business day, "" before the first one: local counters restart only when the hub names a later one."""
    hub_generation: Hex32
    """Changes when the hub was restored from a backup: tell it every ticket of the business day again."""
