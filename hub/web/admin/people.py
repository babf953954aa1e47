"""The people page: who may sign in, with which role."""

from functools import partial
from typing import Any

from litestar import Response, Router, get, post
from litestar.params import FromPath
from sqlalchemy import Connection

from hub.auth import people
from hub.auth.rights import RIGHTS, Right
from hub.context import Hub
from hub.store.enums import ROLES, Role
from hub.trail import looks
from hub.trail.entries import append
from hub.trail.words import What
from hub.web.admin.setup import read_login
from hub.web.common import forms, recorded
from hub.web.common.auth_hooks import needs, staff_only, who
from hub.web.common.new_password import about_hall, read_password
from hub.web.common.page import HubRequest, Page, redirect, render

MAY = needs(Right.USERS)
SHOWN = 100
"""People on the page; more are found by name."""


@get("/people", opt=MAY)
async def people_page(request: HubRequest, hub: Hub) -> Response[Any]:
    """Everybody, and the form for one more."""
    return await _page(request, hub, forms.Form(None, role=Role.CLERK))


@post("/people", opt=MAY)
async def add_person(request: HubRequest, hub: Hub) -> Response[Any]:
    """Create a person."""
    form = await forms.read(request)
    login = read_login(form)
    name, role = form.name("name"), form.one_of("role", ROLES)
    password = read_password(form, login, name, *await about_hall(hub))
    if form.ok:
        site, ident, kept = who(request).site, hub.new_id(), await hub.passwords.hash(password)
        add = partial(people.add, site=site, ident=ident, login=login, name=name, role=Role(role), kept=kept)
        do, look = partial(add, now_ms=hub.now_ms(), handed_out=True), looks.person(site, ident)
        if await recorded.write(request, hub, What.PERSON_ADDED, look, do):
            return redirect("/people", "person_added")
        form.fault("login", "fault.login_taken")
    return await _page(request, hub, form, 422)


@post("/people/{ident:str}/role", opt=MAY)
async def give_role(request: HubRequest, hub: Hub, ident: FromPath[str]) -> Response[Any]:
    """Another role; one's own is another administrator's to change."""
    form, me = await forms.read(request), who(request)
    role, site = form.one_of("role", ROLES), me.site
    if ident == me.user:
        return await _refused(request, hub, "people.own_access")
    if not form.ok:
        return redirect("/people")
    change, look = partial(people.change_role, site=site, ident=ident, role=Role(role)), looks.person(site, ident)
    return await _changed(request, hub, await recorded.write(request, hub, What.PERSON_ROLE, look, change))


@post("/people/{ident:str}/password", opt=MAY)
async def reset_password(request: HubRequest, hub: Hub, ident: FromPath[str]) -> Response[Any]:
    """A new password, which the person must change at their next sign-in; until then they are signed out everywhere.
    One's own is changed on one's own page, where the old one is asked for."""
    form, me = await forms.read(request), who(request)
    if ident == me.user:
        return await _refused(request, hub, "people.own_password")
    known = {each.id: each for each in await hub.store.read(partial(people.accounts, site=me.site))}
    if ident not in known:
        return redirect("/people")
    password = read_password(form, known[ident].login, known[ident].name, *await about_hall(hub))
    if not form.ok:
        return await _page(request, hub, forms.Form(None, role=Role.CLERK), 422, wrong={ident: form})
    kept, note = await hub.passwords.hash(password), recorded.note(request, hub, What.PERSON_PASSWORD)

    def do(connection: Connection) -> None:
        people.change_password(connection, me.site, ident, kept, handed_out=True)
        append(connection, note, known[ident].login)

    await hub.store.write(do)
    return redirect("/people", "password_changed")


@post("/people/{ident:str}/unlock", opt=MAY)
async def unlock(request: HubRequest, hub: Hub, ident: FromPath[str]) -> Response[Any]:
    """End the waits and locks that wrong passwords brought."""
    site = who(request).site
    do, look = partial(people.unlock, site=site, ident=ident), looks.person(site, ident)
    await recorded.write_done(request, hub, What.PERSON_UNLOCKED, do, look=look)
    return redirect("/people", "unlocked")


@post("/people/{ident:str}/disable", opt=MAY)
async def disable(request: HubRequest, hub: Hub, ident: FromPath[str]) -> Response[Any]:
    """Let the person in no more; nobody shuts the door behind themselves."""
    if ident == who(request).user:
        return await _refused(request, hub, "people.own_access")
    site, now_ms = who(request).site, hub.now_ms()
    do, look = partial(people.disable, site=site, ident=ident, now_ms=now_ms), looks.person(site, ident)
    return await _changed(request, hub, await recorded.write(request, hub, What.PERSON_DISABLED, look, do))


@post("/people/{ident:str}/enable", opt=MAY)
async def enable(request: HubRequest, hub: Hub, ident: FromPath[str]) -> Response[Any]:
    """Let the person in again."""
    site = who(request).site
    do, look = partial(people.enable, site=site, ident=ident), looks.person(site, ident)
    await recorded.write(request, hub, What.PERSON_ENABLED, look, do)
    return redirect("/people", "saved")


async def _changed(request: HubRequest, hub: Hub, done: bool) -> Response[Any]:
    if done:
        return redirect("/people", "saved")
    return await _refused(request, hub, "people.last_administrator")


async def _refused(request: HubRequest, hub: Hub, why: str) -> Page:
    return await _page(request, hub, forms.Form(None, role=Role.CLERK), 409, refused=why)


async def _page(
    request: HubRequest,
    hub: Hub,
    form: forms.Form,
    status: int = 200,
    refused: str = "",
    wrong: dict[str, forms.Form] | None = None,
) -> Page:
    wanted = request.query_params.get("q", "")[:100]
    accounts = await hub.store.read(partial(people.accounts, site=who(request).site))
    found = [each for each in accounts if wanted.casefold().strip() in f"{each.name} {each.login}".casefold()]
    touched = [each for each in accounts if each.id in (wrong or {}) and each not in found[:SHOWN]]
    return render(
        request,
        "people.html",
        status,
        form=form,
        accounts=[*touched, *found[:SHOWN]],
        more=max(0, len(found) - SHOWN),
        searchable=len(accounts) > SHOWN,
        wanted=wanted,
        roles=RIGHTS,
        refused=refused,
        wrong=wrong or {},
        empty=forms.Form(),
    )


routers = [
    Router(
        "/",
        route_handlers=[people_page, add_person, give_role, reset_password, unlock, disable, enable],
        before_request=staff_only,
    )
]
