"""The operation page: how much of each limit is taken, what was turned away, limits in force, faults of programs."""

from functools import partial
from typing import Any

import msgspec
from litestar import Response, Router, get

from hub.auth.rights import Right
from hub.connections.figures import figures
from hub.connections.proof import proof_of
from hub.context import Hub
from hub.fleet import terminals
from hub.web.common.auth_hooks import needs, staff_only, who
from hub.web.common.page import HubRequest, render
from kiosk.owner_thread import Death, ThreadWatch

THREAD_DIED = "thread_died"
"""The note of a terminal's heartbeat that says it."""


class FaultRow(msgspec.Struct, frozen=True):
    """A part of this program whose work was ended too early, and began anew."""

    part: str
    """Name of the thread or task."""
    cause: str
    """Kind and place of the last time."""
    times: int
    minutes_ago: int


@get("/operation", opt=needs(Right.OPERATION))
async def operation_page(request: HubRequest, hub: Hub) -> Response[Any]:
    """As of now; the page asks for its numbers again by itself."""
    proof, site = proof_of(request.scope), who(request).site
    known = await hub.store.read(partial(terminals.terminals_now, site=site, now_ms=hub.now_ms()))
    return render(
        request,
        "operation.html",
        figures=figures(proof.keeper) if proof is not None else None,
        own_faults=fault_rows(hub.store.watch),
        terminals=[each for each in known if THREAD_DIED in each.notes and not each.revoked],
    )


def fault_rows(watch: ThreadWatch) -> list[FaultRow]:
    """One for each part, the newest first."""
    by_part: dict[str, list[Death]] = {}
    for each in watch.deaths():
        by_part.setdefault(each.thread, []).append(each)
    newest = sorted(by_part.items(), key=lambda item: item[1][-1].at, reverse=True)
    return [FaultRow(part, all_[-1].detail, len(all_), watch.minutes_since(all_[-1])) for part, all_ in newest]


routers = [Router("/", route_handlers=[operation_page], before_request=staff_only)]
