"""The site page: names, time zone, base URL, how long visits are kept, opening hours."""

import asyncio
from functools import partial
from typing import Any

import msgspec
from litestar import Response, Router, get, post
from sqlalchemy import Connection

from hub import sites as sites_table
from hub.auth.rights import Right
from hub.catalogue.content import merged
from hub.catalogue.import_runs import imports
from hub.catalogue.publication.publishing import InForce
from hub.context import Hub
from hub.sites import Site, sites
from hub.store.enums import KEPT_DAYS
from hub.trail import looks
from hub.trail.entries import Note, append
from hub.trail.words import What
from hub.web.admin import site_setup
from hub.web.admin.setup import hours_as_fields, read_hours
from hub.web.common import forms, recorded
from hub.web.common.auth_hooks import needs, staff_only, who
from hub.web.common.page import HubRequest, redirect, render

MAY = needs(Right.SITE)


@get("/site", opt=MAY)
async def site_page(request: HubRequest, hub: Hub) -> Response[Any]:
    """The settings as they are."""
    site = who(request).site
    known = next(each for each in await hub.store.read(sites) if each.id == site)
    draft = await hub.store.read(partial(merged.in_force, site=site))
    hours = site_setup.house_hours(draft.shell) if draft is not None else ()
    fields = {key: str(value) for key, value in msgspec.structs.asdict(known).items()} | hours_as_fields(hours)
    return render(request, "site.html", form=forms.Form(None, **fields), site_id=site, refused=None)


@post("/site", opt=MAY)
async def change_site(request: HubRequest, hub: Hub) -> Response[Any]:
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
        return render(request, "site.html", 422, form=form, site_id=site, refused=None)
    do = partial(sites_table.change_site, site=new, now_ms=hub.now_ms())
    await recorded.write(request, hub, What.SITE_CHANGED, looks.site_settings(site), do)
    draft = await hub.store.read(partial(merged.in_force, site=site))
    if draft is not None and site_setup.house_hours(draft.shell) != hours:
        before, after = (
            {"hours": site_setup.hours_in_words(each)} for each in (site_setup.house_hours(draft.shell), hours)
        )

        def record(connection: Connection, note: Note) -> None:
            append(connection, msgspec.structs.replace(note, what=What.HOURS_CHANGED), "", before, after)

        put = partial(imports.put_in_force, by=recorded.whose(request), record=record)
        done = await asyncio.to_thread(put, hub.store, (site,), site_setup.set_hours(draft, hours))
        if not isinstance(done, InForce):
            return render(request, "site.html", 409, form=form, site_id=site, refused=imports.refusal(done))
    return redirect("/site", "saved")


routers = [Router("/", route_handlers=[site_page, change_site], before_request=staff_only)]
