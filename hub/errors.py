"""What the hub will not do, as values: a code for programs, a sentence for people, the place."""

from enum import StrEnum

import msgspec

from kiosk.catalogue.faults import Fault


class Code(StrEnum):
    """Why a command was refused."""

    UNKNOWN_SERVICE = "unknown_service"
    QUEUE_CLOSED = "queue_closed"
    NUMBERS_EXHAUSTED = "numbers_exhausted"
    ID_USED_OTHERWISE = "id_used_otherwise"
    TICKET_CANCELLED = "ticket_cancelled"
    NUMBERED_THERE = "numbered_there"
    UNKNOWN_TICKET = "unknown_ticket"
    UNKNOWN_COUNTER = "unknown_counter"
    UNKNOWN_TERMINAL = "unknown_terminal"
    UNKNOWN_QUEUE = "unknown_queue"
    SAME_QUEUE = "same_queue"
    """Whoever is to be transferred waits in that queue already."""
    COUNTER_BUSY = "counter_busy"
    NOBODY_WAITS = "nobody_waits"
    NO_CUSTOMER = "no_customer"
    NOT_CURRENT = "not_current"
    WRONG_STATE = "wrong_state"
    NAME_TAKEN = "name_taken"
    WRONG_CODE = "wrong_code"
    CLONED_DISK = "cloned_disk"
    NO_SLOT = "no_slot"
    TOO_MANY_SLOTS = "too_many_slots"
    """One terminal came with more databases on a business day than anybody puts disks in."""
    LABEL_TAKEN = "label_taken"
    FUTURE_DAY = "future_day"
    FORGED = "forged"
    UNREADABLE = "unreadable"
    WRONG_DAY = "wrong_day"
    NO_LONGER_KEPT = "no_longer_kept"
    """A visit of so long ago that the hub may have had it and deleted it."""
    UNKNOWN_SLOT = "unknown_slot"
    UNKNOWN_SERIES = "unknown_series"
    UNKNOWN_ORDER = "unknown_order"
    NOT_ALLOWED = "not_allowed"
    UNANSWERED = "unanswered"
    """Whoever was called must not end before somebody says whether they were there."""
    PAUSED = "paused"
    SEAT_LOST = "seat_lost"
    """Another session works at this counter now."""
    TOO_LATE = "too_late"
    CHANGED_SINCE = "changed_since"
    """Somebody else went on with what was to be undone."""
    NOT_AWAY = "not_away"
    """The ticket has not ended, or cannot go on any more."""
    CATALOGUE_FAULTY = "catalogue_faulty"
    NOT_ITS_OWN = "not_its_own"
    """A terminal told of a ticket or a number that is not its own."""
    NO_SUCH_DAY = "no_such_day"
    WRONG_ARRIVAL = "wrong_arrival"
    LEDGER_BROKEN = "ledger_broken"
    """An entry of the ledger is another than its digest says."""
    LEDGER_CONFLICT = "ledger_conflict"
    """Two different entries of the ledger have one sequence number."""
    UNKNOWN_CASE = "unknown_case"
    SAME_PERSON = "same_person"
    """A second person must confirm."""
    TOO_EARLY = "too_early"


class Refused(msgspec.Struct, frozen=True, tag="refused"):
    """A command that had no effect."""

    code: Code
    message: str
    place: str = ""
    number: str = ""
    """Whom the sentence is about, as people read it."""
    fault: Fault | None = None
    """What terminals would refuse: pages say it in their language."""


def faulty(fault: Fault) -> Refused:
    """A change is refused because of what terminals would refuse of it."""
    return Refused(Code.CATALOGUE_FAULTY, f"{fault.reason}. {fault.remedy}", fault.place, fault=fault)


_STATUS: dict[Code, int] = {
    Code.UNKNOWN_SERVICE: 404,
    Code.UNKNOWN_SERIES: 404,
    Code.UNKNOWN_TICKET: 404,
    Code.UNKNOWN_COUNTER: 404,
    Code.UNKNOWN_TERMINAL: 404,
    Code.UNKNOWN_QUEUE: 404,
    Code.UNKNOWN_ORDER: 404,
    Code.TICKET_CANCELLED: 410,
    Code.NO_LONGER_KEPT: 410,
    Code.ID_USED_OTHERWISE: 422,
    Code.FORGED: 422,
    Code.UNREADABLE: 422,
    Code.NOT_ITS_OWN: 422,
    Code.NO_SUCH_DAY: 422,
    Code.WRONG_ARRIVAL: 422,
    Code.LEDGER_BROKEN: 422,
    Code.LEDGER_CONFLICT: 422,
    Code.UNKNOWN_CASE: 404,
    Code.WRONG_CODE: 403,
}


def status_of(code: Code) -> int:
    """The HTTP status of a refusal; what is not listed is 409, a conflict with how things stand."""
    return _STATUS.get(code, 409)
