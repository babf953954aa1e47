"""A hall for the hub's benches: a filled store, a real hub process, enrolled clients on raw keep-alive sockets."""

import asyncio
import json
import secrets
import subprocess
import sys
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import IO, NamedTuple, cast

from hub import sites
from hub.fleet import terminals
from hub.settings import counter_settings, queue_settings
from hub.sites import Site
from hub.store.engine import Store
from kiosk.vocabulary.ids import IdMaker

SITE = "bench"
QUEUES = {"meldung": "A", "fahrzeuge": "B", "urkunden": "C", "gewerbe": "D", "soziales": "E", "bauen": "F"}
SERVE = (
    "import pathlib, sys; from hub.serve import serve;"
    "sys.exit(serve('127.0.0.1', 0, pathlib.Path(sys.argv[1]), lambda url: print(url, flush=True)))"
)
new_id = IdMaker(lambda: time.time_ns() // 1_000_000, secrets.randbits)


def found(store: Store, clients: int) -> list[str]:
    """Found the hall with its queues, one counter and the terminals; returns their enrolment codes."""
    now_ms = time.time_ns() // 1_000_000
    codes = [terminals.make_code(secrets.randbelow) for _ in range(clients)]

    def fill(connection):  # type: ignore[no-untyped-def]
        sites.add_site(connection, Site(SITE, "Musterstadt", "Rathaus", "Europe/Berlin", ""), now_ms)
        for queue, series in QUEUES.items():
            assert queue_settings.add_queue(connection, SITE, queue, series, {"de": queue}, now_ms) is None
            queue_settings.route(connection, SITE, queue, queue, now_ms)
        counter_settings.add_counter(connection, SITE, "c1", "Platz 1", now_ms)
        for number, code in enumerate(codes):
            assert terminals.add_terminal(connection, SITE, f"t{number}", f"Terminal {number}", now_ms) is None
            assert terminals.add_code(connection, SITE, f"t{number}", code, now_ms) is None

    store.write_now(fill)
    # 9,999 numbers per series: a bench draws more in a minute than a hall in a month
    store.write_now(lambda c: c.exec_driver_sql("UPDATE queue SET last_n = 9999"))
    return codes


class Running(NamedTuple):
    """A hub's process."""

    host: str
    port: int
    pid: int


@contextmanager
def hub_process(data: Path, log: IO[bytes] | None = None, serve: str = SERVE) -> Iterator[Running]:
    """The hub as its own process, its log into ``log``; stops it in the end."""
    command = [sys.executable, "-c", serve, str(data)]
    process = subprocess.Popen(command, stdout=subprocess.PIPE, stderr=log, text=True)
    try:
        assert process.stdout is not None
        url = process.stdout.readline().strip()
        host, _, port = url.removeprefix("http://").partition(":")
        yield Running(host, int(port), process.pid)
    finally:
        process.terminate()
        process.wait(300)


@contextmanager
def running_hub(data: Path, serve: str = SERVE) -> Iterator[tuple[str, int]]:
    """The same for whoever needs host and port only."""
    with hub_process(data, serve=serve) as hub:
        yield hub.host, hub.port


class Client(asyncio.Protocol):
    """One keep-alive connection: a request, then its answer; nothing else in flight."""

    def __init__(self) -> None:
        self._answer: asyncio.Future[tuple[int, bytes]] | None = None
        self._buffer = b""
        self.key = ""

    @classmethod
    async def connect(cls, host: str, port: int, own: str = "") -> "Client":
        """Connect from the address ``own`` ("" = any)."""
        local = (own, 0) if own else None
        _, client = await asyncio.get_running_loop().create_connection(cls, host, port, local_addr=local)
        return client

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        self._transport = cast("asyncio.Transport", transport)

    def data_received(self, data: bytes) -> None:
        self._buffer += data
        head, end, body = self._buffer.partition(b"\r\n\r\n")
        if not end or self._answer is None or self._answer.done():
            return
        length = int(head.lower().partition(b"content-length: ")[2].partition(b"\r\n")[0] or b"0")
        if len(body) >= length:
            self._buffer = b""
            self._answer.set_result((int(head[9:12]), body))

    def connection_lost(self, exc: Exception | None) -> None:
        if self._answer is not None and not self._answer.done():
            self._answer.set_exception(ConnectionError(f"closed by the hub: {exc}"))

    async def ask(self, method: str, path: str, body: object = None) -> tuple[int, bytes]:
        """Send, and wait for the whole answer. Raises ConnectionError when the hub closes instead."""
        data = b"" if body is None else json.dumps(body).encode()
        return await self.send(f"{method} {path} HTTP/1.1\r\nhost: hub\r\nauthorization: Bearer {self.key}\r\n", data)

    async def send(self, head: str, data: bytes) -> tuple[int, bytes]:
        """The same for a head that is written out (without the body's length)."""
        self._answer = asyncio.get_running_loop().create_future()
        if self._transport.is_closing():
            raise ConnectionError("closed by the hub")
        self._transport.write(f"{head}content-length: {len(data)}\r\n\r\n".encode() + data)
        return await self._answer

    async def enrol(self, code: str) -> None:
        """Take the key of this terminal."""
        status, body = await self.ask("POST", "/api/v1/enrol", {"code": code})
        assert status == 200, body
        self.key = json.loads(body)["key"]

    def close(self) -> None:
        self._transport.close()


async def enrolled(host: str, port: int, codes: Sequence[str]) -> list[Client]:
    """One connected, enrolled client for each code."""
    clients = []
    for code in codes:
        client = await Client.connect(host, port)
        await client.enrol(code)
        clients.append(client)
    return clients


def percentile(values: Sequence[float], share: float) -> float:
    """The value that ``share`` of the values do not exceed (nearest rank)."""
    return sorted(values)[min(len(values) - 1, int(len(values) * share))]


def row(name: str, seconds: Sequence[float], wall: float) -> dict[str, object]:
    """One line of a table: latencies in ms, rate in 1/s."""
    ms = [value * 1000 for value in seconds]
    return {
        "what": name,
        "n": len(ms),
        "p50_ms": round(percentile(ms, 0.50), 2),
        "p95_ms": round(percentile(ms, 0.95), 2),
        "p99_ms": round(percentile(ms, 0.99), 2),
        "max_ms": round(max(ms), 2),
        "per_s": round(len(ms) / wall),
    }


def table(rows: Sequence[dict[str, object]]) -> str:
    """The rows as a markdown table."""
    heads = list(rows[0])
    lines = ["| " + " | ".join(heads) + " |", "|" + "---|" * len(heads)]
    return "\n".join(lines + ["| " + " | ".join(str(line[head]) for head in heads) + " |" for line in rows])
