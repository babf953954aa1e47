"""The ledger: every end of a payment, every case and end-of-day of a terminal, in a gapless sequence and a hash chain.

A terminal writes an entry in the transaction of what it tells, and owes it to the hub through its outbox. The hub keeps
it, looks for gaps, and computes the chain again (``kiosk.hash_chain``).
"""

from enum import StrEnum
from typing import Annotated

import msgspec

from kiosk import hash_chain
from kiosk.hash_chain import Head, Link
from kiosk.wire.base import Body, Count, Hex64, Short, ToldMs, Uuid

Cents = Annotated[int, msgspec.Meta(ge=0, le=10**12)]
Text = Annotated[str, msgspec.Meta(max_length=1000)]


class LedgerKind(StrEnum):
    """What an entry is about."""

    PAYMENT = "payment"
    DAY = "day"


class LedgerFact(Body, frozen=True, kw_only=True):
    """One entry. ``state`` is where the payment stands now (paid, declined, not_charged, unknown, manual, void_wanted,
    voided), or how the end-of-day ended (closed, seen_closed, failed, unsure)."""

    seq: Annotated[int, msgspec.Meta(ge=1, le=2**53)]
    id: Uuid
    """Of the attempt or the end-of-day."""
    kind: Annotated[str, msgspec.Meta(pattern=r"^(payment|day)\Z")]
    state: Annotated[str, msgspec.Meta(pattern=r"^[a-z_]{1,20}\Z")]
    why: Short = ""
    code: int | None = None
    """The payment terminal's result code."""
    charge: Short = ""
    cents: Cents
    """Of the payment; of an end-of-day what the payment terminal says it handed in."""
    currency: Annotated[str, msgspec.Meta(pattern=r"^[A-Z]{3}\Z")] = "EUR"
    receipt_no: Count = 0
    """Of this terminal's receipts, gapless; 0 = none."""
    payment_terminal: Short = ""
    """BMP 29."""
    receipt: int | None = None
    """BMP 87."""
    trace: int | None = None
    approval: Short = ""
    card_name: Short = ""
    card_last4: Annotated[str, msgspec.Meta(pattern=r"^[0-9]{0,4}\Z")] = ""
    at_ms: ToldMs
    expected_cents: Cents | None = None
    """Of an end-of-day: paid minus voided since the last one, as the terminal's own records have it."""
    reason: Text = ""
    """Of a case that people closed: why."""
    evidence: Text = ""
    first: Short = ""
    second: Short = ""
    journal: Short = ""
    """Head of the terminal's own journal, ``SEQ:HASH``: what stands there before this entry cannot change unseen."""
    before: Hex64
    """Digest of the entry before; zeros for the first."""
    digest: Hex64


class LedgerStanding(Body, frozen=True):
    """How far the hub has a terminal's ledger, in every heartbeat answer: a new or restored store goes on behind it."""

    seq: Count = 0
    digest: Hex64 = "0" * 64
    receipt_no: Count = 0
    whole: Count = 0
    """The last entry before the first that the hub lacks."""


def link(fact: LedgerFact) -> Link:
    """The entry with the digest that it must have behind ``before``. Raises ValueError for half a surrogate pair."""
    values = msgspec.structs.asdict(fact)
    told = {name: value for name, value in values.items() if name not in ("seq", "before", "digest")}
    return hash_chain.append(Head(fact.seq - 1, bytes.fromhex(fact.before)), tuple(told.values()))


def sealed(fact: LedgerFact) -> LedgerFact:
    """The same with its digest."""
    return msgspec.structs.replace(fact, digest=link(fact).digest.hex())
