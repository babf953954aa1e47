"""The hub's pages. ``routers`` is what ``hub.app`` mounts beside the API."""

from litestar import Router
from litestar.types import ControllerRouterHandler

from hub.web.account import own_account, signin
from hub.web.admin import (
    api_page,
    boards,
    catalogue,
    counters,
    face,
    importing,
    operation,
    people,
    queues,
    setup,
    site,
    terminals,
    tiles,
    trail,
)
from hub.web.common import error_pages, static
from hub.web.desk import alerts, desk_page, seat_pages
from hub.web.public import board, face_files, visitor, visitor_acts

routers: list[ControllerRouterHandler] = [
    Router(
        "/",
        route_handlers=[
            *signin.routers,
            *setup.routers,
            *desk_page.routers,
            *seat_pages.routers,
            *alerts.routers,
            *board.routers,
            *visitor.routers,
            *visitor_acts.routers,
            *people.routers,
            *own_account.routers,
            *counters.routers,
            *queues.routers,
            *catalogue.routers,
            *importing.routers,
            *tiles.routers,
            *face.routers,
            *face_files.routers,
            *terminals.routers,
            *site.routers,
            *boards.routers,
            *trail.routers,
            *operation.routers,
            *api_page.routers,
        ],
        exception_handlers=error_pages.HANDLERS,
    ),
    *static.routers,
]
