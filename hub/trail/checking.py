"""Looking whether the chain is whole, in portions: neither a number nor a reader waits for a trail of years."""

import asyncio
from collections.abc import Callable, Mapping
from functools import partial

import msgspec
from sqlalchemy import Connection

from hub.clock import system_ms
from hub.store.engine import Store
from hub.trail import early_cuts, entries
from kiosk import hash_chain
from kiosk.hash_chain import Broken, Head

PORTION = 500
"""Entries at a time: some milliseconds."""
PAUSE_S = 0.005
"""Between two portions: whoever serves visitors goes first."""
NO_HEADS: Mapping[int, bytes] = {}


class Intact(msgspec.Struct, frozen=True):
    """Every entry from behind the anchor up to the head is as it was written; no cut was seen to be too early."""

    anchor: Head
    head: Head


class Walk(msgspec.Struct, frozen=True):
    """The chain was followed from behind the anchor up to here; there is more."""

    anchor: Head
    at: Head


Checked = Intact | Broken


class Checker:
    """Checks the chains of one hub, one at a time, however many pages ask. For the event loop's thread only."""

    def __init__(self, store: Store, now_ms: Callable[[], int]) -> None:
        self._store, self._now_ms = store, now_ms
        self._one = asyncio.Lock()

    async def check(self, site: str) -> Checked:
        """Follow the whole chain of a site. Raises StoreFailed."""
        async with self._one:
            found: Walk | Checked | None = None
            while found is None or isinstance(found, Walk):
                found = await self._store.read(partial(_step, site=site, walk=found))
                await asyncio.sleep(PAUSE_S)
            if isinstance(found, Broken):
                return found
            return await self._store.read(partial(early_cuts.found, site=site, now_ms=self._now_ms())) or found


def check_now(store: Store, site: str, heads: Mapping[int, bytes], now_ms: Callable[[], int] = system_ms) -> Checked:
    """Follow the whole chain of a site, for a caller without an event loop; ``heads`` were kept elsewhere."""
    found: Walk | Checked | None = None
    while found is None or isinstance(found, Walk):
        found = store.read_now(partial(_step, site=site, walk=found, heads=heads))
    if isinstance(found, Broken):
        return found
    return store.read_now(partial(early_cuts.found, site=site, now_ms=now_ms())) or found


def _step(
    connection: Connection, site: str, walk: Walk | None, heads: Mapping[int, bytes] = NO_HEADS
) -> Walk | Checked:
    """Follow one portion more. Where retention has cut meanwhile, what is left begins behind the new anchor."""
    anchor = entries.anchor(connection, site)
    if walk is None or anchor.seq > walk.at.seq:
        walk = Walk(anchor, anchor)
    links = entries.links(connection, site, walk.at.seq, PORTION)
    found = hash_chain.verify(walk.at, links, heads)
    if isinstance(found, Broken):
        return found
    if len(links) == PORTION:
        return Walk(walk.anchor, found)
    return hash_chain.shortened(found, heads) or Intact(walk.anchor, found)
