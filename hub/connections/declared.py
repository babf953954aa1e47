"""Which requests may have a body larger than usual: the routes declare it, the protocol enforces it before they run."""

from litestar import Litestar
from litestar.routes import HTTPRoute

from hub.connections.limits import Limits


def with_routes(limits: Limits, app: Litestar) -> Limits:
    """The limits with what the handlers of ``app`` declare (``request_max_body_size``). Raises ValueError for a larger
    body under a path with parameters: the protocol compares whole paths."""
    larger: dict[str, int] = {}
    for route in app.routes:
        for handler in route.route_handlers if isinstance(route, HTTPRoute) else ():
            most = handler.resolve_request_max_body_size()
            if not isinstance(most, int) or most <= limits.body_bytes:
                continue
            if route.path_parameters:
                raise ValueError(f"{route.path} has parameters and takes {most} bytes")
            larger[route.path] = max(most, larger.get(route.path, 0))
    return limits.with_larger(larger)
