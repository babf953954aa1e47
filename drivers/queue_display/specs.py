"""The displays a technician may choose."""

from collections.abc import Callable
from typing import Literal

from drivers.host.port import Driver
from drivers.queue_display.alpha import AlphaCodec, AlphaSettings, Columns, Lines, SignType
from drivers.queue_display.driver import QueueDisplay
from drivers.queue_display.frame import ShowFrame
from drivers.queue_display.pole import PoleCodec, PoleSettings
from drivers.spec import DriverSpec, Limits, Now, Simulator
from drivers.transport.base import Transport
from kiosk.vocabulary.hardware.devices import DeviceKind, Identity
from kiosk.vocabulary.outcomes import NotShown, ShowOutcome

_Display = Driver[ShowFrame, ShowOutcome]
_LIMITS = Limits(every_s=1.0)


class BetaBriteSettings(AlphaSettings, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """A BetaBrite: one line of 14 characters (80 x 7 dots); write ``bytesize=8&parity=N`` in its URL."""

    type: SignType = "^"
    columns: Columns = 14
    lines: Lines = 1


def _sign(title: str) -> Callable[[Transport, AlphaSettings, Now], _Display]:
    def build(transport: Transport, settings: AlphaSettings, now: Now) -> _Display:
        return QueueDisplay(transport, AlphaCodec(settings), Identity(model=title), settings, now)

    return build


def _pole(title: str, command_set: Literal["epson", "cd5220"]) -> Callable[[Transport, PoleSettings, Now], _Display]:
    def build(transport: Transport, settings: PoleSettings, now: Now) -> _Display:
        return QueueDisplay(transport, PoleCodec(settings, command_set), Identity(model=title), settings, now)

    return build


def _simulated_sign(type_code: str) -> Callable[[str], Simulator]:
    def made(line: str) -> Simulator:
        from drivers.sim.led_sign import SignModel, SignPeer

        return SignPeer(line, model=SignModel(type=type_code))

    return made


def _simulated_pole(command_set: Literal["epson", "cd5220"]) -> Callable[[str], Simulator]:
    def made(line: str) -> Simulator:
        from drivers.sim.pole import PolePeer

        return PolePeer(line, command_set=command_set)

    return made


def _row(
    model: str,
    title: str,
    settings: type[AlphaSettings | PoleSettings],
    build: Callable[..., _Display],
    simulator: Callable[[str], Simulator],
) -> DriverSpec:
    return DriverSpec(
        kind=DeviceKind.QUEUE_DISPLAY,
        model=model,
        title=title,
        settings=settings,
        build=build,
        refuse=NotShown,
        unknown_outcome=NotShown,
        simulator=simulator,
        limits=_LIMITS,
    )


_ALPHA, _BETABRITE = "LED sign, Alpha protocol", "LED sign, BetaBrite"
_EPSON, _CD5220 = "Pole display, Epson set", "Pole display, CD5220 set"

ROWS: tuple[DriverSpec, ...] = (
    _row("alpha", _ALPHA, AlphaSettings, _sign(_ALPHA), _simulated_sign("f")),
    _row("betabrite", _BETABRITE, BetaBriteSettings, _sign(_BETABRITE), _simulated_sign("^")),
    _row("pole_epson", _EPSON, PoleSettings, _pole(_EPSON, "epson"), _simulated_pole("epson")),
    _row("pole_cd5220", _CD5220, PoleSettings, _pole(_CD5220, "cd5220"), _simulated_pole("cd5220")),
)
