"""A ticket as the terminal knows it, from the tap to the paper."""

from enum import StrEnum

import msgspec

from kiosk.vocabulary.ids import TicketId
from kiosk.vocabulary.labels import Label


class TicketIntent(msgspec.Struct, frozen=True, kw_only=True):
    """What the visitor asked for at the tap: committed before anything else happens.

    ``id`` is the UUIDv7 that stays through time-out, retry, offline numbering, reprint and sync.
    """

    id: TicketId
    service: str
    lang: str
    tapped_at: str
    """ISO 8601 with offset."""


class Numbered(msgspec.Struct, frozen=True, kw_only=True):
    """A ticket with its number."""

    id: TicketId
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


class StandingState(StrEnum):
    """How a ticket stands at the hub, as far as its visitor can do something about it."""

    WAITING = "waiting"
    PARKED = "parked"
    CALLED = "called"
    IN_SERVICE = "in_service"
    DONE = "done"
    NO_SHOW = "no_show"
    CANCELLED = "cancelled"
    EXPIRED = "expired"
    OTHER = "other"


class Standing(msgspec.Struct, frozen=True, kw_only=True):
    """What the hub says of the ticket whose slip was held before the scanner."""

    id: TicketId
    label: Label
    state: StandingState
    service: str = ""
    """Id in the catalogue; "" = not known."""
    queue: str = ""
    lang: str = ""
    """The language the number was drawn in."""
    arrived_ms: int = 0
    """Unix ms; 0 = not known."""
    ahead: int = 0
    """People who are called before this visitor."""
    minutes_from: int = 0
    minutes_to: int = 0
    """Minutes until the call; both 0 = nothing can be expected."""
    counter: str = ""
    """Where to go, once called."""

    @property
    def may_be_given_back(self) -> bool:
        """Nobody has called it yet."""
        return self.state in (StandingState.WAITING, StandingState.PARKED)
