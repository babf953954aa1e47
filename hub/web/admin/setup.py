"""First run: the one-time link's page, and the next steps up to the first called number."""

import re
import secrets
from datetime import time
from functools import partial
from typing import Any

from litestar import Response, Router, get, post
from sqlalchemy import Connection

from hub.auth import devices, first_run, sessions
from hub.auth.people import LOGIN
from hub.auth.rights import Right
from hub.context import Hub
from hub.fleet import terminals
from hub.fleet.terminals import CODE_LIVES_MS, make_code
from hub.settings import counter_settings
from hub.store.enums import Role
from hub.trail import looks
from hub.trail.entries import Note, Who, append
from hub.trail.words import What
from hub.web.admin import site_setup
from hub.web.common import forms, known_device, recorded, texts
from hub.web.common.auth_hooks import (
    SESSION_COOKIE,
    address_of,
    anybody,
    cookie,
    keep_form_token,
    needs,
    staff_only,
    who,
)
from hub.web.common.new_password import read_password
from hub.web.common.page import HubRequest, redirect, render
from kiosk.catalogue.model import Span

DAYS = range(7)
SPANS_A_DAY = (0, 1)
CLOCK = re.compile(r"([01]?[0-9]|2[0-3])(?:[:.]([0-5][0-9]))?")


@get("/setup")
async def setup_page(request: HubRequest, hub: Hub) -> Response[Any]:
    """The form, for whoever has the link that the hub printed."""
    token = request.query_params.get("token", "")
    if not await hub.store.read(partial(first_run.is_good, token=token)):
        return render(request, "message.html", 403, word="setup_over")
    start = {"token": token, "timezone": "Europe/Berlin", "counters": "3", "catalogue": "demo", "login": "admin"}
    form = forms.Form(None, **start, **hours_as_fields(site_setup.usual_hours()))
    return keep_form_token(request, render(request, "setup.html", form=form))


@post("/setup")
async def set_up(request: HubRequest, hub: Hub) -> Response[Any]:
    """Set the site up, sign the administrator in and show the next steps."""
    form = await forms.read(request)
    if not await hub.store.read(partial(first_run.is_good, token=form.value("token"))):
        return render(request, "message.html", 403, word="setup_over")
    new = _read_house(form, texts.sayer(texts.language_of(request)))
    login = read_login(form)
    name = form.name("admin_name")
    password = read_password(form, login, name, form.value("town"), form.value("name"))
    if not form.ok:
        return render(request, "setup.html", 422, form=form)
    administrator = site_setup.Administrator(login, name, await hub.passwords.hash(password))

    def do(connection: Connection) -> tuple[str, str] | None:
        now_ms, steady_ms = hub.now_ms(), hub.clock.steady_ms()
        if not first_run.use_up(connection, form.value("token"), now_ms):
            return None
        made = site_setup.create_site(connection, new, administrator, hub.new_id, now_ms)
        by = Who(made.user, login, Role.ADMINISTRATOR, address_of(request))
        note = Note(site=made.site, who=by, what=What.SITE_FOUNDED, now_ms=now_ms)
        append(connection, note, new.name, after=looks.site_settings(made.site)(connection))
        session = sessions.begin(connection, made.site, made.user, steady_ms)
        return session, devices.remember(connection, made.site, made.user, steady_ms)

    if (tokens := await hub.store.write(do)) is None:
        return render(request, "message.html", 403, word="setup_over")
    session, device = tokens
    come_in = redirect("/welcome")
    come_in.set_cookie(cookie(request, SESSION_COOKIE, session))
    return known_device.keep(request, come_in, login, device)


@get("/welcome", opt=needs(Right.SITE))
async def welcome(request: HubRequest, hub: Hub) -> Response[Any]:
    """What to do next until the first number is called."""
    return await _welcome(request, hub, "")


@post("/welcome/code", opt=needs(Right.SITE))
async def first_code(request: HubRequest, hub: Hub) -> Response[Any]:
    """A code for the first terminal, shown once."""
    site, code = who(request).site, make_code(secrets.randbelow)
    note = recorded.note(request, hub, What.TERMINAL_CODE)

    def do(connection: Connection) -> bool:
        known = [each for each in terminals.terminals_now(connection, site, hub.now_ms()) if not each.revoked]
        if not known:
            return False
        if terminals.add_code(connection, site, known[0].id, code, hub.now_ms()) is not None:
            return False
        append(connection, note, known[0].name)
        return True

    return await _welcome(request, hub, code if await hub.store.write(do) else "")


async def _welcome(request: HubRequest, hub: Hub, code: str) -> Response[Any]:
    site, now_ms = who(request).site, hub.now_ms()
    known = await hub.store.read(partial(terminals.terminals_now, site=site, now_ms=now_ms))
    desks = await hub.store.read(partial(counter_settings.counters, site=site))
    return render(
        request,
        "welcome.html",
        terminals=[each for each in known if not each.revoked],
        counters=desks,
        code=hub.shown_code(code),
        minutes=CODE_LIVES_MS // 60_000,
        hub_url=str(request.base_url).rstrip("/"),
        site_id=site,
    )


def read_login(form: forms.Form) -> str:
    """What the person will type to sign in."""
    login = form.value("login").strip().lower()
    if not LOGIN.match(login):
        form.fault("login", "fault.login")
    return login


def read_hours(form: forms.Form) -> tuple[Span, ...]:
    """The opening hours: for each day up to two spans, empty = closed."""
    spans: list[Span] = []
    for day in DAYS:
        ends = time.min
        for n in SPANS_A_DAY:
            opens, closes = form.value(f"opens-{day}-{n}"), form.value(f"closes-{day}-{n}")
            if not opens and not closes:
                continue
            first, last = _clock(opens), _clock(closes)
            if first is None or last is None or not ends <= first < last:
                form.fault(f"hours-{day}", "fault.hours")
                continue
            ends = last
            spans.append(Span(day=day, opens=first, closes=last))
    return tuple(spans)


def hours_as_fields(hours: tuple[Span, ...]) -> dict[str, str]:
    """The hours as the form's fields hold them."""
    fields: dict[str, str] = {}
    for day in DAYS:
        for n, span in enumerate(span for span in hours if span.day == day):
            fields[f"opens-{day}-{n}"] = f"{span.opens:%H:%M}"
            fields[f"closes-{day}-{n}"] = f"{span.closes:%H:%M}"
    return fields


def _clock(text: str) -> time | None:
    """A time of day as people write it: 8, 8:30, 08.30."""
    found = CLOCK.fullmatch(text.strip())
    return time(int(found[1]), int(found[2] or 0)) if found else None


def _read_house(form: forms.Form, say: texts.Say) -> site_setup.NewHouse:
    return site_setup.NewHouse(
        town=form.name("town"),
        name=form.name("name"),
        timezone=form.zone("timezone"),
        base_url=form.base_url("base_url"),
        hours=read_hours(form),
        catalogue=form.one_of("catalogue", ("demo", "empty")),
        counters=form.number("counters", 1, 40),
        counter_word=say("setup.counter_word"),
        terminal_name=say("setup.first_terminal"),
    )


routers = [
    Router("/", route_handlers=[setup_page, set_up], before_request=anybody),
    Router("/", route_handlers=[welcome, first_code], before_request=staff_only),
]
