"""Hubs that speak TLS: the real one as a process of its own, and a raw peer with any certificate."""

import contextlib
import secrets
import socket
import ssl
import subprocess
import sys
from collections.abc import Callable, Iterator
from datetime import UTC, datetime
from pathlib import Path

from hub import sites
from hub.catalogue.publication.publishing import publish
from hub.fleet import terminals
from hub.sites import Site
from hub.store.engine import Store
from hub.tls import authority
from hub.tls.authority import Pair
from hub.tls.cli import run_init
from hub.tls.files import folder_of
from kiosk.vocabulary.enrolment import fingerprint, grouped
from tests.unit.offline_cache.peers import SITE, RawPeer, catalogue, now_ms

NAMES = ("127.0.0.1", "localhost")


def fill(data: Path, codes: list[str]) -> None:
    data.mkdir(parents=True, exist_ok=True)
    store = Store(data / "hub.db")

    def do(connection: object) -> None:
        sites.add_site(connection, Site(SITE, "Musterstadt", "Rathaus", "Europe/Berlin", ""), now_ms())  # type: ignore[arg-type]
        publish(connection, SITE, catalogue(), "test", now_ms())  # type: ignore[arg-type]
        for number, code in enumerate(codes):
            terminals.add_terminal(connection, SITE, f"t{number}", f"Terminal {number}", now_ms())  # type: ignore[arg-type]
            terminals.add_code(connection, SITE, f"t{number}", code, now_ms())  # type: ignore[arg-type]

    store.write_now(do)
    store.close()


class HubProcess:
    """``kiosk hub`` with the certificates of ``kiosk hub init`` and some open enrolment codes."""

    def __init__(self, data: Path, codes: int = 4) -> None:
        self.data = data
        self.codes = [terminals.make_code(secrets.randbelow) for _ in range(codes)]
        fill(data, self.codes)
        assert run_init(data, ("hub.rathaus.example",)) == 0
        self.port = 0
        self.start()

    @property
    def ca(self) -> str:
        return folder_of(self.data).ca.read_text()

    @property
    def mark(self) -> str:
        return fingerprint(ssl.PEM_cert_to_DER_cert(self.ca))

    @property
    def url(self) -> str:
        return f"https://127.0.0.1:{self.port}"

    def code(self) -> str:
        """An open code as the terminals page shows it."""
        return grouped(self.codes.pop() + self.mark)

    def start(self) -> None:
        command = [sys.executable, "-m", "kiosk.cli", "hub", "--data", str(self.data), "--port", str(self.port)]
        self._process = subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True)
        assert self._process.stdout is not None
        line = self._process.stdout.readline()
        assert "https://127.0.0.1:" in line, line
        self.port = int(line.rpartition(":")[2])

    def stop(self) -> None:
        self._process.terminate()
        self._process.communicate(timeout=300)


def pair(names: tuple[str, ...] = NAMES, at: datetime | None = None) -> tuple[Pair, Pair]:
    """An authority and a server certificate that begin at this moment."""
    now = at or datetime.now(UTC)
    ca = authority.new_authority(now)
    return ca, authority.new_server(ca, names, now)


def server_context(server: Pair, folder: Path) -> ssl.SSLContext:
    file = folder / f"{secrets.token_hex(4)}.pem"
    file.write_bytes(server.certificate + server.key)
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(file)
    return context


class TlsPeer(RawPeer):
    """Answers over TLS with this certificate; ``requests`` holds what it was told in spite of it."""

    def __init__(self, play: Callable[[socket.socket, bytes, int], None], context: ssl.SSLContext) -> None:
        self._context = context
        super().__init__(play)
        self.url = self.url.replace("http://", "https://")

    def _serve(self, connection: socket.socket) -> None:
        with contextlib.suppress(OSError), self._context.wrap_socket(connection, server_side=True) as secure:
            super()._serve(secure)


@contextlib.contextmanager
def tls_peer(play: Callable[[socket.socket, bytes, int], None], context: ssl.SSLContext) -> Iterator[TlsPeer]:
    one = TlsPeer(play, context)
    try:
        yield one
    finally:
        one.close()
