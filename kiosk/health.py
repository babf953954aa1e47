"""From device states to what may be offered now."""

from collections.abc import Mapping
from enum import StrEnum

import msgspec

from kiosk.vocabulary.hardware.devices import DeviceKind, DeviceState, DeviceStatus
from kiosk.vocabulary.hardware.problems import REMEDIES, Problem, Severity


class Paper(StrEnum):
    """Whether a slip can be expected to come out."""

    READY = "ready"
    TROUBLE = "trouble"
    ABSENT = "absent"
    """No printer is configured: tickets live on the screen and in the QR."""


class Health(msgspec.Struct, frozen=True):
    """What the session needs to know of the devices and the hub."""

    paper: Paper = Paper.ABSENT
    paper_problem: Problem | None = None
    hub: bool = False
    hub_problem: Problem | None = None
    """Why the hub is away, where it is more than silence: a technician has to look."""
    devices: tuple[DeviceStatus, ...] = ()


_WORKING = frozenset({DeviceState.READY, DeviceState.BUSY})


def printer_of(devices: Mapping[str, DeviceStatus]) -> DeviceStatus | None:
    """The printer slips come from: the first enabled one, unless another one is better off."""
    kind, off = DeviceKind.RECEIPT_PRINTER, DeviceState.DISABLED
    printers = [each for each in devices.values() if each.kind is kind and each.state is not off]
    return min(printers, key=_badness, default=None)


def assess(devices: Mapping[str, DeviceStatus], hub: bool, hub_problem: Problem | None = None) -> Health:
    """Fold the devices' states into the offer. Disabled devices count as absent."""
    known = tuple(status for status in devices.values() if status.state is not DeviceState.DISABLED)
    best = printer_of(devices)
    if best is None:
        return Health(hub=hub, hub_problem=hub_problem, devices=known)
    stop = _first_stop(best)
    working = best.state in _WORKING and stop is None
    return Health(
        paper=Paper.READY if working else Paper.TROUBLE,
        paper_problem=None if working else stop or Problem.SILENT,
        hub=hub,
        hub_problem=hub_problem,
        devices=known,
    )


def _badness(status: DeviceStatus) -> tuple[bool, int]:
    return status.state not in _WORKING, len(status.problems)


def _first_stop(status: DeviceStatus) -> Problem | None:
    return next((p for p in status.problems if REMEDIES[p].severity is Severity.STOP), None)
