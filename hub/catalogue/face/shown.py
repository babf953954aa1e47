"""The faces of all sites, in memory, for pages: read once, and again when a page changed one.

For the event loop's thread. Nothing but this hub's own page changes a face, so there is nothing to watch.
"""

from functools import partial

from hub.catalogue.face import stored
from hub.catalogue.face.stored import Marks
from hub.sites import sites
from hub.store.engine import Store

OURS = Marks()


class ShownFaces:
    """Of one hub."""

    def __init__(self, store: Store) -> None:
        self._store = store
        self._known: dict[str, Marks] = {}

    def of(self, site: str) -> Marks:
        """The face of a site, as far as it was read."""
        return self._known.get(site, OURS)

    async def read_all(self) -> None:
        """At the start."""
        for site in await self._store.read(sites):
            await self.read(site.id)

    async def read(self, site: str) -> Marks:
        """Read it again: it is another."""
        self._known[site] = found = await self._store.read(partial(stored.marks, site=site))
        return found
