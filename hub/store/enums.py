"""The words the tables allow: ticket states, interval kinds, roles. One place for constraints and code."""

from enum import StrEnum


class TicketState(StrEnum):
    """States of a ticket (design section 7)."""

    ISSUED = "issued"
    WAITING = "waiting"
    CALLED = "called"
    IN_SERVICE = "in_service"
    DONE = "done"
    NO_SHOW = "no_show"
    PARKED = "parked"
    PENDING_PICKUP = "pending_pickup"
    CANCELLED = "cancelled"
    EXPIRED = "expired"
    VOID = "void"


class Role(StrEnum):
    """What a person of the staff may do."""

    CLERK = "clerk"
    SUPERVISOR = "supervisor"
    CASH_OFFICE = "cash_office"
    EDITOR = "editor"
    TECHNICIAN = "technician"
    ADMINISTRATOR = "administrator"


class IntervalKind(StrEnum):
    """What a visitor's time went to: waiting, walking to the counter, being served, and the pauses between."""

    WAIT = "wait"
    WAY = "way"
    SERVICE = "service"
    PAUSE = "pause"


class Origin(StrEnum):
    """How the hub came to know of a ticket."""

    HUB = "hub"
    """It gave the number itself."""
    TERMINAL = "terminal"
    """A terminal gave it and told so."""
    EXPECTED = "expected"
    """Staff added the next number of a terminal that is not heard."""
    TYPED = "typed"
    """Staff typed the number of a slip."""
    SCANNED = "scanned"
    """The slip was read at a desk or at another terminal."""


class AlarmKind(StrEnum):
    """What must not happen and did."""

    CLONED_DISK = "cloned_disk"
    """Two machines run with the database of one terminal."""
    LABEL_TAKEN = "label_taken"
    """Two tickets claim one number."""
    NO_SLOT = "no_slot"
    """A terminal asked for a slot and none is left."""
    NOT_ITS_OWN = "not_its_own"
    """A terminal's key told what it has no right to."""
    LEDGER = "ledger"
    """A terminal's ledger does not fit itself, or an end-of-day has another sum than expected."""
    PAYMENT_CASE = "payment_case"
    """Nobody knows whether a payment was charged; perhaps people must look."""


STATES = (*tuple(TicketState)[:-1], "transferred", TicketState.VOID)
"""The first version foresaw "transferred"; a transfer is no state, and a constraint is not rebuilt for a word less."""
ORIGINS = tuple(Origin)
ALARMS = tuple(AlarmKind)
ROLES = tuple(Role)
INTERVALS = tuple(IntervalKind)
ACTIVE = (
    TicketState.ISSUED,
    TicketState.WAITING,
    TicketState.CALLED,
    TicketState.IN_SERVICE,
    TicketState.PARKED,
    TicketState.PENDING_PICKUP,
)
"""States in which a number must not be given again."""
AT_COUNTER = (TicketState.CALLED, TicketState.IN_SERVICE)
"""States in which a ticket is a counter's one customer."""
PLACEHOLDERS = (Origin.EXPECTED, Origin.TYPED)
"""Tickets whose own id the hub does not know yet."""
IMPORTS = ("pending", "published", "rejected")
"""What became of an import."""
KEYS = ("signs", "next", "retired")
"""The states of a manifest key: first it comes next, then it signs, then it is retired."""
HELP_REASONS = ("asked", "no_paper", "no_number", "flood", "device")
"""The first version foresaw "device"; the wire does not know it, and a constraint is not rebuilt for a word less."""
KEPT_DAYS = (1, 730)
"""Least and most days for which a town may have visits kept."""
KEPT_DAYS_USUAL = 30
"""When it says nothing."""


def sql_list(words: tuple[str, ...]) -> str:
    """``('a', 'b')`` for a constraint; the words are ours and need no quoting."""
    return "(" + ", ".join(f"'{word}'" for word in words) + ")"
