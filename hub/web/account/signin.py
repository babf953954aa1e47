"""Sign-in, language, start redirect; ``hub.web.desk.seat_pages`` has the sign-out."""

import asyncio
import re
from typing import Any

from litestar import Response, Router, get, post
from litestar.params import FromPath

from hub.auth.rights import may
from hub.auth.sign_in import SignedIn
from hub.context import Hub
from hub.sites import sites
from hub.web.account import signin_refused
from hub.web.common import forms, known_device, texts
from hub.web.common.auth_hooks import SESSION_COOKIE, address_of, anybody, cookie, keep_form_token, staff_only, who
from hub.web.common.page import NAVIGATION, HubRequest, redirect, render

OWN_PATH = re.compile(r"/(?!/)[\w./?=&%-]*", re.ASCII)
"""An address of this hub: nothing that a browser would read as another host."""


@get("/")
async def start(request: HubRequest, hub: Hub) -> Response[Any]:
    """Lead to the first page this person may open; "/welcome" for whoever sets the site up."""
    person = who(request)
    allowed = [path for path, _, _, right in NAVIGATION if may(person.role, right)]
    return redirect(allowed[0] if allowed else "/signin")


@get("/signin")
async def sign_in_page(request: HubRequest, hub: Hub) -> Response[Any]:
    """Name and password."""
    known = await hub.store.read(sites)
    if not known:
        return render(request, "message.html", word="not_set_up")
    return keep_form_token(request, render(request, "signin.html", form=forms.Form(), house=known[0], no=None))


@post("/signin")
async def sign_in(request: HubRequest, hub: Hub) -> Response[Any]:
    """Let the person in, or say what to do."""
    form = await forms.read(request)
    login, password = form.value("login")[:200], form.value("password")[: forms.PASSWORD_MAX]
    known = await hub.store.read(sites)
    if not known:
        return redirect("/signin")
    before = known_device.token_of(request, login)
    answer = await hub.sign_ins.sign_in(known[0].id, login, password, address_of(request), before)
    if isinstance(answer, SignedIn):
        come_in = redirect("/")
        come_in.set_cookie(cookie(request, SESSION_COOKIE, answer.token))
        return known_device.keep(request, come_in, login, answer.device or before)
    no = signin_refused.shown(answer)
    await asyncio.sleep(hub.passwords.pause_s)
    return render(request, "signin.html", no.status, form=form, house=known[0], no=no)


@get("/lang/{tag:str}")
async def choose_language(request: HubRequest, tag: FromPath[str]) -> Response[Any]:
    """Show the pages in another language from now on."""
    back = request.query_params.get("back", "/")
    answer = redirect(back if OWN_PATH.fullmatch(back) else "/")
    if tag in texts.STAFF_LANGUAGES:
        answer.set_cookie(cookie(request, texts.COOKIE, tag, max_age=365 * 86_400))
    return answer


routers = [
    Router("/", route_handlers=[sign_in_page, sign_in, choose_language], before_request=anybody),
    Router("/", route_handlers=[start], before_request=staff_only),
]
