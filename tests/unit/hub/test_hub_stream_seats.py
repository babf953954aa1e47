"""Who has an event stream when there are more who want one: seats, pace, and a real hub with few places."""

import asyncio
import contextlib
import http.client
import json
import socket
import threading
import time
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from functools import partial
from itertools import count
from typing import cast
from unittest.mock import Mock

import pytest
import requests
from hypothesis import given
from hypothesis import strategies as st

from hub.connections.keeper import Keeper
from hub.connections.known import Known
from hub.connections.limits import Limits
from hub.connections.pace import Pace
from hub.connections.slow_readers import ReaderWatch
from hub.connections.stream_seats import Holder, Seat, StreamSeats
from hub.connections.tally import Tally
from hub.serve import HubServer
from tests.hub_apps import app_for
from tests.unit.hub.conftest import SITE, LiveHub

FEW = Limits(stranger_streams=6, known_streams=4, streams_per_stranger=4, streams_per_known=3, streams_per_owner=2)
PATIENCE_S = 120.0


def seats_of(limits: Limits = FEW) -> tuple[StreamSeats, Known]:
    known = Known()
    return StreamSeats(limits, known), known


# --- who has a place


def test_one_address_cannot_take_the_places_of_all() -> None:
    seats, _ = seats_of()
    taken = [seats.take(f"attacker {n}", "bad") for n in range(2000)]
    assert [seat is not None for seat in taken].count(True) == FEW.streams_per_stranger
    assert seats.take("board", "hall") == Seat(Holder.STRANGER)


def test_who_has_few_gets_the_newest_of_who_has_most() -> None:
    seats, _ = seats_of()
    for n in range(4):
        seats.take(f"a{n}", "a")
    for n in range(2):
        seats.take(f"b{n}", "b")
    assert seats.take("board", "hall") == Seat(Holder.STRANGER, "a3")
    assert seats.take("board 2", "hall") == Seat(Holder.STRANGER, "a2")
    assert seats.take("board 3", "hall") is None, "everybody has as many now"
    assert seats.count(Holder.STRANGER) == FEW.stranger_streams


def test_a_crowd_of_addresses_ends_no_stream_that_stands() -> None:
    seats, _ = seats_of()
    assert seats.take("board", "hall") == Seat(Holder.STRANGER)
    for n in range(2000):
        seat = seats.take(n, f"bad {n}")
        assert seat is None or seat.leaves is None


def test_known_addresses_have_places_of_their_own() -> None:
    seats, known = seats_of()
    for n in range(100):
        seats.take(n, f"bad {n % 50}")
    known.prove("hall")
    assert seats.take("board", "hall") == Seat(Holder.KNOWN)


def test_a_terminal_never_loses_to_boards_and_its_oldest_stream_ends() -> None:
    seats, known = seats_of()
    known.prove("nat")
    for n in range(100):
        seats.take(n, "nat")
    assert seats.take_own("t1 first", "t1") == Seat(Holder.OWN)
    assert seats.take_own("t1 again", "t1") == Seat(Holder.OWN)
    assert seats.take_own("t1 third", "t1") == Seat(Holder.OWN, "t1 first")
    assert seats.take_own("t2", "t2") == Seat(Holder.OWN)


@given(st.lists(st.tuples(st.sampled_from("toslp"), st.integers(0, 30), st.sampled_from("xyz")), max_size=150))
def test_no_limit_is_ever_passed(steps: list[tuple[str, int, str]]) -> None:
    seats, known = seats_of()
    held: dict[int, tuple[Holder, str]] = {}
    fresh = count(1000)
    for word, n, address in steps:
        key = next(fresh)
        match word:
            case "t" | "s":
                seat = seats.take(key, address)
            case "o":
                seat = seats.take_own(key, address)
            case "p":
                known.prove(address)
                continue
            case _:
                gone = sorted(held)[n % len(held)] if held else -1
                seats.leave(gone)
                held.pop(gone, None)
                continue
        if seat is not None:
            if seat.leaves is not None:
                assert isinstance(seat.leaves, int)
                del held[seat.leaves]
            held[key] = (seat.holder, address)
        by = Counter(held.values())
        for holder, most in ((Holder.STRANGER, 4), (Holder.KNOWN, 3), (Holder.OWN, 2)):
            assert all(by[holder, each] <= most for each in "xyz")
            assert seats.count(holder) == sum(by[holder, each] for each in "xyz")
        assert seats.count(Holder.STRANGER) <= 6
        assert seats.count(Holder.KNOWN) <= 4


# --- how fast


def test_a_burst_is_free_and_then_turns_come_evenly() -> None:
    now = [0.0]
    pace = Pace(10, 5, lambda: now[0])
    assert [pace.take("a") for _ in range(5)] == [0.0] * 5
    assert [round(pace.take("a"), 6) for _ in range(3)] == [0.1, 0.2, 0.3]
    assert pace.take("b") == 0.0, "every address has its own"
    now[0] = 0.3
    assert round(pace.take("a"), 6) == 0.1
    pace.give_back("a")
    assert round(pace.take("a"), 6) == 0.1
    now[0] = 60.0
    assert [pace.take("a") for _ in range(5)] == [0.0] * 5


def test_who_waits_does_not_make_the_pace_forget(caplog: pytest.LogCaptureFixture) -> None:
    pace = Pace(10, 1, lambda: 0.0)
    for n in range(10_000):
        pace.take(f"address {n}")
    assert pace.take("address 9999") > 0


def test_key_or_session_never_waits_behind_a_flood() -> None:
    keeper = Keeper(Limits(known_connects=1), Tally())
    line, first = keeper.admit("192.0.2.7"), b"GET /board/x/stream HTTP/1.1\r\nhost: x\r\n\r\n"
    assert line is not None
    assert [keeper.opening(line, first).seconds for _ in range(9)] == [0.0] * 9, (
        "strangers are slowed down when they connect"
    )
    keeper.proved(line, line.origin)
    waits = [keeper.opening(line, first).seconds for _ in range(9)]
    assert waits[:2] == [0.0] * 2
    assert all(wait > 0 for wait in waits[2:])
    terminal = b"POST /api/v1/tickets HTTP/1.1\r\nHost: x\r\nAuthorization: Bearer abc\r\n"
    clerk = b"GET /desk HTTP/1.1\r\ncookie: lang=de; hub_session=abc\r\n"
    assert keeper.opening(line, terminal).seconds == keeper.opening(line, clerk).seconds == 0.0
    assert keeper.opening(line, b"GET /?authorization: HTTP/1.1\r\ncookie: a=b\r\nx: hub_session=\r\n").seconds > 0
    assert keeper.opening(line, b"").seconds > 0, "what is encrypted cannot be read yet"


# --- a real hub


@contextmanager
def hub_with(hall, limits: Limits, heartbeat_s: float = 0.2) -> Iterator[tuple[LiveHub, HubServer]]:
    with app_for(hall.store, hall.clock, heartbeat_s) as (app, _):
        listener = socket.create_server(("127.0.0.1", 0))
        up = threading.Event()
        server = HubServer(app, listener, lambda _url: up.set(), limits=limits)
        thread = threading.Thread(target=partial(server.run, [listener]))
        thread.start()
        assert up.wait(PATIENCE_S)

        def stop() -> None:
            server.should_exit = True
            thread.join(PATIENCE_S)
            assert not thread.is_alive()

        live = LiveHub(hall, f"http://127.0.0.1:{listener.getsockname()[1]}", stop)
        try:
            yield live, server
        finally:
            live.http.close()
            stop()
            listener.close()


class Board:
    """A board's stream, asked for from ``own``."""

    def __init__(self, live: LiveHub, own: str) -> None:
        host, _, port = live.url.removeprefix("http://").partition(":")
        self._line = http.client.HTTPConnection(host, int(port), timeout=PATIENCE_S, source_address=(own, 0))
        self._line.request("GET", f"/board/{SITE}/stream")
        self.answer = self._line.getresponse()

    def hears(self, event: str) -> str:
        """The data of the next event of this kind; "" = the stream ended."""
        kind = ""
        with contextlib.suppress(http.client.IncompleteRead, ConnectionError):
            while line := self.answer.readline().decode():
                name, _, value = line.rstrip("\n").partition(": ")
                kind = value if name == "event" else kind
                if name == "data" and kind == event:
                    return value
        return ""

    def close(self) -> None:
        self.answer.close()
        self._line.close()


def test_a_board_beyond_the_limit_is_told_when_to_come_again_and_can_ask(hall) -> None:
    with hub_with(hall, Limits(streams_per_stranger=2)) as (live, _):
        boards = [Board(live, "127.0.0.66") for _ in range(3)]
        *open_, refused = boards
        assert [board.answer.status for board in open_] == [200, 200]
        assert (refused.answer.status, refused.answer.headers["retry-after"]) == (503, "30")
        assert refused.answer.read() == b""
        asked = requests.get(f"{live.url}/board/{SITE}/calls", timeout=PATIENCE_S)
        assert asked.json()["calls"] == []
        open_[0].close()
        while (again := Board(live, "127.0.0.66")).answer.status != 200:  # until the hub saw that the first one left
            again.close()
        for board in (*boards, again):
            board.close()


def test_streams_of_strangers_take_none_from_terminal_and_hall(hall) -> None:
    """Everything is taken by strangers: the terminal's stream opens, and boards beside it, and hear of the call."""
    with hub_with(hall, Limits(stranger_streams=3, streams_per_stranger=3, streams_per_owner=1)) as (live, _):
        bad = [Board(live, "127.0.0.66") for _ in range(4)]
        assert live.get("/calls").status_code == 200  # the terminal proves itself: its address is known
        hall_board, other = Board(live, "127.0.0.1"), Board(live, "127.0.0.7")
        assert hall_board.answer.status == other.answer.status == 200
        hall_board.hears("calls")
        other.hears("calls")
        hall.ticket()
        hall.next()
        for board in (hall_board, other):
            assert [call["label"] for call in json.loads(board.hears("calls"))["calls"]] == ["A 001"]
        assert bad[2].hears("never") == "", "the newest of the address that has most made room"
        for board in (*bad, hall_board, other):
            board.close()


def test_a_terminal_that_comes_back_ends_its_old_stream(hall) -> None:
    with hub_with(hall, Limits(streams_per_owner=1)) as (live, _):
        streams = [live.get("/calls/stream", stream=True) for _ in range(2)]
        assert [stream.status_code for stream in streams] == [200, 200]
        with contextlib.suppress(requests.exceptions.ChunkedEncodingError):
            for _ in streams[0].iter_content(None):
                pass  # ends, or the socket's own patience does and the test fails
        assert next(streams[1].iter_content(None)).startswith(b"retry: ")
        for stream in streams:
            stream.close()


def test_a_reader_that_takes_nothing_is_dropped(hall) -> None:
    """Calls go on, and their events pile up for one who does not read; the other hears every one."""
    with hub_with(hall, Limits(write_s=0.2), heartbeat_s=0.001) as (live, server):
        host, _, port = live.url.removeprefix("http://").partition(":")
        with socket.socket() as slow:
            slow.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 2048)
            slow.bind(("127.0.0.66", 0))
            slow.connect((host, int(port)))
            slow.sendall(f"GET /board/{SITE}/stream HTTP/1.1\r\nhost: x\r\n\r\n".encode())
            reads = Board(live, "127.0.0.7")
            while not server.turned_away().get("slow"):
                assert reads.hears("beat")
            reads.close()
            with contextlib.suppress(ConnectionError):
                while slow.recv(65536):
                    pass


class Held:
    """A reader whose bytes and whose clock the test holds."""

    def __init__(self, left: int) -> None:
        self.left, self.dropped, self.due = left, 0, list[Callable[[], None]]()
        limits = Limits(write_s=15.0, write_bytes=8192)
        self.watch = ReaderWatch(limits, self._later, lambda: self.left, lambda: setattr(self, "dropped", 1))
        self.watch.begin()

    def _later(self, seconds: float, act: Callable[[], None]) -> asyncio.TimerHandle:
        assert seconds == 15.0
        self.due.append(act)
        return cast("asyncio.TimerHandle", Mock())

    def pass_time(self, taken: int) -> None:
        self.left -= taken
        self.due.pop()()


def test_a_long_answer_over_a_slow_line_goes_on() -> None:
    reader = Held(9_000_000)
    for _ in range(1000):
        reader.pass_time(taken=8192)
    assert not reader.dropped
    reader.pass_time(taken=8191)
    assert reader.dropped


def test_a_host_that_is_none_is_counted_and_writes_one_line(hall, caplog: pytest.LogCaptureFixture) -> None:
    with hub_with(hall, Limits()) as (live, server):
        for _ in range(5):
            answer = requests.get(f"{live.url}/signin", headers={"host": "a:99999"}, timeout=PATIENCE_S)
            assert answer.status_code == 400
        assert server.turned_away() == {"head_wrong": 5}
    assert caplog.text.count("turned away") == 1


def answered(flood: list[socket.socket]) -> int:
    """How many answers lie there."""
    found = 0
    for line in flood:
        line.setblocking(False)
        with contextlib.suppress(BlockingIOError):
            found += line.recv(65536).count(b"HTTP/1.1 200")
    return found


def flood_beside_the_terminal(live: LiveHub, own: str, fresh: bool) -> tuple[int, float]:
    """60 connections of ``own`` ask, the terminal too (``fresh``: each time on a new connection): how many of theirs
    were answered when the terminal had twenty answers, and the seconds that it took."""
    host, _, port = live.url.removeprefix("http://").partition(":")
    begun = time.monotonic()
    with contextlib.ExitStack() as lines:
        flood = [
            lines.enter_context(socket.create_connection((host, int(port)), source_address=(own, 0))) for _ in range(60)
        ]
        for line in flood:
            line.sendall(b"GET /healthz HTTP/1.1\r\nhost: x\r\n\r\n" * 5)
        for _ in range(20):
            assert live.get("/calls", headers={"connection": "close"} if fresh else {}).status_code == 200
        return answered(flood), time.monotonic() - begun


def test_a_flood_of_a_stranger_waits_while_the_terminal_is_answered(hall) -> None:
    with hub_with(hall, Limits(stranger_requests=1, wait_s=1000)) as (live, _):
        found, seconds = flood_beside_the_terminal(live, "127.0.0.66", fresh=False)
    assert found <= 2 + seconds


@pytest.mark.parametrize("limits", [Limits(known_connects=1), Limits(known_requests=1, wait_s=1000)])
def test_terminal_is_answered_during_a_flood_from_its_own_address(hall, limits: Limits) -> None:
    """As behind NAT: the address is known, so the limits of strangers do not hold."""
    with hub_with(hall, limits) as (live, _):
        assert live.get("/calls").status_code == 200
        found, seconds = flood_beside_the_terminal(live, "127.0.0.1", fresh=True)
    assert found <= 5 * (2 + seconds), "five on each connection"


def test_a_stranger_who_asks_too_fast_for_too_long_is_refused_in_one_line(hall) -> None:
    with hub_with(hall, Limits(stranger_requests=1, wait_s=0.0)) as (live, server):
        host, _, port = live.url.removeprefix("http://").partition(":")
        said = []
        for _ in range(4):
            line = http.client.HTTPConnection(host, int(port), timeout=PATIENCE_S, source_address=("127.0.0.66", 0))
            line.request("GET", "/healthz")
            said.append(line.getresponse().status)
            line.close()
        assert 429 in said
        assert server.turned_away()["pace"] == said.count(429)
