"""The catalogue page: an import that waits for a decision, what is in force, and what was before."""

import asyncio
from datetime import date, datetime
from functools import partial
from typing import Any
from zoneinfo import ZoneInfo

from litestar import Response, Router, get, post
from litestar.params import FromPath

from hub.auth.rights import Right
from hub.catalogue.content import listing, misses, state, unrouted, versions
from hub.catalogue.content.import_checks import DELETIONS_PERCENT, FEE_PERCENT
from hub.catalogue.content.versions import Outcome
from hub.catalogue.import_runs import imports
from hub.catalogue.publication.publishing import InForce
from hub.context import Hub
from hub.errors import Code, Refused
from hub.tickets import waiting
from hub.trail.words import What
from hub.web.admin import importing
from hub.web.common import forms, recorded
from hub.web.common.auth_hooks import needs, staff_only, who
from hub.web.common.page import HubRequest, Page, redirect, render
from hub.web.common.texts import language_of
from kiosk.i18n.formats import clock, money, short_date

MAY = needs(Right.CATALOGUE)
REFUSALS = {Code.NAME_TAKEN: "catalogue.letter_taken", Code.WRONG_STATE: "catalogue.published_meanwhile"}
"""What the page says to each refusal of ``put_in_force``."""


@get("/catalogue", opt=MAY)
async def catalogue_page(request: HubRequest, hub: Hub) -> Response[Any]:
    """What waits, what is in force, what was before."""
    return await _page(request, hub)


@post("/catalogue/accept", opt=MAY)
async def accept(request: HubRequest, hub: Hub) -> Response[Any]:
    """Put the import in force that waits, whatever the guards found. The form names it: another may have come since."""
    wanted = (await forms.read(request)).value("n")
    kept = await hub.store.read(partial(versions.listed, site=who(request).site))
    pending = next((each for each in kept if each.state is Outcome.PENDING and str(each.n) == wanted), None)
    return await _publish(request, hub, pending.n if pending else 0, "accepted")


@post("/catalogue/reject", opt=MAY)
async def reject(request: HubRequest, hub: Hub) -> Response[Any]:
    """Turn the import down that waits."""
    person = who(request)
    do = partial(versions.reject, site=person.site, now_ms=hub.now_ms(), who=person.name)
    await recorded.write_done(request, hub, What.IMPORT_REJECTED, do, done=bool)
    return redirect("/catalogue", "rejected")


@post("/catalogue/{n:str}/again", opt=MAY)
async def again(request: HubRequest, hub: Hub, n: FromPath[str]) -> Response[Any]:
    """Put an earlier import in force, as a new version."""
    kept = await hub.store.read(partial(versions.listed, site=who(request).site))
    wanted = next((each.n for each in kept if str(each.n) == n), 0)
    return await _publish(request, hub, wanted, "went_back")


async def _publish(request: HubRequest, hub: Hub, n: int, done: str) -> Response[Any]:
    person = who(request)
    draft = await hub.store.read(partial(versions.draft, site=person.site, n=n))
    if draft is None:
        return await _page(request, hub, 409, refused="catalogue.gone")
    put = partial(imports.put_in_force, by=recorded.whose(request))
    outcome = await asyncio.to_thread(put, hub.store, (person.site,), draft, person.name)
    if not isinstance(outcome, InForce):
        why = imports.refusal(outcome)
        return await _page(request, hub, 409, refused=REFUSALS.get(why.code, why))
    return redirect("/catalogue", done)


async def _page(request: HubRequest, hub: Hub, status: int = 200, refused: str | Refused = "") -> Page:
    site, lang = who(request).site, language_of(request)
    known, kept, tags, zone, lacking, services, missed = await hub.store.read(
        lambda c: (
            state.read(c, site),
            versions.listed(c, site),
            listing.languages(c, site),
            waiting.timezone_of(c, site),
            unrouted.lacking(c, site),
            listing.total(c, site),
            misses.listed(c, site),
        )
    )

    def when(ms: int) -> str:
        moment = datetime.fromtimestamp(ms / 1000, ZoneInfo(zone))
        return f"{short_date(moment.date(), lang)}, {clock(moment.time())}"

    return render(
        request,
        "catalogue.html",
        status,
        known=known,
        pending=next((each for each in kept if each.state is Outcome.PENDING), None),
        versions=[each for each in kept if each.state is Outcome.PUBLISHED],
        languages=tags,
        services=services,
        lacking=lacking,
        when=when,
        euros=lambda cents: money(cents, lang),
        limits={"deletions": DELETIONS_PERCENT, "fee": FEE_PERCENT},
        missed=missed,
        day=lambda iso: short_date(date.fromisoformat(iso), lang),
        refused=refused,
        **importing.shown(hub, site, lang),
    )


routers = [Router("/", route_handlers=[catalogue_page, accept, reject, again], before_request=staff_only)]
