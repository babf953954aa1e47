import itertools
import socket
import threading
from collections.abc import Iterator
from pathlib import Path

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from hub.counter.calling import Act, Done, call_next, no_show
from hub.counter.undo import undo
from hub.tickets.business_day import turn_all
from hub.tickets.issue import Ask, issue
from kiosk.config import Hub
from kiosk.wire import Call, CallKind, Calls, CallState
from offline_cache.http.sse import EventParser, ServerEvent
from offline_cache.sync.calls import CallsThread
from tests.unit.offline_cache.cache_helpers import Notes, eventually
from tests.unit.offline_cache.peers import SITE, HubRoom, answer, new_id, now_ms, peer


def call(seq: int) -> Call:
    return Call(seq=seq, kind=CallKind.CALL, label=f"A {seq:03d}", counter="1", at="2026-11-23T09:30:00+01:00")


def calls(*seqs: int, newest: int | None = None, day: str = "2026-11-23") -> Calls:
    last = newest if newest is not None else max(seqs, default=0)
    return Calls(seq=last, at="2026-11-23T09:30:00+01:00", calls=tuple(map(call, seqs)), business_day=day)


def whole(*seqs: int) -> Calls:
    return msgspec.structs.replace(calls(*seqs, newest=9), whole=True)


def event(message: Calls) -> bytes:
    return b"event: calls\nid: %d\ndata: %s\n\n" % (message.seq, msgspec.json.encode(message))


STREAM = b"HTTP/1.1 200 OK\r\nContent-Type: text/event-stream\r\nTransfer-Encoding: chunked\r\n\r\n"


def chunk(data: bytes) -> bytes:
    return b"%x\r\n%s\r\n" % (len(data), data)


class Sign:
    def __init__(self, hub: Hub, silent_s: float = 5.0) -> None:
        self.got: list[Calls] = []
        self.wholes: list[bool] = []
        self.notes = Notes()
        self.thread = CallsThread(
            hub, self.take, note=self.notes, poll_s=0.02, silent_s=silent_s, jitter=lambda low, high: 1.0
        )
        self.thread.start()

    def take(self, calls: Calls, *, whole: bool) -> None:
        self.wholes.append(whole)
        self.got.append(calls)

    def called_now(self) -> list[str]:
        return [one.label for one in self.got[-1].calls if one.state is CallState.NOW]

    @property
    def seqs(self) -> list[int]:
        return [one.seq for message in list(self.got) for one in message.calls]


@pytest.fixture
def hub(tmp_path: Path) -> Iterator[HubRoom]:
    room = HubRoom(tmp_path / "hub")
    yield room
    room.close()


def test_calls_of_the_real_hub_arrive_as_they_happen(hub: HubRoom) -> None:
    for _ in range(3):
        ask = Ask(site=SITE, id=new_id(), service="perso", token=new_id(), now_ms=now_ms())
        hub.store.write_now(lambda connection, ask=ask: issue(connection, ask))  # type: ignore[misc]
    sign = Sign(hub.enrolled())
    eventually(lambda: bool(sign.got))
    here = ""
    for n in range(3):
        answer = True if here else None
        act = Act(site=SITE, counter="c1", op=new_id(), now_ms=now_ms(), ticket=here, was_here=answer)
        done = hub.store.write_now(lambda connection, act=act: call_next(connection, act))  # type: ignore[misc]
        assert isinstance(done, Done)
        here = done.ticket.id
        eventually(lambda n=n: sign.called_now() == [f"A 00{n + 1}"])  # type: ignore[misc]
    away = Act(site=SITE, counter="c1", op=new_id(), now_ms=now_ms(), ticket=here)
    hub.store.write_now(lambda connection: no_show(connection, away))
    eventually(lambda: sign.called_now() == [])
    undone = Act(site=SITE, counter="c1", op=new_id(), now_ms=now_ms())
    hub.store.write_now(lambda connection: undo(connection, undone, away.op))
    eventually(lambda: sign.called_now() == ["A 003"])
    assert all(sign.wholes)
    sign.thread.stop()
    assert not sign.thread.thread.is_alive()


def test_a_cut_stream_resumes_without_gap_or_repetition() -> None:
    def play(connection: socket.socket, request: bytes, number: int) -> None:
        line = request.partition(b"\r\n")[0]
        if b"stream" not in line:
            connection.sendall(answer("200 OK", msgspec.json.encode(calls(newest=2))))
        elif b"Last-Event-ID: 2" in request:
            connection.sendall(STREAM + chunk(event(calls(2, 3))))
        else:
            connection.sendall(STREAM + chunk(event(calls(1, 2)))[:-1])
            connection.shutdown(socket.SHUT_RDWR)

    with peer(play) as other:
        sign = Sign(Hub(url=other.url))
        eventually(lambda: sign.seqs == [1, 2, 3])
        sign.thread.stop()


def test_where_streams_do_not_get_through_it_polls() -> None:
    counter = itertools.count(1)

    def play(connection: socket.socket, request: bytes, number: int) -> None:
        if b"stream" in request.partition(b"\r\n")[0]:
            connection.sendall(answer("200 OK", b"<html>proxy</html>", "Content-Type: text/html\r\n"))
        else:
            connection.sendall(answer("200 OK", msgspec.json.encode(calls(*range(1, next(counter) + 1)))))

    with peer(play) as other:
        sign = Sign(Hub(url=other.url))
        eventually(lambda: len(sign.seqs) >= 8)
        sign.thread.stop()
        assert sign.seqs == list(range(1, len(sign.seqs) + 1)), "each once, in order"
        assert any(b"after=5" in request for request in other.requests)


def test_a_silent_stream_is_given_up() -> None:
    def play(connection: socket.socket, request: bytes, number: int) -> None:
        if b"stream" in request.partition(b"\r\n")[0]:
            connection.sendall(STREAM)
        else:
            connection.sendall(answer("200 OK", msgspec.json.encode(calls(1))))

    with peer(play) as other:
        sign = Sign(Hub(url=other.url), silent_s=0.1)
        eventually(lambda: sum(b"stream" in r.partition(b"\r\n")[0] for r in list(other.requests)) >= 2)
        eventually(lambda: sign.seqs == [1])
        sign.thread.stop()


def test_a_hub_that_begins_anew_is_followed() -> None:
    states = iter([calls(40, 41), calls(newest=2), calls(1, 2)])

    def play(connection: socket.socket, request: bytes, number: int) -> None:
        if b"stream" in request.partition(b"\r\n")[0]:
            connection.sendall(answer("404 Not Found"))
        else:
            connection.sendall(answer("200 OK", msgspec.json.encode(next(states, calls(1, 2)))))

    with peer(play) as other:
        sign = Sign(Hub(url=other.url))
        eventually(lambda: sign.seqs == [40, 41, 1, 2])
        sign.thread.stop()
        assert sign.wholes == [True, True], "what the other hub called is over"


def test_a_new_business_day_ends_yesterdays_calls_before_the_first_new_one(hub: HubRoom) -> None:
    """The real hub turns its day in the night, as its house-keeping does, while the sign listens."""
    ask = Ask(site=SITE, id=new_id(), service="perso", token=new_id(), now_ms=now_ms())
    hub.store.write_now(lambda connection: issue(connection, ask))
    act = Act(site=SITE, counter="c1", op=new_id(), now_ms=now_ms())
    hub.store.write_now(lambda connection: call_next(connection, act))
    sign = Sign(hub.enrolled())
    eventually(lambda: len(sign.seqs) == 1)
    today = sign.got[0].business_day
    hub.store.write_now(lambda connection: turn_all(connection, now_ms() + 24 * 3_600_000))
    eventually(lambda: len(sign.got) == 2)
    sign.thread.stop()
    assert today < sign.got[1].business_day
    assert (sign.wholes, sign.got[1].calls) == ([True, True], ())


def test_a_whole_answer_is_told_once_and_takes_back_what_is_missing() -> None:
    """Polled again and again: only what differs is passed on, also when it is less than before."""
    states = iter([whole(1), whole(1), whole(1, 2), whole(2), whole(2)])

    def play(connection: socket.socket, request: bytes, number: int) -> None:
        if b"stream" in request.partition(b"\r\n")[0]:
            connection.sendall(answer("404 Not Found"))
        else:
            connection.sendall(answer("200 OK", msgspec.json.encode(next(states, whole()))))

    with peer(play) as other:
        sign = Sign(Hub(url=other.url))
        eventually(lambda: len(sign.got) == 4)
        sign.thread.stop()
        assert [[one.seq for one in message.calls] for message in sign.got] == [[1], [1, 2], [2], []]
        assert sign.wholes == [True] * 4


def test_where_it_polls_a_new_business_day_is_noticed_too() -> None:
    states = iter([calls(1), calls(2), calls(newest=3, day="2026-11-24"), calls(4, day="2026-11-24")])

    def play(connection: socket.socket, request: bytes, number: int) -> None:
        if b"stream" in request.partition(b"\r\n")[0]:
            connection.sendall(answer("404 Not Found"))
        else:
            connection.sendall(answer("200 OK", msgspec.json.encode(next(states, calls(newest=4, day="2026-11-24")))))

    with peer(play) as other:
        sign = Sign(Hub(url=other.url))
        eventually(lambda: sign.seqs == [1, 2, 4])
        sign.thread.stop()
        assert sign.wholes == [True, False, True, False]


def nested(deep: bytes) -> bytes:
    return b'event: calls\ndata: {"seq":1,"at":"","x":' + deep + b"\n\n"


@pytest.mark.parametrize(
    "garbage",
    [
        b"event: calls\ndata: {broken\n\nevent: other\ndata: 1\n\n:comment\n\n",
        nested(b"[" * 2_000),
        nested(b"[" * 60_000 + b"]" * 60_000),
        nested(b'{"a":' * 40_000),
    ],
    ids=["broken", "deep", "deep and closed", "deep tables"],
)
def test_garbage_in_the_stream_is_noted_and_passed_over(garbage: bytes) -> None:
    data = garbage + event(calls(1))

    def play(connection: socket.socket, request: bytes, number: int) -> None:
        if b"stream" in request.partition(b"\r\n")[0]:
            connection.sendall(STREAM + chunk(data))

    with peer(play) as other:
        sign = Sign(Hub(url=other.url))
        eventually(lambda: sign.seqs == [1])
        assert sign.notes.ids == ["hub-garbled"]
        sign.thread.stop()


def test_a_bug_while_listening_does_not_end_the_thread(monkeypatch: pytest.MonkeyPatch) -> None:
    broken = [True]

    class Parser(EventParser):
        def feed(self, received: bytes) -> list[ServerEvent]:
            assert not broken.pop() if broken else True
            return super().feed(received)

    def play(connection: socket.socket, request: bytes, number: int) -> None:
        if b"stream" in request.partition(b"\r\n")[0]:
            connection.sendall(STREAM + chunk(event(calls(1))))
        else:
            connection.sendall(answer("404 Not Found"))

    monkeypatch.setattr("offline_cache.sync.calls.EventParser", Parser)
    with peer(play) as other:
        sign = Sign(Hub(url=other.url))
        eventually(lambda: sign.seqs == [1])
        assert sign.notes.lines == [("network-bug", {"place": "calls", "detail": "AssertionError"})]
        sign.thread.stop()


def test_stop_is_quick_in_the_middle_of_a_stream() -> None:
    with peer(lambda connection, request, number: connection.sendall(STREAM)) as other:
        sign = Sign(Hub(url=other.url), silent_s=60.0)
        eventually(lambda: bool(other.requests))
        stopper = threading.Thread(target=sign.thread.stop)
        stopper.start()
        stopper.join(4.5)  # a stop that waits for the hub takes five at least
        assert not stopper.is_alive()


def parse(*parts: bytes) -> list[ServerEvent]:
    parser = EventParser()
    return [event for part in parts for event in parser.feed(part)]


def test_events_of_the_standard() -> None:
    data = (
        b"retry: 10\n\nid: 7\nevent: calls\ndata: a\ndata:b\ndata:  c\n\r\n: hi\r\r\ndata\n\nid: x\0y\ndata: last\n\n"
    )
    assert parse(data) == [
        ServerEvent("calls", "a\nb\n c", "7"),
        ServerEvent("message", "", "7"),
        ServerEvent("message", "last", "7"),
    ]


_LINES = st.sampled_from([b"data: x", b"data:y", b"event: e", b"id: 1", b": c", b"", b"odd", b"data: \xff"])
_ENDS = st.sampled_from([b"\n", b"\r", b"\r\n"])


@given(lines=st.lists(st.tuples(_LINES, _ENDS), max_size=30), cuts=st.lists(st.integers(0, 400), max_size=8))
def test_events_do_not_depend_on_how_the_bytes_are_split(lines: list[tuple[bytes, bytes]], cuts: list[int]) -> None:
    data = b"".join(line + end for line, end in lines) + b"\n\n"
    places = [0, *sorted(cut % (len(data) + 1) for cut in cuts), len(data)]
    assert parse(*(data[a:b] for a, b in itertools.pairwise(places))) == parse(data)


@given(st.binary(max_size=400))
def test_any_bytes_are_parsed_without_raising(data: bytes) -> None:
    parse(data, b"\n\ndata: end\n\n")


def test_an_endless_line_or_event_stays_bounded_and_is_dropped() -> None:
    parser = EventParser()
    for _ in range(40):
        assert parser.feed(b"data: " + b"x" * 65536) == []
    assert len(parser._buffer) < 400_000
    assert parser.feed(b"\n\n") == []
    assert parser.feed(b"data: good\n\n") == [ServerEvent("message", "good", "")]
    for _ in range(100):
        parser.feed(b"data: " + b"y" * 10_000 + b"\n")
    assert parser.feed(b"\n") == []
    assert parser.feed(b"data: good\n\n") == [ServerEvent("message", "good", "")]
    for _ in range(40):
        parser.feed(b"data\n" * 10_000)
    assert len(parser._data) < 300_000, "lines without a letter count too"
    assert parser.feed(b"\n") == []
    assert parser.feed(b"data: good\n\n") == [ServerEvent("message", "good", "")]
