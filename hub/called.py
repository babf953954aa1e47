"""Who is called now (``hub.queues.called``), for many listeners."""

import asyncio
from collections.abc import Callable
from functools import partial

from hub.queues.called import called_now
from hub.store.engine import Store
from kiosk.wire import Calls


class CalledNow:
    """Reads once for each change, however many boards and terminals listen."""

    def __init__(self, store: Store, now_ms: Callable[[], int]) -> None:
        self._store = store
        self._now_ms = now_ms
        self._known: dict[str, Calls] = {}
        self._reading = asyncio.Lock()

    async def read(self, site: str) -> Calls:
        """As it is this moment."""
        return await self._store.read(partial(called_now, site=site, now_ms=self._now_ms()))

    async def upto(self, site: str, seq: int) -> Calls:
        """As it is, with all that happened up to event ``seq``."""
        async with self._reading:
            known = self._known.get(site)
            if known is None or known.seq < seq:
                known = self._known[site] = await self.read(site)
        return known
