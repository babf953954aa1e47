"""The visitor's own page behind the ticket's QR: number, state, people before, what to bring. No account, no script
needed. What visitors do there: ``hub.web.public.visitor_acts``."""

import hashlib
import re
from functools import partial
from typing import Any, NamedTuple

import msgspec
from litestar import Response, Router, get
from litestar.params import FromPath
from sqlalchemy import Connection

from hub.catalogue.content import papers
from hub.catalogue.content.papers import Papers
from hub.context import Hub, HubContext
from hub.sites import Site
from hub.store.enums import TicketState
from hub.tickets import waiting
from hub.tickets.model import local_iso
from hub.tickets.visitor_acts import MAY_COME_LATER, MAY_GIVE_BACK
from hub.tickets.waiting import WaitingStatus
from hub.web.common.auth_hooks import FORM_COOKIE, anybody, keep_form_token
from hub.web.common.page import HubRequest, asset, policy, redirect, render
from hub.web.common.texts import language_of, sayer
from hub.web.desk import desk_view
from kiosk.i18n.languages import base, chain, is_rtl, own_name
from kiosk.i18n.texts import Said, mark, pick

TOKEN = re.compile(r"[0-9a-f]{32}\Z")
LANGUAGES = ("de", "en", "ar")
REFRESH_S = 5
ENDED_REFRESH_S = 30
OVER = frozenset({TicketState.DONE, TicketState.NO_SHOW, TicketState.CANCELLED, TicketState.EXPIRED, TicketState.VOID})
"""States in which nothing more happens, unless staff bring the number back: the page asks seldom, and of a void number,
or of another day, not at all."""
ICON_SIZES = (192, 512)
"""Pixels of the icons of the installed page (``hub/static/icon-*.png``)."""


class Seen(NamedTuple):
    """What the page shows of a ticket, read in one go; the papers are not in its middle."""

    standing: WaitingStatus
    site: Site | None
    service: Said
    papers: Papers
    lang: str

    def mark(self, *, too_often: bool) -> str:
        """Another one whenever the middle of the page is another: a page that has it is not drawn anew at each poll,
        so that no button goes away under a finger."""
        return hashlib.sha256(msgspec.json.encode((self.standing, self.service, self.lang, too_often))).hexdigest()[:16]


@get("/t/{token:str}")
async def visitor_page(request: HubRequest, hub: Hub, token: FromPath[str]) -> Response[Any]:
    """The whole page; htmx asks for its middle only."""
    seen = await look(request, hub, token)
    return unknown(request) if seen is None else shown(request, hub, seen)


@get("/t/{token:str}/app.webmanifest")
async def app_manifest(request: HubRequest, hub: Hub, token: FromPath[str]) -> Response[Any]:
    """What a browser needs to put the page among the apps (W3C Web Application Manifest). Only where browsers know our
    certificate: elsewhere none installs it. There is no service worker: what is shown is never an old copy."""
    seen = await look(request, hub, token) if hub.public_certificate else None
    if seen is None or seen.site is None:
        return Response(b"", status_code=404)
    say = sayer(seen.lang)
    icons = [
        {"src": asset(f"icon-{size}.png"), "sizes": f"{size}x{size}", "type": "image/png", "purpose": "any maskable"}
        for size in ICON_SIZES
    ]
    told = {
        "id": "/t/",
        "scope": "/t/",
        "start_url": f"/t/{token}?lang={seen.lang}",
        "name": say("visitor.app_name", town=seen.site.town),
        "short_name": say("visitor.app_short"),
        "lang": seen.lang,
        "dir": "rtl" if is_rtl(seen.lang) else "ltr",
        "display": "standalone",
        "background_color": "#f5f3ee",
        "theme_color": "#0b4f6c",
        "icons": icons,
    }
    return Response(msgspec.json.encode(told), media_type="application/manifest+json")


@get("/t/{token:str}/give-back")
async def ask_give_back(request: HubRequest, hub: Hub, token: FromPath[str]) -> Response[Any]:
    """Whether the number is to be given back: a page of its own, so that it needs no script and no poll closes it."""
    seen = await look(request, hub, token)
    if seen is None:
        return unknown(request)
    if seen.standing.ticket.state not in MAY_GIVE_BACK:
        return redirect(address(seen))
    page = render(
        request,
        "visitor_give_back.html",
        lang=seen.lang,
        ticket=seen.standing.ticket,
        house=seen.site,
        own=own_path(seen),
        op=hub.new_id(),
    )
    return _finished(request, page)


async def look(request: HubRequest, hub: HubContext, token: str) -> Seen | None:
    """The ticket with this token as the page shows it; None = nobody's."""
    if not TOKEN.match(token):
        return None
    chosen, whole = request.query_params.get("lang", ""), not is_part(request)
    return await hub.store.read(partial(_look, token=token, chosen=chosen, whole=whole))


def is_part(request: HubRequest) -> bool:
    """Whether htmx asks, for the middle of the page."""
    return "hx-request" in request.headers


def _look(connection: Connection, token: str, chosen: str, *, whole: bool) -> Seen | None:
    found = waiting.standing(connection, token)
    if found is None:
        return None
    ticket, own = found.ticket, base(found.ticket.lang)
    lang = chosen if chosen in LANGUAGES else own if own in LANGUAGES else "de"
    site, service = ticket.site_id, ticket.service_id
    return Seen(
        standing=found,
        site=desk_view.site_of(connection, site),
        service=desk_view.service_name(connection, site, service, lang),
        papers=papers.papers(connection, site, service, chain(lang)) if whole else papers.NONE,
        lang=lang,
    )


def shown(request: HubRequest, hub: HubContext, seen: Seen, *, too_often: bool = False) -> Response[Any]:
    """The page of a ticket, or its middle for htmx. ``too_often``: the visitor pressed more than we take."""
    found, lang = seen.standing, seen.lang
    ticket = found.ticket
    queue, place = pick(found.queue_names, lang), pick(found.queue_places, lang)
    said = (seen.service, queue, place) if ticket.state is TicketState.WAITING else (seen.service, queue)
    as_of = local_iso(hub.now_ms(), seen.site.timezone if seen.site else "UTC")[11:16]
    answer = render(
        request,
        "visitor_part.html" if is_part(request) else "visitor.html",
        429 if too_often and not is_part(request) else 200,
        lang=lang,
        standing=found,
        house=seen.site,
        service=seen.service,
        queue=queue,
        place=place,
        marks=[each for each in dict.fromkeys(mark(text, lang) for text in said) if each],
        over=ticket.state in OVER or not found.today,
        languages=[(tag, own_name(tag)) for tag in LANGUAGES],
        refresh_s=_refresh_s(ticket.state, found.today),
        as_of=as_of,
        own=own_path(seen),
        op=hub.new_id(),
        may_come_later=found.today and ticket.state in MAY_COME_LATER,
        may_give_back=found.today and ticket.state in MAY_GIVE_BACK,
        too_often=too_often,
        seen=seen.mark(too_often=too_often),
        papers=seen.papers,
        installable=hub.public_certificate,
    )
    answer.headers |= {"x-as-of": as_of, "x-seen": seen.mark(too_often=too_often)}
    return _finished(request, answer)


def unknown(request: HubRequest) -> Response[Any]:
    """Nobody has this number."""
    chosen = request.query_params.get("lang", "")
    lang = chosen if chosen in LANGUAGES else language_of(request, LANGUAGES)
    answer = render(request, "visitor_unknown.html", 404, lang=lang)
    answer.headers |= {"referrer-policy": "no-referrer", "x-robots-tag": "noindex"}
    return answer


def own_path(seen: Seen) -> str:
    """The path of the ticket's page."""
    return f"/t/{seen.standing.ticket.token}"


def address(seen: Seen) -> str:
    """The same in the language in which it is read."""
    return f"{own_path(seen)}?lang={seen.lang}"


def _refresh_s(state: TicketState, today: bool) -> int:
    """Seconds until the page asks again; 0 = never."""
    if not today or state is TicketState.VOID:
        return 0
    return ENDED_REFRESH_S if state in OVER else REFRESH_S


def _finished(request: HubRequest, answer: Response[str]) -> Response[str]:
    """Forms need the browser to hold their token; a browser that has it is not given it at each poll. They say their
    origin, so the referrer policy is not ``no-referrer`` (``hub.web.common.page.HEADERS``)."""
    if FORM_COOKIE not in request.cookies:
        keep_form_token(request, answer)
    answer.headers |= {
        "content-security-policy": policy(manifest_src="'self'"),
        "referrer-policy": "same-origin",  # no other site learns the address, which is the key to the page
        "x-robots-tag": "noindex",
    }
    return answer


routers = [Router("/", route_handlers=[visitor_page, app_manifest, ask_give_back], before_request=anybody)]
