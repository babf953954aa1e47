"""The desk page: own visitor, waiting list, hall, tickets brought in by hand.

Every action is a POST with an idempotency key made at the click.
"""

from collections.abc import Callable
from functools import partial
from typing import Any

from litestar import Response, Router, get, post
from litestar.params import FromPath
from litestar.response import Stream
from sqlalchemy import Connection

from hub import streams
from hub.auth import sessions
from hub.auth.rights import Right
from hub.hall import Hall
from hub.queues import alarms, bringing, calling, house
from hub.queues import help as helping
from hub.queues.bringing import Bring
from hub.queues.calling import Act, Done
from hub.queues.refusals import Refused
from hub.store.words import Origin
from hub.web import forms, looking
from hub.web.gate import needs, staff_only, who
from hub.web.page import Asked, Page, go, page
from hub.web.words import language_of

TEXT_MAX = 400
"""Characters of a number, a slip or the address of a visitor's page."""
CALL, HELP = needs(Right.CALL), needs(Right.HELP)

DO: dict[str, Callable[[Connection, Act], Done | Refused]] = {
    "next": partial(calling.call_next, finish_current=True),
    "recall": calling.recall,
    "arrive": calling.arrive,
    "finish": calling.finish,
    "no-show": calling.no_show,
}
"""What a counter may do, by the last part of the address. ``next`` finishes whoever is still here."""


@get("/desk", opt=CALL)
async def desk_page(request: Asked, hall: Hall) -> Response[Any]:
    """The desk of the counter one sits at; first the choice of a counter."""
    found = await _look(request, hall)
    return go("/desk/choose") if found is None else page(request, "desk.html", desk=found, said="")


@get("/desk/choose", opt=CALL)
async def choose_page(request: Asked, hall: Hall) -> Response[Any]:
    """Which counter do you sit at?"""
    counters = await hall.store.read(partial(house.counters, site=who(request).site))
    return page(request, "desk_choose.html", counters=counters)


@post("/desk/counter", opt=CALL)
async def choose(request: Asked, hall: Hall) -> Response[Any]:
    """Sit down at a counter."""
    me, wanted = who(request), (await forms.read(request)).value("counter")
    known = await hall.store.read(partial(house.counters, site=me.site))
    if any(counter.id == wanted for counter in known):
        await hall.store.write(partial(sessions.sit_down, person=me, counter=wanted))
    return go("/desk")


@get("/desk/parts", opt=CALL)
async def parts(request: Asked, hall: Hall) -> Response[Any]:
    """The three columns as they are now."""
    return await _parts(request, hall, "")


@get("/desk/changes", opt=CALL)
async def changes(request: Asked, hall: Hall) -> Stream:
    """A server-sent event whenever something changed, and a beat while nothing does."""
    return streams.changes(hall.feed, hall.store, who(request).site)


@post("/desk/do/{word:str}", opt=CALL)
async def act(request: Asked, hall: Hall, word: FromPath[str]) -> Response[Any]:
    """Call next, recall, visitor is here, finish, no-show. The same ``op`` again has the same answer, no effect."""
    form, me = await forms.read(request), who(request)
    op = form.value("op")
    if word not in DO or me.counter is None or not 8 <= len(op) <= 64:
        return await _parts(request, hall, "desk.refused.bad_request", 422)
    ticket = form.value("ticket") if word != "next" else ""
    order = Act(site=me.site, counter=me.counter, op=op, now_ms=hall.now_ms(), ticket=ticket)
    result = await hall.store.write(lambda connection: DO[word](connection, order))
    return await _parts(request, hall, f"desk.refused.{result.code}" if isinstance(result, Refused) else "")


@post("/desk/bring", opt=CALL)
async def bring(request: Asked, hall: Hall) -> Response[Any]:
    """Bring a ticket in: by its number or slip, or (``expected``) the next number of a terminal that is not heard."""
    form, me = await forms.read(request), who(request)
    text, op = form.value("text").strip(), form.value("op")
    if not text or len(text) > TEXT_MAX or not 8 <= len(op) <= 64:
        return _refused(await _parts(request, hall, "desk.refused.unreadable"))
    wish = Bring(
        site=me.site,
        op=op,
        text=text,
        id=hall.new_id(),
        token=hall.tokens.draw(),
        now_ms=hall.now_ms(),
        origin=Origin.EXPECTED if form.value("expected") else Origin.TYPED,
    )
    result = await hall.store.write(lambda connection: bringing.bring(connection, wish))
    if isinstance(result, Refused):
        return _refused(await _parts(request, hall, f"desk.refused.{result.code}"))
    key = "desk.brought" if result.fresh else f"desk.known.{result.ticket.state}"
    return await _parts(request, hall, key, number=result.ticket.label)


@post("/desk/alarm", opt=HELP)
async def note_alarm(request: Asked, hall: Hall) -> Response[Any]:
    """I have seen this alarm and do something."""
    form, me, now_ms = await forms.read(request), who(request), hall.now_ms()
    kind, subject = form.value("kind"), form.value("subject")
    await hall.store.write(lambda c: alarms.note(c, me.site, kind, subject, me.user, now_ms))
    return await _parts(request, hall, "")


@post("/desk/help/{ident:str}", opt=HELP)
async def acknowledge(request: Asked, hall: Hall, ident: FromPath[str]) -> Response[Any]:
    """I am on my way to that terminal."""
    me, now_ms = who(request), hall.now_ms()
    await hall.store.write(lambda c: helping.acknowledge(c, me.site, ident, me.user, now_ms))
    return await _parts(request, hall, "")


@post("/desk/help/{ident:str}/done", opt=HELP)
async def done_there(request: Asked, hall: Hall, ident: FromPath[str]) -> Response[Any]:
    """Nobody is needed at that terminal any more."""
    me, now_ms = who(request), hall.now_ms()
    await hall.store.write(lambda c: helping.close(c, me.site, ident, now_ms))
    return await _parts(request, hall, "")


async def _look(request: Asked, hall: Hall) -> looking.Desk | None:
    me = who(request)
    if me.counter is None:
        return None
    now_ms, lang = hall.now_ms(), language_of(request)
    return await hall.store.read(partial(looking.desk, site=me.site, counter=me.counter, lang=lang, now_ms=now_ms))


def _refused(answer: Page) -> Page:
    """The page keeps what was typed, to be mended."""
    answer.headers["x-refused"] = "1"
    return answer


async def _parts(request: Asked, hall: Hall, said: str, status: int = 200, number: str = "") -> Page:
    found = await _look(request, hall)
    if found is None:
        return Response("", status_code=401, headers={"hx-redirect": "/desk", "cache-control": "no-store"})
    return page(request, "desk_parts.html", status, desk=found, said=said, number=number)


routers = [
    Router(
        "/",
        route_handlers=[
            desk_page,
            choose_page,
            choose,
            parts,
            changes,
            act,
            bring,
            note_alarm,
            acknowledge,
            done_there,
        ],
        before_request=staff_only,
    )
]
