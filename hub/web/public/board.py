"""The call board: public, no account, one screen that keeps itself right."""

from datetime import datetime
from functools import partial
from typing import Any
from zoneinfo import ZoneInfo

import msgspec
from litestar import Response, Router, get
from litestar.params import FromPath
from litestar.response import Stream
from sqlalchemy import Connection

from hub.catalogue.content import listing
from hub.connections.proof import holder_of
from hub.context import Hub
from hub.live import sse
from hub.sites import Site
from hub.tickets.called import called_now
from hub.web.common.page import HubRequest, redirect, render
from hub.web.common.texts import Say, language_of, sayer
from hub.web.desk import desk_view
from kiosk.catalogue.hours import closing, next_opening
from kiosk.i18n import formats
from kiosk.wire import Calls, CallState

ROWS = 4
"""Calls that stand below the newest one, each large enough to be read across the lobby."""


@get("/board")
async def only_board(request: HubRequest, hub: Hub) -> Response[Any]:
    """The board of the hub's first site."""
    site = await hub.store.read(partial(desk_view.site_of, ident=""))
    return redirect(f"/board/{site.id}") if site else render(request, "message.html", 404, word="not_set_up")


@get("/board/{site_id:str}")
async def board_page(request: HubRequest, hub: Hub, site_id: FromPath[str]) -> Response[Any]:
    """Who is called; the script keeps it true."""
    site = await hub.store.read(partial(desk_view.site_of, ident=site_id))
    if site is None:
        return render(request, "message.html", 404, word="unknown_board")
    calls, info = await hub.store.read(partial(_look, site=site, lang=language_of(request), now_ms=hub.now_ms()))
    now = [call for call in reversed(calls.calls) if call.state is CallState.NOW]
    over = [call for call in reversed(calls.calls) if call.state is not CallState.NOW]
    earlier = [*now[ROWS + 1 :], *over]
    return render(
        request, "board.html", house=site, now=now[: ROWS + 1], earlier=earlier, info=info, at=calls.at, rows=ROWS
    )


@get("/board/{site_id:str}/calls")
async def board_calls(request: HubRequest, hub: Hub, site_id: FromPath[str]) -> Response[bytes]:
    """The same for polling, as JSON: ``wire.Calls``; ``info``, the day's information; ``face``, the version of it."""
    site = await hub.store.read(partial(desk_view.site_of, ident=site_id))
    if site is None:
        return Response(b"", status_code=404)
    calls, info = await hub.store.read(partial(_look, site=site, lang=language_of(request), now_ms=hub.now_ms()))
    face = hub.faces.of(site.id).version
    told = msgspec.json.encode(msgspec.structs.asdict(calls) | {"info": info, "face": face})
    return Response(told, media_type="application/json", headers={"cache-control": "no-store"})


@get("/board/{site_id:str}/stream")
async def board_stream(request: HubRequest, hub: Hub, site_id: FromPath[str]) -> Stream | Response[Any]:
    """Calls as they happen, with a beat between them. Whether there is a stream for this board was looked at before
    (``hub.app``)."""
    site = await hub.store.read(partial(desk_view.site_of, ident=site_id))
    if site is None:
        return Response(b"", status_code=404)
    return sse.calls(hub.feed, hub.called, site.id, site.timezone, hub.now_ms, holder_of(request.scope))


def _look(connection: Connection, site: Site, lang: str, now_ms: int) -> tuple[Calls, str]:
    """Who is called, and the day's information: date, and how long the town hall is open or when it opens."""
    now = datetime.fromtimestamp(now_ms / 1000, ZoneInfo(site.timezone))
    parts = (formats.long_day(now.date(), lang), _opening(connection, site.id, now, sayer(lang), lang))
    return called_now(connection, site.id, now_ms), " · ".join(part for part in parts if part)


def _opening(connection: Connection, site: str, now: datetime, say: Say, lang: str) -> str:
    office = listing.main_office(connection, site)
    if office is None or not office.hours:
        return ""
    if (closes := closing(office, now)) is not None:
        return say("board.open_until", time=formats.clock(closes.time()))
    opens = next_opening(office, now)
    if opens is None or opens == now:
        return ""
    key = "board.opens_today" if opens.date() == now.date() else "board.opens_on"
    return say(key, time=formats.clock(opens.time()), day=formats.long_day(opens.date(), lang))


routers = [Router("/", route_handlers=[only_board, board_page, board_calls, board_stream])]
