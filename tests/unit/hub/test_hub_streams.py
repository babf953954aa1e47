"""Streams over a real socket: snapshot, news, resume, heartbeat, slow listeners, and the end."""

import asyncio
import http.client
import json
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from typing import NamedTuple

from hub import streams
from hub.feed import BACKLOG, Feed
from hub.queues import calling, days, events
from hub.queues.calling import Act
from hub.streams import last_event_id, sse

DAY_MS = 24 * 3600 * 1000


class Sent(NamedTuple):
    event: str
    ident: str
    data: str


class Stream:
    """A client that reads server-sent events as the standard says."""

    def __init__(self, live, last: str | None = None) -> None:
        host = live.url.removeprefix("http://")
        self._connection = http.client.HTTPConnection(host, timeout=300)
        headers = {"authorization": f"Bearer {live.key}"} | ({} if last is None else {"last-event-id": last})
        self._connection.request("GET", "/api/v1/calls/stream", headers=headers)
        self._answer = self._connection.getresponse()
        assert self._answer.status == 200
        assert self._answer.headers["content-type"].startswith("text/event-stream")
        assert self._answer.headers["cache-control"] == "no-store"

    def next(self, event: str = "calls") -> Sent:
        """The next event of this kind."""
        while True:
            fields = dict.fromkeys(("event", "id", "data"), "")
            while line := self._answer.readline().decode().rstrip("\n"):
                name, _, value = line.partition(": ")
                if name in fields:
                    fields[name] += value
            if fields["event"] == event:
                return Sent(*fields.values())

    def labels(self) -> list[str]:
        return [call["label"] for call in json.loads(self.next().data)["calls"]]

    def ended(self) -> bool:
        """Reads to the end of the stream."""
        while self._answer.readline():
            pass
        return True

    def close(self) -> None:
        self._answer.close()
        self._connection.close()


@contextmanager
def listening(live, last: str | None = None) -> Iterator[Stream]:
    stream = Stream(live, last)
    try:
        yield stream
    finally:
        stream.close()


def call(hall, op: int) -> None:
    """One visitor comes and is called."""
    hall.ticket()
    answer = hall.do(
        calling.call_next, Act(site=hall.site, counter="p1", op=str(op), now_ms=hall.clock()), finish_current=True
    )
    assert isinstance(answer, calling.Done)


def test_stream_begins_with_the_last_calls_and_goes_on_with_new_ones(live) -> None:
    call(live.hall, 1)
    with listening(live) as stream:
        assert stream.labels() == ["A 001"]
        call(live.hall, 2)
        assert stream.labels() == ["A 002"]


def test_who_reconnects_misses_nothing_and_sees_nothing_twice(live) -> None:
    with listening(live) as stream:
        stream.next()
        call(live.hall, 1)
        last = stream.next().ident
    for op in (2, 3):
        call(live.hall, op)
    with listening(live, last) as stream:
        assert stream.labels() == ["A 002", "A 003"]
        call(live.hall, 4)
        assert stream.labels() == ["A 004"]


def test_stream_says_that_a_business_day_began(live) -> None:
    """At once, without a call: what stands on a sign is yesterday's. A sign that was away learns it when it returns."""
    call(live.hall, 1)
    with listening(live) as stream:
        first = json.loads(stream.next().data)
        live.hall.do(days.turn_all, live.hall.clock.forward(DAY_MS))
        sent = stream.next()
    turned = json.loads(sent.data)
    assert (first["business_day"], turned["business_day"]) == ("2026-11-24", "2026-11-25")
    assert turned["calls"] == []
    with listening(live, str(first["seq"])) as stream:
        assert json.loads(stream.next().data) == turned | {"at": "2026-11-25T12:00:00+01:00"}


def test_calls_of_the_evening_are_not_told_on_the_new_day(hall) -> None:
    """One batch with a call, the turn of the day and the first call of the new day."""

    async def scene() -> list[bytes]:
        feed = Feed(hall.store, 60)
        chunks = streams.calls(feed, hall.store, hall.site, "Europe/Berlin", 0, hall.clock).iterator
        await anext(chunks)
        call(hall, 1)
        hall.do(days.turn_all, hall.clock.forward(DAY_MS))
        call(hall, 2)
        task = asyncio.ensure_future(feed.run())
        waiting = asyncio.ensure_future(anext(chunks))
        await asyncio.sleep(0)
        await asyncio.to_thread(hall.ticket)
        found = await waiting
        await chunks.aclose()
        task.cancel()
        return [found]

    (found,) = asyncio.run(scene())
    told = json.loads(found.partition(b"data: ")[2])
    assert told["business_day"] == "2026-11-25"
    assert [(each["label"], each["at"][:10]) for each in told["calls"]] == [("A 001", "2026-11-25")]


def test_tickets_are_not_told_to_boards(live) -> None:
    with listening(live) as stream:
        stream.next()
        live.hall.ticket()
        live.hall.ticket()
        call(live.hall, 1)
        assert stream.labels() == ["A 001"]


def test_seq_from_another_life_of_the_database_begins_anew(live) -> None:
    call(live.hall, 1)
    with listening(live, "123456789") as stream:
        assert stream.labels() == ["A 001"]


def test_heartbeat_tells_the_time(live) -> None:
    with listening(live) as stream:
        assert stream.next("beat").data == "2026-11-24T12:00:00+01:00"


def test_many_listeners_all_hear_it(live) -> None:
    listeners = [Stream(live) for _ in range(12)]
    for stream in listeners:
        stream.next()
    call(live.hall, 1)
    assert [stream.labels() for stream in listeners] == [["A 001"]] * 12
    for stream in listeners:
        stream.close()


def test_every_call_reaches_a_listener_while_it_connects(live) -> None:
    """Calls fall between snapshot and listening: none may be lost or doubled."""
    stop = threading.Event()

    def clerk() -> None:
        op = 0
        while not stop.is_set():
            op += 1
            call(live.hall, op)

    thread = threading.Thread(target=clerk)
    thread.start()
    try:
        last, seen = "0", []
        for _ in range(8):
            with listening(live, last) as stream:
                for _ in range(3):
                    sent = stream.next()
                    last = sent.ident
                    seen += [int(call["label"][2:]) for call in json.loads(sent.data)["calls"]]
    finally:
        stop.set()
        thread.join()
    assert len(seen) == len(set(seen))
    assert seen == sorted(seen)


def test_hub_ends_its_streams_when_it_stops(live) -> None:
    """At once, not after the minutes that uvicorn would wait for them here (three seconds in a hall)."""
    with listening(live) as stream:
        stream.next()
        begun = time.monotonic()
        live.stop()
        assert time.monotonic() - begun < live.grace_s / 3
        assert stream.ended()


def test_slow_listener_is_dropped_and_others_go_on(hall) -> None:
    async def scene() -> None:
        feed = Feed(hall.store, 60)
        slow, quick = await feed.listen(hall.site), await feed.listen(hall.site)
        event = events.Event(1, events.Kind.CALL, "x", "{}", 0)
        heard = asyncio.ensure_future(anext(quick.batches()))
        await asyncio.sleep(0)
        for _ in range(BACKLOG + 1):
            slow.offer([event])
        quick.offer([event])
        assert feed.listening == 1
        assert [batch async for batch in slow.batches()] == []
        assert await heard == [event]

    asyncio.run(scene())


def test_feed_reads_once_however_many_listen(hall) -> None:
    reads: list[object] = []
    read = hall.store.read

    async def counted(fn):
        reads.append(fn)
        return await read(fn)

    async def scene() -> None:
        feed = Feed(hall.store, 60)
        hall.store.read = counted
        task = asyncio.ensure_future(feed.run())
        listeners = [await feed.listen(hall.site) for _ in range(20)]
        reads.clear()
        await asyncio.sleep(0)
        await asyncio.to_thread(hall.ticket)
        batches = await asyncio.gather(*(anext(listener.batches()) for listener in listeners))
        assert all(batch == batches[0] for batch in batches)
        assert len(reads) == 1
        task.cancel()

    asyncio.run(scene())


def test_event_is_written_as_the_standard_says() -> None:
    assert sse("a\nb", "calls", 7) == b"event: calls\nid: 7\ndata: a\ndata: b\n\n"
    assert sse(b"{}") == b"data: {}\n\n"


def test_last_event_id_is_a_number_or_nothing() -> None:
    texts = (None, "", "0", "17", "-1", "1.5", "x", "١٢", "9" * 16)
    assert [last_event_id(text) for text in texts] == [0, 0, 0, 17, 0, 0, 0, 0, 0]


def test_changes_name_what_changed(hall) -> None:
    """The desk's stream, read as bytes."""

    async def scene() -> list[bytes]:
        feed = Feed(hall.store, 60)
        task = asyncio.ensure_future(feed.run())
        chunks = streams.changes(feed, hall.store, hall.site).iterator
        first = await anext(chunks)
        waiting = asyncio.ensure_future(anext(chunks))
        await asyncio.sleep(0)
        await asyncio.to_thread(hall.ticket)
        second = await waiting
        await chunks.aclose()
        task.cancel()
        return [first, second]

    first, second = asyncio.run(scene())
    assert first.startswith(b"retry: ")
    assert b'"kinds":[]' in first
    assert b'"kinds":["day","ticket"]' in second
