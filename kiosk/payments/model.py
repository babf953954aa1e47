"""What the payment machine knows: frozen values."""

from datetime import datetime
from enum import StrEnum

import msgspec

from kiosk.payments.states import AWAITED, AttemptState, PayState
from kiosk.session.model import Lasting
from kiosk.vocabulary.ids import ChargeId, DayEndId, JobId, OpId, PaymentId
from kiosk.vocabulary.payments import CardRecord, Condition, Money, TerminalShows, Totals


class Settings(msgspec.Struct, frozen=True, kw_only=True):
    """What the town and the device's configuration set. Seconds are monotonic."""

    limit_cents: int = 50_000
    """No payment above this."""
    currency: str = "EUR"
    quiet_s: float = 10.0
    """An answer of the resolver is believed when it came twice, so far apart, from an idle terminal."""
    end_of_day: str = ""
    """Local time HH:MM from which the terminal's end-of-day is due; "" = only when the terminal or an order asks."""
    nothing_means_never: bool = False
    """Found at commissioning: this terminal answers a lookup without a transaction only when it never had one."""


class Attempt(msgspec.Struct, frozen=True, kw_only=True):
    """One attempt to charge a card, and everything known of it."""

    id: PaymentId
    charge: ChargeId
    amount: Money
    terminal_id: str
    begun_ms: int
    """Unix ms by the terminal's wall clock; a hint, order is by sequence."""
    baseline: CardRecord | None = None
    """The terminal's last transaction before this one; None = it named none."""
    approvals: int = 0
    """Different status informations with result 0 that are stored."""
    record: CardRecord | None = None
    """The newest of them; or what a lookup showed."""
    wanted: bool = True
    """Whether what is paid for can still be given. Fees can for ever; a charge that was withdrawn cannot."""
    cancelled: bool = False
    """The visitor asked to stop."""
    void_tries: int = 0


class Decision(msgspec.Struct, frozen=True, kw_only=True):
    """How people close a case. Who decides has seen the terminal's receipt or its turnover list."""

    verdict: AttemptState
    """PAID, NOT_CHARGED or VOIDED."""
    reason: str
    evidence: str
    first: str
    """Who proposed it, and when (Unix ms)."""
    first_ms: int
    second: str
    second_ms: int
    one_person: bool = False
    """The town lets the person who proposed it confirm it a day later; otherwise it takes two."""


class Ending(msgspec.Struct, frozen=True, kw_only=True):
    """Where an attempt is to go, until the store has it."""

    to: AttemptState
    why: str = ""
    """A code from ``Why``, or what a person wrote."""
    code: int | None = None
    """The terminal's result code."""
    record: CardRecord | None = None
    decision: Decision | None = None


class Why(StrEnum):
    """Reasons in the journal, the ledger and the texts for staff (``payment.why.<value>``)."""

    BEGUN = "begun"
    APPROVED = "approved"
    DECLINED = "declined"
    CANCELLED = "cancelled"
    NOT_SENT = "not_sent"
    SILENT = "silent"
    CONTRADICTION = "contradiction"
    """The terminal said yes and no of the same payment."""
    WRONG_AMOUNT = "wrong_amount"
    """The terminal confirmed another amount than the one that was asked for."""
    OTHER_TERMINAL = "other_terminal"
    """Another terminal answers than before."""
    NOT_STORED = "not_stored"
    """Approved, and the status information is not in the store."""
    RESTART = "restart"
    LOOKED_UP = "looked_up"
    SAME_AS_BEFORE = "same_as_before"
    """The last transaction is still the one from before the payment."""
    LAST_WAS_REFUSED = "last_was_refused"
    LAST_WAS_REVERSED = "last_was_reversed"
    LATE_OUTCOME = "late_outcome"
    NO_LAST = "no_last"
    """The terminal names no last transaction."""
    NO_ANSWER = "no_answer"
    """The terminal does not answer lookups."""
    OTHER_PAYMENT = "other_payment"
    """The last transaction is neither the one from before nor ours."""
    LATE_CAPTURE = "late_capture"
    """A payment that had been closed as not charged stands in the terminal after all."""
    GHOST = "ghost"
    """A payment that nobody asked for stands in the terminal."""
    NOT_WANTED = "not_wanted"
    ORDERED = "ordered"
    REVERSED = "reversed"
    ALREADY_REVERSED = "already_reversed"
    NOT_REVERSIBLE = "not_reversible"
    DECIDED = "decided"


class Refusal(StrEnum):
    """Why a payment did not begin: nothing was sent, nothing is charged. Texts: ``payment.refused.<value>``."""

    NOT_RESTORED = "not_restored"
    OPEN_ATTEMPT = "open_attempt"
    LOCKED = "locked"
    """A case waits for people."""
    AMOUNT_ZERO = "amount_zero"
    AMOUNT_NEGATIVE = "amount_negative"
    ABOVE_LIMIT = "above_limit"
    WRONG_CURRENCY = "wrong_currency"
    ALREADY_PAID = "already_paid"
    TERMINAL_AWAY = "terminal_away"
    TERMINAL_NOT_READY = "terminal_not_ready"
    CARD_INSIDE = "card_inside"
    DAY_DUE = "day_due"
    OTHER_TERMINAL = "other_terminal"
    """Its terminal id is not the one that was commissioned."""
    STORE_FAILED = "store_failed"
    NUMBERS_NOT_SURE = "numbers_not_sure"
    """A new store: the hub has not said yet how far the receipt numbers have come."""
    CANCELLED = "cancelled"


class Refused(msgspec.Struct, frozen=True):
    """A charge whose payment did not begin, for the flow that asked."""

    charge: ChargeId
    why: Refusal


class Finished(msgspec.Struct, frozen=True, kw_only=True):
    """The attempt that ended last, for the flow that asked."""

    attempt: Attempt
    to: AttemptState
    why: str
    code: int | None = None
    receipt_no: int = 0
    """Of the terminal's receipts; 0 = none."""


class PaymentOrderKind(StrEnum):
    """What staff may order (``kiosk.wire.OrderKind`` has the same words)."""

    CLOSE_CASE = "close_case"
    VOID = "void"
    END_DAY = "end_day"
    ADOPT_TERMINAL = "adopt_terminal"
    """The payment terminal was exchanged: go on with the one that answers now."""


class PaymentOrder(msgspec.Struct, frozen=True, kw_only=True):
    """An order that is kept in the store until it is done or refused."""

    id: str
    kind: PaymentOrderKind
    payment: PaymentId = PaymentId("")
    decision: Decision | None = None
    paid: Attempt | None = None
    """The payment to be voided, as the store has it; None = it has none that can be."""


class Answer(msgspec.Struct, frozen=True):
    """What the resolver heard last: it is believed when it comes again."""

    said: str
    """Verdict and key of the transaction, to compare."""
    at: float
    """Monotonic seconds when it came."""


class Payments(Lasting, frozen=True, kw_only=True):
    """The machine's whole memory."""

    settings: Settings = Settings()
    state: PayState = PayState.RESTORING
    entered: float = 0.0
    """Monotonic seconds at which the state was entered."""
    waits_for: str = ""
    """The entry or job whose answer is awaited."""
    next_try: float = 0.0
    """Monotonic seconds before which nothing is tried again."""
    attempt: Attempt | None = None
    ending: Ending | None = None
    answer: Answer | None = None
    asked_in_vain: int = 0
    payments_only: bool = False
    """The last lookup showed an end-of-day: ask for the last payment."""
    void_jobs: tuple[JobId, ...] = ()
    """Jobs of reversals of this attempt; a late outcome is known by them."""
    day: DayEndId | None = None
    day_jobs: tuple[JobId, ...] = ()
    day_tries: int = 0
    day_totals: Totals | None = None
    day_result: str = ""
    """How it ended; "unknown" while it may have happened."""
    day_order: str = ""
    last_day: str = ""
    """Local ISO date of the last end-of-day that was begun."""
    device_up: bool = False
    condition: Condition | None = None
    terminal_id: str = ""
    """As the device that answers now registered."""
    known_terminal: str = ""
    """The one that payments are made with."""
    numbers_sure: bool = False
    ghost: CardRecord | None = None
    """A payment that came unasked and was refused: does it stand all the same?"""
    uncharged: Attempt | None = None
    """The last attempt, when it was closed as not charged."""
    shown: TerminalShows | None = None
    """What the terminal's display says in this payment; for the flow's page."""
    no_stop: bool = False
    """The terminal cannot be stopped from here: the visitor presses its red key."""
    orders: tuple[PaymentOrder, ...] = ()
    refused: Refused | None = None
    finished: Finished | None = None

    @property
    def busy(self) -> bool:
        """An answer of disk or terminal is awaited."""
        return self.state in AWAITED

    @property
    def locked(self) -> bool:
        """No payment may begin: one is open."""
        return self.state not in (PayState.IDLE, PayState.RESTORING)


class Moment(msgspec.Struct, frozen=True):
    """Now, as a step sees it: monotonic seconds, local time with zone, and a new id."""

    mono: float
    now: datetime
    id: OpId
