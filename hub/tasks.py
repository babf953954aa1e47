"""Work that goes on while the hub runs: a round that fails is logged, and the next one comes all the same."""

import asyncio
import logging
from collections.abc import Callable, Coroutine
from typing import Any

from hub.log import event
from hub.store.faults import StoreFailed
from kiosk.owner_thread import OnDeath, place_of

LOGGER = logging.getLogger("hub")
AGAIN_S = 5.0
"""Pause before work that ended by a fault is begun anew."""


async def keep_going(
    name: str,
    work: Callable[[], Coroutine[Any, Any, None]],
    again_s: float = AGAIN_S,
    on_death: OnDeath = lambda name, detail: None,
) -> None:
    """The edge of a task: begin ``work`` anew whenever it ends, until the task is cancelled.

    What the store says of itself stands in the log already; a bug is logged whole, and ``on_death`` is called with it.
    """
    while True:
        try:
            await work()
        except StoreFailed as fault:
            LOGGER.warning("%s waits: %s", name, fault, extra=event("hub.waits"))
        except Exception as bug:
            LOGGER.error("bug in %s", name, exc_info=bug, extra=event("hub.bug"))
            on_death(name, place_of(bug))
        await asyncio.sleep(again_s)
