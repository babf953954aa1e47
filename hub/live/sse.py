"""Server-sent events (HTML standard, section 9.2) for desks, boards and terminals.

``id`` is the seq of the event table. Whoever reconnects begins with what is now, so there is no gap. Every
``feed.HEARTBEAT_S`` a quiet stream sends a ``beat`` event: an event and not a comment, because a page never sees
comments, and a connection that died in silence is known only by what does not come. ``retry`` is spread so that the
terminals of a site do not come back in one instant.
"""

import secrets
from collections.abc import AsyncIterator, Awaitable, Callable
from functools import partial
from typing import TYPE_CHECKING

import msgspec
from litestar.response import Stream

from hub.connections.stream_seats import Holder
from hub.events import newest
from hub.live.called_now import CalledNow, Said
from hub.live.feed import Batch, Feed
from hub.store.engine import Store
from hub.store.faults import StoreFailed
from hub.tickets.model import local_iso
from kiosk.wire import Calls

if TYPE_CHECKING:
    from hub.live.stream_rights import RightHolder


def sse(data: str | bytes, event: str = "", ident: int | None = None) -> bytes:
    """One server-sent event; line ends inside the data become further ``data`` lines."""
    text = data.decode() if isinstance(data, bytes) else data
    lines = [f"event: {event}"] if event else []
    lines += [f"id: {ident}"] if ident is not None else []
    lines += [f"data: {line}" for line in text.splitlines() or [""]]
    return ("\n".join(lines) + "\n\n").encode()


async def stream(
    feed: Feed,
    site: str,
    start: Callable[[], Awaitable[tuple[int, bytes]]],
    render: Callable[[Batch], Awaitable[bytes]],
    holder: Holder = Holder.OWN,
    right: "RightHolder | None" = None,
) -> AsyncIterator[bytes]:
    """The bytes of one stream without gap or repetition.

    ``start`` gives what a listener must know first and the seq it is complete up to (it reads after we listen, so
    nothing falls between). ``render`` turns a batch into bytes; the empty batch is a heartbeat; b"" sends nothing. When
    the store cannot be read the stream ends at once: whoever listens polls, and comes again. ``right`` is whose right
    it needs (``hub.live.stream_rights``).
    """
    try:
        listener = await feed.listen(site, holder, right)
    except StoreFailed:
        return
    try:
        complete, first = await start()
        yield f"retry: {1000 + secrets.randbelow(2000)}\n\n".encode() + first
        async for batch in listener.batches():
            fresh = [event for event in batch if event.seq > complete]
            if (not batch or fresh) and (data := await render(fresh)):
                listener.sent()
                yield data
    except StoreFailed:
        return
    finally:
        feed.drop(listener)


def answer(chunks: AsyncIterator[bytes]) -> Stream:
    """The HTTP answer of a stream: never cached, never buffered."""
    headers = {"cache-control": "no-store", "x-accel-buffering": "no"}
    return Stream(chunks, media_type="text/event-stream", headers=headers)


def changes(feed: Feed, store: Store, site: str, right: "RightHolder | None" = None) -> Stream:
    """The desk's stream: ``change`` events that name what changed; the page fetches what it shows.

    Data: ``{"seq": 17, "kinds": ["call", "ticket"]}``. The first one, with ``kinds`` empty, comes at once: whoever
    reconnects knows that anything may be new. Between them ``beat`` events, whose data says nothing.
    """

    async def start() -> tuple[int, bytes]:
        seq = await store.read(partial(newest, site=site))
        return seq, _change(seq, [])

    async def render(batch: Batch) -> bytes:
        return _change(batch[-1].seq, batch) if batch else sse("{}", "beat")

    return answer(stream(feed, site, start, render, right=right))


def calls(
    feed: Feed,
    called: CalledNow,
    site: str,
    timezone: str,
    now_ms: Callable[[], int],
    holder: Holder = Holder.OWN,
    right: "RightHolder | None" = None,
) -> Stream:
    """The stream of boards and terminals: ``calls`` events with ``wire.Calls``, each of them all calls there are.

    The first comes at once, the next whenever a call is made, repeated, answered or taken back, and when the business
    day turns. Between them ``beat`` events with the hub's time let a board tell "as of" and turn grey when they stop.
    """
    told: Calls | None = None

    async def start() -> tuple[int, bytes]:
        found = await called.now(site)
        return found.calls.seq, say(found)

    async def render(batch: Batch) -> bytes:
        return say(await called.after(site, batch)) if batch else sse(local_iso(now_ms(), timezone), "beat")

    def say(found: Said) -> bytes:
        nonlocal told
        before, told = told, found.calls
        return sse(found.json, "calls", found.calls.seq) if found.differs(before) else b""

    return answer(stream(feed, site, start, render, holder, right))


def _change(seq: int, batch: Batch) -> bytes:
    kinds = sorted({event.kind for event in batch})
    return sse(msgspec.json.encode({"seq": seq, "kinds": kinds}), "change", seq)
