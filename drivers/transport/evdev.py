"""``evdev:///dev/input/by-id/…``: an input device of the kernel, read raw and held exclusively."""

import contextlib
import fcntl
import os

from drivers.faults import LINK_ERRORS, problem_of
from drivers.transport.base import LinkFault
from drivers.transport.fd import read_some
from kiosk.vocabulary.hardware.problems import Problem

_EVIOCGRAB = 0x40044590
"""linux/input.h: ``_IOW('E', 0x90, int)``. While it is held, nobody else gets the events."""


class EvdevTransport:
    """One input device. ``fd`` hands over an open descriptor (a test's pipe) that is not grabbed."""

    def __init__(self, path: str, fd: int | None = None) -> None:
        self._where, self._path, self._given = f"evdev://{path}", path, fd
        self._fd: int | None = None

    def open(self) -> None:
        """Open and grab. Raises LinkFault: NOT_FOUND, PERMISSION_DENIED, PORT_BUSY."""
        self.close()
        if self._given is not None:
            self._fd, self._given = self._given, None
            os.set_blocking(self._fd, False)
            return
        try:
            self._fd = os.open(self._path, os.O_RDONLY | os.O_NONBLOCK | os.O_CLOEXEC)
            fcntl.ioctl(self._fd, _EVIOCGRAB, 1)
        except LINK_ERRORS as error:
            self.close()
            raise LinkFault(problem_of(error), f"{self._where}: {error}") from error

    def read(self, max_bytes: int, timeout_s: float) -> bytes:
        """Events as bytes, or ``b""`` when none came in time. Raises LinkFault."""
        if self._fd is None:
            raise LinkFault(Problem.LINK_LOST, f"{self._where}: not open")
        return read_some(self._fd, max_bytes, timeout_s, self._where)

    def write(self, data: bytes, timeout_s: float) -> None:
        """Input devices take nothing. Raises LinkFault."""
        raise LinkFault(Problem.WRONG_DEVICE, f"{self._where}: an input device takes no bytes")

    def close(self) -> None:
        """Let go; the kernel ends the grab."""
        if self._fd is not None:
            with contextlib.suppress(*LINK_ERRORS):
                os.close(self._fd)
            self._fd = None
