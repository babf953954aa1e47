"""What the hub does with every site's trail by itself: cut what is over its time, look whether it is whole."""

import logging

from sqlalchemy import Connection

from hub.log import event
from hub.sites import sites
from hub.store.engine import Store
from hub.trail.checking import Checker
from hub.trail.retention import cut
from kiosk.hash_chain import Broken

LOGGER = logging.getLogger("hub.trail")


def cut_all(connection: Connection, now_ms: int) -> bool:
    """Cut off some of what is over its time at every site. True = there is more."""
    more = [cut(connection, site.id, site.timezone, now_ms) for site in sites(connection)]
    return any(more)


async def look_at_all(store: Store, checker: Checker) -> None:
    """Follow every chain to its end, and write to the log where one is broken. Raises StoreFailed."""
    for site in await store.read(sites):
        found = await checker.check(site.id)
        if isinstance(found, Broken):
            text = "the trail of %s is broken at entry %d: %s"
            LOGGER.error(text, site.id, found.seq, found.flaw, extra=event("trail.broken"))
