"""The page that sets a board up: which queues, layout, languages, what is left out. It makes the address that the
screen opens, with the real board beside it; the hub keeps nothing."""

from typing import Any

import msgspec
from litestar import Response, Router, get
from litestar.datastructures import MultiDict
from sqlalchemy import Connection

from hub.context import Hub
from hub.settings import queue_settings
from hub.settings.queue_settings import QueueSet
from hub.web.common import board_options
from hub.web.common.auth_hooks import staff_only, who
from hub.web.common.board_options import LANGUAGES, Options, Wrong
from hub.web.common.page import HubRequest, policy, render
from hub.web.common.texts import language_of
from hub.web.desk import desk_view
from kiosk.i18n.languages import own_name

FORMATS = ("wide", "tall")
"""Landscape and portrait: for the preview only, a board follows its screen."""
SIZES = (32, 43, 50, 55, 65, 75, 86)
"""Diagonals of screens, inches."""
USUAL_INCHES = 55
NUMBER_MM, NAME_MM = 60, 45
"""Least height of capitals on a screen of USUAL_INCHES: numbers, names of counters (``board.css``, ``board_many.css``;
a browser test measures them)."""
METRES_PER_MM = 0.25
"""Letters are read from 250 times the height of their capitals."""


class Distance(msgspec.Struct, frozen=True):
    """From how far a board is read on a screen, whole metres."""

    numbers: int
    names: int


def reading_distance(inches: int) -> Distance:
    """All sizes of a board grow with its screen, in both formats alike."""
    share = inches / USUAL_INCHES * METRES_PER_MM
    return Distance(int(NUMBER_MM * share + 0.5), int(NAME_MM * share + 0.5))


@get("/boards")
async def boards_page(request: HubRequest, hub: Hub) -> Response[Any]:
    """What was chosen (by the query, which is also what the form sends), the address that it makes, the board."""
    ident, query, lang = who(request).site, request.query_params, language_of(request)

    def look(connection: Connection) -> tuple[list[QueueSet], str]:
        site = desk_view.site_of(connection, ident)
        return queue_settings.queues(connection, ident), "" if site is None else site.base_url

    queues, base_url = await hub.store.read(look)
    size = query.get("inches", "")
    inches = int(size) if size in map(str, SIZES) else USUAL_INCHES
    chosen = _chosen(query, queues, lang)
    options = chosen if isinstance(chosen, Options) else Options(languages=(lang,))
    asked = board_options.query_of(options)
    origin = base_url or f"{request.url.scheme}://{request.headers.get('host', '')}"
    page = render(
        request,
        "boards.html",
        422 if options is not chosen else 200,
        queues=queues,
        options=options,
        wrong=chosen if not isinstance(chosen, Options) else (),
        most=board_options.MOST_COLUMNS,
        layouts=tuple(board_options.Layout),
        parts=tuple(board_options.Part),
        languages=[(tag, own_name(tag)) for tag in LANGUAGES],
        formats=FORMATS,
        format="tall" if query.get("format") == "tall" else "wide",
        sizes=SIZES,
        inches=inches,
        distance=reading_distance(inches),
        address=f"{origin}/board?{asked}",
        preview=f"/board/{ident}?{asked}",
    )
    page.headers["content-security-policy"] = policy(frame_src="'self'")
    return page


def _chosen(query: MultiDict[str], queues: list[QueueSet], lang: str) -> Options | tuple[Wrong, ...]:
    """The form's fields as a board's address would have them: the form names what is shown, the address what is not."""
    shown = query.getall("show", []) if "sent" in query else list(board_options.Part)
    fields = [(name, value) for name in ("queues", "lang", "view") for value in query.getall(name, [])]
    hidden = [("hide", part) for part in board_options.Part if part not in shown]
    return board_options.read(MultiDict([*fields, *hidden]), queues, lang)


routers = [Router("/", route_handlers=[boards_page], before_request=staff_only)]
