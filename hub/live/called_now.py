"""Who is called now (``hub.tickets.called``), for many listeners: read and written out once for each change."""

import asyncio
from collections.abc import Callable, Sequence
from functools import partial

import msgspec
from sqlalchemy import Connection

from hub.events import Event, changes_calls
from hub.store.engine import Store
from hub.tickets.called import called_now
from kiosk.wire import Calls


class Said(msgspec.Struct, frozen=True, eq=False):
    """The calls, and the same as JSON."""

    calls: Calls
    json: bytes

    def differs(self, before: Calls | None) -> bool:
        """Whether a listener that was told ``before`` has to be told this."""
        now = self.calls
        return before is not now and (
            before is None or before.calls != now.calls or before.business_day not in ("", now.business_day)
        )


class _Site(msgspec.Struct):
    said: Said
    looked: int
    """The seq of the last event that was looked at."""


class Look(msgspec.Struct, frozen=True):
    """What a reader needs to know for it."""

    site: str
    now_ms: int
    known: Said | None

    def after(self, connection: Connection, events: Sequence[Event]) -> Calls | None:
        """The calls as they are now, if these events change them."""
        if self.known is None or not _changed(self.known.calls, events):
            return None
        return called_now(connection, site=self.site, now_ms=self.now_ms)


class CalledNow:
    """For the event loop's thread only."""

    def __init__(self, store: Store, now_ms: Callable[[], int]) -> None:
        self._store = store
        self._now_ms = now_ms
        self._sites: dict[str, _Site] = {}
        self._reading = asyncio.Lock()

    async def read(self, site: str) -> Calls:
        """As it is this moment."""
        return (await self.now(site)).calls

    async def now(self, site: str) -> Said:
        """As it is this moment, written out."""
        calls = await self._store.read(partial(called_now, site=site, now_ms=self._now_ms()))
        known = self._sites.get(site)
        if known is not None and known.said.calls.seq > calls.seq:
            return Said(calls, msgspec.json.encode(calls))
        said = Said(calls, msgspec.json.encode(calls))
        self._sites[site] = _Site(said, max(calls.seq, known.looked if known is not None else 0))
        return said

    def look(self, site: str) -> Look:
        """How the calls are read together with the events that may have changed them: on a reader's thread."""
        known = self._sites.get(site)
        return Look(site, self._now_ms(), known.said if known is not None else None)

    def note(self, look: Look, events: Sequence[Event], calls: Calls | None) -> None:
        """What ``look`` found after these events; None = they change no call, or nobody listens."""
        known = self._sites.get(look.site)
        if known is None or (calls is None and known.said is not look.known):
            return
        if calls is not None and calls.seq >= known.said.calls.seq:
            known.said = Said(calls, msgspec.json.encode(calls))
        known.looked = max(known.looked, events[-1].seq if calls is None else calls.seq)

    async def after(self, site: str, events: Sequence[Event]) -> Said:
        """As it is with all that happened up to the last of these events: what is known, if they change no call.

        Whoever asks was told what is known, or something older: a number that stood there then, and stands there no
        more, was taken away by an event that was looked at already.
        """
        known = self._sites.get(site)
        if known is not None and known.looked >= events[-1].seq:
            return known.said
        async with self._reading:
            known = self._sites.get(site)
            if known is not None and known.looked >= events[-1].seq:
                return known.said
            if known is not None and not _changed(known.said.calls, events):
                known.looked = events[-1].seq
                return known.said
            return await self.now(site)


def _changed(calls: Calls, events: Sequence[Event]) -> bool:
    shown = {call.label for call in calls.calls}
    return any(event.seq > calls.seq and changes_calls(event, shown) for event in events)
