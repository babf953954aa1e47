"""Large bodies: whose they are is known before a byte is read; they go to a file, within the disk and the time."""

import asyncio
import contextlib
import socket
import stat
import threading
import time
from collections.abc import AsyncIterator, Callable, Iterator
from functools import partial
from pathlib import Path
from typing import Any

import pytest
import requests
from litestar import Litestar, post
from litestar.params import FromPath
from litestar.routes import HTTPRoute

from hub.app import app_over
from hub.auth import people
from hub.connections.declared import with_routes
from hub.connections.figures import figures, rows
from hub.connections.keeper import Keeper
from hub.connections.limits import KB, Limits, limits_here
from hub.connections.protocol import BoundedProtocol
from hub.connections.tally import Tally
from hub.context import HubContext
from hub.live.feed import HEARTBEAT_S
from hub.serve import HubServer
from hub.store.enums import Role
from hub.uploads import MB, MOST, NEEDS, NoRoom, Upload, Uploads
from hub.web.common.auth_hooks import TO_A_FILE
from hub.web.common.texts import sayer
from kiosk import wire
from kiosk.cli import main
from tests.hub_apps import app_for
from tests.unit.hub.test_hub_pages import KEPT, SITE, Browser

PATIENCE_S = 60.0
IMPORT = "/catalogue/import"
FACE = ("/catalogue/face/arms", "/catalogue/face/picture")


# --- room


def room(folder: Path, free: int, reserve: int = 100) -> Uploads:
    return Uploads(folder / "uploads", lambda _folder: free, reserve)


def begun(uploads: Uploads, size: int) -> Upload:
    upload = uploads.begin(size)
    assert isinstance(upload, Upload)
    return upload


async def pieces(*given: bytes) -> AsyncIterator[bytes]:
    for each in given:
        yield each


def test_what_is_coming_counts_against_the_free_space(tmp_path: Path) -> None:
    uploads = room(tmp_path, 100 + NEEDS * 10)
    assert uploads.begin(11) is NoRoom.DISK
    first = begun(uploads, 6)
    assert uploads.begin(6) is NoRoom.DISK, "the first one needs its share"
    second = begun(uploads, 4)
    first.close()
    begun(uploads, 6).close()
    second.close()


def test_only_so_many_come_at_a_time(tmp_path: Path) -> None:
    uploads = room(tmp_path, 10**9)
    coming = [begun(uploads, 1) for _ in range(MOST)]
    assert uploads.begin(1) is NoRoom.BUSY
    coming[0].close()
    coming[0].close()
    begun(uploads, 1).close()


def test_a_body_is_kept_for_the_hubs_user_alone_and_goes(tmp_path: Path) -> None:
    uploads = room(tmp_path, 10**9)
    upload = begun(uploads, 3 * MB)
    assert asyncio.run(upload.receive(pieces(b"a" * MB, b"b" * (MB + 5), b"c" * (MB - 5))))
    assert upload.file.read_bytes() == b"a" * MB + b"b" * (MB + 5) + b"c" * (MB - 5)
    modes = [stat.S_IMODE(path.stat().st_mode) for path in (upload.folder.parent, upload.folder, upload.file)]
    assert modes == [0o700, 0o700, 0o600]
    upload.close()
    assert list((tmp_path / "uploads").iterdir()) == []


@pytest.mark.parametrize("given", [(b"12",), (b"123", b"4"), ()], ids=["short", "long", "nothing"])
def test_a_body_of_another_length_is_no_body(tmp_path: Path, given: tuple[bytes, ...]) -> None:
    upload = begun(room(tmp_path, 10**9), 3)
    assert not asyncio.run(upload.receive(pieces(*given)))
    upload.close()


# --- what the routes declare


def routes(hall: Any) -> list[HTTPRoute]:
    app = app_over(HubContext(hall.store, hall.clock, HEARTBEAT_S))
    return [route for route in app.routes if isinstance(route, HTTPRoute)]


def test_only_routes_for_known_people_and_terminals_take_large_bodies(hall: Any) -> None:
    """What a person brings must be a file's: its handler has a right, and its token is never looked for in the body."""
    large = [
        (route.path, handler)
        for route in routes(hall)
        for handler in route.route_handlers
        if (handler.resolve_request_max_body_size() or 0) > 64 * KB  # type: ignore[operator]
    ]
    assert sorted(path for path, _ in large) == [wire.SYNC, *FACE, IMPORT]
    for path, handler in large:
        assert path == wire.SYNC or (handler.opt.get(TO_A_FILE) and handler.opt.get("right")), path


def test_oversized_body_under_a_path_with_parameters_is_refused_early() -> None:
    @post("/things/{n:int}", request_max_body_size=MB)
    async def things(n: FromPath[int]) -> None: ...

    with pytest.raises(ValueError, match="parameters"):
        with_routes(Limits(), Litestar([things], logging_config=None))


@pytest.mark.parametrize("lang", ["de", "en"])
def test_the_command_shows_the_limits_of_a_running_hub(capsys: pytest.CaptureFixture[str], lang: str) -> None:
    """As its page Operation does: with the larger bodies that the routes declare."""
    assert main(["hub", "limits", "--lang", lang]) == 0
    said, say = capsys.readouterr().out.splitlines(), sayer(lang)
    shown = figures(Keeper(with_routes(limits_here(), app_over(None)), Tally())).limits
    assert [line.split("  ")[0] for line in said] == [say(f"limit.{each.key}") for each in shown]
    for line, each in zip(said, shown, strict=True):
        assert line.endswith(f"  {say(f'limit_value.{each.kind}', **each.values)}")
    assert next(each.values["kb"] for each in shown if each.key == "larger_bodies") == 512 * KB
    assert next(each.values["kb"] for each in shown if each.key == "framing") == Limits().framing_bytes // KB


def test_limits_without_routes_can_be_shown() -> None:
    assert next(each.values["kb"] for each in rows(Limits()) if each.key == "larger_bodies") == 64


# --- a real hub


class Hub:
    """A hub with an editor and a clerk, and a count of the bytes of bodies that its app was given."""

    def __init__(self, hall: Any, url: str, port: int) -> None:
        self.hall, self.url, self.port = hall, url, port

    def signed_in(self, login: str) -> Browser:
        browser = Browser(self.url)
        browser.sign_in(login)
        browser.get("/catalogue" if login == "dora" else "/desk/choose")
        return browser

    def raw(self, browser: Browser, length: int, *, token: str | None = None, origin: str | None = None) -> bytes:
        """The head of an import and nothing of its body; what the hub says until it closes or waits for the body."""
        cookies = "; ".join(f"{name}={value}" for name, value in browser.http.cookies.items())
        head = (
            f"POST {IMPORT} HTTP/1.1\r\nhost: 127.0.0.1:{self.port}\r\norigin: {origin or self.url}\r\n"
            f"cookie: {cookies}\r\ncontent-length: {length}\r\ncontent-type: application/x-www-form-urlencoded\r\n"
        )
        head += f"x-csrf-token: {token}\r\n" if token is not None else ""
        with socket.create_connection(("127.0.0.1", self.port), timeout=PATIENCE_S) as line:
            line.sendall(head.encode() + b"\r\n")
            return line.recv(65536)


@pytest.fixture
def hub(hall: Any) -> Iterator[Hub]:
    with app_for(hall.store, hall.clock, 5.0) as (app, _):
        for ident, login, role in (("u1", "dora", Role.EDITOR), ("u2", "anna", Role.CLERK)):
            assert hall.do(people.add, SITE, ident, login, login.title(), role, KEPT, hall.clock())
        left = hall.store.path.parent / "uploads" / "1-1"
        left.mkdir(parents=True)
        (left / "body").write_bytes(b"half a body of another run")
        listener = socket.create_server(("127.0.0.1", 0))
        up = threading.Event()
        server = HubServer(app, listener, lambda _url: up.set(), limits=Limits(body_s=1.0, body_rate=KB, linger_s=0.2))
        thread = threading.Thread(target=partial(server.run, [listener]))
        thread.start()
        assert up.wait(PATIENCE_S)
        port = listener.getsockname()[1]
        yield Hub(hall, f"http://127.0.0.1:{port}", port)
        server.should_exit = True
        thread.join(PATIENCE_S)
        assert not thread.is_alive()


def test_the_next_start_removes_what_was_left(hub: Hub) -> None:
    assert not (hub.hall.store.path.parent / "uploads").exists()


def test_whose_it_is_is_known_before_the_first_byte_of_a_large_body(hub: Hub) -> None:
    """Only the head is sent, and the answer comes all the same."""
    editor, clerk, nobody = hub.signed_in("dora"), hub.signed_in("anna"), Browser(hub.url)
    large = 300 * MB
    assert hub.raw(nobody, large, token="x").startswith(b"HTTP/1.1 303 ")
    assert hub.raw(clerk, large, token=clerk.token).startswith(b"HTTP/1.1 403 ")
    assert hub.raw(editor, large, token="x").startswith(b"HTTP/1.1 403 ")
    assert hub.raw(editor, large).startswith(b"HTTP/1.1 403 "), "the token is not looked for in the body"
    assert hub.raw(editor, large, token=editor.token, origin="http://elsewhere").startswith(b"HTTP/1.1 403 ")
    assert hub.raw(editor, 513 * MB, token=editor.token).startswith(b"HTTP/1.1 413 ")
    for each in (editor, clerk, nobody):
        each.http.close()
    assert not (hub.hall.store.path.parent / "uploads").exists()


@pytest.mark.parametrize("length", [f"content-length: {400 * MB}", "transfer-encoding: chunked"])
def test_a_refused_body_is_not_parsed_to_its_end(hub: Hub, length: str) -> None:
    """A stranger who goes on sending is closed; the hub answers others meanwhile."""
    head = f"POST {IMPORT} HTTP/1.1\r\nhost: 127.0.0.1:{hub.port}\r\n{length}\r\n\r\n"
    piece = b"100000\r\n" + b"a" * MB + b"\r\n" if "chunked" in length else b"a" * MB
    sent = 0
    with socket.create_connection(("127.0.0.1", hub.port), timeout=PATIENCE_S) as line:
        line.sendall(head.encode())
        with contextlib.suppress(ConnectionError):
            while sent < 400 * MB:
                line.sendall(piece)
                sent += MB
    assert sent < 100 * MB
    assert requests.get(f"{hub.url}/healthz", timeout=PATIENCE_S).status_code == 200


def test_a_body_without_a_length_is_not_read(hub: Hub) -> None:
    editor = hub.signed_in("dora")
    head = {"Origin": hub.url, "X-CSRF-Token": editor.token}
    answer = editor.http.post(hub.url + IMPORT, data=iter([b"a" * 100]), headers=head, timeout=PATIENCE_S)
    assert answer.status_code == 411
    editor.http.close()


def test_a_body_that_comes_too_slowly_ends_and_leaves_nothing(hub: Hub) -> None:
    editor = hub.signed_in("dora")
    said = hub.raw(editor, 100 * KB, token=editor.token)
    assert said.startswith(b"HTTP/1.1 408 ")
    editor.http.close()
    folder = hub.hall.store.path.parent / "uploads"
    until_empty(folder)


def test_a_client_that_goes_away_leaves_nothing(hub: Hub) -> None:
    editor = hub.signed_in("dora")
    cookies = "; ".join(f"{name}={value}" for name, value in editor.http.cookies.items())
    head = (
        f"POST {IMPORT} HTTP/1.1\r\nhost: 127.0.0.1:{hub.port}\r\norigin: {hub.url}\r\ncookie: {cookies}\r\n"
        f"x-csrf-token: {editor.token}\r\ncontent-length: 5000000\r\n\r\n"
    )
    folder = hub.hall.store.path.parent / "uploads"
    with socket.create_connection(("127.0.0.1", hub.port), timeout=PATIENCE_S) as line:
        line.sendall(head.encode() + b"a" * 2_000_000)
        wait(lambda: folder.exists() and any(folder.iterdir()))
    until_empty(folder)
    assert editor.http.get(hub.url + IMPORT, timeout=PATIENCE_S).json()["stage"] == "ended"
    editor.http.close()


def wait(said: Callable[[], bool]) -> None:
    end = time.monotonic() + PATIENCE_S
    while not said():
        assert time.monotonic() < end
        time.sleep(0.01)


def until_empty(folder: Path) -> None:
    wait(lambda: not folder.exists() or not any(folder.iterdir()))


# --- time


def test_a_body_may_take_the_longer_the_more_of_it_came() -> None:
    """30 s, and a second for each 32 KB."""

    class Loop:
        now_s = 100.0

        def time(self) -> float:
            return self.now_s

    line = BoundedProtocol.__new__(BoundedProtocol)
    line._limits = Limits()
    line.loop = Loop()  # type: ignore[assignment]
    line._body_from_s, line._body = 100.0, 0
    assert line._body_left_s() == 30.0
    line._body, line.loop.now_s = 320 * KB, 135.0  # type: ignore[attr-defined]
    assert line._body_left_s() == 5.0


def test_a_small_rest_of_a_body_is_passed_over_and_the_connection_goes_on(hub: Hub) -> None:
    """A client sends head and a large body one after the other: the answer may come between them."""
    head = f"POST /api/v1/sync HTTP/1.1\r\nhost: 127.0.0.1:{hub.port}\r\ncontent-length: 99000\r\n\r\n".encode()
    with socket.create_connection(("127.0.0.1", hub.port), timeout=PATIENCE_S) as line:
        for _ in range(2):
            line.sendall(head)
            assert line.recv(65536).startswith(b"HTTP/1.1 401 ")
            line.sendall(b"a" * 99000)
