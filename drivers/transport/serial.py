"""``serial:///dev/…``: a serial port opened exclusively through pyserial, read and written with deadlines."""

import contextlib
import fcntl
import termios
import time

import serial

from drivers.faults import LINK_ERRORS, problem_of
from drivers.transport.base import LinkFault
from drivers.transport.fd import read_some, write_all
from kiosk.vocabulary.hardware.problems import Problem

_SAFETY_S = 2.0
"""pyserial's own write limit. We write the descriptor ourselves; this only guards its other calls."""
_DRAIN_S = 0.5
_DRAIN_STEP_S = 0.01


class SerialTransport:
    """One serial port. Exclusive twice: ``flock`` (other pyserial programs) and ``TIOCEXCL`` (everybody else)."""

    def __init__(
        self, path: str, baud: int = 9600, bytesize: int = 8, parity: str = "N", stopbits: int = 1, flow: str = "none"
    ) -> None:
        self._where = f"serial://{path}"
        self._port = serial.Serial()
        self._port.port = path
        self._port.baudrate = baud
        self._port.bytesize = bytesize
        self._port.parity = parity
        self._port.stopbits = stopbits
        self._port.rtscts = flow == "rtscts"
        self._port.xonxoff = flow == "xonxoff"
        self._port.timeout = 0
        self._port.write_timeout = _SAFETY_S
        self._port.exclusive = True

    def open(self) -> None:
        """Open the port. Raises LinkFault: NOT_FOUND, PERMISSION_DENIED, PORT_BUSY, WRONG_DEVICE."""
        self.close()
        try:
            self._port.open()
            fcntl.ioctl(self._port.fileno(), termios.TIOCEXCL)
        except LINK_ERRORS as error:
            self.close()
            raise LinkFault(problem_of(error), f"{self._where}: {error}") from error

    def read(self, max_bytes: int, timeout_s: float) -> bytes:
        """At least one byte, or ``b""`` when none came in time. Raises LinkFault."""
        return read_some(self._fd(), max_bytes, timeout_s, self._where)

    def write(self, data: bytes, timeout_s: float) -> None:
        """All bytes within the time. Raises LinkFault with the count of bytes handed over."""
        write_all(self._fd(), data, timeout_s, self._where)

    def close(self) -> None:
        """Let what is under way leave for a moment, drop the rest, and let go of the port.

        Without the dropping, closing would wait half a minute for a device that takes nothing.
        """
        if not self._port.is_open:
            return
        with contextlib.suppress(*LINK_ERRORS):
            if not self._drained():
                self._port.reset_output_buffer()
        with contextlib.suppress(*LINK_ERRORS):
            fcntl.ioctl(self._port.fileno(), termios.TIOCNXCL)
        with contextlib.suppress(*LINK_ERRORS):
            self._port.close()

    def _drained(self) -> bool:
        """Whether the port's own buffer ran empty in time; the kernel has no waiting for this with a limit."""
        deadline = time.monotonic() + _DRAIN_S
        while self._port.out_waiting:
            if time.monotonic() >= deadline:
                return False
            time.sleep(_DRAIN_STEP_S)
        return True

    def _fd(self) -> int:
        if not self._port.is_open:
            raise LinkFault(Problem.LINK_LOST, f"{self._where}: not open")
        return self._port.fileno()
