"""The registry's row for payment terminals."""

from drivers.host.port import DriverFault
from drivers.payment_terminal.driver import ZvtTerminal
from drivers.payment_terminal.settings import ZvtSettings
from drivers.spec import DriverSpec, Limits, Now, Simulator
from drivers.transport import Transport, transport_for
from drivers.transport.url import parse_url
from kiosk.vocabulary.hardware.devices import DeviceKind
from kiosk.vocabulary.hardware.problems import Problem
from kiosk.vocabulary.payments import (
    Cancelled,
    PrintReceived,
    StatusReceived,
    StatusUnasked,
    TotalsReceived,
    Unknown,
)

_LIMITS = Limits(open_s=900.0, poll_s=900.0, execute_s=700.0, dialogue_s=3600.0, every_s=1.0)
"""Initialisation may take minutes in a poll. Between two messages of a payment at most ten minutes pass (T4 as an
intermediate status may set it), an end-of-day may take an hour."""


def _connected(url: str, settings: ZvtSettings) -> Transport:
    """The link. Raises DriverFault(BAD_CONFIG), also for a trace: it would hold card numbers as they came."""
    if parse_url(url).trace:
        raise DriverFault(
            Problem.BAD_CONFIG, f"{url!r}: a trace of a payment terminal holds card data; take trace= out"
        )
    return transport_for(url)


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
        connect=_connected,
        limits=_LIMITS,
        facts=(StatusReceived, TotalsReceived, PrintReceived, StatusUnasked),
    ),
)
