"""The trail's page: who changed what, newest first; whether the chain is whole; how long it is kept; a file of it."""

from collections.abc import AsyncIterator
from datetime import date
from functools import partial
from typing import Any

from litestar import Response, Router, get, post
from litestar.response import Stream
from sqlalchemy import Connection

from hub.auth.rights import Right
from hub.context import Hub, HubContext
from hub.tickets import waiting
from hub.trail import csv_export, entries, listing, retention
from hub.trail.changes import noted
from hub.trail.checking import Intact
from hub.trail.listing import SHOWN, Wanted
from hub.trail.retention import LEAST_DAYS, MOST_DAYS, Settings
from hub.trail.words import GROUPS, What
from hub.web.admin import trail_words
from hub.web.common import forms, recorded
from hub.web.common.auth_hooks import needs, staff_only, who
from hub.web.common.page import HEADERS, HubRequest, Page, redirect, render
from hub.web.common.texts import Say, language_of, sayer
from kiosk.hash_chain import Head

MAY = needs(Right.TRAIL)


@get("/trail", opt=MAY)
async def trail_page(request: HubRequest, hub: Hub) -> Response[Any]:
    """The newest entries, or those that were asked for."""
    settings = await hub.store.read(partial(retention.settings, site=who(request).site))
    start = {"kept_days": str(settings.kept_days), "names_callers": "yes" if settings.names_callers else ""}
    return await _page(request, hub, forms.Form(None, **start))


@get("/trail/chain", opt=MAY)
async def chain(request: HubRequest, hub: Hub) -> Page:
    """Whether the chain is whole: the page asks for it, because it may take seconds."""
    site = who(request).site
    found, zone = await hub.trail_checker.check(site), await hub.store.read(partial(waiting.timezone_of, site=site))
    at = entries.local_time(hub.now_ms(), zone)
    return render(request, "trail_chain.html", found=found, whole=isinstance(found, Intact), at=f"{at:%H:%M}")


@post("/trail/settings", opt=MAY)
async def change_settings(request: HubRequest, hub: Hub) -> Response[Any]:
    """How long it is kept, and whether calls name the person."""
    form, site = await forms.read(request), who(request).site
    new = Settings(form.number("kept_days", LEAST_DAYS, MOST_DAYS), form.value("names_callers") == "yes")
    if not form.ok:
        return await _page(request, hub, form, 422)
    note = recorded.note(request, hub, What.TRAIL_SETTINGS)

    def look(connection: Connection) -> entries.Details:
        return retention.facts(retention.settings(connection, site))

    await hub.store.write(lambda c: noted(c, note, look, lambda: retention.change_settings(c, site, new)))
    return redirect("/trail", "saved")


@post("/trail/export", opt=MAY, status_code=200)
async def export(request: HubRequest, hub: Hub) -> Response[Any]:
    """A CSV file of what the page was asked for. That somebody took one is an act, too."""
    form, site = await forms.read(request), who(request).site
    wanted = _wanted(form.value("day"), form.value("person"), form.value("group"))
    zone = await hub.store.read(partial(waiting.timezone_of, site=site))
    note, after = recorded.note(request, hub, What.TRAIL_EXPORTED), {"day": wanted.day, "group": wanted.group}
    head = await hub.store.write(partial(entries.append, note=note, subject=wanted.person, after=after))
    name = f"trail-{entries.local_time(hub.now_ms(), zone):%Y-%m-%d-%H%M}.csv"
    return Stream(
        _file(hub, site, zone, wanted, head, sayer(language_of(request))),
        media_type="text/csv",
        headers={**HEADERS, "content-disposition": f'attachment; filename="{name}"'},
    )


async def _file(hub: HubContext, site: str, zone: str, wanted: Wanted, head: Head, say: Say) -> AsyncIterator[str]:
    """The file in portions, oldest entry first; what is written meanwhile is not in it."""
    yield csv_export.begin()
    after = 0
    while True:
        found = await hub.store.read(partial(listing.forward, site=site, timezone=zone, wanted=wanted, after=after))
        upto = [each for each in found if each.seq <= head.seq]
        yield "".join(csv_export.line(each, zone, trail_words.what(each, say)) for each in upto)
        if len(upto) < listing.AT_ONCE:
            break
        after = upto[-1].seq
    yield csv_export.end(head)


async def _page(request: HubRequest, hub: HubContext, form: forms.Form, status: int = 200) -> Page:
    site, lang, asked = who(request).site, language_of(request), request.query_params
    wanted = _wanted(*(asked.get(name, "") for name in ("day", "person", "group", "below")))

    def look(connection: Connection) -> tuple[str, list[entries.Entry], list[str]]:
        zone = waiting.timezone_of(connection, site)
        return zone, listing.listed(connection, site, zone, wanted, SHOWN + 1), listing.logins(connection, site)

    zone, found, logins = await hub.store.read(look)
    say = sayer(lang)
    return render(
        request,
        "trail.html",
        status,
        form=form,
        entries=[trail_words.shown(each, zone, lang, say) for each in found[:SHOWN]],
        wanted=wanted,
        more=found[SHOWN - 1].seq if len(found) > SHOWN else 0,
        logins=logins,
        groups=GROUPS,
        least=LEAST_DAYS,
        most=MOST_DAYS,
    )


def _wanted(day: str, person: str, group: str, below: str = "") -> Wanted:
    """What was asked for; what is no day, no group or no number is not asked for."""
    number = int(below) if below.isascii() and below.isdigit() and len(below) < 18 else 2**62
    return Wanted(day=_day(day), person=person[:60], group=group if group in GROUPS else "", below=number)


def _day(text: str) -> str:
    try:
        return date.fromisoformat(text[:10]).isoformat() if "1970" <= text[:4] <= "9000" else ""
    except ValueError:
        return ""


routers = [
    Router("/", route_handlers=[trail_page, chain, change_settings, export], before_request=staff_only),
]
