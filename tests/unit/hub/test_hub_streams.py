"""Streams over a real socket: snapshot, news, resume, heartbeat, slow listeners, and the end."""

import asyncio
import http.client
import json
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from typing import NamedTuple

import msgspec

from hub import events
from hub.connections.stream_seats import Holder
from hub.counter import acts, calling, undo
from hub.counter.acts import Act
from hub.live import sse as live_sse
from hub.live.called_now import CalledNow
from hub.live.feed import BACKLOG, PORTION, Feed, Listener
from hub.live.sse import sse
from hub.store.enums import TicketState
from hub.tickets import business_day, issue, states

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

    def labels(self, state: str = "now") -> list[str]:
        """Who is called in the next answer."""
        return [call["label"] for call in json.loads(self.next().data)["calls"] if call["state"] == state]

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
    answer = hall.next(op=str(op))
    assert isinstance(answer, calling.Done)


def test_stream_begins_with_the_last_calls_and_goes_on_with_new_ones(live) -> None:
    call(live.hall, 1)
    with listening(live) as stream:
        assert stream.labels() == ["A 001"]
        call(live.hall, 2)
        assert stream.labels() == ["A 002"]


def undo_last(hall) -> None:
    last = hall.see(acts.to_undo, hall.site, "p1", hall.clock())
    act = Act(site=hall.site, counter="p1", op=f"undo-{last.op}", now_ms=hall.clock())
    assert isinstance(hall.do(undo.undo, act, last.op), undo.Undone)


def test_a_call_that_was_undone_is_called_no_more(live) -> None:
    with listening(live) as stream:
        stream.next()
        call(live.hall, 1)
        assert stream.labels() == ["A 001"]
        undo_last(live.hall)
        assert stream.labels() == []
    with listening(live) as stream:
        assert stream.labels() == [], "whoever comes new never saw it"


def test_who_reconnects_sees_what_is_now(live) -> None:
    with listening(live) as stream:
        stream.next()
        call(live.hall, 1)
        last = stream.next().ident
    for op in (2, 3):
        call(live.hall, op)
    with listening(live, last) as stream:
        assert stream.labels() == ["A 003"]
        call(live.hall, 4)
        assert stream.labels() == ["A 004"]


def test_who_comes_or_does_not_come_is_told(live) -> None:
    call(live.hall, 1)
    with listening(live) as stream:
        assert stream.labels() == ["A 001"]
        live.hall.do(calling.arrive, Act(site=live.hall.site, counter="p1", op="2", now_ms=live.hall.clock()))
        assert stream.labels("over") == ["A 001"]
        call(live.hall, 3)
        assert stream.labels() == ["A 002"]
        live.hall.do(calling.no_show, Act(site=live.hall.site, counter="p1", op="4", now_ms=live.hall.clock()))
        assert stream.labels("missed") == ["A 002"]


def test_a_call_that_was_taken_back_is_told(live) -> None:
    """Whoever takes it back, and whether or not its ticket still knows the counter."""
    hall = live.hall
    for op, keeps_counter in ((1, True), (2, False)):
        call(hall, op)
        with listening(live) as stream:
            stream.next()
            here = hall.see(calling.current, hall.site, "p1")
            back = hall.do(states.move, here, TicketState.WAITING, hall.clock())
            if not keeps_counter:
                hall.do(lambda c: c.exec_driver_sql("UPDATE ticket SET counter_id = NULL"))
                back = msgspec.structs.replace(back, counter_id=None)
            hall.do(issue.tell, back, hall.clock())
            assert stream.labels() == []
        hall.do(states.move, back, TicketState.CANCELLED, hall.clock())


def test_stream_says_that_a_business_day_began(live) -> None:
    """At once, without a call: what stands on a sign is yesterday's. A sign that was away learns it when it returns."""
    call(live.hall, 1)
    with listening(live) as stream:
        first = json.loads(stream.next().data)
        live.hall.do(business_day.turn_all, live.hall.clock.forward(DAY_MS))
        sent = stream.next()
    turned = json.loads(sent.data)
    assert (first["business_day"], turned["business_day"]) == ("2026-11-24", "2026-11-25")
    assert turned["calls"] == []
    with listening(live, str(first["seq"])) as stream:
        assert json.loads(stream.next().data) == turned


def test_calls_of_the_evening_are_not_told_on_the_new_day(hall) -> None:
    """One batch with a call, the turn of the day and the first call of the new day."""

    async def scene() -> list[bytes]:
        called = CalledNow(hall.store, hall.clock)
        feed = Feed(hall.store, called, 60)
        chunks = live_sse.calls(feed, called, hall.site, "Europe/Berlin", hall.clock).iterator
        await anext(chunks)
        call(hall, 1)
        hall.do(business_day.turn_all, hall.clock.forward(DAY_MS))
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


def test_a_quiet_desk_hears_beats_that_its_page_can_see(hall) -> None:
    """A comment would keep proxies content, but a page is never told of it."""

    async def scene() -> list[bytes]:
        feed = Feed(hall.store, CalledNow(hall.store, hall.clock), 0.05)
        chunks = live_sse.changes(feed, hall.store, hall.site).iterator
        found = [await anext(chunks) for _ in range(3)]
        await chunks.aclose()
        return found

    _, *beats = asyncio.run(scene())
    assert beats == [b"event: beat\ndata: {}\n\n"] * 2


def test_a_busy_hall_without_calls_does_not_silence_the_board(hall) -> None:
    """Numbers are drawn all the time, nobody is called: for a board these are no events, and beats must still come."""

    async def scene() -> bytes:
        called = CalledNow(hall.store, hall.clock)
        feed = Feed(hall.store, called, 0.3)
        task = asyncio.ensure_future(feed.run())
        chunks = live_sse.calls(feed, called, hall.site, "Europe/Berlin", hall.clock).iterator
        await anext(chunks)
        waiting = asyncio.ensure_future(anext(chunks))

        async def visitors() -> None:
            while not waiting.done():
                await asyncio.to_thread(hall.ticket)
                await asyncio.sleep(0.05)

        await asyncio.wait_for(visitors(), 60)
        await chunks.aclose()
        task.cancel()
        return await waiting

    assert asyncio.run(scene()).startswith(b"event: beat\n")


def test_many_listeners_all_hear_it(live) -> None:
    listeners = [Stream(live) for _ in range(12)]
    for stream in listeners:
        stream.next()
    call(live.hall, 1)
    assert [stream.labels() for stream in listeners] == [["A 001"]] * 12
    for stream in listeners:
        stream.close()


def test_no_listener_is_left_behind_while_it_connects(live) -> None:
    """Calls fall between snapshot and listening: what a listener has is never older than what it had, and the last."""
    stop = threading.Event()

    def clerk() -> None:
        op = 0
        while not stop.is_set():
            op += 1
            call(live.hall, op)

    thread = threading.Thread(target=clerk)
    thread.start()
    try:
        seen = []
        for _ in range(8):
            with listening(live) as stream:
                seen += [int(label[2:]) for _ in range(3) for label in stream.labels()]
    finally:
        stop.set()
        thread.join()
    assert seen == sorted(seen)
    with listening(live) as stream:
        call(live.hall, 10_000)
        newest = live.hall.see(calling.current, live.hall.site, "p1").label
        while stream.labels() != [newest]:
            pass


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
        feed = Feed(hall.store, CalledNow(hall.store, hall.clock), 60)
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
        feed = Feed(hall.store, CalledNow(hall.store, hall.clock), 60)
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


def test_what_is_called_is_read_and_written_out_once_however_many_listen(hall) -> None:
    reads: list[object] = []
    read = hall.store.read

    async def counted(fn):
        reads.append(fn)
        return await read(fn)

    async def scene() -> list[bytes]:
        called = CalledNow(hall.store, hall.clock)
        feed = Feed(hall.store, called, 60)
        task = asyncio.ensure_future(feed.run())
        boards = [live_sse.calls(feed, called, hall.site, "Europe/Berlin", hall.clock).iterator for _ in range(30)]
        for board in boards:
            await anext(board)
        waiting = [asyncio.ensure_future(anext(board)) for board in boards]
        await asyncio.sleep(0)
        hall.store.read = counted
        await asyncio.to_thread(call, hall, 1)
        found = await asyncio.gather(*waiting)
        for board in boards:
            await board.aclose()
        task.cancel()
        return found

    found = asyncio.run(scene())
    assert set(found) == {found[0]}
    assert b"A 001" in found[0]
    assert 1 <= len(reads) <= 2, "the events of one or two commits, each with the calls after it"


def test_terminals_hear_first_and_a_crowd_of_strangers_in_portions(hall) -> None:
    """Between two portions of strangers the loop does other work; whoever is known waits for none of them."""

    async def scene() -> list[str]:
        feed, heard = Feed(hall.store, CalledNow(hall.store, hall.clock), 60), list[str]()
        task = asyncio.ensure_future(feed.run())

        async def hear(name: str, listener: Listener) -> None:
            await anext(listener.batches())
            heard.append(name)

        names = [f"stranger {n}" for n in range(3 * PORTION)]
        listening = [(name, await feed.listen(hall.site, Holder.STRANGER)) for name in names]
        listening += [("board", await feed.listen(hall.site, Holder.KNOWN)), ("desk", await feed.listen(hall.site))]
        tasks = [asyncio.ensure_future(hear(*each)) for each in listening]
        await asyncio.sleep(0)
        await asyncio.to_thread(hall.ticket)
        await asyncio.gather(*tasks)
        task.cancel()
        return heard

    heard = asyncio.run(scene())
    assert heard.index("desk") < heard.index("board") < heard.index(f"stranger {3 * PORTION - 1}")
    assert len(heard) == 3 * PORTION + 2


def test_event_is_written_as_the_standard_says() -> None:
    assert sse("a\nb", "calls", 7) == b"event: calls\nid: 7\ndata: a\ndata: b\n\n"
    assert sse(b"{}") == b"data: {}\n\n"


def test_changes_name_what_changed(hall) -> None:
    """The desk's stream, read as bytes."""

    async def scene() -> list[bytes]:
        feed = Feed(hall.store, CalledNow(hall.store, hall.clock), 60)
        task = asyncio.ensure_future(feed.run())
        chunks = live_sse.changes(feed, hall.store, hall.site).iterator
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
