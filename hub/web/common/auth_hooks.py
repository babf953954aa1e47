"""Checks before every staff page: signed in, allowed, and a POST that comes from our own form."""

import ipaddress
import secrets
import socket
from contextlib import suppress
from functools import partial
from typing import Any
from urllib.parse import urlsplit

from litestar import Response
from litestar.datastructures import Cookie

from hub.auth import sessions
from hub.auth.rights import Right, may
from hub.auth.sessions import Person
from hub.connections.origins import origin_of
from hub.connections.proof import prove, unnamed_proxy
from hub.context import Hub
from hub.sites import sites
from hub.store.faults import StoreFailed
from hub.web.common.fields import fields_of
from hub.web.common.page import HubRequest, redirect, render

SESSION_COOKIE = "hub_session"
FORM_COOKIE = "hub_form"
TO_A_FILE = "to_a_file"
LOCAL_ENDINGS = (".local", ".lan", ".internal", ".home.arpa", ".localhost", ".intranet")
"""Names nobody can buy, so no stranger's page can point them here (DNS rebinding)."""


FIRST = {"first": True}
"""The ``opt`` of a handler for people who must first change the password that they were given: that, and sign-out."""


def hall_of(request: HubRequest) -> Hub:
    """The town hall's things, for hooks that get no dependencies."""
    hub: Hub = request.app.state.hub
    return hub


def needs(right: Right) -> dict[str, Any]:
    """The ``opt`` of a handler that only people with a right may use."""
    return {"right": right}


def brings_a_file(right: Right) -> dict[str, Any]:
    """The same of a handler that takes a large body: it comes only with the form's token in a header, so that nothing
    of the body is read before it is known whose it is."""
    return {**needs(right), TO_A_FILE: True}


async def staff_only(request: HubRequest) -> Response[Any] | None:
    """Let nobody in without a session and the handler's right; check every POST. Sets ``request.state.person``."""
    hub = hall_of(request)
    token = request.cookies.get(SESSION_COOKIE, "")
    steady_ms = hub.clock.steady_ms()
    person = await hub.store.read(partial(sessions.find, token=token, steady_ms=steady_ms)) if token else None
    if person is None:
        return _elsewhere(request, "/signin", 401)
    request.state.person = person
    prove(request.scope)
    if person.handed_out and not request.route_handler.opt.get("first"):
        return _elsewhere(request, "/account", 403)
    right: Right | None = request.route_handler.opt.get("right")
    if right is not None and not may(person.role, right):
        return render(request, "message.html", 403, word="forbidden")
    if request.method != "GET" and not await _from_our_page(request, person.csrf):
        return render(request, "message.html", 403, word="old_page")
    if (request.method != "GET" or _is_navigation(request)) and steady_ms - person.seen_ms > sessions.TOUCH_MS:
        await _touch(hub, person)
    return None


async def _touch(hub: Hub, person: Person) -> None:
    """A page is shown even when this cannot be kept: it says why nothing is saved."""
    with suppress(StoreFailed):
        await hub.store.write(partial(sessions.touch, person=person, steady_ms=person.at_ms))


async def anybody(request: HubRequest) -> Response[Any] | None:
    """Pages before signing in: the form's token stands in a cookie of its own (double submit)."""
    request.state.form_token = request.cookies.get(FORM_COOKIE, "") or secrets.token_urlsafe(24)
    if request.method != "GET" and not await _from_our_page(request, request.cookies.get(FORM_COOKIE, "")):
        return render(request, "message.html", 403, word="old_page")
    return None


def address_of(request: HubRequest) -> str:
    """From where the request comes, as wrong passwords are counted."""
    return origin_of(request.client.host) if request.client else ""


def who(request: HubRequest) -> Person:
    """The person that ``staff_only`` found."""
    person: Person = request.state.person
    return person


def keep_form_token(request: HubRequest, answer: Response[Any]) -> Response[Any]:
    """Have the browser hold the form's token until it comes back with the form."""
    answer.set_cookie(cookie(request, FORM_COOKIE, request.state.form_token))
    return answer


def cookie(request: HubRequest, key: str, value: str, max_age: int | None = None) -> Cookie:
    """A strict cookie: no script reads it, no other site's page sends it."""
    secure = request.url.scheme == "https"
    return Cookie(key=key, value=value, path="/", max_age=max_age, httponly=True, samesite="strict", secure=secure)


def _elsewhere(request: HubRequest, path: str, status: int) -> Response[Any]:
    """Another page comes first. A part of a page or a stream gets the status, and htmx opens that page."""
    if not _is_navigation(request):
        return Response(b"", status_code=status, headers={"hx-redirect": path, "cache-control": "no-store"})
    return redirect(path)


def _is_navigation(request: HubRequest) -> bool:
    """A person opens a page; live lists, which fetch themselves, must not keep a session awake."""
    return request.headers.get("sec-fetch-mode", "navigate") == "navigate"


async def _from_our_page(request: HubRequest, token: str) -> bool:
    """Origin and host first: a stranger's body is not even parsed."""
    if not (_same_origin(request) and await _host_is_ours(request)):
        return False
    given = request.headers.get("x-csrf-token")
    if given is None and not request.route_handler.opt.get(TO_A_FILE):
        given = (await fields_of(request)).get("csrf", "")
    return bool(token) and isinstance(given, str) and secrets.compare_digest(given.encode(), token.encode())


def _same_origin(request: HubRequest) -> bool:
    """The browser says which page sent it, with its scheme; a browser always does so with a POST.

    The scheme is the browser's where a proxy that was named says so (``hub.connections.protocol``).
    """
    if request.headers.get("origin") == f"{request.url.scheme}://{request.headers.get('host', '')}":
        return True
    if "x-forwarded-proto" in request.headers:
        unnamed_proxy(request.scope)
    return False


async def _host_is_ours(request: HubRequest) -> bool:
    """An address, a local name, this machine's name or the base URL's: names that only lead here."""
    name = (request.url.hostname or "").rstrip(".").lower()
    if is_local_name(name) or name in (socket.gethostname().lower(), socket.getfqdn().lower()):
        return True
    known = await hall_of(request).store.read(sites)
    return any(urlsplit(site.base_url).hostname == name for site in known if site.base_url)


def is_local_name(name: str) -> bool:
    """Whether a host name is an IP address or can only be a local one."""
    try:
        ipaddress.ip_address(name)
    except ValueError:
        return bool(name) and ("." not in name or name.endswith(LOCAL_ENDINGS))
    return True
