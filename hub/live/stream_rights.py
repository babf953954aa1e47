"""A stream ends when the right to it ends: with the session, the person's role, or the terminal's key.

Requests are looked at when they come; a stream goes on for hours. So whoever holds one is looked at every second, in
one read for all of them, whatever took the right away: a page, another process at the machine, or the time.
"""

import asyncio
from collections.abc import Callable, Iterable
from functools import partial
from typing import TYPE_CHECKING

import msgspec
from sqlalchemy import Connection

from hub.auth import sessions
from hub.auth.rights import Right, may
from hub.fleet import terminals
from hub.store.engine import Store

if TYPE_CHECKING:
    from hub.live.feed import Feed

LOOK_S = 1.0


class BySession(msgspec.Struct, frozen=True, tag=True):
    """Somebody of the staff, by the hash of their session, and what the stream needs."""

    token_hash: str
    right: Right


class ByKey(msgspec.Struct, frozen=True, tag=True):
    """A terminal, by the hash of its key."""

    key_hash: str


RightHolder = BySession | ByKey


def ended(connection: Connection, holders: Iterable[RightHolder], steady_ms: int) -> set[RightHolder]:
    """Those of them who have no right to their streams any more; ``steady_ms`` is by the hub's steady clock."""
    roles, keys = sessions.roles(connection, steady_ms), terminals.keys(connection)

    def has(holder: RightHolder) -> bool:
        if isinstance(holder, ByKey):
            return holder.key_hash in keys
        role = roles.get(holder.token_hash)
        return role is not None and may(role, holder.right)

    return {holder for holder in holders if not has(holder)}


async def watch(feed: "Feed", store: Store, steady_ms: Callable[[], int]) -> None:
    """End streams whose right has ended, for as long as the hub runs."""
    while True:
        await asyncio.sleep(LOOK_S)
        if holders := feed.right_holders():
            for holder in await store.read(partial(ended, holders=holders, steady_ms=steady_ms())):
                feed.end(holder)
