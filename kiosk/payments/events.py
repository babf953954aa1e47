"""What the payment machine hears, and what it asks: events and effects."""

import msgspec

from kiosk.payments.model import Attempt, Ending, PaymentOrder, Settings
from kiosk.session.lasting import LastingEvent
from kiosk.vocabulary.effects import Effect, StoreEffect
from kiosk.vocabulary.ids import ChargeId, DayEndId, JobId, OpId, PaymentId
from kiosk.vocabulary.payments import (
    CardRecord,
    Money,
    PaymentCommand,
    PaymentOutcome,
    TerminalCondition,
    TerminalShows,
    Totals,
)

# -- what a flow tells


class StartPayment(LastingEvent, frozen=True):
    """The visitor presses "pay". The answer is ``Payments.refused``, or the attempt with this charge."""

    charge: ChargeId
    amount: Money


class CancelPayment(LastingEvent, frozen=True):
    """The visitor asks to stop; the terminal may refuse."""

    charge: ChargeId


class DropCharge(LastingEvent, frozen=True):
    """What is to be paid was withdrawn: if it is charged all the same, it is taken back."""

    charge: ChargeId


# -- what the workers answer


class Restored(msgspec.Struct, frozen=True, kw_only=True):
    """What the store knows at a start."""

    attempt: Attempt | None = None
    state: str = ""
    """Of the attempt (``AttemptState``)."""
    day: DayEndId | None = None
    last_day: str = ""
    known_terminal: str = ""
    numbers_sure: bool = False
    ghost: CardRecord | None = None
    uncharged: Attempt | None = None
    orders: tuple[PaymentOrder, ...] = ()


class PaymentsRestored(LastingEvent, frozen=True):
    """Answer to ``RestorePayments``."""

    found: Restored


class PaymentsNotRestored(LastingEvent, frozen=True):
    """Answer to ``RestorePayments``: the store does not answer."""

    reason: str = ""


class PaymentCommitted(LastingEvent, frozen=True):
    """The entry is durable. ``receipt_no``: the receipt number it was given, 0 = none."""

    entry: OpId
    receipt_no: int = 0


class PaymentNotCommitted(LastingEvent, frozen=True):
    """The entry is not durable. ``stale``: status information was stored of this attempt that the entry did not know;
    then ``approvals`` and ``record`` are what the store has. ``refused``: the store knows the attempt otherwise, and
    trying again changes nothing."""

    entry: OpId
    reason: str = ""
    stale: bool = False
    refused: bool = False
    approvals: int = 0
    record: CardRecord | None = None


class TerminalAnswered(LastingEvent, frozen=True):
    """A job of the payment terminal ended."""

    job: JobId
    outcome: PaymentOutcome


class TerminalAnsweredLate(LastingEvent, frozen=True):
    """A job that had been given up ended after all: evidence."""

    job: JobId
    outcome: PaymentOutcome


class TerminalTook(LastingEvent, frozen=True):
    """The terminal took the command of this job (80 00 00)."""

    job: JobId


class TerminalSaid(LastingEvent, frozen=True):
    """What the terminal's display says while this job runs; None = it cannot be stopped from here."""

    job: JobId
    shown: TerminalShows | None


class StatusStored(LastingEvent, frozen=True):
    """A status information of this payment is durable; so many different ones with result 0 are."""

    payment: PaymentId
    record: CardRecord
    approvals: int


class UnaskedStored(LastingEvent, frozen=True):
    """A status information that nobody waited for is durable, and will be refused."""

    record: CardRecord


class ConditionTold(LastingEvent, frozen=True):
    """The terminal's condition has changed."""

    told: TerminalCondition


class DeviceLinked(LastingEvent, frozen=True):
    """The payment terminal's driver can take commands, or no longer."""

    up: bool


class OrderTaken(LastingEvent, frozen=True):
    """An order of the hub is kept in the store."""

    order: PaymentOrder


class SettingsTaken(LastingEvent, frozen=True):
    """What the configuration sets, at every start before the first payment."""

    settings: Settings


class NumbersSure(LastingEvent, frozen=True):
    """The hub said how far this terminal's receipt numbers have come."""


# -- what it asks


class RestorePayments(StoreEffect, frozen=True):
    """Read what the store knows. Answer: PaymentsRestored or PaymentsNotRestored."""


class CommitAttempt(StoreEffect, frozen=True):
    """Write where the attempt stands now. Answer: PaymentCommitted or PaymentNotCommitted.

    ``attempt.approvals`` is what the machine knows: the store refuses an end that does not know all of them.
    """

    entry: OpId
    attempt: Attempt
    ending: Ending
    order: str = ""
    """The order that this carries out."""


class CommitDay(StoreEffect, frozen=True):
    """Write that an end-of-day begins (``result`` "begun") or how it ended. Answer as above."""

    entry: OpId
    day: DayEndId
    result: str
    local_date: str = ""
    totals: Totals | None = None
    order: str = ""


class CommitNote(StoreEffect, frozen=True):
    """Write evidence into the journal. Nobody waits for an answer."""

    kind: str
    about: str = ""
    detail: str = ""
    record: CardRecord | None = None
    order: str = ""
    """An order that this refuses or carries out."""
    terminal_id: str = ""
    """The terminal that payments are made with from now on."""


class AskTerminal(Effect, frozen=True):
    """Hand a command to the payment terminal. Answer: TerminalAnswered."""

    job: JobId
    command: PaymentCommand


class CancelJob(Effect, frozen=True):
    """Nobody wants this job's result any more. Its answer comes all the same."""

    job: JobId
