"""The terminals page: how each one is, orders to it; create, give a one-time code, revoke."""

import secrets
from datetime import datetime
from typing import Any
from zoneinfo import ZoneInfo

from litestar import Response, Router, get, post
from litestar.params import FromPath
from sqlalchemy import Connection

from hub.auth.rights import Right, may
from hub.hall import Hall
from hub.queues import alarms, orders, terminals, waiting
from hub.queues.refusals import Refused
from hub.queues.terminals import CODE_LIVES_MS, make_code
from hub.web import forms
from hub.web.gate import needs, staff_only, who
from hub.web.page import Asked, Page, go, page
from kiosk.wire import OrderKind

MAY, MAY_ORDER = needs(Right.TERMINALS), needs(Right.ORDERS)


@get("/terminals", opt=MAY_ORDER)
async def terminals_page(request: Asked, hall: Hall) -> Response[Any]:
    """All terminals with what they told last."""
    return await _page(request, hall, forms.Form())


@post("/terminals", opt=MAY)
async def add_terminal(request: Asked, hall: Hall) -> Response[Any]:
    """A terminal by name, with its code."""
    form, site, ident = await forms.read(request), who(request).site, hall.new_id()
    name, place = form.text("name", 60), form.text("place", 100, needed=False)
    code, now_ms = make_code(secrets.randbelow), hall.now_ms()

    def do(connection: Connection) -> Refused | None:
        return terminals.add_terminal(connection, site, ident, name, now_ms, place) or terminals.add_code(
            connection, site, ident, code, now_ms
        )

    if form.ok and await hall.store.write(do) is None:
        return await _page(request, hall, forms.Form(), code=code, code_for=ident)
    form.fault("name", "fault.terminal_taken")
    return await _page(request, hall, form, 422)


@post("/terminals/alarm", opt=MAY)
async def note_alarm(request: Asked, hall: Hall) -> Response[Any]:
    """I have seen this alarm and do something."""
    form, me, now_ms = await forms.read(request), who(request), hall.now_ms()
    kind, subject = form.value("kind"), form.value("subject")
    await hall.store.write(lambda c: alarms.note(c, me.site, kind, subject, me.user, now_ms))
    return go("/terminals")


@post("/terminals/{ident:str}/code", opt=MAY)
async def new_code(request: Asked, hall: Hall, ident: FromPath[str]) -> Response[Any]:
    """Another code; the one before is worthless."""
    site, code = who(request).site, make_code(secrets.randbelow)
    refused = await hall.store.write(lambda c: terminals.add_code(c, site, ident, code, hall.now_ms()))
    return go("/terminals") if refused else await _page(request, hall, forms.Form(), code=code, code_for=ident)


@post("/terminals/{ident:str}/revoke-code", opt=MAY)
async def revoke_code(request: Asked, hall: Hall, ident: FromPath[str]) -> Response[Any]:
    """The code that was given is worthless."""
    site = who(request).site
    await hall.store.write(lambda c: terminals.revoke_codes(c, site, ident, hall.now_ms()))
    return go("/terminals", "code_revoked")


@post("/terminals/{ident:str}/revoke", opt=MAY)
async def revoke(request: Asked, hall: Hall, ident: FromPath[str]) -> Response[Any]:
    """The terminal's key is worthless from now on."""
    site = who(request).site
    await hall.store.write(lambda c: terminals.revoke(c, site, ident, hall.now_ms()))
    hall.keys.forget()
    return go("/terminals", "revoked")


@post("/terminals/{ident:str}/order", opt=MAY_ORDER)
async def give_order(request: Asked, hall: Hall, ident: FromPath[str]) -> Response[Any]:
    """Close it with a message, open it, have it start anew."""
    form, me = await forms.read(request), who(request)
    given = orders.Given(
        id=form.uuid("order"),
        kind=OrderKind(form.one_of("kind", tuple(OrderKind))),
        message=form.text("message", orders.MESSAGE_MAX, needed=False),
        role=me.role,
        user=me.user,
    )
    if not form.ok:
        return await _page(request, hall, forms.Form(), 422, ordering=ident, order_form=form)
    refused = await hall.store.write(lambda c: orders.give(c, me.site, ident, given, hall.now_ms()))
    return go("/terminals", "" if refused else "ordered")


async def _page(
    request: Asked,
    hall: Hall,
    form: forms.Form,
    status: int = 200,
    code: str = "",
    code_for: str = "",
    ordering: str = "",
    order_form: forms.Form | None = None,
) -> Page:
    now_ms, site = hall.now_ms(), who(request).site
    known, standing, given, timezone = await hall.store.read(
        lambda c: (
            terminals.terminals_now(c, site, now_ms),
            alarms.standing(c, site),
            orders.recent(c, site, now_ms),
            waiting.timezone_of(c, site),
        )
    )
    return page(
        request,
        "terminals.html",
        status,
        form=form,
        terminals=known,
        alarms=standing,
        code=hall.shown_code(code),
        code_for=code_for,
        minutes=CODE_LIVES_MS // 60_000,
        hub_url=str(request.base_url).rstrip("/"),
        now_ms=now_ms,
        orders=given,
        ordering=ordering,
        order_form=order_form,
        new_id=hall.new_id,
        clock=lambda ms: f"{datetime.fromtimestamp(ms / 1000, ZoneInfo(timezone)):%H:%M}",
        message_max=orders.MESSAGE_MAX,
        may_keys=may(who(request).role, Right.TERMINALS),
    )


routers = [
    Router(
        "/",
        route_handlers=[terminals_page, add_terminal, note_alarm, new_code, revoke_code, revoke, give_order],
        before_request=staff_only,
    )
]
