"""The hub's pages. ``routers`` is what ``hub.app`` mounts beside the API."""

from litestar.types import ControllerRouterHandler

routers: list[ControllerRouterHandler] = []
