"""The catalogue page: an import that waits for a decision, what is in force, and what was before."""

import asyncio
from datetime import date, datetime
from functools import partial
from typing import Any
from zoneinfo import ZoneInfo

from litestar import Response, Router, get, post
from litestar.params import FromPath

from hub.auth.rights import Right
from hub.catalogue import imports, listing, misses, state, unrouted, versions
from hub.catalogue.guards import DELETIONS_PERCENT, FEE_PERCENT
from hub.catalogue.publishing import InForce
from hub.catalogue.versions import Outcome
from hub.hall import Hall
from hub.queues import waiting
from hub.queues.refusals import Code, Refused
from hub.trail.words import What
from hub.web import forms, importing, recorded
from hub.web.gate import needs, staff_only, who
from hub.web.page import Asked, Page, go, page
from hub.web.words import language_of
from kiosk.i18n.formats import clock, money, short_date

MAY = needs(Right.CATALOGUE)
REFUSALS = {Code.NAME_TAKEN: "catalogue.letter_taken", Code.WRONG_STATE: "catalogue.published_meanwhile"}
"""What the page says to each refusal of ``put_in_force``."""


@get("/catalogue", opt=MAY)
async def catalogue_page(request: Asked, hall: Hall) -> Response[Any]:
    """What waits, what is in force, what was before."""
    return await _page(request, hall)


@post("/catalogue/accept", opt=MAY)
async def accept(request: Asked, hall: Hall) -> Response[Any]:
    """Put the import in force that waits, whatever the guards found. The form names it: another may have come since."""
    wanted = (await forms.read(request)).value("n")
    kept = await hall.store.read(partial(versions.listed, site=who(request).site))
    pending = next((each for each in kept if each.state is Outcome.PENDING and str(each.n) == wanted), None)
    return await _publish(request, hall, pending.n if pending else 0, "accepted")


@post("/catalogue/reject", opt=MAY)
async def reject(request: Asked, hall: Hall) -> Response[Any]:
    """Turn the import down that waits."""
    person = who(request)
    do = partial(versions.reject, site=person.site, now_ms=hall.now_ms(), who=person.name)
    await recorded.write_done(request, hall, What.IMPORT_REJECTED, do, done=bool)
    return go("/catalogue", "rejected")


@post("/catalogue/{n:str}/again", opt=MAY)
async def again(request: Asked, hall: Hall, n: FromPath[str]) -> Response[Any]:
    """Put an earlier import in force, as a new version."""
    kept = await hall.store.read(partial(versions.listed, site=who(request).site))
    wanted = next((each.n for each in kept if str(each.n) == n), 0)
    return await _publish(request, hall, wanted, "went_back")


async def _publish(request: Asked, hall: Hall, n: int, done: str) -> Response[Any]:
    person = who(request)
    draft = await hall.store.read(partial(versions.draft, site=person.site, n=n))
    if draft is None:
        return await _page(request, hall, 409, refused="catalogue.gone")
    put = partial(imports.put_in_force, by=recorded.whose(request))
    outcome = await asyncio.to_thread(put, hall.store, (person.site,), draft, person.name)
    if not isinstance(outcome, InForce):
        why = imports.refusal(outcome)
        return await _page(request, hall, 409, refused=REFUSALS.get(why.code, why))
    return go("/catalogue", done)


async def _page(request: Asked, hall: Hall, status: int = 200, refused: str | Refused = "") -> Page:
    site, lang = who(request).site, language_of(request)
    known, kept, tags, zone, lacking, services, missed = await hall.store.read(
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

    return page(
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
        **importing.shown(hall, site),
    )


routers = [Router("/", route_handlers=[catalogue_page, accept, reject, again], before_request=staff_only)]
