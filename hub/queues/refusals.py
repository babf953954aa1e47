"""What the hub will not do, as values: a code for programs, a sentence for people, the place."""

from enum import StrEnum

import msgspec


class Code(StrEnum):
    """Why a command was refused."""

    UNKNOWN_SERVICE = "unknown_service"
    QUEUE_CLOSED = "queue_closed"
    NUMBERS_EXHAUSTED = "numbers_exhausted"
    ID_USED_OTHERWISE = "id_used_otherwise"
    TICKET_CANCELLED = "ticket_cancelled"
    UNKNOWN_TICKET = "unknown_ticket"
    UNKNOWN_COUNTER = "unknown_counter"
    UNKNOWN_TERMINAL = "unknown_terminal"
    COUNTER_BUSY = "counter_busy"
    NOBODY_WAITS = "nobody_waits"
    NO_CUSTOMER = "no_customer"
    NOT_CURRENT = "not_current"
    WRONG_STATE = "wrong_state"
    NAME_TAKEN = "name_taken"
    WRONG_CODE = "wrong_code"
    UNKNOWN_ORDER = "unknown_order"
    NOT_ALLOWED = "not_allowed"


class Refused(msgspec.Struct, frozen=True, tag="refused"):
    """A command that had no effect."""

    code: Code
    message: str
    place: str = ""
