"""A proxy between a real terminal and a real hub that can cut, stall, double, delay, garble or bloat what passes.

It understands just enough HTTP/1.1 to see where a request ends. One thread a connection; the fault that is switched on
when a request arrives is the one that this request meets.
"""

import contextlib
import random
import socket
import ssl
import threading
import time
from collections.abc import Callable
from enum import Enum


class Fault(Enum):
    """What happens to a request or its answer."""

    NONE = "passes"
    CUT = "the answer is cut after some bytes"
    LOST_ANSWER = "the hub hears the request, its answer is lost"
    HALF_OPEN = "nobody answers and nobody hangs up"
    STALL = "the answer comes after 30 s"
    DOUBLE = "the request arrives twice"
    LATE = "the request arrives when nobody waits any more, behind later ones"
    DRIP = "the answer comes byte by byte"
    GARBAGE = "the answer is noise"
    HUGE = "the answer has no end"
    REDIRECT = "the answer leads elsewhere"
    DEEP = "the answer is nested a hundred thousand times"


STALL_S = 30.0
LATE_S = 2.0
DRIP_S = 0.05
_PIECE = 65536


class FaultProxy:
    """Listens on ``port`` (0 = any free one) of loopback and speaks to ``hub``; ``fault`` may be set at any time.

    ``context``: the TLS the client meets (with another certificate: a wrong hub); the hub behind is spoken to plainly.
    """

    def __init__(
        self, hub: tuple[str, int], *, port: int = 0, seed: int = 0, context: ssl.SSLContext | None = None
    ) -> None:
        self.fault = Fault.NONE
        self.met: dict[Fault, int] = dict.fromkeys(Fault, 0)
        """How many requests met each fault: a test that meets none proves nothing."""
        self.on_request: Callable[[str], None] | None = None
        """Called with "POST /path" before a request passes (on the connection's thread)."""
        self._hub, self._context = hub, context
        self._draw = random.Random(seed)
        self._stopping = threading.Event()
        self._open: set[socket.socket] = set()
        self._lock = threading.Lock()
        self._listener = socket.create_server(("127.0.0.1", port))
        self._listener.settimeout(0.2)
        self.port: int = self._listener.getsockname()[1]
        threading.Thread(target=self._listen, name="fault-proxy", daemon=True).start()

    @property
    def url(self) -> str:
        """What the terminal is told."""
        return f"{'https' if self._context else 'http'}://127.0.0.1:{self.port}"

    def stop(self) -> None:
        """Hang up on everybody."""
        self._stopping.set()
        self._listener.close()
        with self._lock:
            left = list(self._open)
        for one in left:
            _close(one)

    def _listen(self) -> None:
        while not self._stopping.is_set():
            with contextlib.suppress(TimeoutError, OSError):
                client, _ = self._listener.accept()
                threading.Thread(target=self._client, args=(client,), daemon=True).start()

    def _client(self, raw: socket.socket) -> None:
        raw.settimeout(None)
        try:
            client = self._context.wrap_socket(raw, server_side=True) if self._context else raw
        except (OSError, ssl.SSLError):
            _close(raw)
            return
        with self._lock:
            self._open.add(client)
        try:
            self._requests(client)
        except (OSError, ValueError):
            pass
        finally:
            with self._lock:
                self._open.discard(client)
            _close(client)

    def _requests(self, client: socket.socket) -> None:
        with socket.create_connection(self._hub, 5) as hub:
            hub.settimeout(None)
            while (request := _read_message(client)) is not None:
                first = request.split(b"\r\n", 1)[0].decode()
                fault = Fault.NONE if "/calls" in first else self.fault
                self.met[fault] += 1
                if (tell := self.on_request) is not None:
                    tell(first.rpartition(" ")[0])
                if not _WAYS[fault](self, client, hub, request):
                    return

    def _pass(self, client: socket.socket, hub: socket.socket, request: bytes) -> bool:
        hub.sendall(request)
        return _copy(hub, client, client.sendall)

    def _cut(self, client: socket.socket, hub: socket.socket, request: bytes) -> bool:
        answer = _ask(hub, request)
        client.sendall(answer[: self._draw.randrange(len(answer))])
        return False

    def _lose(self, client: socket.socket, hub: socket.socket, request: bytes) -> bool:
        _ask(hub, request)
        return False

    def _hang(self, client: socket.socket, hub: socket.socket, request: bytes) -> bool:
        while client.recv(_PIECE):
            pass
        return False

    def _stall(self, client: socket.socket, hub: socket.socket, request: bytes) -> bool:
        answer = _ask(hub, request)
        self._stopping.wait(STALL_S)
        client.sendall(answer)
        return True

    def _double(self, client: socket.socket, hub: socket.socket, request: bytes) -> bool:
        with socket.create_connection(self._hub, 5) as other:
            first = threading.Thread(target=_ask, args=(other, request))
            first.start()
            client.sendall(_ask(hub, request))
            first.join(5)
        return True

    def _late(self, client: socket.socket, hub: socket.socket, request: bytes) -> bool:
        def deliver() -> None:
            self._stopping.wait(LATE_S + self._draw.random())
            with contextlib.suppress(OSError), socket.create_connection(self._hub, 5) as other:
                _ask(other, request)

        threading.Thread(target=deliver, daemon=True).start()
        return self._hang(client, hub, request)

    def _drip(self, client: socket.socket, hub: socket.socket, request: bytes) -> bool:
        for byte in _ask(hub, request):
            client.sendall(bytes([byte]))
            time.sleep(DRIP_S)
        return True

    def _garbage(self, client: socket.socket, hub: socket.socket, request: bytes) -> bool:
        client.sendall(self._draw.randbytes(self._draw.randrange(1, 5000)))
        return False

    def _huge(self, client: socket.socket, hub: socket.socket, request: bytes) -> bool:
        client.sendall(b"HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nTransfer-Encoding: chunked\r\n\r\n")
        piece = b"10000\r\n" + b" " * 65536 + b"\r\n"
        for _ in range(4096):
            client.sendall(piece)
        return False

    def _redirect(self, client: socket.socket, hub: socket.socket, request: bytes) -> bool:
        client.sendall(b"HTTP/1.1 307 Elsewhere\r\nLocation: http://127.0.0.1:9/\r\nContent-Length: 0\r\n\r\n")
        return True

    def _deep(self, client: socket.socket, hub: socket.socket, request: bytes) -> bool:
        body = b"[" * 100_000
        head = b"HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nContent-Length: %d\r\n\r\n" % len(body)
        client.sendall(head + body)
        return True


def _ask(hub: socket.socket, request: bytes) -> bytes:
    """The hub's whole answer."""
    parts: list[bytes] = []
    hub.sendall(request)
    _copy(hub, None, parts.append)
    return b"".join(parts)


def _copy(source: socket.socket, client: socket.socket | None, give: Callable[[bytes], object]) -> bool:
    """Hand an answer on as it comes; an endless one until somebody hangs up. False when it ended the connection."""
    data = b""
    while b"\r\n\r\n" not in data:
        piece = source.recv(_PIECE)
        if not piece:
            return False
        data += piece
    head, _, body = data.partition(b"\r\n\r\n")
    give(data)
    length = _length(head)
    if length is None and _has_body(head):
        return _endless(source, client, give)
    left = (length or 0) - len(body)
    while left > 0:
        piece = source.recv(_PIECE)
        if not piece:
            return False
        give(piece)
        left -= len(piece)
    return True


def _endless(source: socket.socket, client: socket.socket | None, give: Callable[[bytes], object]) -> bool:
    while piece := source.recv(_PIECE):
        give(piece)
    return False


def _read_message(source: socket.socket) -> bytes | None:
    """One request; None when the client hung up."""
    data = b""
    while b"\r\n\r\n" not in data:
        piece = source.recv(_PIECE)
        if not piece:
            return None
        data += piece
    head, _, body = data.partition(b"\r\n\r\n")
    while len(body) < (_length(head) or 0):
        piece = source.recv(_PIECE)
        if not piece:
            return None
        data, body = data + piece, body + piece
    return data


def _length(head: bytes) -> int | None:
    for line in head.split(b"\r\n")[1:]:
        name, _, value = line.partition(b":")
        if name.strip().lower() == b"content-length":
            return int(value)
    return None


def _has_body(head: bytes) -> bool:
    status = head.split(b" ", 2)[1]
    return status not in (b"204", b"304")


def _close(one: socket.socket) -> None:
    with contextlib.suppress(OSError):
        one.shutdown(socket.SHUT_RDWR)
    one.close()


_WAYS: dict[Fault, Callable[[FaultProxy, socket.socket, socket.socket, bytes], bool]] = {
    Fault.NONE: FaultProxy._pass,
    Fault.CUT: FaultProxy._cut,
    Fault.LOST_ANSWER: FaultProxy._lose,
    Fault.HALF_OPEN: FaultProxy._hang,
    Fault.STALL: FaultProxy._stall,
    Fault.DOUBLE: FaultProxy._double,
    Fault.LATE: FaultProxy._late,
    Fault.DRIP: FaultProxy._drip,
    Fault.GARBAGE: FaultProxy._garbage,
    Fault.HUGE: FaultProxy._huge,
    Fault.REDIRECT: FaultProxy._redirect,
    Fault.DEEP: FaultProxy._deep,
}
"""Each way says whether the connection may go on."""
