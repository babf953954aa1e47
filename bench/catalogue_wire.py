"""What following the catalogue costs on the line: a changed text, and "nothing new" beside a bare 204 of the same hub.

    python bench/catalogue_wire.py [--services N] [--languages L] [--asks N] [--json FILE]

A real hub process with a catalogue; the terminal's own client through a relay that counts every byte of both
directions, heads included. "Nothing new" is GET MANIFEST with the tag the terminal has, on a kept connection and signed
in; the bare 204 is a route that does nothing, in the same process, asked in turns with it. It is measured twice: by the
terminal's client, and on a plain connection without the relay, where nearly all of the time is the hub's.
"""

import argparse
import http.client
import random
import socket
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

import msgspec
from big_catalogue import LANGUAGES, catalogue_of, names_from
from figures import Figure, report, spread
from hub_hall import SITE

from hub import sites
from hub.catalogue.publication.publishing import publish
from hub.fleet import terminals
from hub.sites import Site
from hub.store.engine import Store
from kiosk.catalogue.model import Catalogue
from kiosk.config import Hub
from kiosk.wire import MANIFEST
from offline_cache.catalogue.follow import Again, Follower, InStep
from offline_cache.catalogue.search_thread import CatalogueThread
from offline_cache.catalogue.store import CatalogueStore
from offline_cache.http.answers import Answer, Away
from offline_cache.http.hub_client import HubClient
from offline_cache.store.notes import ignore

WIRE_MAX = 4096
BARE = "/api/v1/bare"
SERVE = f"""
import pathlib, sys
from litestar import get
import hub.serve
made = hub.serve.create_app
@get("{BARE}", status_code=204)
async def bare() -> None:
    pass
def with_bare(store, *args, **kwargs):
    app = made(store, *args, **kwargs)
    app.register(bare)
    return app
hub.serve.create_app = with_bare
sys.exit(hub.serve.serve("127.0.0.1", 0, pathlib.Path(sys.argv[1]), lambda url: print(url, flush=True)))
"""


class Relay:
    """Passes bytes on to a port and counts them."""

    def __init__(self, port: int) -> None:
        self.bytes = 0
        self._port = port
        self._server = socket.create_server(("127.0.0.1", 0))
        self.url = f"http://127.0.0.1:{self._server.getsockname()[1]}"
        threading.Thread(target=self._accept, daemon=True).start()

    def _accept(self) -> None:
        with suppress(OSError):
            while True:
                near, _ = self._server.accept()
                far = socket.create_connection(("127.0.0.1", self._port))
                for source, target in ((near, far), (far, near)):
                    threading.Thread(target=self._pass, args=(source, target), daemon=True).start()

    def _pass(self, source: socket.socket, target: socket.socket) -> None:
        with suppress(OSError):
            while data := source.recv(65536):
                self.bytes += len(data)
                target.sendall(data)
            target.shutdown(socket.SHUT_WR)


def now_ms() -> int:
    return time.time_ns() // 1_000_000


def founded(path: Path, catalogue: Catalogue) -> str:
    """A hall with this catalogue and one terminal; its enrolment code."""
    store = Store(path)
    code = terminals.make_code(lambda below: random.SystemRandom().randrange(below))

    def fill(connection):  # type: ignore[no-untyped-def]
        sites.add_site(connection, Site(SITE, "Musterstadt", "Rathaus", "Europe/Berlin", ""), now_ms())
        publish(connection, SITE, catalogue, "bench", now_ms())
        terminals.add_terminal(connection, SITE, "t", "Terminal", now_ms())
        terminals.add_code(connection, SITE, "t", code, now_ms())

    store.write_now(fill)
    store.close()
    return code


@contextmanager
def running(data: Path) -> Iterator[int]:
    process = subprocess.Popen([sys.executable, "-c", SERVE, str(data)], stdout=subprocess.PIPE, text=True)
    try:
        assert process.stdout is not None
        yield int(process.stdout.readline().strip().rpartition(":")[2])
    finally:
        process.terminate()
        process.wait(20)


def enrolled(url: str, code: str) -> Hub:
    client = HubClient(url)
    result = client.enrol(code, "bench")
    client.close()
    assert isinstance(result, Answer), result
    signers = {signer.kid: signer.x for signer in result.value.signers}
    assert signers, "this hub signs no manifests"
    return Hub(url=url, terminal="t", key=result.value.key, site=result.value.site, signers=signers)


def in_step(follower: Follower, client: HubClient, version: int, store: CatalogueStore) -> None:
    deadline = time.monotonic() + 120
    while store.version != version:
        outcome = follower.follow(client)
        assert isinstance(outcome, InStep | Again | Away), outcome
        assert time.monotonic() < deadline, "the hub does not show what was published"
        time.sleep(0.2)


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--services", type=int, default=560)
    parser.add_argument("--languages", type=int, default=13)
    parser.add_argument("--asks", type=int, default=4000)
    parser.add_argument("--names", default="")
    parser.add_argument("--dldb", default=str(Path(__file__).parents[2] / "shared" / "data" / "dldb"))
    parser.add_argument("--json", type=Path, default=None)
    args = parser.parse_args()
    names = names_from(args.names, args.dldb)
    made = catalogue_of(args.services, LANGUAGES[: args.languages], names, random.Random(1))
    with tempfile.TemporaryDirectory() as temporary:
        folder = Path(temporary)
        (folder / "hub").mkdir()
        code = founded(folder / "hub" / "hub.db", made)
        with running(folder / "hub") as port:
            relay = Relay(port)
            link = enrolled(relay.url, code)
            figures = [
                *measured_change(folder, link, relay, made),
                *measured_client(link, etag_of(folder), args.asks),
                *measured_plain(port, link.key, etag_of(folder), args.asks),
            ]
    return report("Following the catalogue", "baseline", figures, args.json)


def measured_change(folder: Path, link: Hub, relay: Relay, made: Catalogue) -> Iterator[Figure]:
    """Bytes of both directions until one changed text is in force here; the snapshot is the baseline."""
    store = CatalogueStore(folder / "catalogue.db")
    follower = Follower(link, CatalogueThread(store, lambda event: None, changed=lambda *_: None), ignore)
    client = HubClient(link.url, link.key)
    begin = relay.bytes
    in_step(follower, client, made.version, store)
    whole = relay.bytes - begin
    first = made.services[0]
    renamed = msgspec.structs.replace(first, names={**first.names, "en": "A new name"})
    changed = msgspec.structs.replace(made, version=2, services=(renamed, *made.services[1:]))
    other = Store(folder / "hub" / "hub.db")
    other.write_now(lambda connection: publish(connection, SITE, changed, "bench", now_ms()))
    other.close()
    time.sleep(2.0)  # the hub looks twice a second for what another process published
    begin = relay.bytes
    in_step(follower, client, 2, store)
    client.close()
    yield Figure("a changed text in one language", relay.bytes - begin, "bytes", whole, limit=WIRE_MAX)


def etag_of(folder: Path) -> str:
    """The tag of the manifest that is followed here."""
    return str(msgspec.json.decode((folder / "catalogue.seen.json").read_bytes())["etag"])


def measured_client(link: Hub, etag: str, asks: int) -> Iterator[Figure]:
    """The terminal's own client, through the relay."""
    client = HubClient(link.url, link.key)

    def ask(path: str, headers: dict[str, str], status: int) -> None:
        reply = client.get(path, headers, 65536, status)
        assert getattr(reply, "status", 0) == status, reply

    yield from in_turns("nothing new (304), terminal's client", ask, {}, etag, asks)
    client.close()


def measured_plain(port: int, key: str, etag: str, asks: int) -> Iterator[Figure]:
    """A plain connection straight to the hub."""
    client = http.client.HTTPConnection("127.0.0.1", port, timeout=10)

    def ask(path: str, headers: dict[str, str], status: int) -> None:
        client.request("GET", path, headers=headers)
        reply = client.getresponse()
        reply.read()
        assert reply.status == status, reply.status

    yield from in_turns("nothing new (304), hub", ask, {"authorization": f"Bearer {key}"}, etag, asks)
    client.close()


def in_turns(
    name: str, ask: Callable[[str, dict[str, str], int], None], headers: dict[str, str], etag: str, asks: int
) -> Iterator[Figure]:
    """Manifest and bare route one after the other, so that a load from elsewhere slows both."""
    ours, bare = list[float](), list[float]()
    for _ in range(asks):
        ours.append(timed(ask, MANIFEST, headers | {"if-none-match": etag}, 304))
        bare.append(timed(ask, BARE, headers, 204))
    for part, mine, base in zip(("p50", "p95", "p99"), spread(ours), spread(bare), strict=True):
        yield Figure(f"{name}, {part}", mine, "ms", base)


def timed(ask: Callable[[str, dict[str, str], int], None], path: str, headers: dict[str, str], status: int) -> float:
    """Milliseconds."""
    begin = time.perf_counter()
    ask(path, headers, status)
    return (time.perf_counter() - begin) * 1000


if __name__ == "__main__":
    raise SystemExit(main())
