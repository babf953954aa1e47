"""Sitting down at a counter and leaving it: who sits there is asked about, and what becomes of a visitor.

Everything is looked at in the transaction that acts: what is asked about and what is done cannot differ.
"""

from functools import partial
from typing import Any, assert_never

import msgspec
from litestar import Response, Router, get, post
from sqlalchemy import Connection

from hub.auth import seats, sessions
from hub.auth.rights import Right
from hub.auth.sessions import Person
from hub.context import Hub
from hub.counter import calling, returning
from hub.counter.acts import Act
from hub.errors import Refused
from hub.store.enums import TicketState
from hub.trail.calls import CallNote, noted_call
from hub.trail.entries import Note, Who, append
from hub.trail.words import What
from hub.web.common import forms, recorded
from hub.web.common.auth_hooks import FIRST, SESSION_COOKIE, needs, staff_only, who
from hub.web.common.page import HubRequest, redirect, render
from hub.web.desk import counter_seats
from hub.web.desk.counter_seats import Place

CALL = needs(Right.CALL)
BECOMES = {TicketState.CALLED: ("done", "no_show", "back", "stays"), TicketState.IN_SERVICE: ("done", "back", "stays")}
"""What may become of the visitor of a counter that is left."""


class Move(msgspec.Struct, frozen=True, kw_only=True):
    """Somebody wants to another counter ("" = sign out), with what was decided before: ``over`` is the mark of the seat
    that they take over, ``becomes`` is for the visitor ``left``."""

    me: Person
    by: Who
    """The same as the trail names them."""
    counter: str
    over: str
    left: str
    becomes: str
    ops: tuple[str, str]
    now_ms: int


class AskAboutVisitor(msgspec.Struct, frozen=True):
    """Somebody is at the counter that is left: what becomes of them?"""

    place: Place


class AskToTakeOver(msgspec.Struct, frozen=True):
    """A colleague sits at the counter: take it over all the same?"""

    place: Place


class Moved(msgspec.Struct, frozen=True):
    """It is done; ``known`` False = there is no such counter (any more)."""

    known: bool = True


@get("/desk/choose", opt=CALL)
async def choose_page(request: HubRequest, hub: Hub) -> Response[Any]:
    """Which counter do you sit at?"""
    me, now_ms = who(request), hub.now_ms()
    found = await hub.store.read(partial(counter_seats.places, me=me, now_ms=now_ms))
    return render(request, "desk_choose.html", places=found, me=me)


@get(["/desk/counter", "/signout"])
async def asked_for(request: HubRequest) -> Response[Any]:
    """The address of a question that was asked before, as another language or a reload asks for it."""
    return redirect("/desk/choose" if request.url.path == "/desk/counter" else "/")


@post("/desk/counter", opt=CALL)
async def choose(request: HubRequest, hub: Hub) -> Response[Any]:
    """Sit down at a counter."""
    wish = await _wish(request, hub)
    return _answer(request, wish, await hub.store.write(partial(_sit_down, wish=wish)))


@post("/signout", opt=FIRST)
async def sign_out(request: HubRequest, hub: Hub) -> Response[Any]:
    """End the session here and in the hub."""
    wish = msgspec.structs.replace(await _wish(request, hub), counter="")
    note = recorded.note(request, hub, What.SIGNED_OUT)
    found = await hub.store.write(partial(_sign_out, wish=wish, note=note))
    answer = _answer(request, wish, found)
    if isinstance(found, Moved):
        answer.delete_cookie(SESSION_COOKIE)
    return answer


async def _wish(request: HubRequest, hub: Hub) -> Move:
    form = await forms.read(request)
    return Move(
        me=who(request),
        by=recorded.whose(request),
        counter=form.value("counter"),
        over=form.value("over"),
        left=form.value("left"),
        becomes=form.value("becomes"),
        ops=(hub.new_id(), hub.new_id()),
        now_ms=hub.now_ms(),
    )


def _answer(request: HubRequest, wish: Move, found: AskAboutVisitor | AskToTakeOver | Moved) -> Response[Any]:
    match found:
        case AskAboutVisitor(place=place):
            assert place.visitor is not None
            choices = BECOMES[place.visitor.state]
            return render(request, "desk_leaving.html", place=place, wish=wish, choices=choices)
        case AskToTakeOver(place=place):
            return render(request, "desk_take_over.html", place=place, wish=wish)
        case Moved(known=known):
            return redirect(("/desk" if wish.counter else "/signin") if known else "/desk/choose")
        case _:
            assert_never(found)


def _sit_down(connection: Connection, wish: Move) -> AskAboutVisitor | AskToTakeOver | Moved:
    me = wish.me
    known = counter_seats.places(connection, me, wish.now_ms)
    wanted = next((each for each in known if each.counter.id == wish.counter), None)
    if wanted is None:
        return Moved(known=False)
    mine = _mine(known, me)
    if mine is wanted:
        return Moved()
    if mine is not None and _undecided(mine, wish):
        return AskAboutVisitor(mine)
    if wanted.seat is not None and wanted.seat.user != me.user and wish.over != wanted.seat.mark:
        return AskToTakeOver(wanted)
    if mine is not None:
        _leave(connection, mine, wish)
    seats.sit_down(connection, me, wish.counter, wish.ops[0], wish.now_ms)
    return Moved()


def _sign_out(connection: Connection, wish: Move, note: Note) -> AskAboutVisitor | AskToTakeOver | Moved:
    mine = _mine(counter_seats.places(connection, wish.me, wish.now_ms), wish.me)
    if mine is not None and _undecided(mine, wish):
        return AskAboutVisitor(mine)
    if mine is not None:
        _leave(connection, mine, wish)
    seats.get_up(connection, wish.me, wish.now_ms)
    sessions.end(connection, wish.me)
    append(connection, note)
    return Moved()


def _mine(known: tuple[Place, ...], me: Person) -> Place | None:
    """The counter whose seat this session has."""
    return next((each for each in known if each.seat and each.seat.token_hash == me.token_hash), None)


def _undecided(mine: Place, wish: Move) -> bool:
    """Somebody is at the counter about whom nothing was decided yet."""
    visitor = mine.visitor
    return visitor is not None and (wish.left != visitor.id or wish.becomes not in BECOMES[visitor.state])


def _leave(connection: Connection, mine: Place, wish: Move) -> None:
    """Do with the visitor what was decided."""
    if mine.visitor is None or wish.becomes == "stays":
        return
    act = Act(
        site=wish.me.site,
        counter=mine.counter.id,
        op=wish.ops[1],
        now_ms=wish.now_ms,
        ticket=mine.visitor.id,
        was_here=wish.becomes == "done",
    )
    back = wish.becomes == "back"
    do, what = (returning.back_to_the_list, What.CALL_BACK) if back else (calling.finish, What.CALL_FINISHED)
    note = CallNote(site=act.site, counter=act.counter, op=act.op, what=what, who=wish.by, now_ms=act.now_ms)
    noted_call(connection, note, lambda: do(connection, act), Refused)


routers = [Router("/", route_handlers=[choose_page, asked_for, choose, sign_out], before_request=staff_only)]
