"""Every driver there is, one row each: what a technician may choose and how it is built.

A new device is one row here (its room brings the row), its texts, and a pass of ``tests/contract``; see
``docs/devices.md``.
"""

from collections.abc import Callable
from typing import Any

import msgspec

from drivers.port import Driver, DriverFault
from drivers.transport import Transport, line_speed, transport_for
from kiosk.config import Device
from kiosk.vocabulary.devices import DeviceKind
from kiosk.vocabulary.problems import Problem

Now = Callable[[], float]
"""Seconds that only grow."""
_SPEED = "bytes_per_s"


class Limits(msgspec.Struct, frozen=True, kw_only=True):
    """Seconds a host grants a driver; past them the call counts as hung. Larger than any deadline inside the driver."""

    open_s: float = 15.0
    poll_s: float = 10.0
    execute_s: float = 60.0
    close_s: float = 10.0
    every_s: float = 2.0
    """Pause between two polls."""


class DriverSpec(msgspec.Struct, frozen=True, kw_only=True):
    """One row. The three functions are typed by the room that brings them; the host passes values through unread.

    ``build(transport, settings, now)`` makes a closed driver. ``refuse(problem)`` is the outcome of a command that
    never reached the device, ``doubt(problem)`` of one that may have.
    """

    kind: DeviceKind
    model: str
    title: str
    """As printed on the device, for the technician's list."""
    settings: type[msgspec.Struct]
    build: Callable[[Transport, Any, Now], Driver[Any, Any]]
    refuse: Callable[[Problem], Any]
    doubt: Callable[[Problem], Any]
    limits: Limits = Limits()


def rows() -> tuple[DriverSpec, ...]:
    """All rows, in the order a technician's list shows them."""
    from drivers.input_devices.rows import ROWS as SCANNERS
    from drivers.queue_display.rows import ROWS as DISPLAYS
    from drivers.receipt_printer.rows import ROWS as PRINTERS

    return (*PRINTERS, *DISPLAYS, *SCANNERS)


def find(kind: DeviceKind, model: str) -> DriverSpec:
    """The row for a configured device. Raises DriverFault(BAD_CONFIG) that lists the models there are."""
    models = {row.model: row for row in rows() if row.kind is kind}
    if model not in models:
        raise DriverFault(Problem.BAD_CONFIG, f"no {kind} model {model!r}; there are: {', '.join(sorted(models))}")
    return models[model]


def settings_of(spec: DriverSpec, device: Device) -> msgspec.Struct:
    """The device's settings in the driver's own form. Raises DriverFault(BAD_CONFIG) naming the entry.

    ``bytes_per_s``, where a driver has it and the entry does not, is the speed of the line itself if that is known.
    """
    speed = line_speed(device.url) if _SPEED in spec.settings.__struct_fields__ else None
    known = {} if speed is None else {_SPEED: speed}
    try:
        return msgspec.convert({**known, **device.settings}, spec.settings)
    except msgspec.ValidationError as error:
        raise DriverFault(Problem.BAD_CONFIG, f"settings of {device.model}: {error}") from error


def build(device: Device, now: Now) -> Driver[Any, Any]:
    """A new, closed driver with a transport of its own. Raises DriverFault(BAD_CONFIG)."""
    spec = find(device.kind, device.model)
    return spec.build(transport_for(device.url), settings_of(spec, device), now)
