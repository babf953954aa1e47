"""What a driver's row in the registry says: how to connect, how to build it, what limits it needs, who simulates it."""

from collections.abc import Callable
from typing import Any, Protocol

import msgspec

from drivers.host.port import Driver
from drivers.transport import transport_for
from kiosk.vocabulary.hardware.device_events import DeviceFact
from kiosk.vocabulary.hardware.devices import DeviceKind
from kiosk.vocabulary.hardware.problems import Problem

Now = Callable[[], float]
"""Seconds that only grow."""


class Limits(msgspec.Struct, frozen=True, kw_only=True):
    """Seconds a host grants a driver; past them the call counts as hung. Larger than any deadline inside the driver."""

    open_s: float = 15.0
    poll_s: float = 10.0
    execute_s: float = 60.0
    """From the begin of a command, or from its last progress, whichever is later."""
    dialogue_s: float = 0.0
    """A command ends within this, however often its driver tells of progress; where it is less than ``execute_s``
    (as when it is not set), progress renews nothing."""
    close_s: float = 10.0
    every_s: float = 2.0
    """Pause between two polls."""


class Simulator(Protocol):
    """A simulated device on a line (``drivers.sim.peer.Peer``)."""

    def start(self) -> str:
        """Be there; returns the URL to give the driver."""

    def stop(self) -> None:
        """Be gone. May be called twice."""


class DriverSpec(msgspec.Struct, frozen=True, kw_only=True):
    """One row. The functions are typed by the package that brings them; the host passes values through unread.

    ``build(link, settings, now)`` makes a closed driver over what ``connect`` made. ``refuse(problem)`` is the outcome
    of a command that never reached the device, ``doubt(problem)`` of one that may have.
    """

    kind: DeviceKind
    model: str
    title: str
    """As printed on the device, for the technician's list."""
    settings: type[msgspec.Struct]
    build: Callable[[Any, Any, Now], Driver[Any, Any]]
    refuse: Callable[[Problem], Any]
    unknown_outcome: Callable[[Problem], Any]
    simulator: Callable[[str], Simulator]
    """A simulated device of this model, not started, on a line of this kind ("tcp" or "pty"). It loads the simulator
    only when it is called: a terminal has no use for one."""
    connect: Callable[[str, Any], Any] = lambda url, settings: transport_for(url)
    """``connect(url, settings)`` makes the closed link that ``build`` wants: a byte stream, unless the row says
    otherwise (a PC/SC reader, a process). Raises DriverFault(BAD_CONFIG)."""
    limits: Limits = Limits()
    facts: tuple[type[DeviceFact], ...] = ()
    """What the driver persists. A store participant must know each of them, or the terminal does not start."""
