"""A real hub that can be restarted, and a line to it that breaks after a given number of bytes."""

import asyncio
import contextlib
import socket
import threading
import time
from collections import Counter
from collections.abc import Callable, Iterable, Iterator
from functools import partial
from pathlib import Path
from typing import TypeVar

from sqlalchemy import Connection

from hub import sites
from hub.app import create_app
from hub.catalogue.content import records, state
from hub.catalogue.content.records import Row
from hub.fleet import terminals
from hub.retention.sweep import sweep
from hub.serve import HubServer
from hub.sites import Site
from hub.store.engine import Store
from kiosk.catalogue.records import Key
from tests.unit.offline_cache.peers import read_request

SITE = "rathaus"
CODE = "ABCDEFGH"
BEGIN_MS = 1_795_518_000_000
"""2026-11-24 12:00 in Berlin."""
ANSWERS = ("manifest", "changes", "snapshot")
T = TypeVar("T")


class RealHub:
    """Store, app and server of a hub on loopback; the clock stands until it is moved.

    It is told when to look for what was published (``show``): a thousand times half a second would be too long.
    Whoever uses it sets ``hub.catalogue.publication.published.LOOK_S`` so high that it does not look by itself.
    """

    def __init__(self, folder: Path) -> None:
        self.now_ms = BEGIN_MS
        self._path = folder / "hub.db"
        self._open()
        self.do(partial(sites.add_site, site=Site(SITE, "Musterstadt", "Rathaus", "Europe/Berlin", "")))
        self.do(partial(terminals.add_terminal, site=SITE, terminal="t", name="Terminal"))
        self.do(partial(terminals.add_code, site=SITE, terminal="t", code=CODE))

    def _open(self) -> None:
        self._store = Store(self._path)

    def do(self, fn: Callable[..., T]) -> T:
        """Something that is written, at the hub's present time."""
        return self._store.write_now(lambda connection: fn(connection, now_ms=self.now_ms))

    def forget(self) -> None:
        """Sweep, as the hub does every hour."""
        asyncio.run(sweep(self._store, lambda: self.now_ms))

    def see(self, fn: Callable[[Connection], T]) -> T:
        return self._store.read_now(fn)

    def records(self) -> dict[Key, Row]:
        """All that is in force."""
        return self.see(lambda connection: {row.key: row for row in records.living(connection, SITE)})

    def start(self) -> int:
        """Serve; the port."""
        up = threading.Event()

        def ready(_url: str) -> None:
            self._loop = asyncio.get_running_loop()
            up.set()

        self._app = create_app(self._store, lambda: self.now_ms)
        self._listener = socket.create_server(("127.0.0.1", 0))
        self._server = HubServer(self._app, self._listener, ready)
        self._thread = threading.Thread(target=self._server.run, args=([self._listener],), daemon=True)
        self._thread.start()
        assert up.wait(300), "the hub must start"
        self._wait_until_shown()
        port: int = self._listener.getsockname()[1]
        return port

    def stop(self) -> None:
        self._server.should_exit = True
        self._thread.join(300)
        assert not self._thread.is_alive(), "the hub must stop"
        self._listener.close()
        self._store.close()

    def restart(self) -> int:
        self.stop()
        self._open()
        return self.start()

    def show(self) -> None:
        """Make what is in force ready for terminals."""
        looked = asyncio.run_coroutine_threadsafe(self._app.state.hub.published.look(), self._loop)
        looked.result(300)

    def _wait_until_shown(self) -> None:
        """Its first look of its own is over."""
        end = time.monotonic() + 300
        while self.see(partial(state.read, site=SITE)) and self._app.state.hub.published.of(SITE) is None:
            assert time.monotonic() < end, "the hub must show its catalogue"
            time.sleep(0.005)


class CuttingLine:
    """Passes bytes on to ``port``. ``trouble`` says how many bytes of answers go through until each next cut."""

    def __init__(self) -> None:
        self.port = 0
        self.asked: list[str] = []
        """The path of every question, oldest first."""
        self.cut: Counter[str] = Counter()
        """Which of ANSWERS was being given when the line was cut."""
        self._cuts: Iterator[int] = iter(())
        self._left: int | None = None
        self._lock = threading.Lock()
        self._server = socket.create_server(("127.0.0.1", 0))
        self.url = f"http://127.0.0.1:{self._server.getsockname()[1]}"
        threading.Thread(target=self._accept, daemon=True).start()

    def trouble(self, cuts: Iterable[int]) -> None:
        """From now on; none = a good line."""
        with self._lock:
            self._cuts = iter(cuts)
            self._left = next(self._cuts, None)

    def close(self) -> None:
        with contextlib.suppress(OSError):
            self._server.shutdown(socket.SHUT_RDWR)
        self._server.close()

    def _accept(self) -> None:
        with contextlib.suppress(OSError):
            while True:
                near, _ = self._server.accept()
                threading.Thread(target=self._join, args=(near,), daemon=True).start()

    def _join(self, near: socket.socket) -> None:
        with near, contextlib.suppress(OSError), socket.create_connection(("127.0.0.1", self.port), 5) as far:
            far.settimeout(None)
            asking = threading.Thread(target=self._questions, args=(near, far), daemon=True)
            asking.start()
            while data := far.recv(65536):
                through = self._through(len(data))
                near.sendall(data[:through])
                if through < len(data):
                    break
            _hang_up(near, far)
            asking.join()

    def _questions(self, near: socket.socket, far: socket.socket) -> None:
        with contextlib.suppress(OSError):
            while request := read_request(near):
                self.asked.append(request.split(b" ", 2)[1].decode())
                far.sendall(request)
        _hang_up(near, far)

    def _through(self, count: int) -> int:
        """How many of these bytes pass."""
        with self._lock:
            if self._left is None or self._left >= count:
                self._left = None if self._left is None else self._left - count
                return count
            passed, self._left = self._left, next(self._cuts, None)
            self.cut[next(what for what in ANSWERS if what in self.asked[-1])] += 1
            return passed


def _hang_up(*ends: socket.socket) -> None:
    for one in ends:
        with contextlib.suppress(OSError):
            one.shutdown(socket.SHUT_RDWR)
