"""The terminals page: how each one is, orders to it; create, give a one-time code, revoke."""

import secrets
from datetime import datetime
from functools import partial
from typing import Any
from zoneinfo import ZoneInfo

from litestar import Response, Router, get, post
from litestar.params import FromPath
from sqlalchemy import Connection

from hub import alarms
from hub.auth.rights import Right, may
from hub.context import Hub
from hub.errors import Refused
from hub.fleet import orders, terminals
from hub.fleet.terminals import CODE_LIVES_MS, make_code
from hub.tickets import waiting
from hub.trail import looks
from hub.trail.words import What
from hub.web.common import forms, recorded
from hub.web.common.auth_hooks import needs, staff_only, who
from hub.web.common.page import HubRequest, Page, redirect, render
from kiosk.wire import PAYMENT_ORDERS, OrderKind

REVOKED_SHOWN = 20
"""Nothing can be done with them any more, and they stay for ever."""
MAY, MAY_ORDER = needs(Right.TERMINALS), needs(Right.ORDERS)


@get("/terminals", opt=MAY_ORDER)
async def terminals_page(request: HubRequest, hub: Hub) -> Response[Any]:
    """All terminals with what they told last."""
    return await _page(request, hub, forms.Form())


@post("/terminals", opt=MAY)
async def add_terminal(request: HubRequest, hub: Hub) -> Response[Any]:
    """A terminal by name, with its code."""
    form, site, ident = await forms.read(request), who(request).site, hub.new_id()
    name, place = form.text("name", 60), form.text("place", 100, needed=False)
    code, now_ms = make_code(secrets.randbelow), hub.now_ms()

    def do(connection: Connection) -> Refused | None:
        return terminals.add_terminal(connection, site, ident, name, now_ms, place) or terminals.add_code(
            connection, site, ident, code, now_ms
        )

    look = looks.terminal(site, ident)
    if form.ok and await recorded.write(request, hub, What.TERMINAL_ADDED, look, do) is None:
        return await _page(request, hub, forms.Form(), code=code, code_for=ident)
    form.fault("name", "fault.terminal_taken")
    return await _page(request, hub, form, 422)


@post("/terminals/alarm", opt=MAY)
async def note_alarm(request: HubRequest, hub: Hub) -> Response[Any]:
    """I have seen this alarm and do something."""
    form, me, now_ms = await forms.read(request), who(request), hub.now_ms()
    kind, subject = form.value("kind"), form.value("subject")
    do = partial(alarms.note, site=me.site, kind=kind, subject=subject, user=me.user, now_ms=now_ms)
    await recorded.write_done(request, hub, What.ALARM_NOTED, do, done=bool, after={"alarm": kind})
    return redirect("/terminals")


@post("/terminals/{ident:str}/code", opt=MAY)
async def new_code(request: HubRequest, hub: Hub, ident: FromPath[str]) -> Response[Any]:
    """Another code; the one before is worthless."""
    site, code = who(request).site, make_code(secrets.randbelow)
    do = partial(terminals.add_code, site=site, terminal=ident, code=code, now_ms=hub.now_ms())
    refused = await recorded.write_done(request, hub, What.TERMINAL_CODE, do, look=looks.terminal(site, ident))
    return redirect("/terminals") if refused else await _page(request, hub, forms.Form(), code=code, code_for=ident)


@post("/terminals/{ident:str}/revoke-code", opt=MAY)
async def revoke_code(request: HubRequest, hub: Hub, ident: FromPath[str]) -> Response[Any]:
    """The code that was given is worthless."""
    site = who(request).site
    do = partial(terminals.revoke_codes, site=site, terminal=ident, now_ms=hub.now_ms())
    look = looks.terminal(site, ident)
    await recorded.write_done(request, hub, What.TERMINAL_CODE_REVOKED, do, look=look)
    return redirect("/terminals", "code_revoked")


@post("/terminals/{ident:str}/revoke", opt=MAY)
async def revoke(request: HubRequest, hub: Hub, ident: FromPath[str]) -> Response[Any]:
    """The terminal's key is worthless from now on."""
    site = who(request).site
    do = partial(terminals.revoke, site=site, terminal=ident, now_ms=hub.now_ms())
    await recorded.write(request, hub, What.TERMINAL_REVOKED, looks.terminal(site, ident), do)
    hub.keys.forget()
    return redirect("/terminals", "revoked")


@post("/terminals/{ident:str}/order", opt=MAY_ORDER)
async def give_order(request: HubRequest, hub: Hub, ident: FromPath[str]) -> Response[Any]:
    """Close it with a message, open it, have it start anew."""
    form, me = await forms.read(request), who(request)
    given = orders.Given(
        id=form.uuid("order"),
        kind=OrderKind(form.one_of("kind", tuple(set(OrderKind) - PAYMENT_ORDERS))),
        message=form.text("message", orders.MESSAGE_MAX, needed=False),
        role=me.role,
        user=me.user,
    )
    if not form.ok:
        return await _page(request, hub, forms.Form(), 422, ordering=ident, order_form=form)
    do = partial(orders.give, site=me.site, terminal=ident, given=given, now_ms=hub.now_ms())
    refused = await recorded.write(request, hub, What.TERMINAL_ORDER, looks.order(me.site, ident, given.id), do)
    return redirect("/terminals", "" if refused else "ordered")


async def _page(
    request: HubRequest,
    hub: Hub,
    form: forms.Form,
    status: int = 200,
    code: str = "",
    code_for: str = "",
    ordering: str = "",
    order_form: forms.Form | None = None,
) -> Page:
    now_ms, site = hub.now_ms(), who(request).site
    known, standing, given, timezone = await hub.store.read(
        lambda c: (
            terminals.terminals_now(c, site, now_ms),
            alarms.standing(c, site),
            orders.recent(c, site, now_ms),
            waiting.timezone_of(c, site),
        )
    )
    in_use = sum(not each.revoked for each in known)
    shown = known[: in_use + REVOKED_SHOWN]
    return render(
        request,
        "terminals.html",
        status,
        form=form,
        terminals=shown,
        more_revoked=len(known) - len(shown),
        alarms=standing,
        code=hub.shown_code(code),
        code_for=code_for,
        minutes=CODE_LIVES_MS // 60_000,
        hub_url=str(request.base_url).rstrip("/"),
        now_ms=now_ms,
        orders=given,
        ordering=ordering,
        order_form=order_form,
        new_id=hub.new_id,
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
