"""POST SYNC: facts from a terminal's outbox. They happened; the hub records them and never asks for them back."""

from enum import StrEnum
from typing import Annotated

import msgspec

from kiosk.wire.base import Body, BusinessDay, Hex32, Lang, Short, ToldMs, Uuid

BATCH_MAX = 100
"""Operations in one request."""

Series = Annotated[str, msgspec.Meta(pattern=r"^[A-Z]{1,2}\Z")]


class OpKind(StrEnum):
    """What an operation tells."""

    TICKET = "ticket"
    CANCEL = "cancel"
    PAPER = "paper"
    SCAN = "scan"
    ORDER = "order"
    LEDGER = "ledger"


class TicketFact(Body, frozen=True, kw_only=True):
    """A number that is on paper or screen: the terminal's own (slot >= 1), or one of the hub's told again (slot 0)."""

    id: Uuid
    service: Short
    lang: Lang = "de"
    series: Series
    slot: Annotated[int, msgspec.Meta(ge=0, le=99)]
    n: Annotated[int, msgspec.Meta(ge=1, le=9999)]
    business_day: BusinessDay
    arrival_ms: ToldMs
    """When the visitor tapped, as the hub's clock would have said (Unix ms)."""
    arrival_sure: bool = True
    """False after a reboot without contact: only the terminal's wall clock was there to ask."""
    tapped_at: Short = ""


class CancelFact(Body, frozen=True):
    """The number was given back, or there never was one: a tombstone stays."""

    id: Uuid


class PaperFact(Body, frozen=True, kw_only=True):
    """What became of a ticket's paper."""

    id: Uuid
    outcome: Annotated[str, msgspec.Meta(pattern=r"^(printed|not_printed|unconfirmed|screen_only)\Z")]
    problem: Short = ""


class ScanFact(Body, frozen=True, kw_only=True):
    """A slip was read at this terminal: its text as it came (``kiosk.vocabulary.slips``)."""

    slip: Short
    scanned_ms: ToldMs


class OrderFact(Body, frozen=True, kw_only=True):
    """What came of an order of the hub."""

    id: Uuid
    result: Annotated[str, msgspec.Meta(pattern=r"^(done|failed|expired|not_allowed|unknown_kind)\Z")]
    detail: Short = ""


class Op(Body, frozen=True):
    """One operation. ``op`` is its idempotency key; those of one ``lane`` (a ticket, an order) keep their order."""

    op: Uuid
    lane: Uuid
    kind: Short
    """One of ``OpKind``; a newer terminal may know more."""
    body: msgspec.Raw


class SyncRequest(Body, frozen=True):
    """Operations in the order of the outbox, at most BATCH_MAX."""

    generation: Hex32
    ops: Annotated[tuple[Op, ...], msgspec.Meta(max_length=BATCH_MAX)]


class OpAnswer(Body, frozen=True):
    """What the hub made of one operation: an HTTP status with its usual meaning, decided for each one alone.

    200 = applied, or applied before. 422 = this id was used with another content. Other 4xx = never.
    5xx = later. Operations behind a failed one of the same lane are answered 424: not tried, send them again.
    """

    op: Uuid
    status: Annotated[int, msgspec.Meta(ge=100, le=599)]
    code: str = ""
    message: str = ""


class SyncAnswer(Body, frozen=True):
    """One answer for each operation, in their order."""

    answers: tuple[OpAnswer, ...]
