"""The queues page and the services page: letters, names, places, and which service waits where."""

from functools import partial
from typing import Any

from litestar import Response, Router, get, post
from litestar.params import FromPath
from sqlalchemy import Connection

from hub.auth.rights import Right
from hub.catalogue.content import listing, unrouted
from hub.context import Hub
from hub.errors import Code, Refused
from hub.settings import queue_settings
from hub.tickets import waiting
from hub.trail import looks
from hub.trail.entries import append
from hub.trail.words import What
from hub.web.common import forms, recorded
from hub.web.common.auth_hooks import needs, staff_only, who
from hub.web.common.page import HubRequest, Page, redirect, render
from kiosk.catalogue.model import Texts
from kiosk.i18n.texts import pick

GROUPS_SHOWN = 200
"""Categories, and offices, that the page offers: all of a town; of a whole state those with something to be done."""
MAY = needs(Right.QUEUES)


@get("/queues", opt=MAY)
async def queues_page(request: HubRequest, hub: Hub) -> Response[Any]:
    """All queues with how many wait."""
    return await _page(request, hub, forms.Form())


@post("/queues", opt=MAY)
async def add_queue(request: HubRequest, hub: Hub) -> Response[Any]:
    """One queue more."""
    form, site = await forms.read(request), who(request).site
    letters = await hub.store.read(partial(queue_settings.free_letters, site=site))
    series, names, places = form.one_of("series", letters), *_texts(form)

    def do(connection: Connection) -> Refused | None:
        return queue_settings.add_queue(connection, site, f"q-{series.lower()}", series, names, hub.now_ms(), places)

    if not form.ok:
        return await _page(request, hub, form, 422)
    look = looks.queue(site, f"q-{series.lower()}")
    match await recorded.write(request, hub, What.QUEUE_ADDED, look, do):
        case None:
            return redirect("/queues", "saved")
        case Refused(code=Code.CATALOGUE_FAULTY) as refused:
            return await _page(request, hub, form, 422, refused=refused)
        case _:
            form.fault("series", "fault.series_taken")
            return await _page(request, hub, form, 422)


@post("/queues/{ident:str}", opt=MAY)
async def change_queue(request: HubRequest, hub: Hub, ident: FromPath[str]) -> Response[Any]:
    """Other names and places."""
    form, site = await forms.read(request), who(request).site
    names, places = _texts(form)
    if not form.ok:
        return await _page(request, hub, form, 422, editing=ident)

    def do(connection: Connection) -> Refused | None:
        return queue_settings.change_queue(connection, site, ident, names, places, hub.now_ms())

    refused = await recorded.write(request, hub, What.QUEUE_CHANGED, looks.queue(site, ident), do)
    if refused:
        return await _page(request, hub, form, 422, refused=refused, editing=ident)
    return redirect("/queues", "saved")


@post("/queues/{ident:str}/open", opt=MAY)
async def open_queue(request: HubRequest, hub: Hub, ident: FromPath[str]) -> Response[Any]:
    """Give numbers, or give none for now."""
    is_open, site = (await forms.read(request)).value("open") == "yes", who(request).site

    def do(connection: Connection) -> None:
        queue_settings.open_queue(connection, site, ident, is_open, hub.now_ms())

    await recorded.write(request, hub, What.QUEUE_CHANGED, looks.queue(site, ident), do)
    return redirect("/queues", "saved")


@post("/queues/{ident:str}/remove", opt=MAY)
async def remove_queue(request: HubRequest, hub: Hub, ident: FromPath[str]) -> Response[Any]:
    """Take the queue away."""
    site = who(request).site

    def do(connection: Connection) -> Refused | None:
        return queue_settings.remove_queue(connection, site, ident, hub.now_ms())

    if refused := await recorded.write(request, hub, What.QUEUE_REMOVED, looks.queue(site, ident), do):
        why = refused if refused.code is Code.CATALOGUE_FAULTY else "queues.not_empty"
        return await _page(request, hub, forms.Form(), 409, refused=why)
    return redirect("/queues", "saved")


@get("/services", opt=MAY)
async def services_page(request: HubRequest, hub: Hub) -> Response[Any]:
    """Every service of the catalogue with its queue; ``q`` narrows the list."""
    return await _services(request, hub, forms.Form())


@post("/services/route", opt=MAY)
async def route(request: HubRequest, hub: Hub) -> Response[Any]:
    """Have a service's people wait in another queue."""
    form, site = await forms.read(request), who(request).site
    queues, services = await hub.store.read(
        lambda c: (queue_settings.queues(c, site), queue_settings.services(c, site))
    )
    queue, service = form.one_of("queue", [each.id for each in queues]), form.one_of("service", sorted(services))

    def do(connection: Connection) -> None:
        queue_settings.route(connection, site, service, queue, hub.now_ms())

    if not form.ok:
        return await _services(request, hub, form, 422)
    await recorded.write(request, hub, What.SERVICE_ROUTED, looks.route(site, service), do)
    return redirect("/services", "saved")


@post("/services/route-all", opt=MAY)
async def route_all(request: HubRequest, hub: Hub) -> Response[Any]:
    """Have many services wait in one queue: all without one, or those of a category or an office."""
    form, site = await forms.read(request), who(request).site
    known, groups = await hub.store.read(lambda c: (queue_settings.queues(c, site), _groups(c, site)))
    keys = ["", *(group.key for each in groups.values() for group in each)]
    queue, group = form.one_of("queue", [each.id for each in known]), form.one_of("group", keys)
    routed = form.value("routed") == "yes"

    note = recorded.note(request, hub, What.SERVICE_ROUTED)

    def write(connection: Connection) -> None:
        if services := unrouted.ids(connection, site, group, routed=routed):
            queue_settings.route_all(connection, site, services, queue, hub.now_ms())
            append(connection, note, group, after={"queue": queue, "services": len(services)})

    if not form.ok:
        return await _services(request, hub, form, 422)
    await hub.store.write(write)
    return redirect("/services", "saved")


def _groups(connection: Connection, site: str) -> dict[str, tuple[unrouted.Group, ...]]:
    return {kind: unrouted.groups(connection, site, kind) for kind in ("category", "office")}


async def _services(request: HubRequest, hub: Hub, form: forms.Form, status: int = 200) -> Page:
    site, wanted = who(request).site, request.query_params.get("q", "")[:100]
    found, queues, lacking, groups = await hub.store.read(
        lambda c: (
            listing.services(c, site, wanted),
            queue_settings.queues(c, site),
            unrouted.lacking(c, site),
            _groups(c, site),
        )
    )
    return render(
        request,
        "services.html",
        status,
        form=form,
        found=found,
        queues=queues,
        wanted=wanted,
        lacking=lacking,
        groups={kind: some[:GROUPS_SHOWN] for kind, some in groups.items()},
        pick=pick,
    )


def _texts(form: forms.Form) -> tuple[Texts, Texts]:
    """Name and place in German, and in English where it was given."""
    names = {"de": form.text("name_de", 80), "en": form.text("name_en", 80, needed=False)}
    places = {"de": form.text("place_de", 120, needed=False), "en": form.text("place_en", 120, needed=False)}
    return {tag: text for tag, text in names.items() if text}, {tag: text for tag, text in places.items() if text}


async def _page(
    request: HubRequest, hub: Hub, form: forms.Form, status: int = 200, refused: str | Refused = "", editing: str = ""
) -> Page:
    site = who(request).site
    letters = await hub.store.read(partial(queue_settings.free_letters, site=site))
    queues = await hub.store.read(partial(waiting.queues_now, site=site))
    return render(
        request,
        "queues.html",
        status,
        form=form,
        queues=queues,
        letters=letters,
        refused=refused,
        editing=editing,
        empty=forms.Form(),
        pick=pick,
    )


routers = [
    Router(
        "/",
        route_handlers=[
            queues_page,
            add_queue,
            change_queue,
            open_queue,
            remove_queue,
            services_page,
            route,
            route_all,
        ],
        before_request=staff_only,
    )
]
