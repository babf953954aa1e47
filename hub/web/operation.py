"""The operation page: how much of each limit is taken, what was turned away, and the limits in force."""

from typing import Any

from litestar import Response, Router, get

from hub.auth.rights import Right
from hub.connections.figures import figures
from hub.connections.proof import proof_of
from hub.web.gate import needs, staff_only
from hub.web.page import Asked, page


@get("/operation", opt=needs(Right.OPERATION))
async def operation_page(request: Asked) -> Response[Any]:
    """As of now; the page asks for its numbers again by itself."""
    proof = proof_of(request.scope)
    return page(request, "operation.html", figures=figures(proof.keeper) if proof is not None else None)


routers = [Router("/", route_handlers=[operation_page], before_request=staff_only)]
