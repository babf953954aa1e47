"""One request at a time on a connection, and every byte of it counted: the protocol with an app that waits."""

import asyncio
from collections.abc import Awaitable, Callable
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from uvicorn.config import Config
from uvicorn.server import ServerState

from hub.connections.framing import LINES, PIECE, Cuts
from hub.connections.keeper import Keeper
from hub.connections.limits import KB, Limits
from hub.connections.proof import KEY
from hub.connections.protocol import HELD, BoundedProtocol
from hub.connections.tally import Reason, Tally

GET = b"GET /a HTTP/1.1\r\nhost: hub\r\n\r\n"
CHUNKED = b"POST /a HTTP/1.1\r\nhost: hub\r\ntransfer-encoding: chunked\r\n\r\n"


class Peer(asyncio.Transport):
    """The other end of a connection; like uvloop's, it refuses what is written after it is gone."""

    def __init__(self) -> None:
        super().__init__()
        self.said, self.closing, self.gone = b"", False, False

    def write(self, data: Any) -> None:
        if self.gone:
            raise RuntimeError("the handler is closed")
        self.said += data

    def close(self) -> None:
        self.closing = True

    def abort(self) -> None:
        self.closing = self.gone = True

    def is_closing(self) -> bool:
        return self.closing

    def get_write_buffer_size(self) -> int:
        return 0

    def pause_reading(self) -> None: ...

    def resume_reading(self) -> None: ...


class Scene:
    """One connection, and an app that reads each request to its end and answers when it is let."""

    def __init__(self, *, wait: bool = True, limits: Limits | None = None) -> None:
        self.asked: list[tuple[str, bytes]] = []
        self.scopes: list[Any] = []
        self.gone = 0
        self._may = asyncio.Semaphore(0 if wait else 1000)
        config = Config(self._app, ws="none", log_config=None)
        config.load()
        config.loaded_app = self._app
        self.keeper = Keeper(limits or Limits(), Tally())
        line = self.keeper.admit("192.0.2.7")
        assert line is not None
        self.state, self.peer = ServerState(), Peer()
        self.line = BoundedProtocol(self.keeper, line, config=config, server_state=self.state, app_state={})
        self.line.connection_made(self.peer)

    async def _app(self, scope: Any, receive: Any, send: Any) -> None:
        self.scopes.append(scope)
        body, more = b"", True
        while more:
            message = await receive()
            body, more = body + message.get("body", b""), message.get("more_body", False)
        self.asked.append((scope["path"], body))
        await send({"type": "http.response.start", "status": 200, "headers": [(b"content-length", b"2")]})
        await self._may.acquire()
        self.gone += self.line.cycle.disconnected
        await send({"type": "http.response.body", "body": b"ok"})

    async def settled(self) -> None:
        """Until nothing moves any more."""
        for _ in range(20):
            await asyncio.sleep(0)

    async def answer(self) -> None:
        """Let one more be answered."""
        self._may.release()
        await self.settled()


def on_a_connection(
    play: Callable[[Scene], Awaitable[None]], *, wait: bool = True, limits: Limits | None = None
) -> Scene:
    async def whole() -> Scene:
        scene = Scene(wait=wait, limits=limits)
        await play(scene)
        scene.line.connection_lost(None)
        for task in scene.state.tasks:
            task.cancel()
        return scene

    return asyncio.run(whole())


def test_what_follows_a_request_is_not_parsed_before_it_is_answered() -> None:
    async def play(scene: Scene) -> None:
        scene.line.data_received(GET * 3)
        for n in (1, 2, 3):
            await scene.settled()
            assert len(scene.scopes) == n
            assert not scene.line.pipeline
            await scene.answer()

    assert on_a_connection(play).peer.said.count(b"\r\n\r\nok") == 3


def test_many_short_fields_are_refused_before_the_rest_is_parsed() -> None:
    """A piece of 16 KB has 2,700 of them: the parser's calls for each cost the hub more than the bytes."""
    head, cuts, at, lines = GET + b"x: y\r\n" * 5000, Cuts(), 0, []
    while at < len(head):
        end = cuts.end(head, at, 0)
        lines.append(head[at:end].count(b"\n"))
        at = end
    assert sum(lines) == head.count(b"\n")
    assert Limits().headers < max(lines) <= LINES


@pytest.mark.parametrize("first", [GET, CHUNKED + b"0\r\n\r\n"])
def test_more_than_a_little_behind_a_request_ends_the_connection(first: bytes) -> None:
    async def play(scene: Scene) -> None:
        scene.line.data_received(first + GET * 10)
        await scene.settled()
        assert not scene.peer.closing
        scene.line.data_received(GET * (HELD // len(GET)))

    scene = on_a_connection(play)
    assert scene.peer.closing
    assert len(scene.scopes) == 1
    assert scene.keeper.tally.total == {Reason.PACE: 1}
    assert scene.peer.said.count(b"HTTP/1.1") == 1, "nothing is written into an answer that has begun"


def test_a_flood_in_one_piece_is_refused_with_one_answer() -> None:
    async def play(scene: Scene) -> None:
        scene.line.data_received(GET * 10_000)
        await scene.settled()

    scene = on_a_connection(play)
    assert scene.peer.closing
    assert scene.peer.said.startswith(b"HTTP/1.1 429 ")
    assert scene.peer.said.count(b"HTTP/1.1") == 1
    assert not scene.scopes, "nobody works on an answer that is never sent"


def test_who_proved_it_is_judged_by_the_request_that_is_answered() -> None:
    async def play(scene: Scene) -> None:
        scene.line.data_received(GET + GET)
        await scene.settled()
        scene.scopes[0]["state"][KEY].give()
        await scene.answer()
        assert scene.line._proven

    on_a_connection(play)


@pytest.mark.parametrize("head", [b"content-length: 6\r\n\r\nabc", b"transfer-encoding: chunked\r\n\r\n3\r\nabc\r\n"])
def test_the_app_is_called_when_the_body_is_whole(head: bytes) -> None:
    async def play(scene: Scene) -> None:
        scene.line.data_received(b"POST /a HTTP/1.1\r\nhost: hub\r\n" + head)
        await scene.settled()
        assert not scene.scopes
        scene.line.data_received(b"3\r\ndef\r\n0\r\n\r\n" if b"chunked" in head else b"def")
        await scene.settled()

    assert on_a_connection(play).asked == [("/a", b"abcdef")]


@pytest.mark.parametrize("head", [b"content-length: 100000\r\n\r\n", b"transfer-encoding: chunked\r\n\r\n"])
def test_the_app_takes_a_large_body_as_it_comes(head: bytes) -> None:
    """So it can refuse before the first byte, and nothing piles up."""

    async def play(scene: Scene) -> None:
        scene.line.data_received(b"POST /large HTTP/1.1\r\nhost: hub\r\n" + head)
        await scene.settled()

    assert len(on_a_connection(play, limits=Limits(larger_bodies=(("/large", 512 * KB),))).scopes) == 1


def test_who_waits_to_be_told_to_send_a_body_is_told() -> None:
    async def play(scene: Scene) -> None:
        scene.line.data_received(b"POST /a HTTP/1.1\r\nhost: hub\r\nexpect: 100-continue\r\ncontent-length: 2\r\n\r\n")
        assert scene.peer.said == b"HTTP/1.1 100 Continue\r\n\r\n"
        scene.line.data_received(b"{}")
        await scene.answer()

    scene = on_a_connection(play)
    assert scene.asked == [("/a", b"{}")]
    assert scene.peer.said.count(b"100 Continue") == 1


def test_a_hub_that_ends_waits_for_no_body() -> None:
    async def play(scene: Scene) -> None:
        scene.line.data_received(b"POST /a HTTP/1.1\r\nhost: hub\r\ncontent-length: 9\r\n\r\n{")
        scene.line.shutdown()

    assert on_a_connection(play).peer.gone


@pytest.mark.parametrize("end", ["lost", "dropped"])
def test_who_hangs_up_leaves_no_error_whatever_was_asked_behind(end: str, caplog: pytest.LogCaptureFixture) -> None:
    async def play(scene: Scene) -> None:
        scene.line.data_received(GET + GET)
        await scene.settled()
        if end == "lost":
            scene.peer.abort()
            scene.line.connection_lost(None)
        else:
            scene.line.end()
        await scene.answer()
        assert scene.gone == 1
        assert len(scene.scopes) == 1

    on_a_connection(play)
    assert not caplog.records


@pytest.mark.parametrize(
    ("begun", "more"),
    [
        (b"2\r\n{}\r\n0\r\nx: ", b"a" * KB),
        (b"2\r\n{}\r\n0\r\n", b"a" * KB),
        (b"2\r\n{}\r\n0\r\n", b"a: b\r\n" * 100),
        (b"6;", b"a" * KB),
        (b"", b"1;" + b"a" * KB + b"\r\na\r\n"),
        (b"", b"1\r\na\r\n" * 100),
        (b"", b"2\r\n\n\n\r\n" * 100),
        (b"", b"000000000000001\r\na\r\n" * 100),
    ],
    ids=["trailer", "its name", "trailers", "extension", "extensions", "short chunks", "line ends", "zeros"],
)
@pytest.mark.parametrize("answered", [False, True])
def test_what_is_around_a_chunked_body_is_counted(begun: bytes, more: bytes, *, answered: bool) -> None:
    """Whether the app waits for the body or has answered without it."""

    async def play(scene: Scene) -> None:
        scene.line.data_received(CHUNKED + begun)
        await scene.settled()
        if answered:
            scene.line.cycle.response_started = True
            await scene.line.cycle.send({"type": "http.response.body", "body": b"", "more_body": False})
        for _ in range(32):
            scene.line.data_received(more)

    scene = on_a_connection(play)
    assert scene.peer.closing
    assert sum(scene.keeper.tally.total.values()) == 1
    assert scene.peer.said.startswith((b"HTTP/1.1 413 ", b"HTTP/1.1 431 ")) is not answered


def test_a_trailer_is_no_header() -> None:
    async def play(scene: Scene) -> None:
        scene.line.data_received(CHUNKED)
        scene.line.data_received(b"2\r\n{}\r\n0\r\nauthorization: Bearer x\r\n\r\n")
        await scene.answer()

    scene = on_a_connection(play)
    assert scene.asked == [("/a", b"{}")]
    assert [name for name, _ in scene.scopes[0]["headers"]] == [b"host", b"transfer-encoding"]


@pytest.mark.parametrize("before", [b"", GET])
def test_line_ends_before_a_request_are_part_of_its_head(before: bytes) -> None:
    async def play(scene: Scene) -> None:
        scene.line.data_received(before)
        await scene.settled()
        for _ in range(6):
            scene.line.data_received(b"\r\n" * (PIECE // 2))

    scene = on_a_connection(play, wait=False)
    assert scene.peer.closing
    assert b"HTTP/1.1 431 " in scene.peer.said


REQUESTS: dict[bytes, tuple[str, bytes]] = {
    GET: ("/a", b""),
    b"\r\n\r\nGET /b HTTP/1.1\r\nhost: hub\r\n\r\n": ("/b", b""),
    b"POST /c HTTP/1.1\r\ncontent-length: 10\r\n\r\n\n\nGET / \r\n": ("/c", b"\n\nGET / \r\n"),
    CHUNKED + b"4\r\n\r\n\r\n\r\n3;x=y\r\nabc\r\n0\r\n\r\n": ("/a", b"\r\n\r\nabc"),
    CHUNKED + b"2\r\n\n\n\r\n0\r\nx: y\r\n\r\n": ("/a", b"\n\n"),
}


@settings(max_examples=60, deadline=None)
@given(st.lists(st.sampled_from(list(REQUESTS)), min_size=1, max_size=6), st.data())
def test_however_requests_are_cut_each_is_answered_in_turn(sent: list[bytes], data: st.DataObject) -> None:
    raw = b"".join(sent)
    ends = sorted({*data.draw(st.lists(st.integers(1, len(raw)), max_size=12)), len(raw)})

    async def play(scene: Scene) -> None:
        for at, end in zip([0, *ends], ends, strict=False):
            scene.line.data_received(raw[at:end])
            await scene.settled()
            assert not scene.line.pipeline
        await scene.settled()

    scene = on_a_connection(play, wait=False)
    assert scene.asked == [REQUESTS[each] for each in sent]
