"""The feed: commits wake it, it reads the event table once for everybody, and hands each listener what is new.

The event table is the truth: a listener that falls behind is dropped and resumes by ``Last-Event-ID``.
"""

import asyncio
import logging
from collections.abc import AsyncIterator
from functools import partial
from typing import TYPE_CHECKING

from sqlalchemy.exc import DBAPIError

from hub.log import event
from hub.queues.events import Event, newest, since
from hub.store.engine import Store
from hub.store.faults import StoreFailed

if TYPE_CHECKING:
    from hub.stream_rights import Holder

HEARTBEAT_S = 5.0
"""Between two signs of life on a quiet stream. Whoever listens counts a stream as dead after two of them."""
LOGGER = logging.getLogger("hub.feed")
BACKLOG = 64
"""Batches that may wait for one slow listener before it is dropped."""
READ_MAX = 500
AGAIN_S = 1.0
"""What could not be read is read after this time, also when no commit comes that would wake the feed."""

Batch = list[Event]


class Listener:
    """One open stream: ``batches`` gives lists of events, an empty one as heartbeat, and ends when dropped.

    A heartbeat is due when nothing was *sent* for so long (``sent`` says that something was): events that this stream
    has no word for must not keep it silent.
    """

    def __init__(self, feed: "Feed", site: str, heartbeat_s: float, holder: "Holder | None" = None) -> None:
        self.site, self.holder = site, holder
        self._feed = feed
        self._heartbeat_s = heartbeat_s
        self._inbox: asyncio.Queue[Batch | None] = asyncio.Queue(BACKLOG)
        self._due = 0.0
        """When the next heartbeat is due, on the loop's clock."""
        self.sent()

    def sent(self) -> None:
        """Bytes went out: the next heartbeat is due a whole pause from now."""
        self._due = asyncio.get_running_loop().time() + self._heartbeat_s

    def offer(self, batch: Batch | None) -> None:
        """Hand over a batch (None = the end); a listener that does not keep up is dropped."""
        try:
            self._inbox.put_nowait(batch)
        except asyncio.QueueFull:
            self._feed.drop(self)
            while not self._inbox.empty():
                self._inbox.get_nowait()
            self._inbox.put_nowait(None)

    async def batches(self) -> AsyncIterator[Batch]:
        """What is new, as it comes."""
        try:
            while True:
                try:
                    async with asyncio.timeout_at(self._due):
                        batch = await self._inbox.get()
                except TimeoutError:
                    batch = []
                    self.sent()
                if batch is None:
                    return
                yield batch
        finally:
            self._feed.drop(self)


class Feed:
    """Who listens to what. ``run`` is a task of the app's lifespan; ``close`` ends every stream."""

    def __init__(self, store: Store, heartbeat_s: float = HEARTBEAT_S) -> None:
        self._store = store
        self._heartbeat_s = heartbeat_s
        self._listeners: set[Listener] = set()
        self._read: dict[str, int] = {}
        self._news = asyncio.Event()
        self._closed = self._running = False

    async def run(self) -> None:
        """Read and hand on, for ever: one read per site and wake-up, however many listen."""
        loop = asyncio.get_running_loop()
        if not self._running:
            self._store.after_commit(partial(self._wake, loop))
            self._running = True
        while True:
            await self._news.wait()
            self._news.clear()
            for site in {listener.site for listener in self._listeners}:
                try:
                    await self._hand_on(site)
                except (DBAPIError, StoreFailed) as fault:
                    LOGGER.error("cannot read events of %s: %s", site, fault, extra=event("store.unread"))
                    loop.call_later(AGAIN_S, self._news.set)

    async def listen(self, site: str, holder: "Holder | None" = None) -> Listener:
        """A listener for what happens from now on; every event with a seq above ``position`` reaches it.

        ``holder`` is whose right it needs; None = anybody may listen.
        """
        if site not in self._read:
            self._read.setdefault(site, await self._store.read(partial(newest, site=site)))
        listener = Listener(self, site, self._heartbeat_s, holder)
        self._listeners.add(listener)
        if self._closed:
            listener.offer(None)
        return listener

    def drop(self, listener: Listener) -> None:
        """Forget a listener."""
        self._listeners.discard(listener)
        if not any(other.site == listener.site for other in self._listeners):
            self._read.pop(listener.site, None)

    def holders(self) -> "set[Holder]":
        """Whose right the open streams need."""
        return {listener.holder for listener in self._listeners if listener.holder is not None}

    def end(self, holder: "Holder") -> None:
        """End the streams that need this holder's right."""
        for listener in [listener for listener in self._listeners if listener.holder == holder]:
            listener.offer(None)

    def close(self) -> None:
        """End every stream, so that the server can stop."""
        self._closed = True
        for listener in tuple(self._listeners):
            listener.offer(None)

    @property
    def listening(self) -> int:
        """How many streams are open."""
        return len(self._listeners)

    def _wake(self, loop: asyncio.AbstractEventLoop) -> None:
        """Called by the writer's thread after each commit."""
        if self._listeners and not loop.is_closed():
            loop.call_soon_threadsafe(self._news.set)

    async def _hand_on(self, site: str) -> None:
        after = self._read.get(site)
        if after is None:
            return
        events = await self._store.read(partial(since, site=site, after=after, limit=READ_MAX))
        if not events:
            return
        self._read[site] = events[-1].seq
        for listener in [listener for listener in self._listeners if listener.site == site]:
            listener.offer(events)
        if len(events) == READ_MAX:
            self._news.set()
