"""What comes of asking the hub: closed unions, to be taken apart with ``match`` and ``assert_never``."""

from enum import StrEnum
from typing import Generic, TypeVar

import msgspec

from kiosk.wire import Fault

T = TypeVar("T")


class AwayReason(StrEnum):
    """Why there is no answer. Whether the hub heard the question is unknown, except: NOT_CONNECTED and the last two."""

    NOT_CONNECTED = "not_connected"
    TIMED_OUT = "timed_out"
    CUT_OFF = "cut_off"
    GARBLED = "garbled"
    TOO_BIG = "too_big"
    REDIRECTED = "redirected"
    BUSY = "busy"
    HUB_ERROR = "hub_error"
    ABANDONED = "abandoned"
    WRONG_CERTIFICATE = "wrong_certificate"
    """Whoever answers is not the hub we were enrolled with: nothing was said to it."""
    PLAIN_REFUSED = "plain_refused"
    """The hub's address is on another machine and without encryption, and the configuration does not allow that."""


class Answer(msgspec.Struct, Generic[T], frozen=True):
    """The hub answered in the agreed form."""

    value: T


class Refused(msgspec.Struct, frozen=True):
    """The hub understood and will not do it (4xx)."""

    status: int
    fault: Fault


class Away(msgspec.Struct, frozen=True):
    """No usable answer: try again later. ``retry_after_s`` is what the hub asked for, 0 = nothing."""

    reason: AwayReason
    detail: str = ""
    retry_after_s: float = 0.0


class Tagged(msgspec.Struct, frozen=True):
    """Bytes as they came, with the hub's tag of them."""

    body: bytes
    etag: str


class Unchanged(msgspec.Struct, frozen=True):
    """What we have is the newest."""


Result = Answer[T] | Refused | Away
