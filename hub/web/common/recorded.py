"""Acts of people on pages, with their entry in the trail: who, from where, and what changed."""

from collections.abc import Callable
from functools import partial
from typing import TypeVar

from sqlalchemy import Connection

from hub.context import HubContext
from hub.trail.changes import Look, noted, subject_of
from hub.trail.entries import NOTHING, Details, Note, Who, append
from hub.trail.words import What
from hub.web.common.auth_hooks import address_of, who
from hub.web.common.page import HubRequest

T = TypeVar("T")


def whose(request: HubRequest) -> Who:
    """Whoever is signed in, as the trail names them."""
    me = who(request)
    return Who(user=me.user, login=me.login, role=me.role, address=address_of(request))


def note(request: HubRequest, hub: HubContext, what: What) -> Note:
    """What the trail says of an act besides the change."""
    return Note(site=who(request).site, who=whose(request), what=what, now_ms=hub.now_ms())


async def write(request: HubRequest, hub: HubContext, what: What, look: Look, do: Callable[[Connection], T]) -> T:
    """Do it and write what it changed in one transaction. No entry when it changed nothing."""
    said = note(request, hub, what)
    return await hub.store.write(lambda connection: noted(connection, said, look, partial(do, connection)))


def _is_none(result: object) -> bool:
    """Whether an act was not refused."""
    return result is None


async def write_done(
    request: HubRequest,
    hub: HubContext,
    what: What,
    do: Callable[[Connection], T],
    *,
    done: Callable[[T], bool] = _is_none,
    look: Look | None = None,
    after: Details = NOTHING,
) -> T:
    """The same for an act whose change is not to be shown (a code): an entry when it was ``done``. ``look`` is what it
    was done to; no entry when that is not there."""
    said = note(request, hub, what)

    def both(connection: Connection) -> T:
        result = do(connection)
        facts = NOTHING if look is None else look(connection)
        if done(result) and (facts or look is None):
            append(connection, said, subject_of(facts), after=after)
        return result

    return await hub.store.write(both)
