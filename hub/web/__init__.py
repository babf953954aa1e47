"""The hub's pages. ``routers`` is what ``hub.app`` mounts beside the API."""

from litestar import Router
from litestar.types import ControllerRouterHandler

from hub.web import (
    alerts,
    api_page,
    board,
    catalogue,
    counters,
    desk,
    edges,
    front,
    people,
    queues,
    setup,
    site,
    sitting,
    static,
    terminals,
    tiles,
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
            *counters.routers,
            *queues.routers,
            *catalogue.routers,
            *tiles.routers,
            *terminals.routers,
            *site.routers,
            *api_page.routers,
        ],
        exception_handlers=edges.HANDLERS,
    ),
    *static.routers,
]
