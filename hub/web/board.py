"""The call board: public, no account, one screen that keeps itself right."""

from functools import partial
from typing import Any

import msgspec
from litestar import Response, Router, get
from litestar.params import FromPath
from litestar.response import Stream

from hub import streams
from hub.hall import Hall
from hub.queues.waiting import calls_after
from hub.web import looking
from hub.web.page import Asked, go, page
from kiosk.wire import Call

KEPT = 7
"""The newest and the six before."""
ASKED = 2 * KEPT
"""Calls asked for, because a repeated one counts once."""


@get("/board")
async def only_board(request: Asked, hall: Hall) -> Response[Any]:
    """The board of the hub's first site."""
    site = await hall.store.read(partial(looking.site_of, ident=""))
    return go(f"/board/{site.id}") if site else page(request, "message.html", 404, word="not_set_up")


@get("/board/{site_id:str}")
async def board_page(request: Asked, hall: Hall, site_id: FromPath[str]) -> Response[Any]:
    """The last calls; the script keeps them new."""
    site = await hall.store.read(partial(looking.site_of, ident=site_id))
    if site is None:
        return page(request, "message.html", 404, word="unknown_board")
    now_ms = hall.now_ms()
    calls = await hall.store.read(lambda c: calls_after(c, site.id, 0, now_ms, ASKED))
    return page(request, "board.html", house=site, calls=_once(calls.calls), at=calls.at)


@get("/board/{site_id:str}/calls")
async def board_calls(hall: Hall, site_id: FromPath[str]) -> Response[bytes]:
    """The last calls for polling: ``wire.Calls`` as JSON."""
    now_ms = hall.now_ms()
    calls = await hall.store.read(lambda c: calls_after(c, site_id, 0, now_ms, ASKED))
    return Response(msgspec.json.encode(calls), media_type="application/json", headers={"cache-control": "no-store"})


@get("/board/{site_id:str}/stream")
async def board_stream(request: Asked, hall: Hall, site_id: FromPath[str]) -> Stream | Response[Any]:
    """Calls as they happen, with a beat between them."""
    site = await hall.store.read(partial(looking.site_of, ident=site_id))
    if site is None:
        return Response(b"", status_code=404)
    return streams.calls(hall.feed, hall.store, site.id, site.timezone, 0, hall.now_ms, ASKED)


def _once(calls: tuple[Call, ...]) -> list[Call]:
    """Each number once, where it was called last; newest last."""
    last = {call.label: call.seq for call in calls}
    return [call for call in calls if last[call.label] == call.seq][-KEPT:]


routers = [Router("/", route_handlers=[only_board, board_page, board_calls, board_stream])]
