"""States of the payment machine. There is one machine, so there is one open attempt at most."""

from enum import StrEnum


class PayState(StrEnum):
    """Where the machine stands now; between two states something is asked of the disk or of the payment terminal."""

    RESTORING = "restoring"
    """Since the start: what the store has is not known yet."""
    IDLE = "idle"
    """Nothing is open."""
    BASELINE = "baseline"
    """The last transaction is looked up before a payment."""
    INTENDING = "intending"
    """The attempt is being written; nothing was sent."""
    INTENT = "intent"
    """The authorisation is under way to the terminal."""
    RUNNING = "running"
    """The terminal took it and leads the dialogue."""
    AUTHORISED = "authorised"
    """A status information with result 0 is durable; whether its acknowledgement arrived is not known here."""
    BOOKING = "booking"
    """How it ended is being written; tried again until the disk takes it."""
    UNKNOWN = "unknown"
    """Charged or not: waiting until the terminal can be asked."""
    ASKING = "asking"
    """The terminal is being asked."""
    VOID_WANTED = "void_wanted"
    """The payment is to be taken back; waiting until that can be sent."""
    VOIDING = "voiding"
    """The reversal is under way."""
    VOID_ASKING = "void_asking"
    """The terminal refused the reversal: is it that it was done before?"""
    MANUAL = "manual"
    """Only people can tell; card payment is locked until they have."""
    DAY_INTENDING = "day_intending"
    """The end-of-day is being written; nothing was sent."""
    DAY_WANTED = "day_wanted"
    """Waiting until the end-of-day can be sent, or asked about."""
    DAY_CLOSING = "day_closing"
    """The end-of-day is under way."""
    DAY_ASKING = "day_asking"
    """It may have happened: the terminal is being asked."""
    DAY_BOOKING = "day_booking"
    """How it ended is being written."""


class AttemptState(StrEnum):
    """An attempt as the store and the ledger know it."""

    INTENT = "intent"
    AUTHORISED = "authorised"
    UNKNOWN = "unknown"
    VOID_WANTED = "void_wanted"
    MANUAL = "manual"
    PAID = "paid"
    DECLINED = "declined"
    NOT_CHARGED = "not_charged"
    VOIDED = "voided"


OPEN = frozenset(
    {
        AttemptState.INTENT,
        AttemptState.AUTHORISED,
        AttemptState.UNKNOWN,
        AttemptState.VOID_WANTED,
        AttemptState.MANUAL,
    }
)
"""While an attempt stands in one of these no other one may begin."""

DIALOGUE = frozenset({PayState.INTENT, PayState.RUNNING, PayState.AUTHORISED})
"""The authorisation has been handed to the device and has not ended."""

AWAITED = frozenset(
    {
        *DIALOGUE,
        PayState.BASELINE,
        PayState.INTENDING,
        PayState.BOOKING,
        PayState.ASKING,
        PayState.VOIDING,
        PayState.VOID_ASKING,
        PayState.DAY_INTENDING,
        PayState.DAY_CLOSING,
        PayState.DAY_ASKING,
        PayState.DAY_BOOKING,
    }
)
"""Disk or terminal owe an answer: the program does not end by itself."""
