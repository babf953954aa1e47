"""The other end of the line: a raw socket that misbehaves byte by byte, and the real hub in a thread."""

import contextlib
import secrets
import socket
import threading
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import uvicorn

from hub import sites
from hub.catalogue.publication.publishing import publish
from hub.fleet import terminals
from hub.live.feed import HEARTBEAT_S
from hub.settings import counter_settings
from hub.sites import Site
from hub.store.engine import Store
from kiosk.catalogue.model import Catalogue, Featured, Queue, Service
from kiosk.config import Hub
from kiosk.vocabulary.ids import IdMaker
from tests.hub_apps import app_for

new_id = IdMaker(lambda: time.time_ns() // 1_000_000, secrets.randbits)
SITE = "hall"


def now_ms() -> int:
    return time.time_ns() // 1_000_000


def answer(status: str, body: bytes = b"", headers: str = "") -> bytes:
    return f"HTTP/1.1 {status}\r\nContent-Length: {len(body)}\r\n{headers}\r\n".encode() + body


class RawPeer:
    """Answers each request with what ``play(connection, request, number)`` does on the open socket."""

    def __init__(self, play: Callable[[socket.socket, bytes, int], None]) -> None:
        self._play = play
        self._server = socket.create_server(("127.0.0.1", 0))
        self._open: list[socket.socket] = []
        self.url = f"http://127.0.0.1:{self._server.getsockname()[1]}"
        self.requests: list[bytes] = []
        self.connections = 0
        self.stopping = threading.Event()
        self._thread = threading.Thread(target=self._accept, daemon=True)
        self._thread.start()

    def _accept(self) -> None:
        with contextlib.suppress(OSError):
            while True:
                connection, _ = self._server.accept()
                self._open.append(connection)
                self.connections += 1
                threading.Thread(target=self._serve, args=(connection,), daemon=True).start()

    def _serve(self, connection: socket.socket) -> None:
        with contextlib.suppress(OSError), connection:
            while request := read_request(connection):
                self.requests.append(request)
                self._play(connection, request, len(self.requests))

    def close(self) -> None:
        self.stopping.set()
        with contextlib.suppress(OSError):
            self._server.shutdown(socket.SHUT_RDWR)
        self._server.close()
        self._thread.join(5)
        for connection in self._open:
            with contextlib.suppress(OSError):
                connection.shutdown(socket.SHUT_RDWR)


def read_request(connection: socket.socket) -> bytes:
    received = b""
    while b"\r\n\r\n" not in received:
        piece = connection.recv(65536)
        if not piece:
            return b""
        received += piece
    head, _, body = received.partition(b"\r\n\r\n")
    length = int(head.lower().partition(b"content-length: ")[2].partition(b"\r\n")[0] or b"0")
    while len(body) < length:
        body += connection.recv(65536)
    return head + b"\r\n\r\n" + body


@contextlib.contextmanager
def peer(play: Callable[[socket.socket, bytes, int], None]) -> Iterator[RawPeer]:
    one = RawPeer(play)
    try:
        yield one
    finally:
        one.close()


def says(data: bytes, *, then_close: bool = False) -> Callable[[socket.socket, bytes, int], None]:
    def play(connection: socket.socket, request: bytes, number: int) -> None:
        connection.sendall(data)
        if then_close:
            connection.shutdown(socket.SHUT_RDWR)

    return play


def trickle(data: bytes, pause_s: float, stopping: threading.Event) -> Callable[[socket.socket, bytes, int], None]:
    """One byte at a time: never silent, never done."""

    def play(connection: socket.socket, request: bytes, number: int) -> None:
        for at in range(len(data)):
            connection.sendall(data[at : at + 1])
            if stopping.wait(pause_s):
                return

    return play


def catalogue(name: str = "Personalausweis beantragen") -> Catalogue:
    return Catalogue(
        version=1,
        services=(Service(id="perso", names={"de": name}, words={"de": ("Perso",)}, queue="pass"),),
        queues=(Queue(id="pass", series="A", names={"de": "Ausweise"}),),
        featured=(Featured(service="perso"),),
    )


class HubRoom:
    """The real hub on loopback, with a hall, a queue, a counter and one terminal; its store at hand."""

    def __init__(self, data: Path) -> None:
        data.mkdir(parents=True, exist_ok=True)
        self.store = Store(data / "hub.db")
        self.codes = [terminals.make_code(secrets.randbelow) for _ in range(2)]
        self.store.write_now(self._fill)
        self._listener = socket.create_server(("127.0.0.1", 0))
        self.port = int(self._listener.getsockname()[1])
        self.url = f"http://127.0.0.1:{self.port}"
        self._borrowed = contextlib.ExitStack()
        app, self._hall = self._borrowed.enter_context(app_for(self.store, now_ms, HEARTBEAT_S))
        self._server = uvicorn.Server(
            uvicorn.Config(app, loop="uvloop", http="httptools", lifespan="on", log_config=None, access_log=False)
        )
        self._thread = threading.Thread(target=self._server.run, args=([self._listener],), daemon=True)
        self._thread.start()

    def _fill(self, connection: object) -> None:
        sites.add_site(connection, Site(SITE, "Musterstadt", "Rathaus", "Europe/Berlin", ""), now_ms())  # type: ignore[arg-type]
        publish(connection, SITE, catalogue(), "test", now_ms())  # type: ignore[arg-type]
        counter_settings.add_counter(connection, SITE, "c1", "Platz 1", now_ms())  # type: ignore[arg-type]
        for number, code in enumerate(self.codes):
            terminals.add_terminal(connection, SITE, f"t{number}", f"Terminal {number}", now_ms())  # type: ignore[arg-type]
            terminals.add_code(connection, SITE, f"t{number}", code, now_ms())  # type: ignore[arg-type]

    def enrolled(self) -> Hub:
        from offline_cache.http.answers import Answer
        from offline_cache.http.hub_client import HubClient

        client = HubClient(self.url)
        result = client.enrol(self.codes.pop(), "test")
        client.close()
        assert isinstance(result, Answer), result
        told = result.value
        signers = {signer.kid: signer.x for signer in told.signers}
        return Hub(url=self.url, terminal=told.terminal, name=told.name, key=told.key, site=told.site, signers=signers)

    def publish(self, name: str) -> None:
        self.store.write_now(lambda connection: publish(connection, SITE, catalogue(name), "test", now_ms()))

    def rows(self, sql: str) -> list[tuple[object, ...]]:
        return self.store.read_now(lambda connection: [tuple(row) for row in connection.exec_driver_sql(sql)])

    def close(self) -> None:
        self._hall.feed.close()
        self._server.should_exit = True
        self._thread.join(300)
        assert not self._thread.is_alive(), "the hub must stop"
        self._borrowed.close()
        self._listener.close()
        self.store.close()
