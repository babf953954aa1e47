"""Eight enrolled API clients draw at once: none doubled, none skipped. A real hub process, real sockets."""

import http.client
import json
import secrets
import subprocess
import sys
import threading
import time
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from hub import sites
from hub.fleet import terminals
from hub.settings import queue_settings
from hub.sites import Site
from hub.store.engine import Store
from kiosk.vocabulary.ids import IdMaker

SITE = "rathaus"
QUEUES = {"meldung": "A", "fahrzeuge": "B", "urkunden": "C"}
CLIENTS = 8
TICKETS = 2_000
SERVE = (
    "import pathlib, sys; from hub.serve import serve;"
    "sys.exit(serve('127.0.0.1', 0, pathlib.Path(sys.argv[1]), lambda url: print(url, flush=True)))"
)
new_id = IdMaker(lambda: time.time_ns() // 1_000_000, secrets.randbits)


def found(data: Path) -> list[str]:
    """A hall with three queues and eight terminals; returns their codes."""
    codes = [terminals.make_code(secrets.randbelow) for _ in range(CLIENTS)]
    now_ms = time.time_ns() // 1_000_000

    def fill(connection) -> None:
        sites.add_site(connection, Site(SITE, "Musterstadt", "Rathaus", "Europe/Berlin", ""), now_ms)
        for queue, series in QUEUES.items():
            assert queue_settings.add_queue(connection, SITE, queue, series, {"de": queue}, now_ms) is None
            queue_settings.route(connection, SITE, queue, queue, now_ms)
        for number, code in enumerate(codes):
            assert terminals.add_terminal(connection, SITE, f"t{number}", f"Terminal {number}", now_ms) is None
            assert terminals.add_code(connection, SITE, f"t{number}", code, now_ms) is None

    store = Store(data / "hub.db")
    store.write_now(fill)
    store.close()
    return codes


@contextmanager
def hub_process(data: Path) -> Iterator[tuple[str, subprocess.Popen[str]]]:
    """The hub on a free port; gives its address and process."""
    process = subprocess.Popen([sys.executable, "-c", SERVE, str(data)], stdout=subprocess.PIPE, text=True)
    try:
        assert process.stdout is not None
        yield process.stdout.readline().strip().removeprefix("http://"), process
    finally:
        process.terminate()
        process.wait(20)
        assert process.stdout is not None
        process.stdout.close()


class Terminal:
    """One enrolled client on one kept connection."""

    def __init__(self, address: str, code: str) -> None:
        self._connection = http.client.HTTPConnection(address, timeout=300)
        self._headers: dict[str, str] = {}
        status, body = self.post("/enrol", {"code": code})
        assert status == 200, body
        self._headers = {"authorization": f"Bearer {body['key']}"}

    def post(self, path: str, body: object) -> tuple[int, dict]:
        self._connection.request("POST", f"/api/v1{path}", json.dumps(body), self._headers)
        answer = self._connection.getresponse()
        return answer.status, json.loads(answer.read())

    def close(self) -> None:
        self._connection.close()


@pytest.mark.load
def test_eight_clients_draw_two_thousand_numbers_none_doubled_none_skipped(tmp_path: Path) -> None:
    codes = found(tmp_path)
    services = list(QUEUES)
    drawn: list[dict] = []
    with hub_process(tmp_path) as (address, _):
        clients = [Terminal(address, code) for code in codes]

        def draw(client: Terminal, first: int) -> None:
            for number in range(first, TICKETS, CLIENTS):
                ident = new_id()
                status, answer = client.post("/tickets", {"id": ident, "service": services[number % len(services)]})
                assert status == 200, answer
                assert answer["id"] == ident
                drawn.append(answer)

        threads = [threading.Thread(target=draw, args=pair) for pair in zip(clients, range(CLIENTS), strict=True)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join(100)
        for client in clients:
            client.close()
    assert len(drawn) == TICKETS
    numbers = Counter((answer["series"], answer["n"]) for answer in drawn)
    assert max(numbers.values()) == 1, "none doubled"
    for series, of in Counter(answer["series"] for answer in drawn).items():
        assert {n for letter, n in numbers if letter == series} == set(range(1, of + 1)), "none skipped"
    assert _kept(tmp_path) == numbers.keys()


@pytest.mark.load
def test_hub_killed_in_the_middle_keeps_every_number_it_gave(tmp_path: Path) -> None:
    """SIGKILL while eight clients draw: what was answered is there after the restart, and the count goes on."""
    codes = found(tmp_path)
    drawn: list[dict] = []
    with hub_process(tmp_path) as (address, process):
        clients = [Terminal(address, code) for code in codes]
        enough = threading.Event()

        def draw(client: Terminal) -> None:
            while True:
                try:
                    status, answer = client.post("/tickets", {"id": new_id(), "service": "meldung"})
                except (OSError, http.client.HTTPException):
                    return
                assert status == 200
                drawn.append(answer)
                if len(drawn) >= 300:
                    enough.set()

        threads = [threading.Thread(target=draw, args=(client,)) for client in clients]
        for thread in threads:
            thread.start()
        assert enough.wait(300)
        process.kill()
        for thread in threads:
            thread.join(300)
        for client in clients:
            client.close()
    given = {(answer["series"], answer["n"]) for answer in drawn}
    kept = _kept(tmp_path)
    assert given <= kept
    assert {n for _, n in kept} == set(range(1, len(kept) + 1))
    store = Store(tmp_path / "hub.db")
    store.write_now(lambda c: terminals.add_code(c, SITE, "t0", "ABCDEFGH", time.time_ns() // 1_000_000))
    assert store.read_now(lambda c: c.exec_driver_sql("PRAGMA integrity_check").scalar_one()) == "ok"
    sql = "SELECT id FROM ticket WHERE terminal_id = 't0'"
    mine = set(store.read_now(lambda c: c.exec_driver_sql(sql).scalars().all()))
    store.close()
    with hub_process(tmp_path) as (address, _):
        client = Terminal(address, "ABCDEFGH")
        assert client.post("/tickets", {"id": new_id(), "service": "meldung"})[1]["n"] == len(kept) + 1
        last = next(answer for answer in reversed(drawn) if answer["id"] in mine)
        assert client.post("/tickets", {"id": last["id"], "service": "meldung"}) == (200, last)
        client.close()


def _kept(data: Path) -> set[tuple[str, int]]:
    """What the store holds."""
    store = Store(data / "hub.db")
    try:
        rows = store.read_now(lambda c: c.exec_driver_sql("SELECT series, n FROM ticket").all())
        return {(series, n) for series, n in rows}
    finally:
        store.close()
