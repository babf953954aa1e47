"""The sweep deletes what is old and shrinks the file, in portions so small that no number waits.

Between two portions the writer serves whatever came meanwhile.
"""

import asyncio
import logging
import secrets
import time
from collections.abc import Callable, Sequence
from functools import partial

from sqlalchemy import Connection

from hub.log import event
from hub.retention.deletion import Key, Rule, rules
from hub.retention.past_visits import Draw
from hub.retention.periods import USUAL_MS, Horizon, horizons
from hub.store import space
from hub.store.engine import Store

LOGGER = logging.getLogger("hub")
PORTION_S = 0.010
PORTION_ROWS = 500
PAUSE_S = 0.010
LARGE_BYTES = 64 * 1024 * 1024
"""So much free space in a file that cannot shrink by itself is worth a line in the log."""


class Budget:
    """What one portion may cost: it ends after so many rows or seconds, whichever comes first."""

    def __init__(self, timer: Callable[[], float] = time.monotonic) -> None:
        self._timer, self._until, self._rows = timer, timer() + PORTION_S, 0

    def is_over(self) -> bool:
        """Whether to stop; counts one row."""
        self._rows += 1
        return self._rows >= PORTION_ROWS or self._timer() >= self._until


async def sweep(
    store: Store,
    now_ms: Callable[[], int],
    may_go_on: Callable[[], bool] = lambda: True,
    draw: Draw = secrets.randbelow,
) -> None:
    """Delete what is old at every site, and give free pages back. Ends early when it may not go on (the clock is in
    doubt). Raises StoreFailed."""
    for horizon in await store.read(partial(horizons, now_ms=now_ms())):
        for rule in rules(draw):
            while may_go_on() and (keys := await store.read(partial(_find, rule=rule, horizon=horizon))):
                await _forget_all(store, rule, horizon, keys, may_go_on)
    if may_go_on():
        await asyncio.to_thread(_remove_old_copies, store, now_ms())
        await _shrink(store)


def _find(connection: Connection, rule: Rule, horizon: Horizon) -> Sequence[Key]:
    return rule.find(connection, horizon)


async def _forget_all(
    store: Store, rule: Rule, horizon: Horizon, keys: Sequence[Key], may_go_on: Callable[[], bool]
) -> None:
    done = 0
    while done < len(keys) and may_go_on():
        done += await store.write(partial(_portion, rule=rule, horizon=horizon, keys=keys[done:]))
        await asyncio.sleep(PAUSE_S)


def _portion(connection: Connection, rule: Rule, horizon: Horizon, keys: Sequence[Key]) -> int:
    """Forget the first of these; returns how many it was."""
    budget = Budget()
    for count, key in enumerate(keys, 1):
        rule.forget(connection, horizon, key)
        if budget.is_over():
            return count
    return len(keys)


async def _shrink(store: Store) -> None:
    if not await store.read(space.can_shrink):
        free = await store.read(space.spare_bytes)
        if free > LARGE_BYTES:
            LOGGER.warning(
                "%s: %d MB of it are free. Stop the hub and run 'kiosk hub compact' to give them back.",
                store.path,
                free // 1_000_000,
                extra=event("hub.swept"),
            )
        return
    while await store.write(lambda connection: space.give_back(connection, Budget().is_over)):
        await asyncio.sleep(PAUSE_S)


def _remove_old_copies(store: Store, now_ms: int) -> None:
    """Copies that were made before a step of the schema hold the visits of that time."""
    for copy in store.path.parent.glob(f"{store.path.name}.before-*"):
        try:
            if copy.stat().st_mtime * 1000 < now_ms - USUAL_MS:
                copy.unlink()
                LOGGER.info("%s was older than 30 days and is deleted.", copy, extra=event("hub.swept"))
        except OSError as fault:
            LOGGER.warning(
                "%s is old and cannot be deleted (%s). Delete it.", copy, fault.strerror, extra=event("hub.swept")
            )
