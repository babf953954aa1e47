"""Limits before trust: who has a seat, what head and body may cost, what a real hub does when they are reached."""

import contextlib
import socket
import threading
from collections.abc import Iterator
from datetime import UTC, datetime
from functools import partial
from itertools import count
from pathlib import Path

import pytest
import requests
from hypothesis import given
from hypothesis import strategies as st

from hub.connections.book import Connections, Rank, Room
from hub.connections.known import DAY_S, Known
from hub.connections.limits import KB, Limits
from hub.connections.origins import origin_of
from hub.connections.tally import EVERY_S, Reason, Tally
from hub.serve import HubServer
from hub.tls import files, serving
from kiosk import wire
from tests.hub_apps import app_for

SMALL = Limits(connections=6, strangers=4, per_stranger=3, per_known=5)
PATIENCE_S = 60.0


# --- who has a seat


def opened(book: Connections, *keys: str, address: str = "a") -> list[Room]:
    return [book.opened(key, address) for key in keys]


def test_whoever_is_silent_longest_makes_room_for_whoever_comes() -> None:
    book = Connections(SMALL, Known())
    assert opened(book, "1", "2", "3") == [Room()] * 3
    assert opened(book, "4") == [Room(leaves="1")]
    assert opened(book, "5") == [Room(leaves="2")]
    assert len(book) == 3


def test_a_request_that_is_answered_never_goes() -> None:
    book = Connections(SMALL, Known())
    opened(book, "1", "2", "3")
    for key in "123":
        book.busy(key)
    assert opened(book, "4") == [Room(refused=True)]
    book.idle("2")
    assert opened(book, "5") == [Room(leaves="2")]


def test_whoever_proved_who_they_are_goes_last() -> None:
    known = Known()
    book = Connections(SMALL, known)
    opened(book, "terminal")
    book.busy("terminal")
    known.prove("a")
    book.proved("terminal")
    book.idle("terminal")
    opened(book, "2", "3")
    book.busy("3")
    book.idle("3")
    leaves = [room.leaves for room in opened(book, *map(str, range(10, 40)))]
    assert "3" not in leaves[:5], "it has sent a head, others have not"
    assert "terminal" not in leaves


def test_a_crowd_of_strangers_leaves_seats_for_the_known() -> None:
    known = Known()
    book = Connections(SMALL, known)
    opened(book, "t", address="hall")
    book.busy("t")
    known.prove("hall")
    book.proved("t")
    for n in range(10):
        book.opened(f"s{n}", f"stranger {n}")
        book.busy(f"s{n}")
    assert opened(book, "u", address="hall") == [Room()]
    assert book.opened("s99", "stranger 99") == Room(refused=True)


def test_proven_connection_frees_the_others_of_its_address() -> None:
    known = Known()
    book = Connections(SMALL, known)
    opened(book, "t", "u", address="hall")
    assert book.strangers == 2
    known.prove("hall")
    book.proved("t")
    assert book.strangers == 0
    book.closed("u")
    assert (len(book), book.strangers) == (1, 0)


def test_a_named_proxy_is_known_and_has_room_for_everybody_behind_it() -> None:
    book = Connections(SMALL, Known())
    rooms = [book.opened(n, "proxy", proxy=True) for n in range(SMALL.connections)]
    assert rooms == [Room()] * SMALL.connections
    assert book.strangers == 0
    assert book.opened("one more", "proxy", proxy=True) == Room(leaves=0)


def test_an_address_is_known_for_a_day() -> None:
    now = [0.0]
    known = Known(lambda: now[0])
    known.prove("a")
    now[0] = DAY_S - 1
    assert "a" in known
    now[0] = DAY_S
    assert "a" not in known


@given(st.lists(st.tuples(st.sampled_from("obipc"), st.integers(0, 12), st.sampled_from("xyz")), max_size=120))
def test_the_books_never_hold_more_than_they_may(steps: list[tuple[str, int, str]]) -> None:
    known = Known()
    book, held = Connections(SMALL, known), dict[int, str]()
    fresh = count(100)
    busy = set[int]()
    for word, n, address in steps:
        keys = sorted(held)
        key = keys[n % len(keys)] if keys else -1
        match word:
            case "o":
                new = next(fresh)
                room = book.opened(new, address)
                if room.leaves is not None:
                    assert isinstance(room.leaves, int)
                    assert room.leaves not in busy
                    del held[room.leaves]
                if not room.refused:
                    held[new] = address
            case "b":
                book.busy(key)
                busy |= {key}
            case "i":
                book.idle(key)
                busy -= {key}
            case "p":
                if key in held:
                    known.prove(held[key])
                book.proved(key)
            case _:
                book.closed(key)
                held.pop(key, None)
                busy -= {key}
        assert len(book) == len(held) <= SMALL.connections
        assert all(list(held.values()).count(each) <= SMALL.per_known for each in "xyz")
        assert book.strangers == sum(each not in known for each in held.values()) <= SMALL.strangers


def test_ranks_are_in_the_order_of_leaving() -> None:
    assert sorted(Rank) == [Rank.SILENT, Rank.IDLE, Rank.PROVEN_IDLE, Rank.BUSY]


@pytest.mark.parametrize(
    ("address", "origin"),
    [
        ("192.0.2.7", "192.0.2.7"),
        ("::ffff:192.0.2.7", "192.0.2.7"),
        ("2001:db8:1:2:3:4:5:6", "2001:db8:1:2::/64"),
        ("fe80::1%eth0", "fe80::/64"),
        ("", ""),
    ],
)
def test_one_customers_network_is_one_origin(address: str, origin: str) -> None:
    assert origin_of(address) == origin


def test_a_limit_writes_one_line_a_minute(caplog: pytest.LogCaptureFixture) -> None:
    now = [0.0]
    tally = Tally(lambda: now[0])
    for _ in range(50):
        tally.note(Reason.HEAD_BYTES, "192.0.2.7")
    now[0] = EVERY_S
    tally.note(Reason.HEAD_BYTES, "192.0.2.7")
    assert len(caplog.records) == 2
    assert "49 more" in caplog.text
    assert tally.total == {Reason.HEAD_BYTES: 51}


# --- a real hub


class Hub:
    def __init__(self, url: str, port: int) -> None:
        self.url, self.port = url, port

    def open(self) -> socket.socket:
        return socket.create_connection(("127.0.0.1", self.port), timeout=PATIENCE_S)

    def answers(self) -> bool:
        return requests.get(f"{self.url}/healthz", timeout=PATIENCE_S, verify=False).status_code == 200

    def said(self, *parts: bytes) -> bytes:
        """What the hub says to these bytes until it closes."""
        with self.open() as line:
            with contextlib.suppress(ConnectionError):
                for part in parts:
                    line.sendall(part)
            return read(line)


def read(line: socket.socket) -> bytes:
    heard = b""
    with contextlib.suppress(ConnectionError):
        while piece := line.recv(65536):
            heard += piece
    return heard


@pytest.fixture(scope="module")
def limits() -> Limits:
    return Limits(head_s=0.5, body_s=0.5, connections=40, strangers=20, per_stranger=10, per_known=30)


@pytest.fixture
def hub(hall, limits: Limits) -> Iterator[Hub]:
    yield from served(hall, limits)


@pytest.fixture
def encrypted(hall, limits: Limits, tmp_path: Path) -> Iterator[Hub]:
    now = datetime.now(UTC)
    files.make(files.folder_of(tmp_path), files.all_names(("hub",)), now)
    tls = serving.open_tls(serving.of_folder(files.folder_of(tmp_path)))
    assert isinstance(tls, serving.Tls), tls
    yield from served(hall, limits, tls)


def served(hall, limits: Limits, tls: serving.Tls | None = None) -> Iterator[Hub]:
    with app_for(hall.store, hall.clock, 5.0) as (app, _):
        listener = socket.create_server(("127.0.0.1", 0))
        up = threading.Event()
        server = HubServer(app, listener, lambda _url: up.set(), tls=tls, limits=limits)
        thread = threading.Thread(target=partial(server.run, [listener]))
        thread.start()
        assert up.wait(PATIENCE_S)
        port = listener.getsockname()[1]
        yield Hub(f"http{'s' if tls else ''}://127.0.0.1:{port}", port)
        server.should_exit = True
        thread.join(PATIENCE_S)
        assert not thread.is_alive()


HEAD = b"POST /signin HTTP/1.1\r\nhost: 127.0.0.1\r\n"


@pytest.mark.parametrize(
    "head",
    [
        b"GET / HTTP/1.1\r\nhost: x\r\nx-long: " + b"a" * (80 * KB),
        b"GET /" + b"a" * (80 * KB) + b" HTTP/1.1\r\n",
        b"GET / HTTP/1.1\r\n" + b"x: y\r\n" * 20_000,
        b"GET / HTTP/1.1\r\nhost: x\r\nconnection: close\r\n" + b"x: y\r\n" * 99 + b"\r\n",
    ],
    ids=["header", "address", "headers", "one header too many"],
)
def test_a_head_without_end_is_refused_at_its_limit(hub: Hub, head: bytes) -> None:
    assert hub.said(head).startswith(b"HTTP/1.1 431 ")
    assert hub.answers()


def test_a_body_that_says_it_is_too_long_is_not_read(hub: Hub) -> None:
    said = hub.said(HEAD + b"content-length: 9000000\r\n\r\n")
    assert said.startswith(b"HTTP/1.1 413 ")
    assert hub.answers()


def test_a_body_without_a_length_ends_at_its_limit(hub: Hub) -> None:
    chunk = b"4000\r\n" + b"a" * 0x4000 + b"\r\n"
    said = hub.said(HEAD + b"transfer-encoding: chunked\r\n\r\n", *[chunk] * 6)
    assert said.startswith((b"HTTP/1.1 413 ", b"HTTP/1.1 403 ")), said[:80]
    assert hub.answers()


def test_sync_may_send_more_than_a_page(hub: Hub) -> None:
    for path, size, status in ((wire.SYNC, 200 * KB, 401), (wire.SYNC, 300 * KB, 413), (wire.HELP, 70 * KB, 413)):
        answer = requests.post(hub.url + path, data=b"x" * size, timeout=PATIENCE_S)
        assert answer.status_code == status, (path, size)


@pytest.mark.parametrize(
    "begun",
    [b"", b"GET / HT", HEAD, HEAD + b"content-length: 5\r\n\r\nab"],
    ids=["nothing", "half a line", "half a head", "half a body"],
)
def test_a_silent_connection_is_closed(hub: Hub, begun: bytes) -> None:
    with hub.open() as line:
        line.sendall(begun)
        read(line)  # ends, or the socket's own patience does and the test fails
    assert hub.answers()


def test_over_the_limit_silent_connections_are_closed(hub: Hub) -> None:
    with contextlib.ExitStack() as open_:
        for _ in range(60):
            open_.enter_context(contextlib.closing(hub.open()))
        assert hub.answers()


@pytest.mark.filterwarnings("ignore:Unverified HTTPS request")
def test_connections_that_never_shake_hands_make_room_like_all_others(encrypted: Hub, limits: Limits) -> None:
    """Before the handshake nobody has a protocol yet: they are counted all the same."""
    lines = [encrypted.open() for _ in range(3 * limits.per_stranger)]
    read(lines[0])  # ends when the eleventh comes, or the socket's own patience does and the test fails
    assert encrypted.answers()
    for line in lines:
        line.setblocking(False)
    standing = 0
    for line in lines:
        try:
            line.recv(1)
        except BlockingIOError:
            standing += 1
        except ConnectionError:
            pass
        line.close()
    assert standing <= limits.per_stranger


def test_pipelined_requests_are_answered_one_by_one(hub: Hub) -> None:
    ask = b"GET /healthz HTTP/1.1\r\nhost: 127.0.0.1\r\n"
    said = hub.said(ask + b"\r\n" + ask + b"connection: close\r\n\r\n")
    assert said.count(b"HTTP/1.1 200 ") == 2
