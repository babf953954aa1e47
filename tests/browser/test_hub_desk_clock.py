"""A clerk's day while the hub's clock goes back and forth: nobody lost, nobody called twice, staff are asked."""

import socket
import threading
import time
from collections.abc import Iterator
from functools import partial
from pathlib import Path

import pytest
from playwright.sync_api import Page, expect

from hub.app import create_app
from hub.auth.first_run import new_token
from hub.clock import HallClock, Kept
from hub.serve import HubServer
from hub.store.engine import Store
from tests.browser.clerk import call_next
from tests.browser.conftest import ADMINISTRATOR, PATIENCE_S, Terminal, set_up
from tests.browser.shots import sign_in, sit_down

pytestmark = pytest.mark.browser

MINUTE_MS, YEAR_MS = 60_000, 365 * 24 * 3600 * 1000


class ClockedHub:
    """A real hub in a thread; ``ahead_ms`` is how far its machine's wall clock is ahead of the time."""

    def __init__(self, folder: Path) -> None:
        folder.mkdir(parents=True)
        self.folder, self.ahead_ms = folder, 0
        self._store = Store(folder / "hub.db")
        clock = HallClock(self._wall_ms, time.monotonic, "this boot")
        clock.begin(Kept(), 1)
        self._listener = socket.create_server(("127.0.0.1", 0))
        up = threading.Event()
        self._server = HubServer(create_app(self._store, clock), self._listener, lambda _url: up.set())
        self._thread = threading.Thread(target=partial(self._server.run, [self._listener]))
        self._thread.start()
        assert up.wait(PATIENCE_S)
        self.url = f"http://127.0.0.1:{self._listener.getsockname()[1]}"
        token = self._store.write_now(partial(new_token, now_ms=self._wall_ms()))
        self.setup_link = f"{self.url}/setup?token={token}"

    def _wall_ms(self) -> int:
        return time.time_ns() // 1_000_000 + self.ahead_ms

    def stop(self) -> None:
        self._server.should_exit = True
        self._thread.join(PATIENCE_S)
        self._store.close()


@pytest.fixture
def clocked(tmp_path: Path) -> Iterator[ClockedHub]:
    hub = ClockedHub(tmp_path / "hub")
    yield hub
    hub.stop()


def test_the_clock_goes_back_and_forth_and_the_day_goes_on(clocked: ClockedHub, page: Page) -> None:
    terminal = Terminal(clocked.url, set_up(page, clocked))  # type: ignore[arg-type]
    sign_in(page, clocked.url, ADMINISTRATOR)
    sit_down(page, clocked.url, "Schalter 1")
    called: list[str] = []

    def call() -> None:
        call_next(page)
        called.append(page.locator("#own-number").inner_text())

    drawn = [str(terminal.draw()["label"]) for _ in range(3)]
    call()
    clocked.ahead_ms = -10 * MINUTE_MS
    drawn += [str(terminal.draw()["label"]) for _ in range(2)]
    call()
    clocked.ahead_ms = 19 * YEAR_MS
    expect(page.locator("#alerts .notice")).to_be_visible()
    late = terminal.draw()
    drawn.append(str(late["label"]))
    assert str(late["business_day"]).startswith(time.strftime("%Y")), "the day that is open goes on"
    expect(page.locator("#count")).to_have_text("4 Personen")
    call()
    clocked.ahead_ms = 0
    expect(page.locator("#alerts .notice")).to_have_count(0)
    expect(page.locator("#live")).to_contain_text("live")
    while page.locator("#rows tr.first").count():
        call()
    assert called == drawn, "everybody once, who came first is called first"
