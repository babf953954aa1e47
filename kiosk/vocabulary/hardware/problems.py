"""What can be wrong, who mends it, how bad it is. Texts: message catalogues, ``problem.<value>``."""

from enum import StrEnum
from typing import NamedTuple


class Mender(StrEnum):
    """Who can put it right."""

    NOBODY = "nobody"
    STAFF = "staff"
    TECHNICIAN = "technician"


class Severity(StrEnum):
    """How much of the service is lost."""

    NOTE = "note"
    WARN = "warn"
    STOP = "stop"


class Problem(StrEnum):
    """One fault of a device or of the hub, as a value."""

    PAPER_NEAR_END = "paper_near_end"
    PAPER_OUT = "paper_out"
    COVER_OPEN = "cover_open"
    CUTTER_ERROR = "cutter_error"
    PRINTER_ERROR = "printer_error"
    OVERHEATED = "overheated"
    SILENT = "silent"
    LINK_LOST = "link_lost"
    NOT_FOUND = "not_found"
    PERMISSION_DENIED = "permission_denied"
    PORT_BUSY = "port_busy"
    WRONG_DEVICE = "wrong_device"
    TIMED_OUT = "timed_out"
    HUNG = "hung"
    BAD_CONFIG = "bad_config"
    BUG = "bug"
    CANCELLED = "cancelled"
    HUB_AWAY = "hub_away"
    REFUSED_BY_HUB = "refused_by_hub"
    WRONG_CERTIFICATE = "wrong_certificate"
    PLAIN_HUB = "plain_hub"
    STORE_FAILED = "store_failed"
    PAYMENT_TERMINAL_ERROR = "payment_terminal_error"


class Remedy(NamedTuple):
    """Who mends a problem and how bad it is."""

    mender: Mender
    severity: Severity


_STAFF_STOP = Remedy(Mender.STAFF, Severity.STOP)
_TECH_STOP = Remedy(Mender.TECHNICIAN, Severity.STOP)

REMEDIES: dict[Problem, Remedy] = {
    Problem.PAPER_NEAR_END: Remedy(Mender.STAFF, Severity.WARN),
    Problem.PAPER_OUT: _STAFF_STOP,
    Problem.COVER_OPEN: _STAFF_STOP,
    Problem.CUTTER_ERROR: _STAFF_STOP,
    Problem.PRINTER_ERROR: _TECH_STOP,
    Problem.OVERHEATED: Remedy(Mender.NOBODY, Severity.WARN),
    Problem.SILENT: _TECH_STOP,
    Problem.LINK_LOST: _TECH_STOP,
    Problem.NOT_FOUND: _TECH_STOP,
    Problem.PERMISSION_DENIED: _TECH_STOP,
    Problem.PORT_BUSY: _TECH_STOP,
    Problem.WRONG_DEVICE: _TECH_STOP,
    Problem.TIMED_OUT: _TECH_STOP,
    Problem.HUNG: _TECH_STOP,
    Problem.BAD_CONFIG: _TECH_STOP,
    Problem.BUG: _TECH_STOP,
    Problem.CANCELLED: Remedy(Mender.NOBODY, Severity.NOTE),
    Problem.HUB_AWAY: Remedy(Mender.TECHNICIAN, Severity.WARN),
    Problem.REFUSED_BY_HUB: _TECH_STOP,
    Problem.WRONG_CERTIFICATE: _TECH_STOP,
    Problem.PLAIN_HUB: _TECH_STOP,
    Problem.STORE_FAILED: _TECH_STOP,
    Problem.PAYMENT_TERMINAL_ERROR: _TECH_STOP,
}
