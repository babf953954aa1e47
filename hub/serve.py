"""``kiosk hub``: one process, one worker, one data folder; encrypted wherever somebody else could listen."""

import asyncio
import contextlib
import gc
import logging
import signal
import socket
import sys
import threading
from collections.abc import Callable, Sequence
from functools import partial
from pathlib import Path

import uvicorn
from litestar import Litestar
from uvicorn.config import STARTUP_FAILURE

from hub import stored_clock
from hub.app import create_app
from hub.auth.first_run import new_token
from hub.clock import HallClock, system_ms
from hub.connections.accepting import Acceptor
from hub.connections.declared import with_routes
from hub.connections.keeper import Keeper, Line
from hub.connections.limits import Limits, limits_here
from hub.connections.origins import Proxies, read_networks
from hub.connections.protocol import BoundedProtocol
from hub.connections.tally import Reason, Tally
from hub.context import Hub
from hub.log import event
from hub.store import opening, seen
from hub.store.engine import Store
from hub.store.faults import HOPELESS, StoreFailed, StoreRefused, Trouble
from hub.store.lock import hold
from hub.tls import files, serving
from hub.tls.files import TlsFault
from hub.tls.serving import Files, Tls
from kiosk.vocabulary.addresses import is_this_machine

LOGGER = logging.getLogger("hub")
BACKLOG = 512
HANDSHAKE_S = 10.0
"""A client that has not shaken hands by then is gone or means no good."""
KEEP_ALIVE_S = 75
"""Longer than the terminals' heartbeat of 5 s, so that they keep their connection."""
SWITCH_S = 0.0005
"""How long the event loop may keep Python to itself while the store's threads wait for it: each statement of theirs
gives it up and takes it back, so under a flood of requests a number would wait for it a dozen times."""
STORE_ENDED = 74
"""Exit code (EX_IOERR of sysexits.h): the database is damaged, or its writer ended; the service starts anew."""


def serve(
    bind: str,
    port: int,
    data_dir: Path,
    ready: Callable[[str], None] | None = None,
    certificates: Files | None = None,
    proxies: Sequence[str] = (),
    *,
    begin_anew: bool = False,
    public_certificate: bool = False,
) -> int:
    """Run the hub until SIGTERM or SIGINT; returns the exit code. ``ready`` gets the address when it answers;
    without it the address is printed, with the set-up link while the hub has no data.

    ``certificates`` are the operator's own; else those of ``kiosk hub init`` are used when there are some. ``proxies``:
    addresses or networks of the reverse proxies that are believed (X-Forwarded-For, X-Forwarded-Proto).
    ``begin_anew``: the folder lost its database, and a new hub is wanted in it. ``public_certificate``: every browser
    knows who signed the certificates, so answers carry HSTS.
    Port 0 takes any free one. Exit code 2: the folder, the address or a certificate cannot be used; the log says why.
    74: while it ran, the store met what this process cannot mend. A locked file and a full or failing disk end nothing.
    """
    named = read_networks(proxies)
    if isinstance(named, str):
        return _refuse(f"--proxy {named} is no address and no network. Give the address that the proxy connects from.")
    try:
        lock = hold(data_dir)
    except StoreRefused as fault:
        return _refuse(str(fault))
    with lock:
        if begin_anew and (why := opening.give_up_lost(data_dir, system_ms())):
            return _refuse(why)
        if not begin_anew and (why := opening.lost(data_dir)):
            return _refuse(why)
        tls = _encryption(bind, data_dir, certificates)
        if isinstance(tls, TlsFault):
            return _refuse(tls.sentence)
        database, believed = data_dir / opening.DATABASE, Proxies(named)
        return _serve_locked(bind, port, database, ready, tls, believed, public=public_certificate)


def _encryption(bind: str, data_dir: Path, certificates: Files | None) -> Tls | TlsFault | None:
    """The certificate to serve with; None = none, which is allowed on this machine only."""
    folder = files.folder_of(data_dir)
    if certificates is not None or folder.ca.exists():
        return serving.open_tls(certificates or serving.of_folder(folder))
    if is_this_machine(bind):
        return None
    return TlsFault(
        f"The hub does not listen on {bind} without encryption. Make certificates first:"
        f" 'kiosk hub init --data {data_dir} --name NAME-OR-ADDRESS', or give your own (--certificate, --key, --ca)."
    )


def _serve_locked(
    bind: str,
    port: int,
    path: Path,
    ready: Callable[[str], None] | None,
    tls: Tls | None,
    proxies: Proxies,
    *,
    public: bool,
) -> int:
    try:
        listener = socket.create_server((bind, port), backlog=BACKLOG)
    except OSError as fault:
        return _refuse(f"Cannot listen on {bind}:{port} ({fault.strerror}). Choose another --bind or --port.")
    with listener:
        try:
            store = Store(path, patient=True)
        except StoreRefused as fault:
            return _refuse(str(fault))
        _end_in_order()
        sys.setswitchinterval(SWITCH_S)
        try:
            _look_back(store)
            app = create_app(store, _clock(store), ca=tls.ca if tls else "", public_certificate=public)
            server = HubServer(app, listener, ready or partial(_say, store), tls, limits_here(), proxies)
            store.at_the_end(server.end)
            server.run([listener])
        finally:
            store.close()
    return STORE_ENDED if store.trouble in HOPELESS else 0


def _clock(store: Store) -> HallClock:
    """The clock, with what the last run kept: read now or, when the file cannot be opened yet, before its first write
    (the writer's thread calls its listeners first)."""
    clock = HallClock(system_ms)

    def begin() -> None:
        if not clock.begun:
            clock.begin(*store.read_now(stored_clock.read))

    try:
        begin()
    except StoreFailed:
        store.after_commit(begin)
    return clock


def _look_back(store: Store) -> None:
    """Say it when the database is older than one that ran here: nothing else in it tells."""
    with contextlib.suppress(StoreFailed):
        if (gone := seen.noted(store.path) - store.read_now(seen.events)) > 0:
            LOGGER.critical(
                "%s is older than it was: %d events or more are gone, with their numbers. Its log (-wal) was removed,"
                " or an older file was put in its place. Numbers may be given twice: stop the hub, make a copy of what"
                " there is (kiosk hub backup) and put it back (kiosk hub restore): it asks for the numbers on paper.",
                store.path,
                gone,
                extra=event("store.older"),
            )


def _refuse(sentence: str) -> int:
    LOGGER.error("%s", sentence, extra=event("hub.refused"))
    return 2


def _say(store: Store, url: str) -> None:
    """Tell the person at the console where the hub is and, while it has no data, how to set it up."""
    sys.stdout.write(f"The hub answers at {url}\n")
    sys.stdout.flush()
    try:
        token = store.write_now(partial(new_token, now_ms=system_ms()))
    except StoreFailed as fault:
        text = "%s When it saves again, start it anew for the set-up link."
        LOGGER.error(text, fault, extra=event("hub.no_link"))
        return
    if token:
        sys.stdout.write(f"Set it up here, this link works once: {url}/setup?token={token}\n")
        sys.stdout.flush()


def _end_in_order() -> None:
    """uvicorn raises the signal that ended it once more; ours must not kill the process before the store is closed."""
    if threading.current_thread() is threading.main_thread():
        for number in (signal.SIGTERM, signal.SIGINT):
            signal.signal(number, lambda _number, _frame: None)


class HubServer(uvicorn.Server):
    """uvicorn that tells when it answers, and ends our streams before it waits for open requests."""

    def __init__(
        self,
        app: Litestar,
        listener: socket.socket,
        ready: Callable[[str], None] | None = None,
        tls: Tls | None = None,
        limits: Limits | None = None,
        proxies: Proxies | None = None,
    ) -> None:
        """Serve ``app`` on ``listener``; start with ``run([listener])``, end by ``should_exit = True``."""
        super().__init__(
            uvicorn.Config(
                app,
                loop="uvloop",
                http="httptools",
                lifespan="on",
                access_log=False,
                log_config=None,
                server_header=False,
                proxy_headers=False,
                timeout_keep_alive=KEEP_ALIVE_S,
                timeout_graceful_shutdown=3,
            )
        )
        self._hub, self._listener, self._ready, self._tls = app, listener, ready, tls
        self._keeper = Keeper(with_routes(limits or Limits(), app), Tally(), proxies)
        self._watch: asyncio.Task[None] | None = None
        self._acceptor: Acceptor | None = None

    def turned_away(self) -> dict[Reason, int]:
        """How many were turned away since the start, by the limit that did it."""
        return self._keeper.tally.total

    def end(self, _trouble: Trouble) -> None:
        """Any thread: stop serving."""
        self.should_exit = True

    async def startup(self, sockets: list[socket.socket] | None = None) -> None:
        """Start, then say so. As uvicorn does it for one socket, but a silent handshake ends after some seconds."""
        await self.lifespan.startup()
        if self.lifespan.should_exit:
            sys.exit(STARTUP_FAILURE)
        if self._tls is not None:
            self._watch = asyncio.create_task(self._tls.watch())
        context = self._tls.context if self._tls else None
        self._listener.listen(BACKLOG)
        self._acceptor = Acceptor(self._listener, self._keeper, self._connection, context, HANDSHAKE_S)
        self.servers = []
        self.started = True
        gc.collect()
        gc.freeze()
        gc.enable()
        host, port = self._listener.getsockname()[:2]
        url = f"{'https' if self._tls else 'http'}://{host}:{port}"
        LOGGER.info("The hub answers at %s", url, extra=event("hub.started"))
        if self._ready:
            self._ready(url)

    def _connection(self, line: Line) -> BoundedProtocol:
        return BoundedProtocol(
            self._keeper, line, config=self.config, server_state=self.server_state, app_state=self.lifespan.state
        )

    async def shutdown(self, sockets: list[socket.socket] | None = None) -> None:
        """End the streams, then wait for the other requests."""
        if self._watch is not None:
            self._watch.cancel()
            with contextlib.suppress(asyncio.CancelledError):
                await self._watch
        if self._acceptor is not None:
            self._acceptor.close()
            await self._acceptor.wait_closed()
        hub: Hub = self._hub.state.hub
        hub.feed.close()
        await super().shutdown(sockets)
