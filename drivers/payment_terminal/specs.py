"""The registry's row for payment terminals."""

from drivers.payment_terminal.driver import ZvtTerminal
from drivers.payment_terminal.settings import ZvtSettings
from drivers.spec import DriverSpec, Limits, Now, Simulator
from drivers.transport.base import Transport
from kiosk.vocabulary.hardware.devices import DeviceKind
from kiosk.vocabulary.payments import Cancelled, Unknown

_LIMITS = Limits(open_s=900.0, poll_s=900.0, execute_s=700.0, dialogue_s=3600.0, every_s=1.0)
"""Initialisation may take minutes in a poll. Between two messages of a payment at most ten minutes pass (T4 as an
intermediate status may set it), an end-of-day may take an hour."""


def _built(link: Transport, settings: ZvtSettings, now: Now) -> ZvtTerminal:
    return ZvtTerminal(link, settings, now)


def _simulated(line: str) -> Simulator:
    from drivers.sim.payment_terminal.peer import PaymentTerminalPeer

    return PaymentTerminalPeer(line)


ROWS = (
    DriverSpec(
        kind=DeviceKind.PAYMENT_TERMINAL,
        model="zvt",
        title="ZVT payment terminal",
        settings=ZvtSettings,
        build=_built,
        refuse=Cancelled,
        unknown_outcome=Unknown,
        simulator=_simulated,
        limits=_LIMITS,
    ),
)
