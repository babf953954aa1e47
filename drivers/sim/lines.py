"""Where a simulated device is plugged in: a TCP port on loopback, or one end of a pty with a steady name.

A line is used by the one thread of its peer. ``Link.read`` gives b"" when the other side let go.
"""

import contextlib
import os
import pty
import select
import socket
import struct
import tempfile
import termios
import tty
from pathlib import Path
from typing import Protocol

_RESET_ON_CLOSE = struct.pack("ii", 1, 0)


class Link(Protocol):
    """One connection to a driver."""

    def fileno(self) -> int:
        """For select."""

    def read(self, limit: int) -> bytes:
        """At most ``limit`` bytes; b"" when the link is gone. Call only when readable."""

    def write(self, data: bytes) -> int:
        """How many bytes went out now; 0 when nobody takes them."""

    def close(self, *, reset: bool = False) -> None:
        """Hang up; ``reset`` as a machine that lost power does it."""


class Line(Protocol):
    """A place where a driver can connect."""

    def open(self) -> str:
        """Be there; the URL for the driver. The same URL each time it is opened again."""

    def close(self) -> None:
        """Be gone: connecting fails from now on."""

    def waiting(self) -> int | None:
        """The descriptor to watch for a driver that wants in; None where there is nothing to watch."""

    def accept(self) -> Link | None:
        """Take the driver that wants in."""


class _TcpLink:
    def __init__(self, sock: socket.socket) -> None:
        self._sock = sock
        sock.setblocking(False)
        sock.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)

    def fileno(self) -> int:
        return self._sock.fileno()

    def read(self, limit: int) -> bytes:
        try:
            return self._sock.recv(limit)
        except OSError:
            return b""

    def write(self, data: bytes) -> int:
        try:
            return self._sock.send(data)
        except OSError:
            return 0

    def close(self, *, reset: bool = False) -> None:
        if reset:
            self._sock.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, _RESET_ON_CLOSE)
        self._sock.close()


class TcpLine:
    """A TCP port on 127.0.0.1 that serves one connection at a time, as a network printer does."""

    def __init__(self, port: int = 0, receive_buffer: int = 4096) -> None:
        self._port = port
        self._receive_buffer = receive_buffer
        self._listener: socket.socket | None = None

    def open(self) -> str:
        """Listen."""
        listener = socket.socket(socket.AF_INET, socket.SOCK_STREAM)
        listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        listener.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, self._receive_buffer)
        listener.bind(("127.0.0.1", self._port))
        listener.listen(4)
        listener.setblocking(False)
        self._port = listener.getsockname()[1]
        self._listener = listener
        return f"tcp://127.0.0.1:{self._port}"

    def close(self) -> None:
        """Stop listening."""
        if self._listener is not None:
            self._listener.close()
            self._listener = None

    def waiting(self) -> int | None:
        """The listening socket."""
        return None if self._listener is None else self._listener.fileno()

    def accept(self) -> Link | None:
        """Take the next connection."""
        if self._listener is None:
            return None
        try:
            return _TcpLink(self._listener.accept()[0])
        except OSError:
            return None


class _PtyLink:
    def __init__(self, master: int, slave: int) -> None:
        self._master, self._slave = master, slave
        os.set_blocking(master, False)

    def fileno(self) -> int:
        return self._master

    def read(self, limit: int) -> bytes:
        try:
            return os.read(self._master, limit)
        except OSError:
            return b""

    def write(self, data: bytes) -> int:
        try:
            return os.write(self._master, data)
        except OSError:
            return 0

    def close(self, *, reset: bool = False) -> None:
        if reset:
            termios.tcflush(self._slave, termios.TCIOFLUSH)
        os.close(self._master)
        os.close(self._slave)


class PtyLine:
    """A pseudo-terminal behind a steady name, as udev's /dev/serial/by-id names are.

    Each replugging makes a new pty and points the name at it; who held the old one gets a hang-up. The peer keeps the
    driver's end open too, so that a driver may come and go as on a real serial line.
    """

    def __init__(self, path: str = "") -> None:
        self._own_folder = not path
        self._path = Path(path or f"{tempfile.mkdtemp(prefix='sim-')}/line")
        self._fresh: _PtyLink | None = None

    def open(self) -> str:
        """Make a new pty and point the name at its driver end."""
        self._path.parent.mkdir(exist_ok=True)
        master, slave = pty.openpty()
        tty.setraw(slave)
        part = self._path.with_name(self._path.name + ".new")
        part.unlink(missing_ok=True)
        part.symlink_to(os.ttyname(slave))
        part.replace(self._path)
        self._fresh = _PtyLink(master, slave)
        return f"serial://{self._path}"

    def close(self) -> None:
        """Take the name away."""
        if self._fresh is not None:
            self._fresh.close()
            self._fresh = None
        self._path.unlink(missing_ok=True)
        if self._own_folder:
            with contextlib.suppress(OSError):
                self._path.parent.rmdir()

    def waiting(self) -> int | None:
        """A pty has nobody waiting: the line is there or not."""
        return None

    def accept(self) -> Link | None:
        """The peer's end of the pty; a new pty after the last was hung up."""
        if self._fresh is None and not self._path.is_symlink():
            return None
        if self._fresh is None:
            self.open()
        link, self._fresh = self._fresh, None
        return link


def make_line(kind: str, port: int = 0, path: str = "") -> Line:
    """The line of a kind: "tcp" (``port`` 0 = a free one) or "pty" (``path`` "" = a name of its own)."""
    if kind == "tcp":
        return TcpLine(port)
    if kind == "pty":
        return PtyLine(path)
    raise ValueError(f"a simulator's line is tcp or pty, not {kind!r}")


def readable(descriptors: list[int], wait_s: float | None) -> set[int]:
    """Which of the descriptors have something to read, waiting at most so long (None = until something comes)."""
    return set(select.select(descriptors, [], [], wait_s)[0])
