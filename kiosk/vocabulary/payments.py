"""What the payment machine and a payment terminal's driver say to each other: commands, facts, outcomes, progress.

Amounts are whole cents with their currency, never floats. Card data is masked before it gets into any of these structs:
no PIN, no track, no card number but its last four digits (``CardRecord.card_last4``, ``raw`` of the facts).
Message and field numbers (06 01, BMP 27) are those of ZVT PA00P015 rev 13.08.

How a driver works on them (``drivers.host.port``):

- ``execute`` does one command once. The host's job id of an ``Authorise`` is its ``payment``.
- Every 04 0F is handed to ``job.persist`` (``StatusReceived``, ``TotalsReceived``) and acknowledged with 80 00 00 only
  after that returned. When it raises ``NotDurable``, when the amount is not the one that was asked for, or when the
  terminal id is another than at registration, the driver answers 84 66 00 and the outcome is ``Unknown``. It persists
  the message in these two cases all the same, with the record as it came: the keeper knows what it asked for.
- The same 04 0F again is persisted and acknowledged again; the store books it once.
- Every print line and block goes to ``job.persist`` (``PrintReceived``) before it is acknowledged; 84 CC 00 when that
  raises. Paper comes later, from the terminal's own spool.
- A 04 0F that comes while no command waits for one (in ``poll``, or in the middle of another command) is persisted as
  ``StatusUnasked`` and then refused with 84 66 00, which makes the payment terminal take a payment back.
- ``poll`` tells ``TerminalCondition`` with ``job.emit`` after each connecting and whenever it has changed.
- ``recover`` is not used for payments: the machine finds the truth with ``LookUpLast``. A driver returns ``Unknown``.
"""

from enum import StrEnum

import msgspec

from kiosk.vocabulary.hardware.device_events import DeviceEvent, DeviceFact
from kiosk.vocabulary.hardware.problems import Problem
from kiosk.vocabulary.ids import DayEndId, PaymentId

MOST_CENTS = 10**12 - 1
"""What fits BMP 04: six bytes of BCD."""


class Money(msgspec.Struct, frozen=True, order=True):
    """An amount in the smallest unit of its currency (ISO 4217 letters)."""

    cents: int
    currency: str = "EUR"


# -- commands


class PaymentCommand(msgspec.Struct, frozen=True, tag=True):
    """Base of what a payment terminal is asked to do."""


class Authorise(PaymentCommand, frozen=True, kw_only=True):
    """Charge a card (06 01). The outcome is an ``AuthorisationOutcome``.

    Cancelling the job makes the driver send 06 B0 where the device can; the outcome stays the terminal's word.
    """

    payment: PaymentId
    amount: Money
    sync: str | None = None
    """What to send in tag 1F1F, as the hexadecimal digits of its value; "" = with length 0; None = leave it out."""


class LookUpLast(PaymentCommand, frozen=True, kw_only=True):
    """Ask for the last transaction without printing (06 20 with service byte 03). The outcome is a ``LookupOutcome``.

    The driver asks the status first (05 01) and ends with ``Declined(status byte)`` unless the terminal is idle: 00, or
    F0 (end-of-day due). A card inside (DC) is not idle: some terminals take a payment back only once it is out.
    """

    payments_only: bool = False
    """Ask for the last customer receipt (tag 1F01 = 03): after the answer was an end-of-day."""


class Reverse(PaymentCommand, frozen=True, kw_only=True):
    """Take a payment back before end-of-day (06 30 with receipt number and amount). Outcome: ``ReversalOutcome``."""

    payment: PaymentId
    receipt: int
    amount: Money
    sync: str | None = None


class EndDay(PaymentCommand, frozen=True, kw_only=True):
    """Hand the turnover in (06 50). The outcome is an ``EndOfDayOutcome``."""

    day: DayEndId


# -- what a terminal says of a transaction


class CardRecord(msgspec.Struct, frozen=True, kw_only=True):
    """One status information (04 0F), as far as it could be read. None or "" = the message did not have it."""

    result: int
    """BMP 27; 0 = no error. 255 when the message had none: it proves nothing then."""
    amount: Money | None = None
    terminal_id: str = ""
    """BMP 29, eight digits."""
    receipt: int | None = None
    """BMP 87: four digits, it wraps."""
    trace: int | None = None
    """BMP 0B; tag 1F2B where 0B is 000000."""
    original_trace: int | None = None
    """BMP 37: this is the reversal of that one."""
    date: str = ""
    """BMP 0D, MMDD, by the terminal's clock."""
    time: str = ""
    """BMP 0C, HHMMSS."""
    reversal: bool = False
    """It is a reversal by other signs than BMP 37: its texts say so."""
    end_of_day: bool = False
    """It has totals (BMP 60): it is no payment."""
    sync: str = ""
    """Tag 1F1F: hexadecimal digits of its value."""
    card_name: str = ""
    """BMP 8B or tag 4A, as it stands on a receipt."""
    card_last4: str = ""
    """The last four digits of BMP 22."""
    approval: str = ""
    """BMP 3B."""
    contract: str = ""
    """BMP 2A, the VU number."""
    host_code: int | None = None
    """BMP A0."""
    note: str = ""
    """BMP 3C, the additional text."""


class CardKind(msgspec.Struct, frozen=True):
    """Turnover of one scheme in an end-of-day (BMP 60): number of payments and their sum."""

    name: str
    count: int
    cents: int


class Totals(msgspec.Struct, frozen=True, kw_only=True):
    """What a terminal handed in (04 0F of an end-of-day)."""

    amount: Money
    """BMP 04: payments minus reversals."""
    terminal_id: str = ""
    first_receipt: int | None = None
    last_receipt: int | None = None
    kinds: tuple[CardKind, ...] = ()


class PrintFor(StrEnum):
    """Whose receipt a text is (tag 1F07)."""

    CUSTOMER = "customer"
    MERCHANT = "merchant"
    ADMIN = "admin"
    UNKNOWN = "unknown"
    """The message does not say: a single line (06 D1)."""


class PrintLine(msgspec.Struct, frozen=True):
    """One line as the terminal wants it on paper: unchanged text, and its attribute byte."""

    text: str
    attribute: int = 0


# -- facts: durable before the driver answers the device


class StatusReceived(DeviceFact, frozen=True):
    """A status information during ``Authorise`` or ``Reverse``. Kept before 80 00 00."""

    payment: PaymentId
    record: CardRecord
    raw: str
    """The message as hexadecimal digits; card numbers masked, track data left out."""


class TotalsReceived(DeviceFact, frozen=True):
    """The status information of an end-of-day. Kept before 80 00 00."""

    day: DayEndId
    totals: Totals
    raw: str


class PrintReceived(DeviceFact, frozen=True):
    """A line or block to print. ``about``: payment or end-of-day at hand, "" during a poll."""

    about: str
    receipt: PrintFor
    lines: tuple[PrintLine, ...]


class StatusUnasked(DeviceFact, frozen=True):
    """A status information that no command waited for. Kept before it is refused with 84 66 00."""

    record: CardRecord
    raw: str


# -- outcomes


class Approved(msgspec.Struct, frozen=True, tag="approved"):
    """Charged: 04 0F with result 0 was kept and acknowledged, the terminal ended with 06 0F, and nothing else came."""

    record: CardRecord


class Declined(msgspec.Struct, frozen=True, tag="declined"):
    """The terminal said no, and ended by itself: nothing was charged (reversed, closed)."""

    code: int
    """BMP 27, the code of 06 1E, or xx of 84 xx 00."""
    record: CardRecord | None = None


class Cancelled(msgspec.Struct, frozen=True, tag="cancelled"):
    """Nothing was done: the visitor's stop key or our abort ended it (code 6C), or the command never left."""

    problem: Problem = Problem.CANCELLED
    """CANCELLED: by the visitor or by us. Anything else: why the command did not leave."""
    code: int | None = None


class Unknown(msgspec.Struct, frozen=True, tag="unknown"):
    """It may or may not have happened. Never folded into the others; only asking tells."""

    problem: Problem


AuthorisationOutcome = Approved | Declined | Cancelled | Unknown


class LastFound(msgspec.Struct, frozen=True, tag="last_found"):
    """The terminal is idle, and this is its last transaction."""

    record: CardRecord


class NothingFound(msgspec.Struct, frozen=True, tag="nothing_found"):
    """The terminal is idle and ended the lookup well, without a transaction (06 0F only). Some never had one, some
    cannot answer."""


LookupOutcome = LastFound | NothingFound | Declined | Cancelled | Unknown


class Reversed(msgspec.Struct, frozen=True, tag="reversed"):
    """The payment is taken back: 04 0F with result 0 was kept and acknowledged, and 06 0F came."""

    record: CardRecord


class AlreadyReversed(msgspec.Struct, frozen=True, tag="already_reversed"):
    """Result B4: it had been taken back before."""


ReversalOutcome = Reversed | AlreadyReversed | Declined | Cancelled | Unknown


class DayClosed(msgspec.Struct, frozen=True, tag="day_closed"):
    """The turnover is handed in."""

    totals: Totals


EndOfDayOutcome = DayClosed | Declined | Cancelled | Unknown

PaymentOutcome = (
    Approved | Declined | Cancelled | Unknown | LastFound | NothingFound | Reversed | AlreadyReversed | DayClosed
)
"""All that a job of a payment terminal can end with. ``DriverSpec.refuse`` is ``Cancelled``, its ``unknown_outcome`` is
``Unknown``."""


# -- progress, and what comes unasked


class PaymentBegun(DeviceEvent, frozen=True):
    """The terminal took the command (80 00 00) and leads the dialogue now. Progress."""


class TerminalShows(DeviceEvent, frozen=True):
    """Intermediate status (04 FF): its code, and the device's own text where it sent one (tags 24, 07). Progress."""

    code: int
    text: str = ""


class AbortRefused(DeviceEvent, frozen=True):
    """The device cannot be stopped from here (84 xx 00 to 06 B0, or by its settings): the visitor presses its key."""


class StatusKept(DeviceEvent, frozen=True):
    """A 04 0F is durable and was acknowledged, or refused (``accepted`` False). Progress."""

    record: CardRecord
    accepted: bool


class Condition(StrEnum):
    """How a payment terminal is, from its status enquiry (05 01)."""

    READY = "ready"
    """00: it takes payments."""
    CARD_INSIDE = "card_inside"
    """DC, E1: ready, once the card is taken out."""
    BUSY = "busy"
    """9C, A0 and the like: it works by itself; ask again."""
    END_OF_DAY_DUE = "end_of_day_due"
    """F0, B1: 06 50 first."""
    NEEDS_INITIALISATION = "needs_initialisation"
    """51, C2, C1, 62, F6: the driver does what it can (06 93, 06 70, 06 91) and tells the next condition."""
    OUT_OF_ORDER = "out_of_order"
    """A technician."""


class TerminalCondition(DeviceEvent, frozen=True, kw_only=True):
    """The terminal's condition now. Unasked, from ``poll``."""

    condition: Condition
    code: int
    """The status byte."""
    terminal_id: str
    """As it registered: another one than before locks payments."""


class UnaskedRefused(DeviceEvent, frozen=True):
    """A ``StatusUnasked`` was kept and refused. Unasked."""

    record: CardRecord
