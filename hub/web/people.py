"""The people page: who may sign in, with which role."""

from functools import partial
from typing import Any

from litestar import Response, Router, get, post
from litestar.params import FromPath

from hub.auth import people
from hub.auth.rights import RIGHTS, Right
from hub.hall import Hall
from hub.store.words import ROLES, Role
from hub.web import forms
from hub.web.gate import needs, staff_only, who
from hub.web.page import Asked, Page, go, page
from hub.web.passwords import about_hall, read_password
from hub.web.setup import read_login

MAY = needs(Right.USERS)


@get("/people", opt=MAY)
async def people_page(request: Asked, hall: Hall) -> Response[Any]:
    """Everybody, and the form for one more."""
    return await _page(request, hall, forms.Form(None, role=Role.CLERK))


@post("/people", opt=MAY)
async def add_person(request: Asked, hall: Hall) -> Response[Any]:
    """Create a person."""
    form = await forms.read(request)
    login = read_login(form)
    name, role = form.text("name"), form.one_of("role", ROLES)
    password = read_password(form, login, name, *await about_hall(hall))
    if form.ok:
        site, kept = who(request).site, await hall.passwords.hash(password)
        add = partial(people.add, site=site, ident=hall.new_id(), login=login, name=name, role=Role(role), kept=kept)
        if await hall.store.write(partial(add, now_ms=hall.now_ms(), handed_out=True)):
            return go("/people", "person_added")
        form.fault("login", "fault.login_taken")
    return await _page(request, hall, form, 422)


@post("/people/{ident:str}/role", opt=MAY)
async def give_role(request: Asked, hall: Hall, ident: FromPath[str]) -> Response[Any]:
    """Another role."""
    form = await forms.read(request)
    role, site = form.one_of("role", ROLES), who(request).site
    if not form.ok:
        return go("/people")
    change = partial(people.change_role, site=site, ident=ident, role=Role(role))
    return await _changed(request, hall, await hall.store.write(change))


@post("/people/{ident:str}/password", opt=MAY)
async def reset_password(request: Asked, hall: Hall, ident: FromPath[str]) -> Response[Any]:
    """A new password, which the person must change at their next sign-in; until then they are signed out everywhere.
    One's own is changed on one's own page, where the old one is asked for."""
    form, me = await forms.read(request), who(request)
    if ident == me.user:
        return await _page(request, hall, forms.Form(None, role=Role.CLERK), 409, refused="people.own_password")
    known = {each.id: each for each in await hall.store.read(partial(people.accounts, site=me.site))}
    if ident not in known:
        return go("/people")
    password = read_password(form, known[ident].login, known[ident].name, *await about_hall(hall))
    if not form.ok:
        return await _page(request, hall, forms.Form(None, role=Role.CLERK), 422, wrong={ident: form})
    kept = await hall.passwords.hash(password)
    change = partial(people.change_password, site=me.site, ident=ident, kept=kept, handed_out=True)
    await hall.store.write(change)
    return go("/people", "password_changed")


@post("/people/{ident:str}/unlock", opt=MAY)
async def unlock(request: Asked, hall: Hall, ident: FromPath[str]) -> Response[Any]:
    """End the waits and locks that wrong passwords brought."""
    await hall.store.write(partial(people.unlock, site=who(request).site, ident=ident))
    return go("/people", "unlocked")


@post("/people/{ident:str}/disable", opt=MAY)
async def disable(request: Asked, hall: Hall, ident: FromPath[str]) -> Response[Any]:
    """Let the person in no more."""
    site, now_ms = who(request).site, hall.now_ms()
    gone = await hall.store.write(partial(people.disable, site=site, ident=ident, now_ms=now_ms))
    return await _changed(request, hall, gone)


@post("/people/{ident:str}/enable", opt=MAY)
async def enable(request: Asked, hall: Hall, ident: FromPath[str]) -> Response[Any]:
    """Let the person in again."""
    await hall.store.write(partial(people.enable, site=who(request).site, ident=ident))
    return go("/people", "saved")


async def _changed(request: Asked, hall: Hall, done: bool) -> Response[Any]:
    if done:
        return go("/people", "saved")
    return await _page(request, hall, forms.Form(None, role=Role.CLERK), 409, refused="people.last_administrator")


async def _page(
    request: Asked,
    hall: Hall,
    form: forms.Form,
    status: int = 200,
    refused: str = "",
    wrong: dict[str, forms.Form] | None = None,
) -> Page:
    accounts = await hall.store.read(partial(people.accounts, site=who(request).site))
    return page(
        request,
        "people.html",
        status,
        form=form,
        accounts=accounts,
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
