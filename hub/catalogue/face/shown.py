"""The faces of all sites, in memory, so that pages need no read for them; for the event loop's thread."""

import asyncio
from contextlib import suppress
from functools import partial

from sqlalchemy import Connection
from sqlalchemy.exc import DBAPIError

from hub.catalogue.face import stored
from hub.catalogue.face.stored import Marks
from hub.sites import sites
from hub.store.engine import Store
from hub.store.faults import StoreFailed

LOOK_S = 2.0
OURS = Marks()


class ShownFaces:
    """Of one hub. ``run`` is a task of the app's lifespan."""

    def __init__(self, store: Store) -> None:
        self._store = store
        self._known: dict[str, Marks] = {}
        self._reads = 0

    def of(self, site: str) -> Marks:
        """The face of a site, as it was read last."""
        return self._known.get(site, OURS)

    async def run(self) -> None:
        """Look, for ever: a face may be another process's work, and the disk may have been away."""
        while True:
            with suppress(OSError, DBAPIError, StoreFailed):  # who publishes the catalogue logs it
                begun, found = self._reads, await self._store.read(_all)
                if begun == self._reads:  # else somebody read what is newer meanwhile
                    self._known = found
            await asyncio.sleep(LOOK_S)

    async def read(self, site: str) -> None:
        """Read it at once: it is another."""
        self._reads += 1
        self._known = self._known | {site: await self._store.read(partial(stored.marks, site=site))}


def _all(connection: Connection) -> dict[str, Marks]:
    return {site.id: stored.marks(connection, site.id) for site in sites(connection)}
