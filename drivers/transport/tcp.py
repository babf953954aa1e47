"""``tcp://host:port``: a socket with a connect deadline, write deadlines and detection of a dead peer."""

import select
import socket
import struct

from drivers.faults import LINK_ERRORS, problem_of
from drivers.transport.base import LinkFault
from drivers.transport.fd import read_some, write_all
from kiosk.vocabulary.hardware.problems import Problem

_KEEPALIVE = ((socket.TCP_KEEPIDLE, 10), (socket.TCP_KEEPINTVL, 5), (socket.TCP_KEEPCNT, 3))
_GONE_MS = 10_000
"""A peer that acknowledges nothing for so long, not even what was sent twice again, is gone (power cut, cable).

TCP_USER_TIMEOUT would also cut a peer that is there and takes nothing for a while: a printer out of paper in the middle
of a slip, until somebody has put in a new roll.
"""
_TCP_INFO = struct.Struct("=2x2B4x13I")
"""linux/tcp.h, struct tcp_info: retransmits and probes without an answer (each acknowledgement sets them to 0), and as
the last of thirteen numbers behind them tcpi_last_ack_recv, in ms."""
_AGAIN = 2


class TcpTransport:
    """One connection to ``host:port``; ``connect_s`` is its connect deadline in seconds."""

    def __init__(self, host: str, port: int, connect_s: float = 2.0) -> None:
        self._host = host
        self._port = port
        self._connect_s = connect_s
        self._where = f"tcp://{host}:{port}"
        self._socket: socket.socket | None = None

    def open(self) -> None:
        """Connect. Raises LinkFault."""
        self.close()
        try:
            link = socket.create_connection((self._host, self._port), self._connect_s)
        except LINK_ERRORS as error:
            raise LinkFault(problem_of(error), f"{self._where}: {error}") from error
        _tune(link)
        self._socket = link

    def read(self, max_bytes: int, timeout_s: float) -> bytes:
        """At least one byte, or ``b""`` when none came in time. Raises LinkFault."""
        data = read_some(self._fd(), max_bytes, timeout_s, self._where)
        if not data and self._socket is not None and is_gone(_tcp_info(self._socket)):
            raise LinkFault(Problem.LINK_LOST, f"{self._where}: the other end acknowledges nothing any more")
        return data

    def write(self, data: bytes, timeout_s: float) -> None:
        """All bytes within the time. A peer that already hung up is noticed before the first byte."""
        fd = self._fd()
        if self._peer_hung_up():
            raise LinkFault(Problem.LINK_LOST, f"{self._where}: the other end closed the connection")
        write_all(fd, data, timeout_s, self._where)

    def close(self) -> None:
        """Hang up."""
        link, self._socket = self._socket, None
        if link is not None:
            link.close()

    def _fd(self) -> int:
        if self._socket is None:
            raise LinkFault(Problem.LINK_LOST, f"{self._where}: not connected")
        return self._socket.fileno()

    def _peer_hung_up(self) -> bool:
        """A half-open link: the peer sent its FIN (or RST); writing into it would lose the bytes without an error."""
        poll = select.poll()
        poll.register(self._fd(), select.POLLRDHUP)
        return bool(poll.poll(0))


def _tune(link: socket.socket) -> None:
    link.setblocking(False)
    link.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
    link.setsockopt(socket.SOL_SOCKET, socket.SO_KEEPALIVE, 1)
    for option, value in _KEEPALIVE:
        link.setsockopt(socket.IPPROTO_TCP, option, value)


def is_gone(info: bytes) -> bool:
    """Whether the peer vanished without a word, from the kernel's ``tcp_info``. A closed window is no sign of it: the
    peer still acknowledges the kernel's probes."""
    retransmits, probes, *numbers = _TCP_INFO.unpack(info)
    return bool(retransmits + probes >= _AGAIN and numbers[-1] >= _GONE_MS)


def _tcp_info(link: socket.socket) -> bytes:
    return link.getsockopt(socket.IPPROTO_TCP, socket.TCP_INFO, _TCP_INFO.size)
