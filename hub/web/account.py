"""One's own account: change the password, forget the known devices. Whoever still has a password that somebody else set
sees the first of it and nothing else of the hub (``hub.web.gate.FIRST``).
"""

from datetime import datetime
from functools import partial
from typing import Any
from zoneinfo import ZoneInfo

import msgspec
from litestar import Response, Router, get, post
from sqlalchemy import Connection

from hub.auth import devices, people, sessions, signing_in
from hub.auth.signing_in import Caller, RightPassword, WrongPassword
from hub.auth.weak import is_near
from hub.hall import Hall
from hub.queues.terminals import secret_hash
from hub.queues.waiting import timezone_of
from hub.trail import looks
from hub.trail.entries import Note, append
from hub.trail.words import What
from hub.web import forms, known_device, recorded, refused
from hub.web.gate import FIRST, address_of, staff_only, who
from hub.web.page import Asked, go, page
from hub.web.passwords import about_hall, read_password
from hub.web.refused import Shown


class KnownDevice(msgspec.Struct, frozen=True):
    """A known device as the page shows it: when its person signed in there last, and whether it is the one in use."""

    seen: str
    here: bool


@get("/account", opt=FIRST)
async def account_page(request: Asked, hall: Hall) -> Response[Any]:
    """My password and my devices."""
    return await _page(request, hall, forms.Form())


@post("/account/password", opt=FIRST)
async def change_password(request: Asked, hall: Hall) -> Response[Any]:
    """Take a new password. The old one is asked for, and a wrong one counts as at sign-in."""
    form, me = await forms.read(request), who(request)
    old = form.value("old")[: forms.PASSWORD_MAX]
    new = read_password(form, me.login, me.name, *await about_hall(hall))
    if new == old:
        form.fault("password", "password.same")
    elif is_near(new, old):
        form.fault("password", "password.near")
    if not form.ok:
        return await _page(request, hall, form, 422)
    device = known_device.token_of(request, me.login)
    caller = Caller(address_of(request), device, me.token_hash)
    found = await hall.doorman.check(me.site, me.login, old, caller)
    if isinstance(found, RightPassword):
        kept = await hall.passwords.hash(new)
        note = recorded.note(request, hall, What.PERSON_PASSWORD)
        token = await hall.store.write(partial(_keep, right=found, kept=kept, me=me, steady_ms=me.at_ms, note=note))
        if token is not None:
            done = go("/") if me.handed_out else go("/account", "own_password")
            return known_device.keep(request, done, me.login, token or device)
        found = WrongPassword()
    no = refused.shown(found, "account.wrong")
    return await _page(request, hall, form, no.status, no)


@post("/account/devices/forget")
async def forget_devices(request: Asked, hall: Hall) -> Response[Any]:
    """Every device is a stranger's again, this one too."""
    me = who(request)
    do, look = partial(devices.forget_all, site=me.site, user=me.user), looks.person(me.site, me.user)
    await recorded.write_done(request, hall, What.PERSON_DEVICES, do, look=look)
    return known_device.drop(go("/account", "devices_forgotten"), me.login)


def _keep(
    connection: Connection, right: RightPassword, kept: str, me: sessions.Person, steady_ms: int, note: Note
) -> str | None:
    """Keep the new password; every other session and device ends. None when the old one is right no more.

    Returns the token of this device, "" when it was known before.
    """
    if not signing_in.settle(connection, right):
        return None
    people.change_password(connection, me.site, me.user, kept, me.token_hash, right.device)
    append(connection, note, me.login)
    return "" if right.device else devices.remember(connection, me.site, me.user, steady_ms)


async def _page(
    request: Asked, hall: Hall, form: forms.Form, status: int = 200, no: Shown | None = None
) -> Response[Any]:
    here = secret_hash(known_device.token_of(request, who(request).login))
    known = await hall.store.read(partial(_devices, me=who(request), here=here, now_ms=hall.now_ms()))
    return page(request, "account.html", status, form=form, no=no, devices=known)


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
