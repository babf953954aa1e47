"""The feed: commits wake it, it reads the event table, and hands each listener what is new.

The event table is the truth: a listener that falls behind is dropped and begins anew with what is now.

Handing on is done in portions, between which the event loop answers requests. Two rounds go on beside each other:
one for terminals, people who are signed in and boards at known addresses, in this order, and a slower one for everybody
else. What is committed while a round goes on is read in one piece by the next, so many listeners pile no work up.
"""

import asyncio
import logging
from collections.abc import AsyncIterator
from functools import partial
from operator import attrgetter
from random import uniform
from typing import TYPE_CHECKING

from sqlalchemy import Connection
from sqlalchemy.exc import DBAPIError

from hub.connections.stream_seats import Holder
from hub.events import Event, newest, since
from hub.live.called_now import CalledNow, Look
from hub.log import event
from hub.store.engine import Store
from hub.store.faults import StoreFailed
from kiosk.wire import Calls

if TYPE_CHECKING:
    from hub.live.stream_rights import RightHolder

HEARTBEAT_S = 5.0
"""Between two signs of life on a quiet stream. Whoever listens counts a stream as dead after two of them."""
LOGGER = logging.getLogger("hub.live.feed")
BACKLOG = 64
"""Batches that may wait for one slow listener before it is dropped."""
READ_MAX = 500
PORTION = 20
"""Listeners that are handed something in one go."""
PAUSE_S = 0.003
"""Between two portions of the slower round: about as long as writing one takes."""
AGAIN_S = 1.0
"""What could not be read is read after this time, also when no commit comes that would wake the feed."""

Batch = list[Event]


class Listener:
    """One open stream: ``batches`` gives lists of events, an empty one as heartbeat, and ends when dropped.

    A heartbeat is due when nothing was *sent* for so long (``sent`` says that something was): events that this stream
    has no word for must not keep it silent. Pauses differ a little, or after each call all beats would be due at once.
    """

    def __init__(
        self, feed: "Feed", site: str, heartbeat_s: float, holder: Holder, right: "RightHolder | None" = None
    ) -> None:
        self.site, self.holder, self.right = site, holder, right
        self._feed = feed
        self._heartbeat_s = heartbeat_s
        self._inbox: asyncio.Queue[Batch | None] = asyncio.Queue(BACKLOG)
        self._due = 0.0
        """When the next heartbeat is due, on the loop's clock."""
        self.sent()

    def sent(self) -> None:
        """Bytes went out: the next heartbeat is due a whole pause from now."""
        self._due = asyncio.get_running_loop().time() + self._heartbeat_s * uniform(0.8, 1.0)

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


class _Round:
    """The listeners of some holders, and how far each site's events were handed to them."""

    def __init__(self, store: Store, called: CalledNow, pause_s: float) -> None:
        self._store, self._called, self._pause_s = store, called, pause_s
        self._read: dict[str, int] = {}
        self.listeners: dict[Listener, None] = {}
        """Who came first first."""
        self.news = asyncio.Event()

    async def run(self) -> None:
        """Read and hand on, for ever: one read per site and wake-up, however many listen."""
        while True:
            await self.news.wait()
            self.news.clear()
            for site in {listener.site for listener in self.listeners}:
                try:
                    await self._hand_on(site)
                except (DBAPIError, StoreFailed) as fault:
                    LOGGER.error("cannot read events of %s: %s", site, fault, extra=event("store.unread"))
                    asyncio.get_running_loop().call_later(AGAIN_S, self.news.set)

    async def begin(self, site: str) -> None:
        """Somebody listens: from now on no event of the site is missed."""
        if site not in self._read:
            self._read.setdefault(site, await self._store.read(partial(newest, site=site)))

    def drop(self, listener: Listener) -> None:
        self.listeners.pop(listener, None)
        if not any(other.site == listener.site for other in self.listeners):
            self._read.pop(listener.site, None)

    async def _news(self, site: str, after: int) -> Batch:
        """What happened, and in the same trip to a reader's thread who is called now: a board has the call before the
        desk's page is drawn on this thread."""
        look = self._called.look(site)
        events, calls = await self._store.read(partial(_with_calls, after=after, look=look))
        if events:
            self._called.note(look, events, calls)
        return events

    async def _hand_on(self, site: str) -> None:
        after = self._read.get(site)
        if after is None:
            return
        events = await self._news(site, after)
        if not events:
            return
        self._read[site] = events[-1].seq
        if len(events) == READ_MAX:
            self.news.set()
        listening = [listener for listener in self.listeners if listener.site == site]
        listening.sort(key=attrgetter("holder"))
        for start in range(0, len(listening), PORTION):
            if start:
                await asyncio.sleep(self._pause_s)
            for listener in listening[start : start + PORTION]:
                if listener in self.listeners:
                    listener.offer(events)


def _with_calls(connection: Connection, after: int, look: Look) -> tuple[Batch, Calls | None]:
    events = since(connection, look.site, after, READ_MAX)
    return events, look.after(connection, events)


class Feed:
    """Who listens to what. ``run`` is a task of the app's lifespan; ``close`` ends every stream."""

    def __init__(self, store: Store, called: CalledNow, heartbeat_s: float = HEARTBEAT_S) -> None:
        self._store = store
        self._heartbeat_s = heartbeat_s
        first, slower = _Round(store, called, 0), _Round(store, called, PAUSE_S)
        self._rounds = (first, slower)
        self._round_of = {Holder.OWN: first, Holder.KNOWN: first, Holder.STRANGER: slower}
        self._closed = self._running = False

    async def run(self) -> None:
        """Both rounds, for ever."""
        if not self._running:
            self._store.after_commit(partial(self._wake, asyncio.get_running_loop()))
            self._running = True
        async with asyncio.TaskGroup() as group:
            for each in self._rounds:
                group.create_task(each.run())

    async def listen(self, site: str, holder: Holder = Holder.OWN, right: "RightHolder | None" = None) -> Listener:
        """A listener for what happens from now on; every event with a seq above ``position`` reaches it.

        ``right`` is whose right it needs; None = anybody may listen.
        """
        mine = self._round_of[holder]
        await mine.begin(site)
        listener = Listener(self, site, self._heartbeat_s, holder, right)
        mine.listeners[listener] = None
        if self._closed:
            listener.offer(None)
        return listener

    def drop(self, listener: Listener) -> None:
        """Forget a listener."""
        self._round_of[listener.holder].drop(listener)

    def right_holders(self) -> "set[RightHolder]":
        """Whose right the open streams need."""
        return {listener.right for listener in self._listeners() if listener.right is not None}

    def end(self, right: "RightHolder") -> None:
        """End the streams that need this right."""
        for listener in self._listeners():
            if listener.right == right:
                listener.offer(None)

    def close(self) -> None:
        """End every stream, so that the server can stop."""
        self._closed = True
        for listener in self._listeners():
            listener.offer(None)

    @property
    def listening(self) -> int:
        """How many streams are open."""
        return sum(len(each.listeners) for each in self._rounds)

    def _listeners(self) -> tuple[Listener, ...]:
        return tuple(listener for each in self._rounds for listener in each.listeners)

    def _wake(self, loop: asyncio.AbstractEventLoop) -> None:
        """Called by the writer's thread after each commit."""
        if self.listening and not loop.is_closed():
            loop.call_soon_threadsafe(self._set)

    def _set(self) -> None:
        for each in self._rounds:
            if each.listeners:
                each.news.set()
