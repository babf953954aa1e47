"""Every driver there is, one row each: what a technician may choose and how it is built.

A new device is one row here (its package brings the row), its texts, and a pass of ``tests/contract``; see
``docs/adding.md``.
"""

from collections import Counter
from typing import Any

import msgspec

from drivers.host.port import Driver, DriverFault
from drivers.input_devices.specs import ROWS as SCANNERS
from drivers.payment_terminal.specs import ROWS as PAYMENT_TERMINALS
from drivers.queue_display.specs import ROWS as DISPLAYS
from drivers.receipt_printer.specs import ROWS as PRINTERS
from drivers.spec import DriverSpec, Now
from drivers.transport import line_speed
from kiosk.config import Device
from kiosk.vocabulary.hardware.device_events import DeviceFact
from kiosk.vocabulary.hardware.devices import DeviceKind
from kiosk.vocabulary.hardware.problems import Problem

_SPEED = "bytes_per_s"


class BadRegistry(ValueError):
    """Rows that cannot stand side by side. Raised when the program is built."""


def checked(*rooms: tuple[DriverSpec, ...]) -> tuple[DriverSpec, ...]:
    """The rows of all packages in one table. Raises BadRegistry that names a model with two rows, or a kind with
    none."""
    found = tuple(row for room in rooms for row in room)
    twice = [f"{kind} {model}" for (kind, model), n in Counter((row.kind, row.model) for row in found).items() if n > 1]
    if twice:
        raise BadRegistry(f"more than one row for {', '.join(twice)}")
    if missing := set(DeviceKind) - {row.kind for row in found}:
        raise BadRegistry(f"no row for {', '.join(sorted(missing))}")
    return found


_ROWS = checked(
    PRINTERS,
    DISPLAYS,
    SCANNERS,
    PAYMENT_TERMINALS,
)


def rows() -> tuple[DriverSpec, ...]:
    """All rows, in the order a technician's list shows them."""
    return _ROWS


def facts() -> frozenset[type[DeviceFact]]:
    """The kinds of facts that the drivers of all rows persist."""
    return frozenset(kind for row in rows() for kind in row.facts)


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
    """A new, closed driver with a link of its own. Raises DriverFault(BAD_CONFIG)."""
    spec = find(device.kind, device.model)
    settings = settings_of(spec, device)
    return spec.build(spec.connect(device.url, settings), settings, now)
