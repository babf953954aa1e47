"""The driver of a payment terminal and the terminal at its other end, message by message, and where it is cut."""

from collections import deque
from collections.abc import Callable
from dataclasses import dataclass

import apsw

from kiosk.payments import events as it
from kiosk.vocabulary.events import Event
from kiosk.vocabulary.hardware.problems import Problem
from kiosk.vocabulary.payments import (
    AlreadyReversed,
    Approved,
    Authorise,
    Cancelled,
    CardRecord,
    DayClosed,
    Declined,
    EndDay,
    LastFound,
    LookUpLast,
    Money,
    NothingFound,
    PaymentOutcome,
    PrintFor,
    PrintLine,
    PrintReceived,
    Reverse,
    Reversed,
    StatusReceived,
    StatusUnasked,
    TotalsReceived,
    Unknown,
)
from offline_cache.store.payments import attempts
from tests.model.payment_terminal import At, Book, Lookup, TerminalModel

T4_S = 180.0


class PowerCut(BaseException):
    """The program is gone, here and now."""


class WriteCut(PowerCut):
    """It is gone in the middle of a write."""


class LinkCut(Exception):
    """Nothing comes through any more; the driver notices after so many seconds."""

    def __init__(self, after_s: float) -> None:
        super().__init__()
        self.after_s = after_s


@dataclass
class Plan:
    """What goes wrong, once. ``at``: where in the dialogue of the command ``command``."""

    at: At | None = None
    cut: str = "drop"
    """drop, silence, power, or not_durable (the store does not keep the status information)."""
    book: Book = Book.CAPTURED
    busy_s: float = 0.0
    """How long the terminal goes on by itself after the cut, and says so."""
    settles_s: float = 0.0
    """How long after the cut its book becomes what it will be, while it says that it is idle."""
    command: type = Authorise
    write: int = 0
    """The power is cut at this write (1 is the first after the plan was made), before or after it is durable."""
    write_lost: bool = False
    outcome: PaymentOutcome | None = None
    """Instead of the dialogue: this outcome (the driver says it)."""
    late: PaymentOutcome | None = None
    """What an abandoned authorisation ends with after all,"""
    late_s: float = 30.0
    """so many seconds after it was given up."""


class Dialogues:
    """What the world's driver does; the world gives time, store and inbox."""

    plan: Plan
    terminal: TerminalModel
    lookup: Lookup
    ack_first: bool
    mono: float
    db: apsw.Connection
    inbox: deque[Event]
    outside_later: list[tuple[float, Callable[[], None]]]
    sent: list[str]
    keep: Callable[..., bool]
    settle: Callable[[], None]

    def drive(self, job: str, command: object) -> PaymentOutcome:
        match command:
            case Authorise():
                return self.authorise(job, command)
            case LookUpLast():
                return self.look_up()
            case Reverse():
                return self.reverse(job, command)
            case EndDay():
                return self.end_day(command)
            case _:
                raise AssertionError(command)

    def passes(self, at: At, command: object, payment: str, record: CardRecord) -> None:
        """The dialogue gets as far as this, or is cut here."""
        plan = self.plan
        if plan.at is not at or not isinstance(command, plan.command):
            return
        plan.at = None
        if isinstance(command, Authorise):
            self.after_cut(payment, record)
        if plan.cut == "power":
            raise PowerCut
        raise LinkCut(T4_S if plan.cut == "silence" else 5.0 if plan.cut == "T3" else 0.0)

    def after_cut(self, payment: str, record: CardRecord) -> None:
        """The terminal goes on without us, and then its book says what the plan says."""
        plan, terminal = self.plan, self.terminal
        terminal.lookup = self.lookup
        terminal.busy_until = self.mono + plan.busy_s
        if terminal.net(payment) == 0:
            self.outside_later.append((self.mono + plan.settles_s, lambda: terminal.settle(payment, record, plan.book)))
            if not plan.settles_s:
                self.outside_later.pop()[1]()
        elif plan.book is Book.AUTO_REVERSED:  # it was acknowledged before: this comes on top
            terminal.reverse(payment, record, by_hand=False)
        elif plan.book is Book.BY_HAND:
            terminal.reverse(payment, record)

    def authorise(self, job: str, command: Authorise) -> PaymentOutcome:
        terminal, payment = self.terminal, command.payment
        assert job == payment
        if self.plan.outcome is not None:
            self.sent.append(payment)
            outcome, self.plan.outcome = self.plan.outcome, None
            return outcome
        record = terminal.record(command.amount)
        if self.plan.at is At.CONNECT:
            self.plan.at = None
            if self.plan.cut == "power":
                raise PowerCut
            return Cancelled(Problem.LINK_LOST)
        self.sent.append(payment)
        assert attempts.read(self.db, payment) is not None, "sent before it was durable"
        self.passes(At.COMMAND, command, payment, record)
        self.inbox.append(it.TerminalTook(job))
        for at in (At.ACCEPTED, At.CARD, At.HOST, At.STATUS):
            self.passes(at, command, payment, record)
        if self.ack_first:
            self.acknowledged(payment)
            terminal.capture(payment, record)
            self.passes(At.PERSISTED, command, payment, record)
        lost = self.plan.cut == "not_durable" and self.plan.at is At.PERSISTED
        try:
            if not self.keep(StatusReceived(payment, record, "00"), lost=lost):
                self.plan.at = None
                terminal.settle(payment, record, Book.AUTO_REVERSED)  # 84 66 00
                return Unknown(Problem.STORE_FAILED)
            if not self.ack_first:
                self.passes(At.PERSISTED, command, payment, record)
                self.passes(At.ACK, command, payment, record)
                self.acknowledged(payment)
                terminal.capture(payment, record)
            self.passes(At.PRINT, command, payment, record)
            self.keep(PrintReceived(payment, PrintFor.CUSTOMER, (PrintLine("Kartenzahlung"),)))
            for at in (At.PRINT_ACK, At.COMPLETION, At.TOLD):
                self.passes(at, command, payment, record)
        except WriteCut:
            self.after_cut(payment, record)
            raise
        return Approved(record)

    def acknowledged(self, payment: str) -> None:
        """The terminal hears 80 00 00 to its 04 0F: the law is that this is durable now."""
        row = self.db.execute(
            "SELECT 1 FROM payment_event WHERE about = ? AND kind IN ('status', 'void_status')", (payment,)
        ).fetchone()
        assert row is not None, "acknowledged before it was durable"

    def look_up(self) -> PaymentOutcome:
        terminal = self.terminal
        if self.mono < terminal.busy_until:
            return Declined(0x9C)
        match terminal.lookup:
            case Lookup.SILENT:
                return Unknown(Problem.SILENT)
            case Lookup.NOTHING:
                return NothingFound()
            case Lookup.TRUTH:
                last = terminal.last()
                return LastFound(last) if last is not None else NothingFound()

    def reverse(self, job: str, command: Reverse) -> PaymentOutcome:
        terminal = self.terminal
        found = [line for line in terminal.lines if line.payment == command.payment and line.cents > 0]
        if not found or self.plan.outcome is not None:
            outcome, self.plan.outcome = self.plan.outcome, None
            return outcome or Declined(0xB5)
        record = found[0].shown
        if terminal.net(command.payment) <= 0:
            return AlreadyReversed()
        if self.plan.at is At.CONNECT and self.plan.command is Reverse:
            self.plan.at = None
            return Cancelled(Problem.LINK_LOST)
        self.passes(At.COMMAND, command, command.payment, record)
        shown = terminal.reverse(command.payment, record)
        self.passes(At.STATUS, command, command.payment, record)
        self.keep(StatusReceived(command.payment, shown, "00"))
        self.acknowledged(command.payment)
        for at in (At.PERSISTED, At.ACK, At.COMPLETION, At.TOLD):
            self.passes(at, command, command.payment, record)
        return Reversed(shown)

    def end_day(self, command: EndDay) -> PaymentOutcome:
        terminal = self.terminal
        nothing = terminal.record(Money(0))
        self.passes(At.COMMAND, command, "", nothing)
        totals = terminal.hand_in()
        self.passes(At.STATUS, command, "", nothing)
        self.keep(TotalsReceived(command.day, totals, "00"))
        for at in (At.PERSISTED, At.ACK, At.COMPLETION, At.TOLD):
            self.passes(at, command, "", nothing)
        return DayClosed(totals)

    def unasked(self, record: CardRecord, *, taken_back: bool = True) -> None:
        """The terminal sends a status information that nobody waits for; ours is refused, so it takes it back."""
        self.terminal.capture("ghost", record)
        if not self.ack_first:
            self.keep(StatusUnasked(record, "00"))
        row = self.db.execute("SELECT 1 FROM payment_event WHERE kind = 'unasked'").fetchone()
        assert row is not None, "answered before it was durable"
        if taken_back:
            self.terminal.reverse("ghost", record, by_hand=False)
        self.settle()
