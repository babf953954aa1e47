"""The payment terminal's own money book: what was captured, reversed and declined, and the totals of a day.

It is the truth that tests compare the product's record with. Amounts in cents.
"""

from datetime import datetime
from enum import StrEnum

import msgspec

from drivers.sim.payment_terminal.cards import BRANDS, Brand, Card

_RECEIPTS, _TRACES = 9999, 999_999
ALREADY_REVERSED, NOT_POSSIBLE, AMOUNT_WRONG = 0xB4, 0xB5, 0xB7
DECLINED_IN_SILENCE = 0x6C


class Kind(StrEnum):
    """What an entry is."""

    PAYMENT = "payment"
    REVERSAL = "reversal"


class Entry(msgspec.Struct, frozen=True, kw_only=True):
    """One line of the book. ``code``: BMP 27; only with 0 money moved. Receipt and trace are 0 where nothing moved."""

    kind: Kind = Kind.PAYMENT
    code: int = 0
    cents: int
    receipt: int = 0
    trace: int = 0
    when: datetime
    card: Card | None = None
    tapped: bool = False
    approval: str = ""
    reference: str = ""
    """Tag 1F63 of the command: the other side's own number."""
    original_trace: int | None = None
    original_receipt: int | None = None
    reversed: bool = False
    by: str = ""
    """Why a reversal was made: ``command``, ``no answer``, ``rejected``, ``by hand``, ..."""


class Totals(msgspec.Struct, frozen=True):
    """A day: its sum, its receipts, and count and sum by brand in the order of BMP 60."""

    cents: int
    first_receipt: int
    last_receipt: int
    brands: tuple[tuple[int, int], ...]
    trace: int
    when: datetime


class Book:
    """Used by one thread. ``receipt`` and ``trace`` are the numbers of the next entry."""

    def __init__(self, receipt: int = 1, trace: int = 1) -> None:
        self.receipt, self.trace = receipt, trace
        self.entries: list[Entry] = []
        """Everything since the start, in order."""
        self.days: list[Totals] = []
        self._open_from = 0
        self.day_is_last = False
        """Whether an end-of-day came after the last payment."""

    def capture(self, entry: Entry) -> Entry:
        """Book money that moved, with the next receipt and trace number."""
        booked = msgspec.structs.replace(entry, receipt=self.receipt, trace=self.trace)
        self.receipt = self.receipt % _RECEIPTS + 1
        self.trace = self.trace % _TRACES + 1
        return self._add(booked)

    def decline(self, entry: Entry) -> Entry:
        """Note a payment that came to nothing."""
        return self._add(entry)

    def reverse(self, receipt: int, when: datetime, by: str, cents: int | None = None) -> Entry | int:
        """Reverse a payment of this day; the reversal's entry, or the error code why not."""
        at = self._find(receipt)
        if at is None:
            return NOT_POSSIBLE
        payment = self.entries[at]
        if payment.reversed:
            return ALREADY_REVERSED
        if cents is not None and cents != payment.cents:
            return AMOUNT_WRONG
        self.entries[at] = msgspec.structs.replace(payment, reversed=True)
        changes = {"kind": Kind.REVERSAL, "when": when, "by": by}
        originals = {"original_trace": payment.trace, "original_receipt": payment.receipt}
        return self.capture(msgspec.structs.replace(payment, **changes, **originals))

    def unmake(self, receipt: int) -> None:
        """A payment becomes a declined one in silence, as some terminals do without an answer."""
        at = self._find(receipt)
        if at is not None:
            self.entries[at] = msgspec.structs.replace(self.entries[at], code=DECLINED_IN_SILENCE)

    def payment(self, receipt: int) -> Entry | None:
        """The payment with this receipt in the turnover storage, reversed or not."""
        at = self._find(receipt)
        return None if at is None else self.entries[at]

    @property
    def last(self) -> Entry | None:
        """The newest entry of all."""
        return self.entries[-1] if self.entries else None

    @property
    def last_standing(self) -> Entry | None:
        """The newest payment that was approved and stands."""
        return next((entry for entry in reversed(self.entries) if stands(entry)), None)

    @property
    def balance(self) -> int:
        """Captures minus reversals since the start."""
        return sum(entry.cents for entry in self.entries if stands(entry))

    def standing(self, cents: int | None = None, reference: str | None = None) -> list[Entry]:
        """Payments that stand, of this amount and with this number of the other side where they are given."""
        found = [entry for entry in self.entries if stands(entry)]
        return [entry for entry in found if cents in (None, entry.cents) and reference in (None, entry.reference)]

    def totals(self, when: datetime) -> Totals:
        """The day as it is now; takes the next trace number."""
        day = [entry for entry in self.entries[self._open_from :] if not entry.code]
        receipts = [entry.receipt for entry in day] or [0]
        paid = [entry for entry in day if stands(entry)]
        by_brand = tuple(_sum(paid, brand) for brand in BRANDS)
        total = Totals(sum(entry.cents for entry in paid), receipts[0], receipts[-1], by_brand, self.trace, when)
        self.trace = self.trace % _TRACES + 1
        return total

    def close_day(self, when: datetime) -> Totals:
        """Hand the day in: from now on its payments can no longer be reversed."""
        total = self.totals(when)
        self.days.append(total)
        self._open_from = len(self.entries)
        self.day_is_last = True
        return total

    def _add(self, entry: Entry) -> Entry:
        self.entries.append(entry)
        self.day_is_last = False
        return entry

    def _find(self, receipt: int) -> int | None:
        """Where the newest payment of the open day with this receipt number is."""
        for at in range(len(self.entries) - 1, self._open_from - 1, -1):
            entry = self.entries[at]
            if entry.kind is Kind.PAYMENT and not entry.code and entry.receipt == receipt:
                return at
        return None


def stands(entry: Entry) -> bool:
    """Whether it is money that was taken and not given back."""
    return entry.kind is Kind.PAYMENT and not entry.code and not entry.reversed


def _sum(entries: list[Entry], brand: Brand) -> tuple[int, int]:
    amounts = [entry.cents for entry in entries if entry.card is not None and entry.card.brand == brand]
    return len(amounts), sum(amounts)
