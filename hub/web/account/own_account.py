"""One's own account: change the password, forget the known devices. Whoever still has a password that somebody else set
sees the first of it and nothing else of the hub (``hub.web.common.auth_hooks.FIRST``).
"""

from datetime import datetime
from functools import partial
from typing import Any
from zoneinfo import ZoneInfo

import msgspec
from litestar import Response, Router, get, post
from sqlalchemy import Connection

from hub.auth import devices, people, sessions, sign_in
from hub.auth.sign_in import Caller, RightPassword, WrongPassword
from hub.auth.weak import is_near
from hub.context import Hub
from hub.fleet.terminals import secret_hash
from hub.tickets.waiting import timezone_of
from hub.trail import looks
from hub.trail.entries import Note, append
from hub.trail.words import What
from hub.web.account import signin_refused
from hub.web.account.signin_refused import Shown
from hub.web.common import forms, known_device, recorded
from hub.web.common.auth_hooks import FIRST, address_of, staff_only, who
from hub.web.common.new_password import about_hall, read_password
from hub.web.common.page import HubRequest, redirect, render


class KnownDevice(msgspec.Struct, frozen=True):
    """A known device as the page shows it: when its person signed in there last, and whether it is the one in use."""

    seen: str
    here: bool


@get("/account", opt=FIRST)
async def account_page(request: HubRequest, hub: Hub) -> Response[Any]:
    """My password and my devices."""
    return await _page(request, hub, forms.Form())


@post("/account/password", opt=FIRST)
async def change_password(request: HubRequest, hub: Hub) -> Response[Any]:
    """Take a new password. The old one is asked for, and a wrong one counts as at sign-in."""
    form, me = await forms.read(request), who(request)
    old = form.value("old")[: forms.PASSWORD_MAX]
    new = read_password(form, me.login, me.name, *await about_hall(hub))
    if new == old:
        form.fault("password", "password.same")
    elif is_near(new, old):
        form.fault("password", "password.near")
    if not form.ok:
        return await _page(request, hub, form, 422)
    device = known_device.token_of(request, me.login)
    caller = Caller(address_of(request), device, me.token_hash)
    found = await hub.sign_ins.check(me.site, me.login, old, caller)
    if isinstance(found, RightPassword):
        kept = await hub.passwords.hash(new)
        note = recorded.note(request, hub, What.PERSON_PASSWORD)
        token = await hub.store.write(partial(_keep, right=found, kept=kept, me=me, steady_ms=me.at_ms, note=note))
        if token is not None:
            done = redirect("/") if me.handed_out else redirect("/account", "own_password")
            return known_device.keep(request, done, me.login, token or device)
        found = WrongPassword()
    no = signin_refused.shown(found, "account.wrong")
    return await _page(request, hub, form, no.status, no)


@post("/account/devices/forget")
async def forget_devices(request: HubRequest, hub: Hub) -> Response[Any]:
    """Every device is a stranger's again, this one too."""
    me = who(request)
    do, look = partial(devices.forget_all, site=me.site, user=me.user), looks.person(me.site, me.user)
    await recorded.write_done(request, hub, What.PERSON_DEVICES, do, look=look)
    return known_device.drop(redirect("/account", "devices_forgotten"), me.login)


def _keep(
    connection: Connection, right: RightPassword, kept: str, me: sessions.Person, steady_ms: int, note: Note
) -> str | None:
    """Keep the new password; every other session and device ends. None when the old one is right no more.

    Returns the token of this device, "" when it was known before.
    """
    if not sign_in.settle(connection, right):
        return None
    people.change_password(connection, me.site, me.user, kept, me.token_hash, right.device)
    append(connection, note, me.login)
    return "" if right.device else devices.remember(connection, me.site, me.user, steady_ms)


async def _page(
    request: HubRequest, hub: Hub, form: forms.Form, status: int = 200, no: Shown | None = None
) -> Response[Any]:
    here = secret_hash(known_device.token_of(request, who(request).login))
    known = await hub.store.read(partial(_devices, me=who(request), here=here, now_ms=hub.now_ms()))
    return render(request, "account.html", status, form=form, no=no, devices=known)


def _devices(connection: Connection, me: sessions.Person, here: str, now_ms: int) -> list[KnownDevice]:
    zone = ZoneInfo(timezone_of(connection, me.site))
    return [
        KnownDevice(_date(now_ms - (me.at_ms - each.seen_ms), zone), each.token_hash == here)
        for each in devices.of_person(connection, me.site, me.user)
    ]


def _date(ms: int, zone: ZoneInfo) -> str:
    return f"{datetime.fromtimestamp(ms / 1000, zone):%d.%m.%Y, %H:%M}"


routers = [
    Router("/", route_handlers=[account_page, change_password, forget_devices], before_request=staff_only),
]
