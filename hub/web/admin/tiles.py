"""The start screen's page: which services are tiles, in which order, with which words."""

from collections.abc import Callable
from functools import partial
from typing import Any

import msgspec
from litestar import Response, Router, get, post
from litestar.params import FromPath
from sqlalchemy import Connection

from hub.auth.rights import Right
from hub.catalogue.content import listing, state, tiles, versions
from hub.catalogue.content.listing import LANGUAGES
from hub.catalogue.publication import publishing
from hub.context import Hub
from hub.errors import Refused
from hub.trail import looks
from hub.trail.words import What
from hub.web.common import forms, recorded
from hub.web.common.auth_hooks import needs, staff_only, who
from hub.web.common.page import HubRequest, Page, redirect, render
from kiosk.catalogue.model import Featured, Texts
from kiosk.i18n.texts import pick

MAY = needs(Right.CATALOGUE)
HITS = 20
LABEL_MAX, DETAIL_MAX = 60, 90
"""Letters that fit on a tile."""

Tiles = tuple[Featured, ...]


class Seen(msgspec.Struct, frozen=True):
    """A tile on the page; ``names`` None = the catalogue in force has no such service."""

    tile: Featured
    names: Texts | None


@get("/catalogue/tiles", opt=MAY)
async def tiles_page(request: HubRequest, hub: Hub) -> Response[Any]:
    """The tiles; ``q`` looks for services to add."""
    return await _page(request, hub, forms.Form())


@post("/catalogue/tiles", opt=MAY)
async def add(request: HubRequest, hub: Hub) -> Response[Any]:
    """One tile more, at the end."""
    form, site = await forms.read(request), who(request).site
    service = form.text("service", 120)
    names = await hub.store.read(partial(listing.named, site=site, ident=service))
    if names is None:
        return redirect("/catalogue/tiles")
    return await _change(request, hub, lambda now: (*_without(now, service), Featured(service=service))[: tiles.LIMIT])


@post("/catalogue/tiles/import", opt=MAY)
async def from_import(request: HubRequest, hub: Hub) -> Response[Any]:
    """The tiles of the import again."""
    return await _change(request, hub, lambda now: None)


@post("/catalogue/tiles/{service:str}/move", opt=MAY)
async def move(request: HubRequest, hub: Hub, service: FromPath[str]) -> Response[Any]:
    """One place up or down."""
    by = -1 if (await forms.read(request)).value("by") == "up" else 1
    return await _change(request, hub, lambda now: _moved(now, service, by))


@post("/catalogue/tiles/{service:str}/remove", opt=MAY)
async def remove(request: HubRequest, hub: Hub, service: FromPath[str]) -> Response[Any]:
    """No tile for this service any more."""
    return await _change(request, hub, lambda now: _without(now, service))


@post("/catalogue/tiles/{service:str}", opt=MAY)
async def write(request: HubRequest, hub: Hub, service: FromPath[str]) -> Response[Any]:
    """Other words on a tile; empty fields mean the service's own name, and no second line."""
    form, site = await forms.read(request), who(request).site
    tags = await hub.store.read(partial(_tags, site=site))
    labels, details = _texts(form, "label", tags, LABEL_MAX), _texts(form, "detail", tags, DETAIL_MAX)
    if not form.ok:
        return await _page(request, hub, form, 422, editing=service)
    new = Featured(service=service, labels=labels, details=details)
    return await _change(request, hub, lambda now: tuple(new if each.service == service else each for each in now))


async def _change(request: HubRequest, hub: Hub, change: Callable[[Tiles], Tiles | None]) -> Response[Any]:
    """Change the tiles in one write and publish them; nothing while there is no catalogue."""
    site, now_ms = who(request).site, hub.now_ms()

    def do(connection: Connection) -> Refused | None:
        if state.read(connection, site) is None:
            return None
        new = change(_now(connection, site))
        return publishing.change(connection, site, lambda: tiles.set_own(connection, site, new), now_ms)

    if refused := await recorded.write(request, hub, What.TILES_CHANGED, looks.tiles(site), do):
        return await _page(request, hub, forms.Form(), 409, refused=refused)
    return redirect("/catalogue/tiles", "saved")


def _now(connection: Connection, site: str) -> Tiles:
    """The tiles as they are: the town hall's own, else the import's."""
    known = state.read(connection, site)
    if known is not None and known.own_tiles:
        return tiles.own(connection, site)
    return versions.shell(connection, site).featured


def _without(now: Tiles, service: str) -> Tiles:
    return tuple(each for each in now if each.service != service)


def _moved(now: Tiles, service: str, by: int) -> Tiles:
    order = list(now)
    at = next((n for n, each in enumerate(order) if each.service == service), None)
    if at is not None and 0 <= at + by < len(order):
        order[at], order[at + by] = order[at + by], order[at]
    return tuple(order)


def _texts(form: forms.Form, name: str, tags: tuple[str, ...], longest: int) -> Texts:
    found = {tag: form.text(f"{name}-{tag}", longest, needed=False) for tag in tags}
    return {tag: text for tag, text in found.items() if text}


def _tags(connection: Connection, site: str) -> tuple[str, ...]:
    """German and English first, then the catalogue's other languages."""
    return tuple(dict.fromkeys((*LANGUAGES, *listing.languages(connection, site))))


async def _page(
    request: HubRequest,
    hub: Hub,
    form: forms.Form,
    status: int = 200,
    editing: str = "",
    refused: Refused | None = None,
) -> Page:
    site, wanted = who(request).site, request.query_params.get("q", "")[:100]

    def look(connection: Connection) -> tuple[list[Seen], bool, tuple[str, ...], listing.Found | None]:
        known = state.read(connection, site)
        seen = [Seen(tile, listing.named(connection, site, tile.service)) for tile in _now(connection, site)]
        hits = listing.services(connection, site, wanted, HITS) if wanted else None
        return seen, known is not None and bool(known.own_tiles), _tags(connection, site), hits

    seen, own, tags, hits = await hub.store.read(look)
    return render(
        request,
        "tiles.html",
        status,
        form=form,
        empty=forms.Form(),
        editing=editing,
        refused=refused,
        wanted=wanted,
        seen=seen,
        own=own,
        tags=tags,
        hits=hits,
        chosen={each.tile.service for each in seen},
        limits={"label": LABEL_MAX, "detail": DETAIL_MAX},
        most=tiles.LIMIT,
        pick=pick,
    )


routers = [
    Router(
        "/",
        route_handlers=[tiles_page, add, from_import, move, remove, write],
        before_request=staff_only,
    )
]
