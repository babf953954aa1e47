"""The counters page: who calls, and from which queues."""

from functools import partial
from typing import Any

from litestar import Response, Router, get, post
from litestar.params import FromPath
from sqlalchemy import Connection

from hub.auth.rights import Right
from hub.context import Hub
from hub.errors import Code, Refused
from hub.settings import counter_settings, queue_settings
from hub.tickets.called import LANG
from hub.trail import looks
from hub.trail.words import What
from hub.web.common import forms, recorded
from hub.web.common.auth_hooks import needs, staff_only, who
from hub.web.common.page import HubRequest, Page, redirect, render
from kiosk.i18n.hyphens import softened
from kiosk.vocabulary.short_names import SHORT, short_name
from kiosk.wire import Call, CallKind

MAY = needs(Right.COUNTERS)


@get("/counters", opt=MAY)
async def counters_page(request: HubRequest, hub: Hub) -> Response[Any]:
    """All counters with their queues."""
    return await _page(request, hub, forms.Form())


@post("/counters", opt=MAY)
async def add_counter(request: HubRequest, hub: Hub) -> Response[Any]:
    """One counter more."""
    return await _write(request, hub, hub.new_id(), new=True)


@post("/counters/{ident:str}", opt=MAY)
async def change_counter(request: HubRequest, hub: Hub, ident: FromPath[str]) -> Response[Any]:
    """Another name, place, other queues."""
    return await _write(request, hub, ident, new=False)


@post("/counters/{ident:str}/close", opt=MAY)
async def close_counter(request: HubRequest, hub: Hub, ident: FromPath[str]) -> Response[Any]:
    """Take the counter away."""
    site, now_ms = who(request).site, hub.now_ms()
    do, look = (
        partial(counter_settings.close_counter, site=site, counter=ident, now_ms=now_ms),
        looks.counter(site, ident),
    )
    refused = await recorded.write(request, hub, What.COUNTER_REMOVED, look, do)
    if refused:
        return await _page(request, hub, forms.Form(), 409, refused="counters.busy")
    return redirect("/counters", "saved")


async def _write(request: HubRequest, hub: Hub, ident: str, *, new: bool) -> Response[Any]:
    form, site = await forms.read(request), who(request).site
    known = [queue.id for queue in await hub.store.read(partial(queue_settings.queues, site=site))]
    name, place = form.text("name", 40), form.text("place", 100, needed=False)
    short = form.text("short", SHORT, needed=False)
    alike = await hub.store.read(partial(_shown_alike, site=site, ident=ident, shown=short_name(name, short)))
    if name and alike:
        form.fault("short", "fault.short_taken")
    queues = form.some_of("queues", known)
    write, what = (
        (counter_settings.add_counter, What.COUNTER_ADDED)
        if new
        else (counter_settings.change_counter, What.COUNTER_CHANGED)
    )

    def do(connection: Connection) -> Refused | None:
        refused = write(connection, site, ident, name=name, place=place, short=short, now_ms=hub.now_ms())
        if refused is None:
            counter_settings.serve(connection, site, ident, () if len(queues) == len(known) else queues, hub.now_ms())
        return refused

    refused = await recorded.write(request, hub, what, looks.counter(site, ident), do) if form.ok else None
    if form.ok and refused is None:
        return redirect("/counters", "saved")
    if refused is not None and refused.code is Code.UNKNOWN_COUNTER:  # somebody closed it meanwhile
        return redirect("/counters")
    form.fault("name", "fault.counter_taken")
    return await _page(request, hub, form, 422, editing="" if new else ident)


@get("/counters/preview", opt=MAY)
async def preview(request: HubRequest) -> Page:
    """A name as it will stand on the board, while it is typed."""
    name, short = (" ".join(request.query_params.get(field, "").split())[:40] for field in ("name", "short"))
    return render(request, "counter_preview.html", call=_example(name, short[:SHORT]))


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
    others = (each for each in counter_settings.counters(connection, site) if each.id != ident)
    return any(short_name(each.name, each.short).casefold() == shown.casefold() for each in others)


async def _page(
    request: HubRequest, hub: Hub, form: forms.Form, status: int = 200, refused: str = "", editing: str = ""
) -> Page:
    site = who(request).site
    counters = await hub.store.read(partial(counter_settings.counters, site=site))
    queues = await hub.store.read(partial(queue_settings.queues, site=site))
    return render(
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
