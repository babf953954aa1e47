"""Nothing new: GET MANIFEST answered 304 beside a bare 204 of the same server, in turns on kept-alive sockets.

    python bench/manifest_304.py [--count 4000] [--json FILE]

The hub runs in a process of its own; the bare route does nothing but answer.
"""

import argparse
import http.client
import multiprocessing
import socket
import tempfile
import time
from functools import partial
from multiprocessing.connection import Connection as Pipe
from pathlib import Path

from figures import Figure, report, spread
from litestar import Response, get
from sqlalchemy import Connection

from hub.app import create_app
from hub.catalogue.demo import demo_catalogue
from hub.hall import system_ms
from hub.queues import house, publishing, terminals
from hub.serve import HubServer
from hub.store.engine import Store
from kiosk.wire import MANIFEST

KEY = "bench-key"


@get("/bare", sync_to_thread=False)
def bare() -> Response[None]:
    """The least this server can answer."""
    return Response(None, status_code=204)


def serve(folder: Path, tell: Pipe) -> None:
    store = Store(folder / "hub.db")
    store.write_now(founded)
    app = create_app(store)
    app.register(bare)
    listener = socket.create_server(("127.0.0.1", 0))
    HubServer(app, listener, partial(lambda _url: tell.send(listener.getsockname()[1]))).run([listener])


def founded(connection: Connection) -> None:
    now_ms = system_ms()
    house.add_site(connection, house.Site("s", "Stadt Musterstadt", "Rathaus", "Europe/Berlin", ""), now_ms)
    publishing.publish(connection, "s", demo_catalogue(), "demo", now_ms)
    terminals.add_terminal(connection, "s", "t", "Terminal", now_ms)
    terminals.add_code(connection, "s", "t", "ABCDEFGH", now_ms)
    terminals.enrol(connection, "ABCDEFGH", terminals.secret_hash(KEY), "", now_ms)


def asked(client: http.client.HTTPConnection, path: str, headers: dict[str, str]) -> tuple[float, int, str]:
    start = time.perf_counter()
    client.request("GET", path, headers=headers)
    answer = client.getresponse()
    answer.read()
    return (time.perf_counter() - start) * 1000, answer.status, answer.headers.get("etag", "")


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--count", type=int, default=4000)
    parser.add_argument("--json", type=Path)
    args = parser.parse_args()
    here, there = multiprocessing.Pipe()
    with tempfile.TemporaryDirectory() as folder:
        hub = multiprocessing.Process(target=serve, args=(Path(folder), there), daemon=True)
        hub.start()
        client = http.client.HTTPConnection("127.0.0.1", here.recv(), timeout=10)
        headers = {"authorization": f"Bearer {KEY}"}
        until = time.monotonic() + 10
        while not (tag := asked(client, MANIFEST, headers)[2]) and time.monotonic() < until:
            time.sleep(0.1)
        ours, plain = [], []
        for _ in range(args.count):
            took, status, _ = asked(client, MANIFEST, headers | {"if-none-match": tag})
            if status != 304:
                raise SystemExit(f"the hub answered {status}")
            ours.append(took)
            plain.append(asked(client, "/bare", headers)[0])
        hub.terminate()
        hub.join(10)
    mine, base = spread(ours), spread(plain)
    rows = zip(("p50", "p95", "p99"), mine, base, strict=True)
    return report("Nothing new", "bare 204", [Figure(f"304, {name}", a, "ms", b) for name, a, b in rows], args.json)


if __name__ == "__main__":
    raise SystemExit(main())
