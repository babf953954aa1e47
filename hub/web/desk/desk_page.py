"""The desk page: own visitor, waiting list, counters, tickets brought in by hand, the last act undone.

Every action is a POST with an idempotency key made at the click. The person must still have the counter's seat: that is
looked at in the transaction of the act.
"""

import logging
import re
from collections.abc import Callable
from functools import partial
from typing import Any, TypeVar

from litestar import Response, Router, get, post
from litestar.params import FromPath
from litestar.response import Stream
from sqlalchemy import Connection

from hub import alarms
from hub.auth import seats
from hub.auth.rights import Right
from hub.auth.sessions import Person
from hub.connections.proof import own_stream
from hub.context import Hub, HubContext
from hub.counter import calling, manual_entry, returning, transfer
from hub.counter import undo as counter_undo
from hub.counter.acts import SeatChange
from hub.counter.calling import Act, Done
from hub.counter.manual_entry import ManualEntry
from hub.counter.returning import may_return
from hub.errors import Code, Refused
from hub.fleet import help_calls as helping
from hub.live import sse
from hub.live.stream_rights import BySession
from hub.log import event
from hub.store.enums import Origin, TicketState
from hub.tickets import model
from hub.tickets.model import Ticket
from hub.trail.calls import CallNote, noted_call
from hub.trail.words import What
from hub.web.common import forms, recorded
from hub.web.common.auth_hooks import needs, staff_only, who
from hub.web.common.page import HubRequest, Page, redirect, render
from hub.web.common.texts import language_of
from hub.web.desk import alerts, desk_view
from hub.web.desk.undo_strip import Sentence, undone

T = TypeVar("T")
LOGGER = logging.getLogger("hub.desk")
TEXT_MAX = 400
"""Characters of a number, a slip or the address of a visitor's page."""
ROWS = "x-rows"
"""Header by which the page says how many rows of the waiting list it shows."""
CALL, HELP = needs(Right.CALL), needs(Right.HELP)

DO: dict[str, tuple[Callable[[Connection, Act], Done | Refused], What]] = {
    "next": (calling.call_next, What.CALL_NEXT),
    "recall": (calling.recall, What.CALL_RECALL),
    "arrive": (calling.arrive, What.CALL_ARRIVED),
    "finish": (calling.finish, What.CALL_FINISHED),
    "no-show": (calling.no_show, What.CALL_NO_SHOW),
    "to-place": (returning.to_place, What.CALL_BACK),
    "to-me": (returning.to_me, What.CALL_BACK),
    "transfer": (transfer.transfer, What.CALL_TRANSFERRED),
}
"""What a counter may do, by the last part of the address. ``next`` ends the visit of whoever is still here."""

OP = re.compile(r"[0-9A-Za-z-]{8,64}", re.ASCII)
"""An operation's id as our page makes it (a UUID); it comes back in the page's own attributes."""


@get("/desk", opt=CALL)
async def desk_page(request: HubRequest, hub: Hub) -> Response[Any]:
    """The desk of the counter one sits at; first the choice of a counter."""
    found = await _look(request, hub)
    if found is None:
        return redirect("/desk/choose")
    return render(request, "desk.html", desk=found, alerts=await alerts.look(request, hub))


@get("/desk/parts", opt=CALL)
async def parts(request: HubRequest, hub: Hub) -> Response[Any]:
    """The three columns as they are now."""
    return await _parts(request, hub, "")


@get("/desk/changes", opt=CALL)
async def changes(request: HubRequest, hub: Hub) -> Stream:
    """A server-sent event whenever something changed, and a beat while nothing does."""
    me = who(request)
    own_stream(request.scope, me.token_hash)
    return sse.changes(hub.feed, hub.store, me.site, BySession(me.token_hash, Right.CALL))


@post("/desk/do/{word:str}", opt=CALL)
async def act(request: HubRequest, hub: Hub, word: FromPath[str]) -> Response[Any]:
    """Call next, recall, visitor is here, finish, no-show, bring one back, transfer one to another ``queue``. The same
    ``op`` again has the same answer, no effect. Every word but "next" is about the ticket that the page shows; "next"
    also, if it shows one."""
    form, me = await forms.read(request), who(request)
    order = _order(form, me, hub.now_ms())
    if word not in DO or order is None or (word != "next" and not order.ticket):
        return await _parts(request, hub, "desk.refused.bad_request", status=422)
    do, what = DO[word]
    result = await _write(request, hub, order, what, lambda c: do(c, order))
    if isinstance(result, Refused):
        return await _refuse(request, hub, result)
    return await _parts(request, hub, "desk.refused.nobody_waits" if result.nobody_waits else "", offer=NO_OFFER)


@post("/desk/undo", opt=CALL)
async def undo(request: HubRequest, hub: Hub) -> Response[Any]:
    """Undo the act ``of`` of this counter."""
    form, me = await forms.read(request), who(request)
    order, of = _order(form, me, hub.now_ms()), form.value("of")
    if order is None or not of:
        return await _parts(request, hub, "desk.refused.bad_request", status=422)
    result = await _write(request, hub, order, What.CALL_UNDONE, lambda c: counter_undo.undo(c, order, of))
    if isinstance(result, Refused):
        return await _refuse(request, hub, result)
    if any(isinstance(change, SeatChange) for change in result.record.changes):
        return _begin_again(200)
    return await _parts(request, hub, *undone(result.record), tone="go", offer=NO_OFFER)


@post("/desk/pause", opt=CALL)
async def pause(request: HubRequest, hub: Hub) -> Response[Any]:
    """Call nobody for a while (``on`` = 1), or go on."""
    form, me, now_ms = await forms.read(request), who(request), hub.now_ms()
    order = _order(form, me, now_ms)
    if order is None:
        return await _parts(request, hub, "desk.refused.bad_request", status=422)
    on, op, counter = form.value("on") == "1", order.op, order.counter
    do = partial(seats.pause, person=me, counter=counter, on=on, op=op, now_ms=now_ms)
    result = await _write(request, hub, order, What.CALL_PAUSE, do)
    return await _refuse(request, hub, result) if isinstance(result, Refused) else await _parts(request, hub, "")


@get("/desk/offer/{ident:str}", opt=CALL)
async def offer(request: HubRequest, hub: Hub, ident: FromPath[str]) -> Response[Any]:
    """What can be done for somebody who was called in vain, or who waits."""
    me = who(request)
    found = await hub.store.read(partial(_offered, site=me.site, ident=ident))
    if found is None:
        return await _parts(request, hub, "desk.refused.not_away", offer=NO_OFFER)
    return await _parts(request, hub, (f"desk.known.{found.state}", found.label), tone="info", offer=(found,))


@post("/desk/bring", opt=CALL)
async def bring(request: HubRequest, hub: Hub) -> Response[Any]:
    """Bring a ticket in: by its number or slip, or (``expected``) the next number of a terminal that is not heard."""
    form, me = await forms.read(request), who(request)
    text, order = form.value("text").strip(), _order(form, me, hub.now_ms())
    if not text or len(text) > TEXT_MAX or order is None:
        return _refused(await _parts(request, hub, "desk.refused.unreadable"))
    wish = ManualEntry(
        site=me.site,
        op=order.op,
        text=text,
        id=hub.new_id(),
        token=hub.tokens.draw(),
        now_ms=order.now_ms,
        origin=Origin.EXPECTED if form.value("expected") else Origin.TYPED,
        counter=order.counter,
    )
    result = await _write(request, hub, order, What.CALL_BROUGHT, partial(manual_entry.bring, wish=wish))
    if isinstance(result, Refused):
        return _refused(await _refuse(request, hub, result))
    found, ticket = await hub.store.read(partial(_offered, site=me.site, ident=result.ticket.id)), result.ticket
    key, tone = ("desk.brought", "go") if result.fresh else (f"desk.known.{ticket.state}", "info")
    said: list[str | Sentence] = [(key, ticket.label)]
    if result.wrong_keyboard:
        text = "the reader at %s is set to another keyboard than its computer"
        LOGGER.warning(text, me.counter, extra=event("desk.keyboard"))
        said.append("desk.wrong_keyboard")
    return await _parts(request, hub, *said, tone=tone, offer=(found,) if found and not result.fresh else NO_OFFER)


@post("/desk/alarm", opt=HELP)
async def note_alarm(request: HubRequest, hub: Hub) -> Response[Any]:
    """I have seen this alarm and do something."""
    form, me, now_ms = await forms.read(request), who(request), hub.now_ms()
    kind, subject = form.value("kind"), form.value("subject")
    do = partial(alarms.note, site=me.site, kind=kind, subject=subject, user=me.user, now_ms=now_ms)
    await recorded.write_done(request, hub, What.ALARM_NOTED, do, done=bool, after={"alarm": kind})
    return await _parts(request, hub, "")


@post("/desk/help/{ident:str}", opt=HELP)
async def acknowledge(request: HubRequest, hub: Hub, ident: FromPath[str]) -> Response[Any]:
    """I am on my way to that terminal."""
    me, now_ms = who(request), hub.now_ms()
    await hub.store.write(lambda c: helping.acknowledge(c, me.site, ident, me.user, now_ms))
    return await _parts(request, hub, "")


@post("/desk/help/{ident:str}/done", opt=HELP)
async def done_there(request: HubRequest, hub: Hub, ident: FromPath[str]) -> Response[Any]:
    """Nobody is needed at that terminal any more."""
    me, now_ms = who(request), hub.now_ms()
    await hub.store.write(lambda c: helping.close(c, me.site, ident, now_ms))
    return await _parts(request, hub, "")


async def _write(
    request: HubRequest, hub: HubContext, order: Act, what: What, do: Callable[[Connection], T | Refused]
) -> T | Refused:
    """Do it for whoever still has the counter's seat; the trail says that the counter did it."""
    me, by = who(request), recorded.whose(request)
    note = CallNote(site=me.site, counter=order.counter, op=order.op, what=what, who=by, now_ms=order.now_ms)

    def write(connection: Connection) -> T | Refused:
        return seats.lost(connection, me) or noted_call(connection, note, partial(do, connection), Refused)

    return await hub.store.write(write)


def _order(form: forms.Form, me: Person, now_ms: int) -> Act | None:
    """What the page asks for, in the field's words; None when it is no page of ours."""
    op = form.value("op")
    if me.counter is None or OP.fullmatch(op) is None:
        return None
    answer = {"yes": True, "no": False}.get(form.value("here"))
    ticket = form.value("ticket")
    queue = form.value("queue")
    return Act(site=me.site, counter=me.counter, op=op, now_ms=now_ms, ticket=ticket, was_here=answer, queue=queue)


def _offered(connection: Connection, site: str, ident: str) -> Ticket | None:
    """The ticket, if it waits (and may be transferred), or if it is over and may come back."""
    ticket = model.load(connection, site, ident)
    if ticket is None or not (ticket.state is TicketState.WAITING or may_return(connection, ticket)):
        return None
    return ticket


async def _look(request: HubRequest, hub: Hub) -> desk_view.Desk | None:
    me, now_ms, lang = who(request), hub.now_ms(), language_of(request)
    if me.counter is None:
        return None
    shown = _rows_wanted(request.headers.get(ROWS, ""))
    return await hub.store.read(partial(desk_view.desk, me=me, lang=lang, now_ms=now_ms, shown=shown))


def _rows_wanted(text: str) -> int:
    """How many rows the page shows; whatever is no sound number is the usual one."""
    number = int(text) if text.isascii() and text.isdigit() and len(text) < 6 else desk_view.SHOWN
    return min(max(number, desk_view.SHOWN), desk_view.MOST_SHOWN)


def _begin_again(status: int) -> Page:
    """The page's person sits nowhere (any more): the browser asks for the page anew."""
    return Response("", status_code=status, headers={"hx-redirect": "/desk", "cache-control": "no-store"})


def _refused(answer: Page) -> Page:
    """The page keeps what was typed, to be mended."""
    answer.headers["x-refused"] = "1"
    return answer


async def _refuse(request: HubRequest, hub: Hub, refused: Refused) -> Page:
    """Say why nothing was changed; where an answer is missing the page asks for it."""
    answer = await _parts(request, hub, (f"desk.refused.{refused.code}", refused.number))
    if refused.code is Code.UNANSWERED:
        answer.headers["x-unanswered"] = "1"
    return answer


NO_OFFER: tuple[Ticket, ...] = ()


async def _parts(
    request: HubRequest,
    hub: Hub,
    *said: str | Sentence,
    status: int = 200,
    tone: str = "warn",
    offer: tuple[Ticket, ...] | None = None,
) -> Page:
    """The parts of the page as they are now, with what is to be said about an act. ``offer`` is who may come back or be
    transferred; None leaves what the page offers."""
    found = await _look(request, hub)
    if found is None:
        return _begin_again(401)
    sentences = [each if isinstance(each, tuple) else (each, "") for each in said if each]
    noted = await alerts.look(request, hub)
    return render(request, "desk_parts.html", status, desk=found, said=sentences, tone=tone, offer=offer, alerts=noted)


routers = [
    Router(
        "/",
        route_handlers=[desk_page, parts, changes, act, undo, pause, offer, bring, note_alarm, acknowledge, done_there],
        before_request=staff_only,
    )
]
