"""The counters page: who calls, and from which queues."""

from functools import partial
from typing import Any

from litestar import Response, Router, get, post
from litestar.params import FromPath
from sqlalchemy import Connection

from hub.auth.rights import Right
from hub.hall import Hall
from hub.queues import arrange, house
from hub.queues.called import LANG
from hub.queues.refusals import Code, Refused
from hub.trail import looks
from hub.trail.words import What
from hub.web import forms, recorded
from hub.web.gate import needs, staff_only, who
from hub.web.page import Asked, Page, go, page
from kiosk.i18n.hyphens import softened
from kiosk.vocabulary.short_names import SHORT, short_name
from kiosk.wire import Call, CallKind

MAY = needs(Right.COUNTERS)


@get("/counters", opt=MAY)
async def counters_page(request: Asked, hall: Hall) -> Response[Any]:
    """All counters with their queues."""
    return await _page(request, hall, forms.Form())


@post("/counters", opt=MAY)
async def add_counter(request: Asked, hall: Hall) -> Response[Any]:
    """One counter more."""
    return await _write(request, hall, hall.new_id(), new=True)


@post("/counters/{ident:str}", opt=MAY)
async def change_counter(request: Asked, hall: Hall, ident: FromPath[str]) -> Response[Any]:
    """Another name, place, other queues."""
    return await _write(request, hall, ident, new=False)


@post("/counters/{ident:str}/close", opt=MAY)
async def close_counter(request: Asked, hall: Hall, ident: FromPath[str]) -> Response[Any]:
    """Take the counter away."""
    site, now_ms = who(request).site, hall.now_ms()
    do, look = partial(arrange.close_counter, site=site, counter=ident, now_ms=now_ms), looks.counter(site, ident)
    refused = await recorded.write(request, hall, What.COUNTER_REMOVED, look, do)
    if refused:
        return await _page(request, hall, forms.Form(), 409, refused="counters.busy")
    return go("/counters", "saved")


async def _write(request: Asked, hall: Hall, ident: str, *, new: bool) -> Response[Any]:
    form, site = await forms.read(request), who(request).site
    known = [queue.id for queue in await hall.store.read(partial(arrange.queues, site=site))]
    name, place = form.text("name", 40), form.text("place", 100, needed=False)
    short = form.text("short", SHORT, needed=False)
    alike = await hall.store.read(partial(_shown_alike, site=site, ident=ident, shown=short_name(name, short)))
    if name and alike:
        form.fault("short", "fault.short_taken")
    queues = form.some_of("queues", known)
    write, what = (house.add_counter, What.COUNTER_ADDED) if new else (arrange.change_counter, What.COUNTER_CHANGED)

    def do(connection: Connection) -> Refused | None:
        refused = write(connection, site, ident, name=name, place=place, short=short, now_ms=hall.now_ms())
        if refused is None:
            house.serve(connection, site, ident, () if len(queues) == len(known) else queues, hall.now_ms())
        return refused

    refused = await recorded.write(request, hall, what, looks.counter(site, ident), do) if form.ok else None
    if form.ok and refused is None:
        return go("/counters", "saved")
    if refused is not None and refused.code is Code.UNKNOWN_COUNTER:  # somebody closed it meanwhile
        return go("/counters")
    form.fault("name", "fault.counter_taken")
    return await _page(request, hall, form, 422, editing="" if new else ident)


@get("/counters/preview", opt=MAY)
async def preview(request: Asked) -> Page:
    """A name as it will stand on the board, while it is typed."""
    name, short = (" ".join(request.query_params.get(field, "").split())[:40] for field in ("name", "short"))
    return page(request, "counter_preview.html", call=_example(name, short[:SHORT]))


def _example(name: str, short: str) -> Call:
    """A call to a counter of this name."""
    return Call(
        seq=0,
        kind=CallKind.CALL,
        label="A 123",
        counter=name,
        at="",
        short=short_name(name, short),
        hyphenated=softened(name, LANG),
    )


def _shown_alike(connection: Connection, site: str, ident: str, shown: str) -> bool:
    """Whether another counter looks the same where there is little room: people would go to the wrong one."""
    others = (each for each in house.counters(connection, site) if each.id != ident)
    return any(short_name(each.name, each.short).casefold() == shown.casefold() for each in others)


async def _page(
    request: Asked, hall: Hall, form: forms.Form, status: int = 200, refused: str = "", editing: str = ""
) -> Page:
    site = who(request).site
    counters = await hall.store.read(partial(house.counters, site=site))
    queues = await hall.store.read(partial(arrange.queues, site=site))
    return page(
        request,
        "counters.html",
        status,
        form=form,
        counters=counters,
        queues=queues,
        refused=refused,
        editing=editing,
        empty=forms.Form(),
        example=_example,
        short_max=SHORT,
    )


routers = [
    Router(
        "/",
        route_handlers=[counters_page, add_counter, change_counter, close_counter, preview],
        before_request=staff_only,
    )
]
