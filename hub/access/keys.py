"""Whose key is this? Asked with every request, so the answer is kept in memory and renewed from the store."""

import asyncio
from collections.abc import Callable

from hub.fleet.terminals import Known, keys, secret_hash
from hub.store.engine import Store

FRESH_S = 1.0
"""A key revoked by another process (a command line) works at most this much longer."""
MISS_S = 0.5
"""Wrong keys cause at most one look into the store in this time."""


class KeyRing:
    """The keys of all terminals by hash. ``forget`` after enrolling or revoking in this process."""

    def __init__(self, store: Store, monotonic: Callable[[], float]) -> None:
        self._store = store
        self._monotonic = monotonic
        self._known: dict[str, Known] = {}
        self._read_at = -1e9
        self._forgotten = 0
        self._reading = asyncio.Lock()

    async def owner(self, key: str) -> Known | None:
        """The terminal with this key, or None."""
        hashed = secret_hash(key)
        if self._stale(hashed):
            async with self._reading:
                if self._stale(hashed):
                    await self._read()
        return self._known.get(hashed)

    def forget(self) -> None:
        """Look into the store at the next request."""
        self._read_at = -1e9
        self._forgotten += 1

    def _stale(self, hashed: str) -> bool:
        age = self._monotonic() - self._read_at
        return age > FRESH_S or (hashed not in self._known and age > MISS_S)

    async def _read(self) -> None:
        begun, forgotten = self._monotonic(), self._forgotten
        self._known = await self._store.read(keys)
        if forgotten == self._forgotten:
            self._read_at = begun
