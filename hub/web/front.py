"""The door: start address, sign-in, language; ``sitting`` has the sign-out."""

import asyncio
import re
from typing import Any

from litestar import Response, Router, get, post
from litestar.params import FromPath

from hub.auth.rights import may
from hub.auth.signing_in import SignedIn
from hub.hall import Hall
from hub.queues.house import sites
from hub.web import forms, known_device, refused, words
from hub.web.gate import SESSION_COOKIE, address_of, anybody, cookie, keep_form_token, staff_only, who
from hub.web.page import WAYS, Asked, go, page

OWN_PATH = re.compile(r"/(?!/)[\w./?=&%-]*", re.ASCII)
"""An address of this hub: nothing that a browser would read as another host."""


@get("/")
async def start(request: Asked, hall: Hall) -> Response[Any]:
    """Lead to the first page this person may open; "/welcome" for whoever sets the house up."""
    person = who(request)
    allowed = [path for path, _, _, right in WAYS if may(person.role, right)]
    return go(allowed[0] if allowed else "/signin")


@get("/signin")
async def sign_in_page(request: Asked, hall: Hall) -> Response[Any]:
    """Name and password."""
    known = await hall.store.read(sites)
    if not known:
        return page(request, "message.html", word="not_set_up")
    return keep_form_token(request, page(request, "signin.html", form=forms.Form(), house=known[0], no=None))


@post("/signin")
async def sign_in(request: Asked, hall: Hall) -> Response[Any]:
    """Let the person in, or say what to do."""
    form = await forms.read(request)
    login, password = form.value("login")[:200], form.value("password")[: forms.PASSWORD_MAX]
    known = await hall.store.read(sites)
    if not known:
        return go("/signin")
    before = known_device.token_of(request, login)
    answer = await hall.doorman.sign_in(known[0].id, login, password, address_of(request), before)
    if isinstance(answer, SignedIn):
        come_in = go("/")
        come_in.set_cookie(cookie(request, SESSION_COOKIE, answer.token))
        return known_device.keep(request, come_in, login, answer.device or before)
    no = refused.shown(answer)
    await asyncio.sleep(hall.passwords.pause_s)
    return page(request, "signin.html", no.status, form=form, house=known[0], no=no)


@get("/lang/{tag:str}")
async def choose_language(request: Asked, tag: FromPath[str]) -> Response[Any]:
    """Show the pages in another language from now on."""
    back = request.query_params.get("back", "/")
    answer = go(back if OWN_PATH.fullmatch(back) else "/")
    if tag in words.STAFF_LANGUAGES:
        answer.set_cookie(cookie(request, words.COOKIE, tag, max_age=365 * 86_400))
    return answer


routers = [
    Router("/", route_handlers=[sign_in_page, sign_in, choose_language], before_request=anybody),
    Router("/", route_handlers=[start], before_request=staff_only),
]
