"""The visitor's own page behind the ticket's QR: number, state, people before. No account, no script needed."""

import re
from functools import partial
from typing import Any

from litestar import Response, Router, get
from litestar.params import FromPath

from hub.context import Hub
from hub.store.enums import TicketState
from hub.tickets import waiting
from hub.tickets.model import local_iso
from hub.web.common.page import HubRequest, render
from hub.web.common.texts import language_of
from hub.web.desk import desk_view
from kiosk.i18n.languages import base, own_name
from kiosk.i18n.texts import mark, pick

TOKEN = re.compile(r"[0-9a-f]{32}\Z")
LANGUAGES = ("de", "en", "ar")
REFRESH_S = 5
ENDED_REFRESH_S = 30
OVER = frozenset({TicketState.DONE, TicketState.NO_SHOW, TicketState.CANCELLED, TicketState.EXPIRED, TicketState.VOID})
"""States in which nothing more happens, unless staff bring the number back: the page asks seldom, and of a void number,
or of another day, not at all."""


@get("/t/{token:str}")
async def visitor_page(request: HubRequest, hub: Hub, token: FromPath[str]) -> Response[Any]:
    """The whole page; htmx asks for its middle only."""
    found = await hub.store.read(partial(waiting.standing, token=token)) if TOKEN.match(token) else None
    chosen = request.query_params.get("lang", "")
    if found is None:
        lang = chosen if chosen in LANGUAGES else language_of(request, LANGUAGES)
        return _private(render(request, "visitor_unknown.html", 404, lang=lang))
    own = base(found.ticket.lang)
    lang = chosen if chosen in LANGUAGES else own if own in LANGUAGES else "de"
    site = await hub.store.read(partial(desk_view.site_of, ident=found.ticket.site_id))
    ticket = found.ticket
    named = partial(desk_view.service_name, site=ticket.site_id, service=ticket.service_id, lang=lang)
    service, queue, place = await hub.store.read(named), pick(found.queue_names, lang), pick(found.queue_places, lang)
    shown = (service, queue, place) if ticket.state is TicketState.WAITING else (service, queue)
    as_of = local_iso(hub.now_ms(), site.timezone if site else "UTC")[11:16]
    answer = _private(
        render(
            request,
            "visitor_part.html" if "hx-request" in request.headers else "visitor.html",
            lang=lang,
            standing=found,
            house=site,
            service=service,
            queue=queue,
            place=place,
            marks=[each for each in dict.fromkeys(mark(said, lang) for said in shown) if each],
            over=ticket.state in OVER or not found.today,
            languages=[(tag, own_name(tag)) for tag in LANGUAGES],
            refresh_s=_refresh_s(ticket.state, found.today),
            as_of=as_of,
        )
    )
    answer.headers["x-as-of"] = as_of
    return answer


def _refresh_s(state: TicketState, today: bool) -> int:
    """Seconds until the page asks again; 0 = never."""
    if not today or state is TicketState.VOID:
        return 0
    return ENDED_REFRESH_S if state in OVER else REFRESH_S


def _private(answer: Response[str]) -> Response[str]:
    """The address is the key to the page: it must not travel on."""
    answer.headers["referrer-policy"] = "no-referrer"
    answer.headers["x-robots-tag"] = "noindex"
    return answer


routers = [Router("/", route_handlers=[visitor_page])]
