"""The scanners a technician may choose."""

from collections.abc import Callable
from typing import Any

import msgspec

from drivers.input_devices.keys import KeyCodec
from drivers.input_devices.lines import LineCodec, Suffix
from drivers.input_devices.scanner import Codec, Scanner
from drivers.spec import DriverSpec, Limits, Now, Simulator
from drivers.transport.base import Transport
from kiosk.vocabulary.hardware.devices import DeviceKind, Identity
from kiosk.vocabulary.hardware.keyboards import Layout

_LIMITS = Limits(every_s=0.0)
"""The poll itself waits."""


class SerialSettings(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """What the scanner puts behind each code; ``etx`` where GiroCodes with line ends of two letters are read."""

    suffix: Suffix = "cr"


class KeyboardSettings(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """The keyboard the scanner is set to imitate. Its suffix must be Enter."""

    layout: Layout = "de"


_SERIAL, _KEYBOARD = "Scanner on a serial line", "Scanner as a keyboard"


def _serial(transport: Transport, settings: SerialSettings, _now: Now) -> Scanner:
    return _scanner(transport, LineCodec(settings.suffix), _SERIAL)


def _keyboard(transport: Transport, settings: KeyboardSettings, _now: Now) -> Scanner:
    return _scanner(transport, KeyCodec(settings.layout), _KEYBOARD)


def _scanner(transport: Transport, codec: Codec, title: str) -> Scanner:
    return Scanner(transport, codec, Identity(model=title))


def _simulated_lines(line: str) -> Simulator:
    from drivers.sim.scanner import ScannerPeer

    return ScannerPeer(line)


def _simulated_keyboard(line: str) -> Simulator:
    from drivers.sim.scanner import KeyboardPeer

    return KeyboardPeer(line)


def _row(
    model: str, title: str, settings: type[msgspec.Struct], build: Any, simulator: Callable[[str], Simulator]
) -> DriverSpec:
    return DriverSpec(
        kind=DeviceKind.SCANNER,
        model=model,
        title=title,
        settings=settings,
        build=build,
        refuse=lambda problem: problem,
        unknown_outcome=lambda problem: problem,
        simulator=simulator,
        limits=_LIMITS,
    )


ROWS: tuple[DriverSpec, ...] = (
    _row("serial_lines", _SERIAL, SerialSettings, _serial, _simulated_lines),
    _row("keyboard", _KEYBOARD, KeyboardSettings, _keyboard, _simulated_keyboard),
)
