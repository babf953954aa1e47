"""A text trace of a link, for a fault report; and the trace played back as a peer.

One line a piece: seconds since ``open``, ``>`` written or ``<`` read, hex, and the same as text::

    0.012 > 10 04 01  |...|
    0.019 < 16        |.|

Lines that begin with ``#`` are remarks (open, close, faults).
"""

import time
from collections.abc import Callable, Iterable
from pathlib import Path
from typing import TypeVar

import msgspec

from drivers.faults import fault_of
from drivers.host.port import DriverFault
from drivers.transport.base import LinkFault, Transport
from kiosk.vocabulary.hardware.problems import Problem

_T = TypeVar("_T")


class Piece(msgspec.Struct, frozen=True):
    """Some bytes in one direction."""

    written: bool
    data: bytes
    at_s: float = 0.0


class Recorder:
    """Wraps ``inner`` and appends everything that passes to ``file``. A full disk stops the trace, not the device."""

    def __init__(self, inner: Transport, file: Path, clock: Callable[[], float] = time.monotonic) -> None:
        self._inner = inner
        self._file = file
        self._clock = clock
        self._start = clock()

    def open(self) -> None:
        """Open the inner link; the trace begins a new part. Raises LinkFault also when the file cannot be written."""
        self._start = self._clock()
        try:
            with self._file.open("a", encoding="ascii") as file:
                file.write("# open\n")
        except OSError as error:
            raise DriverFault(Problem.BAD_CONFIG, str(fault_of(error, f"trace={self._file}"))) from error
        self._guarded(self._inner.open)

    def read(self, max_bytes: int, timeout_s: float) -> bytes:
        """Read from the inner link and note it."""
        data = self._guarded(lambda: self._inner.read(max_bytes, timeout_s))
        if data:
            self._note(format_piece(Piece(False, data, self._clock() - self._start)))
        return data

    def write(self, data: bytes, timeout_s: float) -> None:
        """Note it (before, so that the last line of a trace is what hung) and write to the inner link."""
        self._note(format_piece(Piece(True, data, self._clock() - self._start)))
        self._guarded(lambda: self._inner.write(data, timeout_s))

    def close(self) -> None:
        """Close the inner link."""
        self._note("# close")
        self._inner.close()

    def _guarded(self, call: Callable[[], _T]) -> _T:
        try:
            return call()
        except DriverFault as fault:
            self._note(f"# {fault}".encode("ascii", "backslashreplace").decode())
            raise

    def _note(self, line: str) -> None:
        try:
            with self._file.open("a", encoding="ascii") as file:
                file.write(line + "\n")
        except OSError:
            return


class Replay:
    """Plays a trace as the peer: expects the written pieces in order and answers with the read ones.

    A byte other than the trace's is a LinkFault(WRONG_DEVICE) that names its position; the end of the trace is silence.
    """

    def __init__(self, pieces: Iterable[Piece]) -> None:
        self._pieces = [piece for piece in pieces if piece.data]
        self._expected = b""
        self._ready = bytearray()
        self._written = 0

    def open(self) -> None:
        """Begin with the first piece."""
        self._advance()

    def read(self, max_bytes: int, timeout_s: float) -> bytes:
        """What the trace's peer said up to here."""
        data = bytes(self._ready[:max_bytes])
        del self._ready[:max_bytes]
        return data

    def write(self, data: bytes, timeout_s: float) -> None:
        """Must be what the trace has next."""
        for position, byte in enumerate(data):
            if not self._expected or self._expected[0] != byte:
                wanted = f"{self._expected[0]:02X}" if self._expected else "nothing more"
                where = self._written + position
                raise LinkFault(Problem.WRONG_DEVICE, f"replay: byte {where} is {byte:02X}, the trace has {wanted}")
            self._expected = self._expected[1:]
            if not self._expected:
                self._advance()
        self._written += len(data)

    def close(self) -> None:
        """Nothing to let go of."""

    def _advance(self) -> None:
        while self._pieces and not self._expected:
            piece = self._pieces.pop(0)
            if piece.written:
                self._expected = piece.data
            else:
                self._ready += piece.data


def format_piece(piece: Piece) -> str:
    """One line of a trace."""
    text = "".join(chr(byte) if 0x20 <= byte < 0x7F else "." for byte in piece.data)
    return f"{piece.at_s:.3f} {'>' if piece.written else '<'} {piece.data.hex(' ').upper()}  |{text}|"


def read_trace(text: str) -> list[Piece]:
    """A trace's pieces. Raises ValueError naming the line that is not one."""
    return [
        _piece(number, line)
        for number, line in enumerate(text.splitlines(), 1)
        if line.strip() and not line.startswith("#")
    ]


def _piece(number: int, line: str) -> Piece:
    try:
        at, way, rest = line.split(" ", 2)
        if way not in "<>":
            raise ValueError(f"{way!r} is neither < nor >")
        return Piece(way == ">", bytes.fromhex(rest.partition("|")[0]), float(at))
    except ValueError as error:
        raise ValueError(f"line {number} is not a line of a trace ({error}): seconds > hex |text|") from error
