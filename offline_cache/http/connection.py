"""One kept-alive HTTP session whose sockets can be shut from another thread.

``requests`` has no deadline over a whole exchange: a peer that sends a byte now and then is never "timed out".
Shutting the socket from a timer or from a thread that has given up wakes whoever waits on it.
"""

import contextlib
import socket
import ssl
import threading
from collections.abc import Iterator
from typing import Any

import requests
import requests.adapters
from urllib3.connection import HTTPConnection, HTTPSConnection
from urllib3.connectionpool import HTTPConnectionPool, HTTPSConnectionPool

from offline_cache.http.trust import pinned


class Sockets:
    """The open sockets of a session."""

    def __init__(self) -> None:
        self._open: list[socket.socket] = []
        self._abandoned = False
        self._lock = threading.Lock()

    def add(self, opened: socket.socket) -> None:
        """Remember a socket (and forget the closed ones)."""
        with self._lock:
            self._open = [one for one in self._open if one.fileno() != -1]
            self._open.append(opened)
            late = self._abandoned
        if late:
            _shut(opened)

    def shut(self) -> None:
        """Shut the sockets that are open now."""
        with self._lock:
            left, self._open = self._open, []
        for one in left:
            _shut(one)

    def abandon(self) -> None:
        """Shut every socket, now and from now on."""
        with self._lock:
            self._abandoned = True
        self.shut()


def new_session(sockets: Sockets, key: str, trust: ssl.SSLContext | None) -> requests.Session:
    """A session that trusts nothing of its surroundings: no proxies, no netrc, no retries, no redirects, no cookies.

    Encrypted connections are verified by ``trust`` alone: no authorities of the system, none of ``certifi``. None =
    nobody is believed.
    """
    session = requests.Session()
    session.trust_env = False
    session.max_redirects = 0
    session.headers.update(
        {"Accept": "application/json", "Accept-Encoding": "identity", "User-Agent": "townhall-kiosk"}
    )
    if key:
        session.headers["Authorization"] = f"Bearer {key}"
    adapter = _Adapter(sockets, trust)
    session.mount("http://", adapter)
    session.mount("https://", adapter)
    return session


@contextlib.contextmanager
def deadline(sockets: Sockets, seconds: float) -> Iterator[threading.Event]:
    """Shut the sockets when the block takes longer; the event tells that it happened. ``inf``: no timer."""
    late = threading.Event()
    if seconds == float("inf"):
        yield late
        return

    def give_up() -> None:
        late.set()
        sockets.shut()

    timer = threading.Timer(seconds, give_up)
    timer.daemon = True
    timer.start()
    try:
        yield late
    finally:
        timer.cancel()


class _Adapter(requests.adapters.HTTPAdapter):
    def __init__(self, sockets: Sockets, trust: ssl.SSLContext | None) -> None:
        self._sockets, self._trust = sockets, trust
        super().__init__(pool_connections=1, pool_maxsize=1, max_retries=0)

    def init_poolmanager(self, *args: Any, **kwargs: Any) -> None:
        super().init_poolmanager(*args, **kwargs)
        sockets, trust = self._sockets, self._trust

        class Plain(HTTPConnection):
            def connect(self) -> None:
                super().connect()
                sockets.add(self.sock)

        class Secure(HTTPSConnection):
            def connect(self) -> None:
                # Not urllib3's own: that would add the authorities of certifi, and warn of a clock that is wrong.
                raw = self._new_conn()
                with raw.dup() as twin:  # the handshake takes ``raw`` over; its twin can still be shut meanwhile
                    sockets.add(twin)
                    self.sock = (trust or pinned("")).wrap_socket(raw, server_hostname=self.host.rstrip("."))
                    sockets.add(self.sock)
                self.is_verified = True

        class PlainPool(HTTPConnectionPool):
            ConnectionCls = Plain

        class SecurePool(HTTPSConnectionPool):
            ConnectionCls = Secure

        self.poolmanager.pool_classes_by_scheme = {"http": PlainPool, "https": SecurePool}


def _shut(one: socket.socket) -> None:
    # The plain socket's shutdown, also under TLS: it only wakes the reader and touches nothing the reader uses.
    with contextlib.suppress(OSError):
        socket.socket.shutdown(one, socket.SHUT_RDWR)
