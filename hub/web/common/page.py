"""Turning a template into an answer: autoescaped, strict about unknown names, its headers allow only what is ours."""

from functools import cache
from pathlib import Path
from typing import Any

from jinja2 import Environment, FileSystemLoader, StrictUndefined, Undefined
from litestar import Request, Response
from litestar.response import Redirect
from markupsafe import Markup

from hub.auth.rights import Right, may
from hub.auth.sessions import Person
from hub.catalogue.face.shown import OURS
from hub.catalogue.face.stored import Marks
from hub.context import HubContext
from hub.headers import digests
from hub.live.feed import HEARTBEAT_S
from hub.sites import Site
from hub.web.common import fault_texts
from hub.web.common.texts import STAFF_LANGUAGES, language_of, sayer
from kiosk.assets.icons import ICONS
from kiosk.i18n.languages import is_rtl, own_name
from kiosk.i18n.texts import pick

HERE = Path(__file__).resolve().parents[2]
_POLICY = {
    "default-src": "'none'",
    "script-src": "'self'",
    "style-src": "'self'",
    "img-src": "'self' data:",
    "font-src": "'self'",
    "connect-src": "'self'",
    "form-action": "'self'",
    "frame-ancestors": "'none'",
    "base-uri": "'none'",
}


def policy(**more: str) -> str:
    """The content security policy (CSP 3) of our pages; a page that needs something else names it:
    ``frame_src="'self'"``."""
    found = _POLICY | {name.replace("_", "-"): value for name, value in more.items()}
    return "; ".join(f"{name} {value}" for name, value in found.items())


HEADERS = {
    "content-security-policy": policy(),
    "x-content-type-options": "nosniff",
    "cross-origin-opener-policy": "same-origin",
    "permissions-policy": "camera=(), microphone=(), geolocation=()",
    "cache-control": "no-store",
    "referrer-policy": "same-origin",
}
"""``same-origin``, not ``no-referrer``: with the latter Chromium sends ``Origin: null`` with our own forms."""

LIMIT_MS = 4000
"""How long a page waits for an answer before it says that none came: shorter than two heartbeats."""

HubRequest = Request[Any, Any, Any]
Page = Response[str]

NAVIGATION: tuple[tuple[str, str, str, Right], ...] = (
    ("/desk", "ways.desk", "speakerphone", Right.CALL),
    ("/queues", "ways.queues", "users", Right.QUEUES),
    ("/services", "ways.services", "list-check", Right.QUEUES),
    ("/catalogue", "ways.catalogue", "book", Right.CATALOGUE),
    ("/counters", "ways.counters", "id-badge-2", Right.COUNTERS),
    ("/terminals", "ways.terminals", "device-desktop", Right.ORDERS),
    ("/people", "ways.people", "users-group", Right.USERS),
    ("/site", "ways.site", "settings", Right.SITE),
    ("/trail", "ways.trail", "clipboard-list", Right.TRAIL),
    ("/operation", "ways.operation", "shield", Right.OPERATION),
)
"""The pages of the staff: address, text, icon, the right one needs."""


def render(request: HubRequest, template: str, status: int = 200, lang: str = "", **values: object) -> Page:
    """Render a template for whoever is signed in (``request.state.person``), in their language."""
    lang = lang or language_of(request)
    person: Person | None = getattr(request.state, "person", None)
    site = _site_of(person, values.get("house"))
    context = {
        "t": sayer(lang),
        "lang": lang,
        "dir": "rtl" if is_rtl(lang) else "ltr",
        "path": request.url.path,
        "person": person,
        "csrf": person.csrf if person else getattr(request.state, "form_token", ""),
        "face": _face(request, site),
        "face_site": site,
        "ways": [way for way in NAVIGATION if person and not person.handed_out and may(person.role, way[3])],
        "tongues": [(tag, own_name(tag)) for tag in STAFF_LANGUAGES],
        "done": request.query_params.get("done", ""),
    }
    text = environment().get_template(template).render(context | values)
    return Response(text, status_code=status, media_type="text/html", headers=HEADERS)


def redirect(path: str, done: str = "") -> Response[Any]:
    """See the next page (after a POST), with a word about what was done (key ``done.<word>``)."""
    return Redirect(f"{path}?done={done}" if done else path, status_code=303)


def _site_of(person: Person | None, house: object) -> str:
    """Whose page it is; "" = nobody's yet."""
    return house.id if isinstance(house, Site) else person.site if person else ""


def _face(request: HubRequest, site: str) -> Marks:
    hub: HubContext = request.app.state.hub
    return hub.faces.of(site) if site else OURS


@cache
def environment() -> Environment:
    """The templates."""
    made = Environment(
        loader=FileSystemLoader(HERE / "templates"),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    made.globals.update(icon=icon, asset=asset, own_name=own_name, pick=pick, told=fault_texts.told)
    made.globals.update(beat_ms=round(HEARTBEAT_S * 1000), limit_ms=LIMIT_MS)
    made.tests["given"] = lambda value: not isinstance(value, Undefined) and bool(value)
    return made


def icon(name: str, more: str = "") -> Markup:
    """An icon of the icon font; always beside words, so silent for screen readers."""
    return Markup('<span class="icon {}" aria-hidden="true">{}</span>').format(more, ICONS[name])


def asset(path: str) -> str:
    """The address of a static file; it changes with the content, so that browsers may keep the file."""
    return f"/static/{path}?v={digests()[path]}"
