"""The site page: names, time zone, base URL, how long visits are kept, opening hours."""

import asyncio
from functools import partial
from typing import Any

import msgspec
from litestar import Response, Router, get, post
from sqlalchemy import Connection

from hub.auth.rights import Right
from hub.catalogue import imports, whole
from hub.catalogue.publishing import InForce
from hub.hall import Hall
from hub.queues import house
from hub.sites import Site, sites
from hub.store.words import KEPT_DAYS
from hub.trail import looks
from hub.trail.entries import Note, append
from hub.trail.words import What
from hub.web import forms, founding, recorded
from hub.web.gate import needs, staff_only, who
from hub.web.page import Asked, go, page
from hub.web.setup import hours_as_fields, read_hours

MAY = needs(Right.SITE)


@get("/site", opt=MAY)
async def site_page(request: Asked, hall: Hall) -> Response[Any]:
    """The settings as they are."""
    site = who(request).site
    known = next(each for each in await hall.store.read(sites) if each.id == site)
    draft = await hall.store.read(partial(whole.in_force, site=site))
    hours = founding.house_hours(draft.shell) if draft is not None else ()
    fields = {key: str(value) for key, value in msgspec.structs.asdict(known).items()} | hours_as_fields(hours)
    return page(request, "site.html", form=forms.Form(None, **fields), site_id=site, refused=None)


@post("/site", opt=MAY)
async def change_site(request: Asked, hall: Hall) -> Response[Any]:
    """Write them; new hours are published to the terminals."""
    form, site = await forms.read(request), who(request).site
    new = Site(
        site,
        form.name("town"),
        form.name("name"),
        form.zone("timezone"),
        form.base_url("base_url"),
        form.number("kept_days", *KEPT_DAYS),
    )
    hours = read_hours(form)
    if not form.ok:
        return page(request, "site.html", 422, form=form, site_id=site, refused=None)
    do = partial(house.change_site, site=new, now_ms=hall.now_ms())
    await recorded.write(request, hall, What.SITE_CHANGED, looks.site_settings(site), do)
    draft = await hall.store.read(partial(whole.in_force, site=site))
    if draft is not None and founding.house_hours(draft.shell) != hours:
        before, after = (
            {"hours": founding.hours_in_words(each)} for each in (founding.house_hours(draft.shell), hours)
        )

        def record(connection: Connection, note: Note) -> None:
            append(connection, msgspec.structs.replace(note, what=What.HOURS_CHANGED), "", before, after)

        put = partial(imports.put_in_force, by=recorded.whose(request), record=record)
        done = await asyncio.to_thread(put, hall.store, (site,), founding.set_hours(draft, hours))
        if not isinstance(done, InForce):
            return page(request, "site.html", 409, form=form, site_id=site, refused=imports.refusal(done))
    return go("/site", "saved")


routers = [Router("/", route_handlers=[site_page, change_site], before_request=staff_only)]
