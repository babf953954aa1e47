"""The hub as one ASGI app: API, pages, feed and housekeeping over one store."""

import asyncio
import logging
from collections.abc import AsyncIterator, Callable, Coroutine, Mapping
from contextlib import asynccontextmanager
from functools import partial
from types import MappingProxyType
from typing import Any

from litestar import Litestar, Response, get
from litestar.di import Provide
from litestar.enums import ScopeType
from litestar.exceptions import HTTPException
from sqlalchemy import Connection

from hub import headers, stored_clock
from hub.api import catalogue_api, http, number, terminal_api
from hub.api.http import HubRequest
from hub.api.routes import Lane
from hub.clock import Kept, Verdict, system_ms
from hub.connections import heads
from hub.connections.proof import board_stream, wrong_head
from hub.context import Hub, HubContext, believe
from hub.live import stream_rights
from hub.live.feed import HEARTBEAT_S
from hub.log import event
from hub.retention.sweep import sweep
from hub.store import seen
from hub.store.engine import Store
from hub.tasks import keep_going
from hub.tickets.business_day import turn_all
from hub.trail.housekeeping import cut_all, look_at_all
from hub.web import routers
from hub.web.common import error_pages
from kiosk.owner_thread import LOOK_S as LOOK_THREADS_S

LOGGER = logging.getLogger("hub")
STREAM_AGAIN_S = 30
"""A board that gets no stream polls, and asks again after this time."""
LOOK_S = 20.0
WATCH_S = 1.0
FORGET_S = 3600.0
CHECK_S = 24 * 3600.0


class HubApp(Litestar):
    """Litestar with a lane of its own for numbers: who asks for one passes routing and middleware by."""

    lanes: Mapping[str, Lane] = MappingProxyType({number.LANE.path: number.LANE})
    """By path; ``hub.api.routes`` has them in its table."""

    async def __call__(self, scope: Any, receive: Any, send: Any) -> None:
        """One ASGI event source: a request, or the app's life span."""
        if scope["type"] != ScopeType.HTTP:
            await super().__call__(scope, receive, send)
            return
        hub: HubContext = self.state.hub
        send = headers.completed(scope, send, strict=hub.public_certificate)
        if status := heads.fault_of(scope):
            wrong_head(scope)
            await heads.refuse(scope, send, status)
        elif heads.is_board_stream(scope) and not board_stream(scope):
            await heads.refuse(scope, send, 503, again_s=STREAM_AGAIN_S)
        elif lane := self.lanes.get(scope["path"]):
            await lane.answer(hub, scope, receive, send)
        else:
            await super().__call__(scope, receive, send)


@get("/healthz", sync_to_thread=False)
def healthz(hub: Hub) -> Response[bytes]:
    """200 while commits are possible, else 503: for whoever watches the process."""
    return Response(b"", status_code=200 if hub.store.healthy else 503)


def create_app(
    store: Store,
    now_ms: Callable[[], int] = system_ms,
    heartbeat_s: float = HEARTBEAT_S,
    ca: str = "",
    *,
    public_certificate: bool = False,
) -> HubApp:
    """Build the app over an open store; the caller closes the store after the app has ended.

    ``now_ms`` is a ``HallClock``, or a clock that is believed whatever it says. ``ca`` is the certificate (PEM) of the
    authority that terminals pin; "" = no encryption. ``public_certificate``: the operator says that browsers know it.
    """
    hub = HubContext(store, now_ms, heartbeat_s, ca, public_certificate=public_certificate)
    return app_over(hub)


def app_over(hub: HubContext | None) -> HubApp:
    """The routes, which are the same for every hub, over what this one has at hand; None: what they declare is read,
    and nothing served.
    """
    return HubApp(
        [healthz, terminal_api.router, catalogue_api.router, *routers],
        dependencies={"hub": Provide(lambda: hub, sync_to_thread=False)},
        lifespan=[partial(_lifespan, hub)] if hub else [],
        exception_handlers={HTTPException: _http_fault},
        openapi_config=None,
        request_max_body_size=http.BODY_MAX,
        logging_config=None,
    )


def _http_fault(request: HubRequest, fault: HTTPException) -> Response[Any]:
    """Unknown paths: a fault in our form for programs, a page for people."""
    if request.url.path.startswith("/api/"):
        return http.http_fault(request, fault)
    return error_pages.http_fault(request, fault)


@asynccontextmanager
async def _lifespan(hub: Hub, app: Litestar) -> AsyncIterator[None]:
    app.state.hub = hub
    await asyncio.to_thread(hub.uploads.sweep)
    works: dict[str, Callable[[], Coroutine[Any, Any, None]]] = {
        "the feed": hub.feed.run,
        "the rights to streams": partial(stream_rights.watch, hub.feed, hub.store, hub.clock.steady_ms),
        "the catalogue for terminals": hub.published.run,
        "the faces of the towns": hub.faces.run,
        "the business days": partial(_turn_days, hub),
        "the clock": partial(_watch_clock, hub),
        "forgetting": partial(_forget, hub),
        "the trail": partial(_check_trail, hub),
        "the watch over threads": partial(_watch_threads, hub),
    }
    died = hub.store.watch.died
    tasks = [asyncio.create_task(keep_going(name, work, on_death=died)) for name, work in works.items()]
    try:
        yield
    finally:
        hub.feed.close()
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)
        await hub.imports.close()
        hub.passwords.close()


async def _turn_days(hub: Hub) -> None:
    """Turn the business day when nobody asks for a number, and keep what the clock says for the next start."""
    while True:
        now_ms, kept = hub.now_ms(), hub.clock.kept()

        def turn(connection: Connection, now_ms: int = now_ms, kept: Kept = kept) -> int:
            turn_all(connection, now_ms)
            stored_clock.keep(connection, kept)
            return seen.events(connection)

        await asyncio.to_thread(seen.note, hub.store.path, await hub.store.write(turn))
        await asyncio.sleep(LOOK_S)


async def _watch_clock(hub: Hub) -> None:
    """Follow a clock that is days ahead and right; one that is in doubt waits for staff."""
    while True:
        if hub.clock.verdict() is Verdict.BELIEVE:
            await believe(hub)
        await asyncio.sleep(WATCH_S)


async def _watch_threads(hub: HubContext) -> None:
    """Start a thread that is gone anew, and tell of pools that hang; on the event loop, whose end is the end of the
    program."""
    while True:
        hub.store.watch.look()
        for pool in (hub.store.readers, *hub.passwords.pools):
            for place in pool.hanging():
                LOGGER.error("%s hangs: %s", pool.name, place, extra=event("hub.thread_hangs"))
                hub.store.watch.died(pool.name, place)
        await asyncio.sleep(LOOK_THREADS_S)


async def _forget(hub: Hub) -> None:
    """Delete what is old, now and every hour, while the clock is not in doubt."""
    while True:
        while not hub.clock.settled():
            await asyncio.sleep(LOOK_S)
        await sweep(hub.store, hub.now_ms, hub.clock.settled)
        while hub.clock.settled() and await hub.store.write(partial(cut_all, now_ms=hub.now_ms())):
            await asyncio.sleep(0)
        await asyncio.sleep(FORGET_S)


async def _check_trail(hub: Hub) -> None:
    """Look once a day whether the trail is whole; a break is written to the log."""
    while True:
        await look_at_all(hub.store, hub.trail_checker)
        await asyncio.sleep(CHECK_S)
