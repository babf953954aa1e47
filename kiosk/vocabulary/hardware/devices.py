"""What the rest of the product knows of a device: its kind, its state, its problems."""

from enum import StrEnum

import msgspec

from kiosk.vocabulary.hardware.problems import Problem


class DeviceKind(StrEnum):
    """The devices a terminal may drive."""

    RECEIPT_PRINTER = "receipt_printer"
    QUEUE_DISPLAY = "queue_display"
    SCANNER = "scanner"
    PAYMENT_TERMINAL = "payment_terminal"


class DeviceState(StrEnum):
    """States of a device as its host sees it."""

    DISABLED = "disabled"
    CONNECTING = "connecting"
    READY = "ready"
    BUSY = "busy"
    NEEDS_ATTENTION = "needs_attention"
    OFFLINE = "offline"
    FAILED = "failed"


class Identity(msgspec.Struct, frozen=True):
    """What answered at the other end: maker, model, serial number and what it can do."""

    maker: str = ""
    model: str = ""
    serial: str = ""
    abilities: tuple[str, ...] = ()


class Status(msgspec.Struct, frozen=True):
    """What a driver's poll says now. ``problems`` empty = well; ``unknown``: something could not be learnt."""

    problems: tuple[Problem, ...] = ()
    unknown: bool = False
    detail: str = ""


class DeviceStatus(msgspec.Struct, frozen=True):
    """A device as the core, the hub and the technician see it."""

    device: str
    kind: DeviceKind
    state: DeviceState
    problems: tuple[Problem, ...] = ()
    unknown: bool = False
    detail: str = ""
    generation: int = 0


class SelfTestReport(msgspec.Struct, frozen=True):
    """Result of a driver's own test, in the order the steps ran."""

    passed: bool
    lines: tuple[str, ...] = ()
