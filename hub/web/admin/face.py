"""The page of the town's face: colour, arms and picture, with a preview of what shows them.

A picture comes as the body of one request (``hub.uploads``), is made fit in a process of its own, and is in force at
once. Whatever is refused leaves in force what was there before.
"""

from functools import partial
from typing import Any

import msgspec
from litestar import Response, Router, get, post

from hub import sites as sites_table
from hub.auth.rights import Right
from hub.catalogue.content import state
from hub.catalogue.face import stored
from hub.catalogue.face.maker import Lost
from hub.catalogue.face.messages import Made, Slot, Unusable
from hub.context import Hub
from hub.errors import Refused
from hub.trail import looks
from hub.trail.words import What
from hub.uploads import MB, NoRoom
from hub.web.common import forms, recorded
from hub.web.common.auth_hooks import brings_a_file, needs, staff_only, who
from hub.web.common.page import HEADERS, HubRequest, Page, redirect, render
from hub.web.common.texts import language_of, sayer
from kiosk.catalogue.accent import LEAST, accent_fault
from kiosk.vocabulary.colours import hexed, rgb

MAY = needs(Right.CATALOGUE)
MOST = 5 * MB
"""Bytes that a picture may have when it is brought."""
OUR_COLOUR = "0B4F6C"
_STATUS: dict[NoRoom | Lost, int] = {NoRoom.BUSY: 409, NoRoom.DISK: 507, Lost.CUT: 400, Lost.DISK: 507}


@get("/catalogue/face", opt=MAY)
async def face_page(request: HubRequest, hub: Hub) -> Response[Any]:
    """The face as it is."""
    return await _page(request, hub, forms.Form(None, colour=hub.faces.of(who(request).site).colour))


@post("/catalogue/face/colour", opt=MAY)
async def set_colour(request: HubRequest, hub: Hub) -> Response[Any]:
    """Another colour; nothing typed = ours again."""
    form, site = await forms.read(request), who(request).site
    given = form.value("colour").strip()
    fault = accent_fault(given) if given else None
    nearest = fault.nearest if fault else ""
    if fault is not None and nearest:
        ratio = f"{fault.contrast:.1f}"
        shown = ratio.replace(".", ",") if language_of(request) == "de" else ratio
        form.fault("colour", "face.fault.contrast", contrast=shown, least=f"{LEAST:.0f}")
    elif fault is not None:
        form.fault("colour", "face.fault.colour")
    if not form.ok:
        return await _page(request, hub, form, 422, nearest=nearest)
    wanted = hexed(rgb(given)) if given else ""
    do = partial(stored.set_colour, site=site, wanted=wanted, now_ms=hub.now_ms())
    refused = await recorded.write(request, hub, What.FACE_CHANGED, looks.face(site), do)
    return await _changed(request, hub, form, refused)


@post("/catalogue/face/arms", opt=brings_a_file(Right.CATALOGUE), request_max_body_size=MOST)
async def bring_arms(request: HubRequest, hub: Hub) -> Response[Any]:
    """The body is the file."""
    return await _bring(request, hub, Slot.ARMS)


@post("/catalogue/face/picture", opt=brings_a_file(Right.CATALOGUE), request_max_body_size=MOST)
async def bring_picture(request: HubRequest, hub: Hub) -> Response[Any]:
    """The same."""
    return await _bring(request, hub, Slot.PICTURE)


@post("/catalogue/face/remove", opt=MAY)
async def remove(request: HubRequest, hub: Hub) -> Response[Any]:
    """No arms, or no picture, any more."""
    form, site = await forms.read(request), who(request).site
    slot = form.one_of("slot", tuple(Slot))
    if not form.ok:
        return redirect("/catalogue/face")
    do = partial(stored.set_pictures, site=site, slot=Slot(slot), made=(), now_ms=hub.now_ms())
    refused = await recorded.write(request, hub, What.FACE_CHANGED, looks.face(site), do)
    return await _changed(request, hub, forms.Form(), refused)


async def _bring(request: HubRequest, hub: Hub, slot: Slot) -> Response[Any]:
    length, site = request.headers.get("content-length", ""), who(request).site
    if not length.isdigit():
        return _refusal(request, "length", 411)
    made = await hub.pictures.make(slot, int(length), request.stream()) if int(length) else Lost.CUT
    if isinstance(made, Unusable):
        return _refusal(request, made.why, 422, **made.values)
    if not isinstance(made, Made):
        return _refusal(request, made, _STATUS[made])
    do = partial(stored.set_pictures, site=site, slot=slot, made=made.pictures, now_ms=hub.now_ms())
    refused = await recorded.write(request, hub, What.FACE_CHANGED, looks.face(site), do)
    if refused is not None:
        return _json({"fault": refused.message}, 409)
    await hub.faces.read(site)
    return _json({}, 200)


async def _changed(request: HubRequest, hub: Hub, form: forms.Form, refused: Refused | None) -> Response[Any]:
    if refused is not None:
        return await _page(request, hub, form, 409, refused=refused)
    await hub.faces.read(who(request).site)
    return redirect("/catalogue/face", "saved")


async def _page(
    request: HubRequest,
    hub: Hub,
    form: forms.Form,
    status: int = 200,
    *,
    nearest: str = "",
    refused: Refused | None = None,
) -> Page:
    site = who(request).site
    known = await hub.store.read(partial(state.read, site=site))
    house = next(each for each in await hub.store.read(sites_table.sites) if each.id == site)
    return render(
        request,
        "face.html",
        status,
        form=form,
        nearest=nearest,
        refused=refused,
        known=known,
        town=house,
        most=MOST,
        most_mb=MOST // MB,
        ours=OUR_COLOUR,
    )


def _refusal(request: HubRequest, word: str, status: int, **values: int) -> Response[Any]:
    return _json({"fault": sayer(language_of(request))(f"face.fault.{word}", **values)}, status)


def _json(body: dict[str, str], status: int) -> Response[Any]:
    return Response(msgspec.json.encode(body), status_code=status, media_type="application/json", headers=HEADERS)


routers = [
    Router(
        "/",
        route_handlers=[face_page, set_colour, bring_arms, bring_picture, remove],
        before_request=staff_only,
    )
]
