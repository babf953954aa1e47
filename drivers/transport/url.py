"""Transport URLs: ``tcp://host:port``, ``serial:///dev/ttyUSB0?baud=19200&bytesize=8&parity=N&stopbits=1`` and
``evdev:///dev/input/by-id/…-event-kbd``.

All take ``trace=FILE``: everything that goes over the link is appended to this file as text (see ``record``).
"""

from collections.abc import Mapping
from pathlib import Path
from typing import Annotated, Literal, TypeVar
from urllib.parse import SplitResult, parse_qsl, urlsplit

import msgspec

from drivers.host.port import DriverFault
from drivers.transport.base import Transport
from kiosk.vocabulary.hardware.problems import Problem


class TcpAddress(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """A device on the network. ``connect_s`` = seconds until connecting is given up."""

    host: Annotated[str, msgspec.Meta(min_length=1)]
    port: Annotated[int, msgspec.Meta(ge=1, le=65535)]
    connect_s: Annotated[float, msgspec.Meta(gt=0, le=30)] = 2.0
    trace: str = ""


class SerialAddress(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """A serial port and its line settings."""

    path: Annotated[str, msgspec.Meta(pattern="^/")]
    baud: Annotated[int, msgspec.Meta(ge=300, le=921_600)] = 9600
    bytesize: Literal[7, 8] = 8
    parity: Literal["N", "E", "O"] = "N"
    stopbits: Literal[1, 2] = 1
    flow: Literal["none", "rtscts", "xonxoff"] = "none"
    trace: str = ""


class EvdevAddress(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """An input device of the kernel (a scanner that types)."""

    path: Annotated[str, msgspec.Meta(pattern="^/")]
    trace: str = ""


Address = TcpAddress | SerialAddress | EvdevAddress
_A = TypeVar("_A", TcpAddress, SerialAddress, EvdevAddress)
_FORMS = "Write tcp://HOST:PORT, serial:///dev/serial/by-id/NAME?baud=19200 or evdev:///dev/input/by-id/NAME-event-kbd"


def parse_url(url: str) -> Address:
    """Read a transport URL. Raises DriverFault(BAD_CONFIG) that names the mistake and the right form."""
    try:
        parts = urlsplit(url)
        query = dict(parse_qsl(parts.query, keep_blank_values=True, strict_parsing=bool(parts.query)))
        return _address(parts, query)
    except (ValueError, msgspec.ValidationError) as error:
        raise DriverFault(Problem.BAD_CONFIG, f"{url!r}: {error}. {_FORMS}") from error


def line_speed(url: str) -> float | None:
    """Bytes a second that the line of this URL carries, where its settings say so (a serial line: start bit, data,
    parity, stop bits); None where only the other end knows. Raises DriverFault(BAD_CONFIG)."""
    address = parse_url(url)
    if not isinstance(address, SerialAddress):
        return None
    return address.baud / (1 + address.bytesize + (address.parity != "N") + address.stopbits)


def transport_for(url: str) -> Transport:
    """A new, closed transport for the URL. Raises DriverFault(BAD_CONFIG)."""
    address = parse_url(url)
    link = _link(address)
    if not address.trace:
        return link
    from drivers.transport.record import Recorder  # only technicians trace

    return Recorder(link, Path(address.trace))


def _address(parts: SplitResult, query: Mapping[str, str]) -> Address:
    match parts.scheme:
        case "tcp":
            if parts.path not in ("", "/"):
                raise ValueError(f"a tcp address ends after the port, not with {parts.path!r}")
            if parts.port is None:
                raise ValueError("the port is missing (receipt printers listen on 9100)")
            return _convert({"host": parts.hostname or "", "port": parts.port}, query, TcpAddress)
        case "serial":
            if parts.netloc:
                raise ValueError("three slashes belong before the path: serial:///dev/…")
            return _convert({"path": parts.path}, query, SerialAddress)
        case "evdev":
            if parts.netloc:
                raise ValueError("three slashes belong before the path: evdev:///dev/input/…")
            return _convert({"path": parts.path}, query, EvdevAddress)
        case other:
            raise ValueError(f"unknown kind of link {other!r}")


def _convert(fixed: dict[str, object], query: Mapping[str, str], form: type[_A]) -> _A:
    if twice := fixed.keys() & query.keys():
        raise ValueError(f"{', '.join(sorted(twice))} stands in the address itself, not behind the question mark")
    return msgspec.convert({**query, **fixed}, form, strict=False)


def _link(address: Address) -> Transport:
    match address:
        case TcpAddress():
            from drivers.transport.tcp import TcpTransport

            return TcpTransport(address.host, address.port, address.connect_s)
        case SerialAddress():
            from drivers.transport.serial import SerialTransport  # pyserial is loaded only where a port is used

            return SerialTransport(
                address.path, address.baud, address.bytesize, address.parity, address.stopbits, address.flow
            )
        case EvdevAddress():
            from drivers.transport.evdev import EvdevTransport

            return EvdevTransport(address.path)
