"""The status byte of a payment terminal (chapter 11): what it means, and what brings the terminal back."""

from enum import Enum, auto

from kiosk.vocabulary.payments import Condition


class Repair(Enum):
    """What the driver does by itself."""

    INITIALISE = auto()
    """06 93."""
    DIAGNOSE = auto()
    """06 70."""
    SET_CLOCK = auto()
    """06 91."""


_CONDITIONS = {
    0x00: Condition.READY,
    0x51: Condition.NEEDS_INITIALISATION,
    0x62: Condition.NEEDS_INITIALISATION,
    0x9C: Condition.BUSY,
    0x9D: Condition.BUSY,
    0xA0: Condition.BUSY,
    0xB1: Condition.END_OF_DAY_DUE,
    0xC1: Condition.NEEDS_INITIALISATION,
    0xC2: Condition.NEEDS_INITIALISATION,
    0xDC: Condition.CARD_INSIDE,
    0xE1: Condition.CARD_INSIDE,
    0xF0: Condition.END_OF_DAY_DUE,
    0xF6: Condition.NEEDS_INITIALISATION,
}
"""Every other byte asks for a technician."""

_REPAIRS = {
    0x51: (Repair.INITIALISE,),
    0x62: (Repair.SET_CLOCK,),
    0xC1: (Repair.SET_CLOCK, Repair.DIAGNOSE),
    0xC2: (Repair.DIAGNOSE,),
    0xF6: (Repair.INITIALISE,),
}
IDLE = frozenset({0x00, 0xF0})
"""Nothing goes on, and no card is inside: its last transaction can be asked for."""


def condition_of(status: int) -> Condition:
    """What a status byte means for us."""
    return _CONDITIONS.get(status, Condition.OUT_OF_ORDER)


def repairs_for(status: int) -> tuple[Repair, ...]:
    """What to try, in this order."""
    return _REPAIRS.get(status, ())
