"""What the visitor's page does: come later, be here after all, give the number back. The token in the address is the
right to it; each form carries its operation's id, so that a double press or a reload has one effect."""

from typing import Any

from litestar import Response, Router, post
from litestar.params import FromPath

from hub.context import Hub, HubContext
from hub.tickets import visitor_acts
from hub.tickets.visitor_acts import Do, VisitorAct
from hub.web.common import forms
from hub.web.common.auth_hooks import anybody
from hub.web.common.page import HubRequest, redirect
from hub.web.public import visitor


@post("/t/{token:str}/late")
async def come_later(request: HubRequest, hub: Hub, token: FromPath[str]) -> Response[Any]:
    """Call others first until I say that I am here."""
    return await _act(request, hub, token, visitor_acts.come_later)


@post("/t/{token:str}/here")
async def is_here(request: HubRequest, hub: Hub, token: FromPath[str]) -> Response[Any]:
    """I am here: let me wait at my old place."""
    return await _act(request, hub, token, visitor_acts.is_here)


@post("/t/{token:str}/give-back")
async def give_back(request: HubRequest, hub: Hub, token: FromPath[str]) -> Response[Any]:
    """I need the number no more."""
    return await _act(request, hub, token, visitor_acts.give_back)


async def _act(request: HubRequest, hub: HubContext, token: str, do: Do) -> Response[Any]:
    """Do it, then show how the ticket stands: that also says what could not be done, because it stands otherwise."""
    before = await visitor.look(request, hub, token)
    if before is None:
        return visitor.unknown(request)
    op = (await forms.read(request)).uuid("op")
    if not hub.visitor_acts.begin(before.standing.ticket.id):
        return visitor.shown(request, hub, before, too_often=True)
    if op:
        act = VisitorAct(token=token, op=op, now_ms=hub.now_ms())
        await hub.store.write(lambda connection: do(connection, act))
    if not visitor.is_part(request):
        return redirect(visitor.address(before))
    after = await visitor.look(request, hub, token)
    return visitor.unknown(request) if after is None else visitor.shown(request, hub, after)


routers = [Router("/", route_handlers=[come_later, is_here, give_back], before_request=anybody)]
