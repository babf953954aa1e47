"""Every route of the hub in one table: Litestar's, and the lanes that pass Litestar by.

Whoever needs all routes reads them here: the API's document, the table of rights, the fuzzer. A lane can only be
reached by standing in ``HubApp.lanes``, so no route is missing.
"""

import inspect
from collections.abc import Awaitable, Callable, Mapping, Sequence
from typing import Any, Protocol

import msgspec
from litestar.routes import BaseRoute, HTTPRoute
from litestar.types import HTTPScope, Receive, Send

from hub.api.described import KEY, Described
from hub.context import HubContext

Answering = Callable[[HubContext, HTTPScope, Receive, Send], Awaitable[None]]


class Lane(msgspec.Struct, frozen=True):
    """A path that is answered straight from ASGI, and the one method that it takes."""

    method: str
    path: str
    answer: Answering
    opt: Mapping[str, Any]


class Route(msgspec.Struct, frozen=True):
    """A method on a path; parameters of the path stand in braces (``/people/{ident}/role``)."""

    method: str
    path: str
    text: str
    """What the handler's docstring says."""
    described: Described | None
    """None = no route of the API."""


class Routed(Protocol):
    """What ``hub.app.HubApp`` knows of its routes."""

    @property
    def lanes(self) -> Mapping[str, Lane]:
        """Those that pass Litestar by."""

    @property
    def routes(self) -> Sequence[BaseRoute]:
        """Those of Litestar."""


def table(app: Routed) -> tuple[Route, ...]:
    """All of them by path and method, without the OPTIONS that Litestar adds to every path."""
    found = [_route(lane.method, lane.path, lane.answer, lane.opt) for lane in app.lanes.values()]
    for route in app.routes:
        assert isinstance(route, HTTPRoute), f"{route.path} is neither HTTP nor a lane"
        for method, (handler, _) in route.route_handler_map.items():
            if method != "OPTIONS":
                found.append(_route(method, route.path_format, handler.fn, handler.opt))
    return tuple(sorted(found, key=lambda each: (each.path, each.method)))


def _route(method: str, path: str, answer: Callable[..., Any], opt: Mapping[str, Any]) -> Route:
    return Route(method, path, inspect.getdoc(answer) or "", opt.get(KEY))
