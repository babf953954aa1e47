"""A founded hall on a fresh store with a clock that the test moves, and the hub running on a loopback socket."""

import asyncio
import os
import socket
import subprocess
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from functools import partial
from pathlib import Path
from typing import Any

import pytest
import requests

from hub import sites
from hub.app import HubApp
from hub.counter import calling
from hub.errors import Refused
from hub.fleet import terminals
from hub.retention.sweep import sweep
from hub.serve import HubServer
from hub.settings import counter_settings, queue_settings
from hub.sites import Site
from hub.store.engine import Store
from hub.tickets.called import called_now
from hub.tickets.issue import Ask, Issued, issue
from hub.tickets.model import Ticket
from tests.hub_apps import app_for
from tests.unit.hub.small_disk import Disk

SITE = "rathaus"
NOON = 1_795_518_000_000
"""2026-11-24 12:00 in Berlin (UTC+1), Unix ms."""
DAY_MS = 24 * 3600 * 1000
GRACE_S = 200
"""So long uvicorn waits for open requests when it is stopped: none of ours may need it."""


class Clock:
    """Unix ms that only the test moves."""

    def __init__(self, now_ms: int = NOON) -> None:
        self.now_ms = now_ms

    def __call__(self) -> int:
        return self.now_ms

    def forward(self, ms: int) -> int:
        self.now_ms += ms
        return self.now_ms


class House:
    """The founded hall: queues A (Meldung) and B (Fahrzeuge), counters p1 (all) and p2 (only B), terminal t1."""

    site = SITE
    uuid = staticmethod(lambda number: uuid(number))

    def __init__(self, store: Store, clock: Clock) -> None:
        self.store = store
        self.clock = clock
        self.made = 0
        self.acts = 0

    def found(self) -> None:
        self.store.write_now(self._found)

    def do(self, fn: Callable[..., Any], *args: Any, **named: Any) -> Any:
        """Run a rule in one write."""
        return self.store.write_now(lambda c: fn(c, *args, **named))

    def see(self, fn: Callable[..., Any], *args: Any, **named: Any) -> Any:
        """Run a look in one read."""
        return self.store.read_now(lambda c: fn(c, *args, **named))

    def forget(self) -> None:
        """Sweep, as the hub does every hour."""
        asyncio.run(sweep(self.store, self.clock))

    def ask(self, service: str = "ausweis", ident: str | None = None) -> Issued | Refused:
        """Ask for a number now."""
        self.made += 1
        return self.do(
            issue,
            Ask(
                site=SITE,
                id=ident or uuid(self.made),
                service=service,
                token=f"{self.made:032x}",
                now_ms=self.clock(),
                terminal="t1",
            ),
        )

    def ticket(self, service: str = "ausweis", ident: str | None = None) -> Ticket:
        """The same, when it must work."""
        issued = self.ask(service, ident)
        assert isinstance(issued, Issued), issued
        return issued.ticket

    def next(self, counter: str = "p1", op: str = "") -> calling.Done | Refused:
        """Call the next to a counter; whoever is there was served."""
        return self.do(calling.call_next, self._act(counter, op))

    def served(self, counter: str = "p1", op: str = "") -> calling.Done | Refused:
        """Whoever is at the counter was served."""
        return self.do(calling.finish, self._act(counter, op))

    def board(self) -> list[tuple[str, str, str]]:
        """What boards show, newest last: number, counter, what became of the call."""
        return [(call.label, call.counter, call.state) for call in self.see(called_now, SITE, self.clock()).calls]

    def called(self) -> list[str]:
        """Numbers that are called now."""
        return [label for label, _, state in self.board() if state == "now"]

    def _act(self, counter: str, op: str) -> calling.Act:
        here = self.see(calling.current, SITE, counter)
        self.acts += 1
        return calling.Act(
            site=SITE,
            counter=counter,
            op=op or f"act-{self.acts}",
            now_ms=self.clock(),
            ticket=here.id if here else "",
            was_here=True if here else None,
        )

    def _found(self, connection: Any) -> None:
        now = self.clock()
        sites.add_site(connection, Site(SITE, "Musterstadt", "Rathaus", "Europe/Berlin", ""), now)
        for queue, series, service in (("meldung", "A", "ausweis"), ("fahrzeuge", "B", "zulassung")):
            assert queue_settings.add_queue(connection, SITE, queue, series, {"de": queue}, now) is None
            queue_settings.route(connection, SITE, service, queue, now)
        for counter, name in (("p1", "Platz 1"), ("p2", "Platz 2")):
            assert counter_settings.add_counter(connection, SITE, counter, name, now) is None
        counter_settings.serve(connection, SITE, "p2", ("fahrzeuge",), now)
        assert terminals.add_terminal(connection, SITE, "t1", "Terminal 1", now) is None


def uuid(number: int) -> str:
    """A UUIDv7-shaped id."""
    return f"0193aaaa-0000-7000-8000-{number:012x}"


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture(scope="session")
def empty_store(tmp_path_factory: pytest.TempPathFactory) -> bytes:
    """A migrated file, made once: every test begins with a copy."""
    path = tmp_path_factory.mktemp("empty") / "hub.db"
    Store(path).close()
    return path.read_bytes()


@pytest.fixture(scope="session")
def founded_store(tmp_path_factory: pytest.TempPathFactory, empty_store: bytes) -> bytes:
    """The same with the hall founded in it."""
    path = tmp_path_factory.mktemp("founded") / "hub.db"
    path.write_bytes(empty_store)
    store = Store(path)
    House(store, Clock()).found()
    store.close()
    return path.read_bytes()


@pytest.fixture
def store(tmp_path: Path, empty_store: bytes, founded_store: bytes, request: pytest.FixtureRequest) -> Iterator[Store]:
    """An empty one, or for whoever asks for the hall too, one with the hall founded in it."""
    (tmp_path / "hub.db").write_bytes(founded_store if "hall" in request.fixturenames else empty_store)
    store = Store(tmp_path / "hub.db")
    yield store
    store.close()


@pytest.fixture
def hall(store: Store, clock: Clock) -> House:
    return House(store, clock)


@pytest.fixture
def disk(tmp_path: Path) -> Iterator[Disk]:
    folder = tmp_path / "disk"
    folder.mkdir()
    options = ["-t", "tmpfs", "-o", "size=3m,mode=0700", "tmpfs", str(folder)]
    if os.geteuid() != 0 or subprocess.run(["mount", *options], check=False, capture_output=True).returncode:
        pytest.skip("only root may mount a small disk")
    yield Disk(folder)
    subprocess.run(["umount", str(folder)], check=True)


class LiveHub:
    """The hub over the hall's store, on a socket, with one enrolled terminal ``t1``."""

    grace_s = GRACE_S

    def __init__(self, hall: House, url: str, stop: Callable[[], None]) -> None:
        self.hall = hall
        self.url = url
        self.stop = stop
        self.http = requests.Session()
        self.http.trust_env = False  # looking for proxies in the environment costs as much as a request
        self.key = self.enrol("t1", "ABCDEFGH")

    def enrol(self, terminal: str, code: str) -> str:
        assert self.hall.do(terminals.add_code, SITE, terminal, code, self.hall.clock()) is None
        answer = self.http.post(f"{self.url}/api/v1/enrol", json={"code": code}, timeout=300)
        assert answer.status_code == 200, answer.text
        key = answer.json()["key"]
        assert isinstance(key, str)
        return key

    def call(self, method: str, path: str, key: str | None = None, **options: Any) -> requests.Response:
        headers = {"authorization": f"Bearer {key or self.key}"} | options.pop("headers", {})
        return self.http.request(method, f"{self.url}/api/v1{path}", headers=headers, timeout=300, **options)

    def post(self, path: str, body: object) -> requests.Response:
        return self.call("POST", path, json=body)

    def get(self, path: str, **options: Any) -> requests.Response:
        return self.call("GET", path, **options)


@pytest.fixture
def live(hall: House) -> Iterator[LiveHub]:
    """The real server in a thread of its own; its heartbeat is 0.2 s so that tests need not wait."""
    with app_for(hall.store, hall.clock, 0.2) as (app, _), living(hall, app) as hub:
        yield hub


@contextmanager
def living(hall: House, app: HubApp) -> Iterator[LiveHub]:
    listener = socket.create_server(("127.0.0.1", 0))
    up = threading.Event()
    server = HubServer(app, listener, lambda _url: up.set())
    server.config.timeout_graceful_shutdown = GRACE_S
    thread = threading.Thread(target=partial(server.run, [listener]))
    thread.start()
    assert up.wait(300)

    def stop() -> None:
        server.should_exit = True
        thread.join(300)
        assert not thread.is_alive(), "the hub must end its streams and stop"

    hub = LiveHub(hall, f"http://127.0.0.1:{listener.getsockname()[1]}", stop)
    yield hub
    hub.http.close()
    stop()
    listener.close()
