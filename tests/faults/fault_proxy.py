"""A proxy between a real terminal and a real hub that can cut, stall, double, delay, garble or bloat what passes.

It understands just enough HTTP/1.1 to see where a request ends. One thread a connection; the fault that is switched on
when a request arrives is the one that this request meets. An encrypted line is opened in the middle, which the test can
do because it has the hub's own certificate; an impostor has another one.
"""

import contextlib
import random
import select
import socket
import ssl
import threading
import time
from collections.abc import Callable
from enum import Enum
from typing import NamedTuple


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
    WRONG_CERTIFICATE = "who answers has a certificate of another authority, which calls itself like the hub's"
    WRONG_NAME = "who answers has a certificate of the hub's authority, made for another machine"
    EXPIRED = "who answers has a certificate of another authority that ended long ago"


IMPOSTORS = frozenset({Fault.WRONG_CERTIFICATE, Fault.WRONG_NAME, Fault.EXPIRED})
STALL_S = 30.0
LATE_S = 2.0
DRIP_S = 0.05
_PIECE = 65536


class Tls(NamedTuple):
    """What the client meets, the hub's own certificate or an impostor's; and whom the proxy believes to be the hub."""

    own: ssl.SSLContext
    impostors: dict[Fault, ssl.SSLContext]
    to_hub: ssl.SSLContext


class FaultProxy:
    """Listens on loopback and speaks to ``hub``; ``turn`` switches a fault on at any time. ``tls`` None = plain."""

    def __init__(self, hub: tuple[str, int], *, seed: int = 0, tls: Tls | None = None) -> None:
        self.fault = Fault.NONE
        self.met: dict[Fault, int] = dict.fromkeys(Fault, 0)
        """How many requests (or handshakes) met each fault: a test that meets none proves nothing."""
        self.on_request: Callable[[str], None] | None = None
        """Called with "POST /path" before a request passes (on the connection's thread)."""
        self.heard: list[bytes] = []
        """What impostors were told."""
        self._hub, self._tls = hub, tls
        self._draw = random.Random(seed)
        self._stopping = threading.Event()
        self._open: set[socket.socket] = set()
        self._lock = threading.Lock()
        self._elsewhere = socket.create_server(("127.0.0.1", 0))
        self._listener = socket.create_server(("127.0.0.1", 0))
        self._listener.settimeout(0.2)
        self.port: int = self._listener.getsockname()[1]
        threading.Thread(target=self._listen, name="fault-proxy", daemon=True).start()

    @property
    def url(self) -> str:
        """What the terminal is told."""
        return f"{'https' if self._tls else 'http'}://127.0.0.1:{self.port}"

    @property
    def followed(self) -> bool:
        """Whether anybody went where a redirect led."""
        return bool(select.select([self._elsewhere], [], [], 0)[0])

    def turn(self, fault: Fault) -> None:
        """This fault from now on. Another certificate is met on a new connection only: then the old ones are cut."""
        other_certificate = bool({self.fault, fault} & IMPOSTORS)
        self.fault = fault
        if other_certificate:
            self._shut_all()

    def stop(self) -> None:
        """Hang up on everybody."""
        self._stopping.set()
        self._listener.close()
        self._elsewhere.close()
        self._shut_all()

    def _shut_all(self) -> None:
        with self._lock:
            for one in self._open:
                _shut(one)

    def _listen(self) -> None:
        while not self._stopping.is_set():
            with contextlib.suppress(TimeoutError, OSError):
                client, _ = self._listener.accept()
                threading.Thread(target=self._client, args=(client,), daemon=True).start()

    def _client(self, raw: socket.socket) -> None:
        raw.settimeout(None)
        fault = self.fault
        with contextlib.suppress(OSError, ValueError), raw:
            if fault in IMPOSTORS:
                self._pretend(raw, fault)
            else:
                with self._tls.own.wrap_socket(raw, server_side=True) if self._tls else raw as client:
                    self._serve(client)

    def _pretend(self, raw: socket.socket, fault: Fault) -> None:
        """Show the wrong certificate, and listen whether anything is said in spite of it."""
        assert self._tls is not None, "no certificate on a plain line"
        self.met[fault] += 1
        with self._tls.impostors[fault].wrap_socket(raw, server_side=True) as client:
            if told := client.recv(_PIECE):
                self.heard.append(told)

    def _serve(self, client: socket.socket) -> None:
        with self._lock:
            self._open.add(client)
        try:
            self._requests(client)
        finally:
            with self._lock:
                self._open.discard(client)

    def _requests(self, client: socket.socket) -> None:
        with self._to_hub() as hub:
            hub.settimeout(None)
            while (request := _read_message(client)) is not None and self.fault not in IMPOSTORS:
                first = request.split(b"\r\n", 1)[0].decode()
                fault = Fault.NONE if "/calls" in first else self.fault
                self.met[fault] += 1
                if (tell := self.on_request) is not None:
                    tell(first.rpartition(" ")[0])
                if not _WAYS[fault](self, client, hub, request):
                    return

    def _to_hub(self) -> socket.socket:
        raw = socket.create_connection(self._hub, 5)
        return self._tls.to_hub.wrap_socket(raw, server_hostname=self._hub[0]) if self._tls else raw

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
        with self._to_hub() as other:
            first = threading.Thread(target=_ask, args=(other, request))
            first.start()
            client.sendall(_ask(hub, request))
            first.join(5)
        return True

    def _late(self, client: socket.socket, hub: socket.socket, request: bytes) -> bool:
        def deliver() -> None:
            self._stopping.wait(LATE_S + self._draw.random())
            with contextlib.suppress(OSError), self._to_hub() as other:
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
        scheme, port = b"https" if self._tls else b"http", self._elsewhere.getsockname()[1]
        head = b"HTTP/1.1 307 Elsewhere\r\nLocation: %s://127.0.0.1:%d/\r\nContent-Length: 0\r\n\r\n"
        client.sendall(head % (scheme, port))
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


def _shut(one: socket.socket) -> None:
    # The plain socket's shutdown, also under TLS: it only wakes whoever reads and touches nothing that it uses.
    with contextlib.suppress(OSError):
        socket.socket.shutdown(one, socket.SHUT_RDWR)


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
