"""A payment terminal with a money book, at the level of messages: what stands in it is the truth of every test.

It is cut at a named message, and what it then does with the payment is chosen by the test, not by our reading of the
specification (which says both: it stands, and it is taken back).
"""

from collections.abc import Callable
from dataclasses import dataclass, field
from enum import StrEnum

from msgspec.structs import replace

from kiosk.vocabulary.payments import CardRecord, Condition, Money, Totals

TID = "28004869"


class At(StrEnum):
    """A place in the dialogue of an authorisation or a reversal, in its order."""

    CONNECT = "connect"
    """Before the first byte."""
    COMMAND = "06 01"
    ACCEPTED = "80 00 00"
    CARD = "04 FF 0A"
    HOST = "04 FF 0E"
    STATUS = "04 0F"
    """On its way to us."""
    PERSISTED = "persisted"
    """Durable, not acknowledged."""
    ACK = "ack of 04 0F"
    PRINT = "06 D3"
    PRINT_ACK = "ack of 06 D3"
    COMPLETION = "06 0F"
    TOLD = "told"
    """Our driver is done; the program has not heard of it."""


class Book(StrEnum):
    """What the terminal makes of a payment that was cut."""

    NOTHING = "nothing"
    DECLINED = "declined"
    CAPTURED = "captured"
    AUTO_REVERSED = "auto-reversed"
    BY_HAND = "reversed by hand"


class Shows(StrEnum):
    """What its lookup shows of a payment that was taken back."""

    BEFORE = "the one before"
    REVERSAL = "the reversal"
    DECLINED = "it, as declined"


class Lookup(StrEnum):
    """Whether its lookup tells that truth."""

    TRUTH = "truth"
    NOTHING = "nothing"
    SILENT = "silent"


BEFORE_COMMAND = (At.CONNECT,)
AFTER_ACK = (At.PRINT, At.PRINT_ACK, At.COMPLETION, At.TOLD)
HAS_IT = (At.ACK, *AFTER_ACK)


def possible(at: At, book: Book) -> bool:
    """Whether the book can hold that when the dialogue is cut there."""
    if at in BEFORE_COMMAND:
        return book is Book.NOTHING
    if at in AFTER_ACK:
        return book in (Book.CAPTURED, Book.AUTO_REVERSED, Book.BY_HAND)
    if at in (At.STATUS, At.PERSISTED, At.ACK):
        return book is not Book.NOTHING
    return True


@dataclass
class Line:
    """One line of the book: what the lookup shows when it is the last."""

    payment: str
    cents: int
    """What it moves: the amount of a capture, minus the amount of a reversal, 0 of a refusal."""
    shown: CardRecord
    handed_in: bool = False


@dataclass
class TerminalModel:
    """``now`` gives virtual seconds."""

    now: Callable[[], float]
    lookup: Lookup = Lookup.TRUTH
    shows: Shows = Shows.BEFORE
    lines: list[Line] = field(default_factory=list)
    """The whole book."""
    hidden: set[int] = field(default_factory=set)
    """Lines that its lookup does not show."""
    busy_until: float = 0.0
    day_due: bool = False
    trace: int = 100
    tid: str = TID
    sync: str = ""

    def net(self, payment: str) -> int:
        """Captures minus reversals of a payment, in cents."""
        return sum(line.cents for line in self.lines if line.payment == payment)

    def turnover(self) -> int:
        """What an end-of-day hands in."""
        return sum(line.cents for line in self.lines if not line.handed_in)

    def hand_in(self) -> Totals:
        """The end-of-day: it is the last transaction now."""
        totals = Totals(amount=Money(self.turnover()), terminal_id=self.tid)
        for line in self.lines:
            line.handed_in = True
        self.day_due = False
        self.lines.append(Line("", 0, replace(self.record(totals.amount), end_of_day=True), handed_in=True))
        return totals

    def condition(self) -> Condition:
        """What a status enquiry says."""
        if self.now() < self.busy_until:
            return Condition.BUSY
        return Condition.END_OF_DAY_DUE if self.day_due else Condition.READY

    def record(self, amount: Money, result: int = 0) -> CardRecord:
        """A new status information."""
        self.trace += 1
        return CardRecord(
            result=result,
            amount=amount,
            terminal_id=self.tid,
            receipt=self.trace % 10_000,
            trace=self.trace,
            date="1130",
            time=f"{self.trace:06}",
            sync=self.sync,
            card_name="girocard",
            card_last4="4771",
        )

    def capture(self, payment: str, record: CardRecord) -> None:
        """The money of the visitor goes to the town."""
        assert record.amount is not None
        self.lines.append(Line(payment, record.amount.cents, record))

    def refuse(self, payment: str, record: CardRecord) -> None:
        """A refusal stands in the book, too."""
        self.lines.append(Line(payment, 0, replace(record, result=5)))

    def reverse(self, payment: str, record: CardRecord, *, by_hand: bool = True) -> CardRecord:
        """Take a capture back; the lookup shows it as this terminal does."""
        assert record.amount is not None
        shown = replace(self.record(record.amount), original_trace=record.trace, reversal=True)
        if not by_hand and self.shows is Shows.DECLINED:
            shown = replace(record, result=0x6C)
        if not by_hand and self.shows is Shows.BEFORE:
            self.hidden |= {at for at, line in enumerate(self.lines) if line.payment == payment}
            self.hidden.add(len(self.lines))
        self.lines.append(Line(payment, -record.amount.cents, shown))
        return shown

    def last(self) -> CardRecord | None:
        """The last transaction as its lookup shows it."""
        seen = [line.shown for at, line in enumerate(self.lines) if at not in self.hidden]
        return seen[-1] if seen else None

    def settle(self, payment: str, record: CardRecord, book: Book) -> None:
        """What became of a payment whose dialogue was cut."""
        match book:
            case Book.NOTHING:
                return
            case Book.DECLINED:
                self.refuse(payment, record)
            case Book.CAPTURED:
                self.capture(payment, record)
            case Book.AUTO_REVERSED:
                self.capture(payment, record)
                self.reverse(payment, record, by_hand=False)
            case Book.BY_HAND:
                self.capture(payment, record)
                self.reverse(payment, record)
