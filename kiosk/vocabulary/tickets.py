"""A ticket as the terminal knows it, from the tap to the paper."""

from enum import StrEnum

import msgspec

from kiosk.vocabulary.labels import Label


class TicketIntent(msgspec.Struct, frozen=True, kw_only=True):
    """What the visitor asked for at the tap: committed before anything else happens.

    ``id`` is the UUIDv7 that stays through time-out, retry, offline numbering, reprint and sync.
    """

    id: str
    service: str
    lang: str
    tapped_at: str
    """ISO 8601 with offset."""


class Numbered(msgspec.Struct, frozen=True, kw_only=True):
    """A ticket with its number."""

    id: str
    label: Label
    service: str
    queue: str
    business_day: str
    issued_at: str
    ahead: int
    """People before this visitor when the number was given; -1 = not known."""
    slip_code: str
    """What the slip's QR holds when the hub has no base URL."""
    url: str = ""
    """The visitor's page; "" when no base URL is configured."""


class PaperState(StrEnum):
    """What is known of a ticket's paper."""

    NONE = "none"
    ASKED = "asked"
    PRINTED = "printed"
    NOT_PRINTED = "not_printed"
    UNCONFIRMED = "unconfirmed"
    SCREEN_ONLY = "screen_only"
