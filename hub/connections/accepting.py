"""Accepting connections: ours instead of the event loop's, so that a silent one costs next to nothing.

The loop would accept everything that waits in one go, build a protocol for each, and shake hands with whoever comes,
uncounted. Here some are accepted in each round of the loop, so that open connections are answered in between; the seat
is taken at once; and nothing is built, and no hand shaken, before the first byte comes.
"""

import asyncio
import contextlib
import errno
import logging
import socket
import ssl
from collections.abc import Callable
from functools import partial

from hub.connections.keeper import Keeper, Line, Turn
from hub.connections.tally import Reason
from hub.log import event

LOGGER = logging.getLogger("hub.connections")
AT_ONCE = 2
"""Connections that are accepted in one round of the loop: a quarter of a millisecond of work, and a call at the desk
lasts for half a dozen rounds. With eight of them 2,000 streams asked for from a clerk's own address took a number from
5 to 13 ms, with two to 9."""
AGAIN_S = 0.1
"""Pause after the system had no descriptor or memory for a connection."""
SWEEP_S = 0.25
"""Between two looks for who has been silent for too long."""
PEEKED = 2048
"""Bytes of a head that are looked at before anything is built."""
SEND_BUFFER = 64 * 1024
"""Bytes that the kernel keeps for a reader that does not take them (it keeps twice as many with its own data)."""
SILENT_MS = 30_000
"""A peer that acknowledges nothing for so long is gone; the kernel's own limit is a quarter of an hour."""
_NO_ROOM = (errno.EMFILE, errno.ENFILE, errno.ENOBUFS, errno.ENOMEM)


class Acceptor:
    """Gives each connection on ``listener`` a protocol (``make``), after the handshake where ``context`` is given."""

    def __init__(
        self,
        listener: socket.socket,
        keeper: Keeper,
        make: Callable[[Line], asyncio.Protocol],
        context: ssl.SSLContext | None,
        handshake_s: float,
    ) -> None:
        self._listener, self._keeper, self._make = listener, keeper, make
        self._context, self._handshake_s = context, None if context is None else handshake_s
        self._loop = asyncio.get_running_loop()
        self._again: asyncio.TimerHandle | None = None
        self._sweeping: asyncio.TimerHandle | None = None
        self._silent: dict[Line, float] = {}
        """Who has not said anything yet, and until when they may be silent; who came first first."""
        self._waiting: dict[Line, tuple[asyncio.TimerHandle, Turn]] = {}
        """Who said something and waits for a turn, one of the silent ones until then."""
        self._opening: dict[asyncio.Task[None], Line] = {}
        listener.setblocking(False)
        listener.setsockopt(socket.SOL_SOCKET, socket.SO_SNDBUF, SEND_BUFFER)  # each connection inherits both (tcp(7))
        listener.setsockopt(socket.IPPROTO_TCP, socket.TCP_USER_TIMEOUT, SILENT_MS)
        self._begin()
        self._sweep()

    def close(self) -> None:
        """Accept nobody any more; whoever is silent or shakes hands is sent away."""
        for timer in (self._again, self._sweeping):
            if timer is not None:
                timer.cancel()
        self._loop.remove_reader(self._listener)
        for line in (*self._silent, *self._opening.values()):
            line.closed()
            line.end()

    async def wait_closed(self) -> None:
        """Until nobody shakes hands any more."""
        await asyncio.gather(*self._opening, return_exceptions=True)

    def _begin(self) -> None:
        self._loop.add_reader(self._listener, self._accept)

    def _accept(self) -> None:
        for _ in range(AT_ONCE):
            try:
                connection, address = self._listener.accept()
            except BlockingIOError:
                return
            except OSError as fault:
                if fault.errno in _NO_ROOM:
                    self._pause(fault)
                    return
                continue  # whoever came is gone already
            self._take(connection, str(address[0]))

    def _pause(self, fault: OSError) -> None:
        """The listener stays readable: without a pause the loop would do nothing else."""
        LOGGER.error("cannot accept a connection: %s", fault.strerror, extra=event("hub.accept"))
        self._loop.remove_reader(self._listener)
        self._again = self._loop.call_later(AGAIN_S, self._begin)

    def _take(self, connection: socket.socket, peer: str) -> None:
        line = self._keeper.admit(peer)
        if line is None:
            connection.close()
            return
        connection.setblocking(False)
        self._silent[line] = self._loop.time() + self._keeper.limits.head_s
        line.hang_up = partial(self._hang_up, line, connection)
        self._loop.add_reader(connection, self._hear, line, connection)

    def _hear(self, line: Line, connection: socket.socket) -> None:
        """The first bytes: build what answers when it is this connection's turn."""
        self._loop.remove_reader(connection)
        turn = self._keeper.opening(line, b"" if self._context else _peek(connection))
        if turn.seconds > 0:
            self._waiting[line] = self._loop.call_later(turn.seconds, self._build, line, connection), turn
        else:
            self._build(line, connection)

    def _build(self, line: Line, connection: socket.socket) -> None:
        """A protocol, after the handshake if there is one."""
        self._silent.pop(line)
        self._waiting.pop(line, None)
        line.hang_up = partial(_shut, connection)
        task = self._loop.create_task(self._open(line, connection))
        self._opening[task] = line
        task.add_done_callback(self._opening.pop)

    def _hang_up(self, line: Line, connection: socket.socket) -> None:
        self._silent.pop(line)
        if (waiting := self._waiting.pop(line, None)) is not None:
            timer, turn = waiting
            timer.cancel()
            turn.give_back()
        else:
            self._loop.remove_reader(connection)
        connection.close()

    def _sweep(self) -> None:
        """Close who has been silent for too long."""
        now = self._loop.time()
        while self._silent and (first := next(iter(self._silent.items())))[1] <= now:
            first[0].drop(Reason.HEAD_TIME)
        self._sweeping = self._loop.call_later(SWEEP_S, self._sweep)

    async def _open(self, line: Line, connection: socket.socket) -> None:
        try:
            await self._loop.connect_accepted_socket(
                partial(self._make, line), connection, ssl=self._context, ssl_handshake_timeout=self._handshake_s
            )
        except OSError:  # a handshake that failed, or did not end in time (SSLError and TimeoutError are of this kind)
            self._keeper.tally.note(Reason.HANDSHAKE, line.origin)
        finally:
            if line.speaker is None:
                line.closed()
                connection.close()


def _peek(connection: socket.socket) -> bytes:
    """What was sent so far, which stays to be read."""
    try:
        return connection.recv(PEEKED, socket.MSG_PEEK)
    except OSError:
        return b""


def _shut(connection: socket.socket) -> None:
    """End a handshake: the loop learns of it as if the peer had hung up."""
    with contextlib.suppress(OSError):  # it is gone already
        connection.shutdown(socket.SHUT_RDWR)
