"""The call board: public, no account, one screen that keeps itself right. What it shows: ``board_options``."""

from functools import partial
from typing import Any, NamedTuple

import msgspec
from litestar import Response, Router, get
from litestar.params import FromPath
from litestar.response import Stream
from sqlalchemy import Connection

from hub.connections.proof import holder_of
from hub.context import Hub, HubContext
from hub.live import sse
from hub.settings import queue_settings
from hub.settings.queue_settings import QueueSet
from hub.sites import Site
from hub.tickets.called import called_now
from hub.web.common import board_options
from hub.web.common.board_options import LANGUAGES, MOST_COLUMNS, Layout, Options, Wrong
from hub.web.common.page import HubRequest, policy, redirect, render
from hub.web.common.texts import language_of, sayer
from hub.web.desk import desk_view
from hub.web.public.board_idle import Idle, idle
from kiosk.i18n.texts import pick
from kiosk.wire import Call, Calls, CallState

ROWS = 11
"""Calls that stand with their counter below the newest one: twelve counters in all (``board_many.css``)."""


class Board(NamedTuple):
    """A board's page, read in one go."""

    site: Site
    queues: tuple[QueueSet, ...]
    """Those whose calls it shows."""
    options: Options
    calls: Calls
    idle: Idle


class Column(NamedTuple):
    """A queue with its newest call, as the page begins; the script shows as many as have room."""

    letter: str
    name: str
    call: Call | None


@get("/board")
async def only_board(request: HubRequest, hub: Hub) -> Response[Any]:
    """The board of the hub's first site."""
    site = await hub.store.read(partial(desk_view.site_of, ident=""))
    if site is None:
        return render(request, "message.html", 404, word="not_set_up")
    return redirect(f"/board/{site.id}" + (f"?{request.url.query}" if request.url.query else ""))


@get("/board/{site_id:str}")
async def board_page(request: HubRequest, hub: Hub, site_id: FromPath[str]) -> Response[Any]:
    """Who is called; the script keeps it true. An address that names what is not there says what is."""
    found = await _look(request, hub, site_id)
    match found:
        case None:
            return render(request, "message.html", 404, word="unknown_board")
        case Board():
            return _page(request, "board.html", found)
        case _:
            return render(request, "board_wrong.html", 404, wrong=found, most=MOST_COLUMNS)


@get("/board/{site_id:str}/idle")
async def board_idle(request: HubRequest, hub: Hub, site_id: FromPath[str]) -> Response[Any]:
    """The idle page alone, for a board that stands for weeks."""
    found = await _look(request, hub, site_id)
    return _page(request, "board_idle.html", found) if isinstance(found, Board) else Response(b"", status_code=404)


@get("/board/{site_id:str}/calls")
async def board_calls(request: HubRequest, hub: Hub, site_id: FromPath[str]) -> Response[bytes]:
    """All calls for polling, as JSON: ``wire.Calls``, of which the page takes those of its queues; ``face``: the town's
    face, by its version."""
    site = await hub.store.read(partial(desk_view.site_of, ident=site_id))
    if site is None:
        return Response(b"", status_code=404)
    calls = await hub.store.read(partial(called_now, site=site.id, now_ms=hub.now_ms()))
    told = msgspec.json.encode(msgspec.structs.asdict(calls) | {"face": hub.faces.of(site.id).version})
    return Response(told, media_type="application/json", headers={"cache-control": "no-store"})


@get("/board/{site_id:str}/stream")
async def board_stream(request: HubRequest, hub: Hub, site_id: FromPath[str]) -> Stream | Response[Any]:
    """Calls as they happen, with a beat between them. Whether there is a stream for this board was looked at before
    (``hub.app``)."""
    site = await hub.store.read(partial(desk_view.site_of, ident=site_id))
    if site is None:
        return Response(b"", status_code=404)
    return sse.calls(hub.feed, hub.called, site.id, site.timezone, hub.now_ms, holder_of(request.scope))


async def _look(request: HubRequest, hub: HubContext, site_id: str) -> Board | tuple[Wrong, ...] | None:
    usual, now_ms = language_of(request, LANGUAGES), hub.now_ms()

    def look(connection: Connection) -> Board | tuple[Wrong, ...] | None:
        site = desk_view.site_of(connection, site_id)
        if site is None:
            return None
        queues = queue_settings.queues(connection, site.id)
        options = board_options.read(request.query_params, queues, usual)
        if not isinstance(options, Options):
            return options
        return Board(
            site=site,
            queues=tuple(queue for queue in queues if options.takes(queue.series)),
            options=options,
            calls=called_now(connection, site.id, now_ms),
            idle=idle(connection, site, options.languages, now_ms),
        )

    return await hub.store.read(look)


def _page(request: HubRequest, template: str, board: Board) -> Response[Any]:
    options, lang = board.options, board.options.lang
    mine = [call for call in reversed(board.calls.calls) if options.takes(call.queue)]
    now = [call for call in mine if call.state is CallState.NOW]
    over = [call for call in mine if call.state is not CallState.NOW]
    page = render(
        request,
        template,
        lang=lang,
        house=board.site,
        options=options,
        queues=board.queues,
        now=now[: ROWS + 1],
        earlier=[*now[ROWS + 1 :], *over],
        columns=_columns(board, now),
        idle=board.idle,
        at=board.calls.at,
        rows=ROWS,
        says=[(tag, board_options.direction(tag), sayer(tag)) for tag in options.languages],
        query=request.url.query,
    )
    page.headers["content-security-policy"] = policy(frame_ancestors="'self'")
    return page


def _columns(board: Board, now: list[Call]) -> list[Column]:
    if board.options.layout is not Layout.COLUMNS:
        return []
    return [
        Column(
            queue.series,
            pick(queue.names, board.options.lang).text,
            next((call for call in now if call.queue == queue.series), None),
        )
        for queue in board.queues
    ]


routers = [Router("/", route_handlers=[only_board, board_page, board_idle, board_calls, board_stream])]
