"""The hub's pages. ``routers`` is what ``hub.app`` mounts beside the API."""

from litestar import Router
from litestar.types import ControllerRouterHandler

from hub.web import (
    account,
    alerts,
    api_page,
    board,
    catalogue,
    counters,
    desk,
    edges,
    front,
    importing,
    operation,
    people,
    queues,
    setup,
    site,
    sitting,
    static,
    terminals,
    tiles,
    trail,
    visitor,
)

routers: list[ControllerRouterHandler] = [
    Router(
        "/",
        route_handlers=[
            *front.routers,
            *setup.routers,
            *desk.routers,
            *sitting.routers,
            *alerts.routers,
            *board.routers,
            *visitor.routers,
            *people.routers,
            *account.routers,
            *counters.routers,
            *queues.routers,
            *catalogue.routers,
            *importing.routers,
            *tiles.routers,
            *terminals.routers,
            *site.routers,
            *trail.routers,
            *operation.routers,
            *api_page.routers,
        ],
        exception_handlers=edges.HANDLERS,
    ),
    *static.routers,
]
