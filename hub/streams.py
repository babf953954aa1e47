"""Server-sent events (HTML standard, section 9.2) for desks, boards and terminals.

``id`` is the seq of the event table, so whoever reconnects with ``Last-Event-ID`` goes on without a gap. Every
``feed.HEARTBEAT_S`` a quiet stream sends a ``beat`` event: an event and not a comment, because a page never sees
comments, and a connection that died in silence is known only by what does not come. ``retry`` is spread so that a hall
does not come back in one instant.
"""

import secrets
from collections.abc import AsyncIterator, Awaitable, Callable
from functools import partial

import msgspec
from litestar.response import Stream

from hub.feed import Batch, Feed
from hub.queues.events import CALLING, Kind, newest
from hub.queues.tickets import local_iso
from hub.queues.waiting import call_of, calls_after
from hub.store.engine import Store
from kiosk.wire import Calls


def sse(data: str | bytes, event: str = "", ident: int | None = None) -> bytes:
    """One server-sent event; line ends inside the data become further ``data`` lines."""
    text = data.decode() if isinstance(data, bytes) else data
    lines = [f"event: {event}"] if event else []
    lines += [f"id: {ident}"] if ident is not None else []
    lines += [f"data: {line}" for line in text.splitlines() or [""]]
    return ("\n".join(lines) + "\n\n").encode()


async def stream(
    feed: Feed, site: str, start: Callable[[], Awaitable[tuple[int, bytes]]], render: Callable[[Batch], bytes]
) -> AsyncIterator[bytes]:
    """The bytes of one stream without gap or repetition.

    ``start`` gives what a listener must know first and the seq it is complete up to (it reads after we listen, so
    nothing falls between). ``render`` turns a batch into bytes; the empty batch is a heartbeat; b"" sends nothing.
    """
    listener = await feed.listen(site)
    try:
        complete, first = await start()
        yield f"retry: {1000 + secrets.randbelow(2000)}\n\n".encode() + first
        async for batch in listener.batches():
            fresh = [event for event in batch if event.seq > complete]
            if (not batch or fresh) and (data := render(fresh)):
                listener.sent()
                yield data
    finally:
        feed.drop(listener)


def answer(chunks: AsyncIterator[bytes]) -> Stream:
    """The HTTP answer of a stream: never cached, never buffered."""
    headers = {"cache-control": "no-store", "x-accel-buffering": "no"}
    return Stream(chunks, media_type="text/event-stream", headers=headers)


def changes(feed: Feed, store: Store, site: str) -> Stream:
    """The desk's stream: ``change`` events that name what changed; the page fetches what it shows.

    Data: ``{"seq": 17, "kinds": ["call", "ticket"]}``. The first one, with ``kinds`` empty, comes at once: whoever
    reconnects knows that anything may be new. Between them ``beat`` events, whose data says nothing.
    """

    async def start() -> tuple[int, bytes]:
        seq = await store.read(partial(newest, site=site))
        return seq, _change(seq, [])

    def render(batch: Batch) -> bytes:
        return _change(batch[-1].seq, batch) if batch else sse("{}", "beat")

    return answer(stream(feed, site, start, render))


def calls(
    feed: Feed, store: Store, site: str, timezone: str, after: int, now_ms: Callable[[], int], keep: int = 7
) -> Stream:
    """The stream of boards and terminals: ``calls`` events with ``wire.Calls``, first the last ``keep`` of today.

    With ``after`` (the ``Last-Event-ID``) only later calls are repeated. When the business day turns, a ``calls`` event
    without calls says so. Between them ``beat`` events let a board tell "as of" and turn grey when they stop.
    """
    day = ""

    async def start() -> tuple[int, bytes]:
        nonlocal day
        found = await store.read(lambda c: calls_after(c, site, after, now_ms(), keep))
        day = found.business_day
        return found.seq, sse(msgspec.json.encode(found), "calls", found.seq)

    def render(batch: Batch) -> bytes:
        nonlocal day
        if not batch:
            return sse(local_iso(now_ms(), timezone), "beat")
        before, (day, todays) = day, _todays(batch, day)
        fresh = tuple(call_of(e, timezone) for e in todays if e.kind in CALLING)
        found = Calls(seq=batch[-1].seq, at=local_iso(now_ms(), timezone), calls=fresh, business_day=day)
        over = before not in ("", day)
        return sse(msgspec.json.encode(found), "calls", found.seq) if fresh or over else b""

    return answer(stream(feed, site, start, render))


def last_event_id(text: str | None) -> int:
    """The seq of a ``Last-Event-ID`` header or ``after`` parameter; 0 for none or nonsense."""
    return int(text) if text is not None and text.isascii() and text.isdigit() and len(text) < 16 else 0


def _todays(batch: Batch, day: str) -> tuple[str, Batch]:
    """The business day after a batch, and what of the batch happened on it."""
    turns = [at for at, event in enumerate(batch) if event.kind is Kind.DAY]
    return (batch[turns[-1]].subject, batch[turns[-1] + 1 :]) if turns else (day, batch)


def _change(seq: int, batch: Batch) -> bytes:
    kinds = sorted({event.kind for event in batch})
    return sse(msgspec.json.encode({"seq": seq, "kinds": kinds}), "change", seq)
