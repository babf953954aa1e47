"""The operation page, and a board that the hub has no stream for."""

import contextlib
import re
import socket

import pytest
from playwright.sync_api import Browser, Page, expect

from hub.connections.limits import Limits
from tests.browser.conftest import HubProcess, Terminal
from tests.browser.shots import BOARD, sit_down

pytestmark = pytest.mark.browser


def board_streams(hub: HubProcess, lines: contextlib.ExitStack, most: int) -> None:
    """Take every stream that boards at this address may have."""
    for _ in range(most):
        line = lines.enter_context(socket.create_connection(("127.0.0.1", hub.port)))
        line.sendall(b"GET /board/buergerhaus-am-wall/stream HTTP/1.1\r\nhost: 127.0.0.1\r\n\r\n")
        assert line.recv(1000).startswith(b"HTTP/1.1 200 ")


def test_a_board_without_a_stream_shows_each_call_and_the_page_says_why(
    hub: HubProcess, terminal: Terminal, signed_in: Page, browser: Browser
) -> None:
    page = signed_in
    number = terminal.draw()["label"]
    sit_down(page, hub.url)
    with contextlib.ExitStack() as lines:
        board_streams(hub, lines, Limits().streams_per_known)
        board = browser.new_page(viewport=BOARD, locale="de-DE")
        with board.expect_response(lambda answer: answer.url.endswith("/stream")) as refused:
            board.goto(f"{hub.url}/board")
        assert (refused.value.status, refused.value.headers["retry-after"]) == (503, "30")
        page.keyboard.press("F2")
        expect(board.locator("#newest .label")).to_have_text(number)
        expect(board.locator("body")).not_to_have_class("board stale")
        page.goto(f"{hub.url}/operation")
        row = page.get_by_role("row", name=re.compile("Aufrufanzeige ohne Datenstrom"))
        expect(row).to_contain_text("Sie fragt stattdessen alle paar Sekunden nach")
        expect(page.get_by_role("row", name=re.compile("Aufrufanzeigen an bekannten Adressen")).first).to_contain_text(
            "32"
        )
        board.close()


@pytest.mark.parametrize(("lang", "word"), [("de", "Grenzen"), ("en", "Limits")])
def test_the_limits_stand_on_the_page_in_both_languages(signed_in: Page, hub: HubProcess, lang: str, word: str) -> None:
    signed_in.goto(f"{hub.url}/lang/{lang}?back=/operation")
    expect(signed_in.get_by_role("heading", name=word, exact=True)).to_be_visible()
    assert "limit." not in signed_in.inner_text("main")
    assert not signed_in.evaluate("document.documentElement.scrollWidth > innerWidth + 1"), "no sideways scrolling"
    expect(signed_in.get_by_role("row", name=re.compile("64 KB in 10 s"))).to_have_count(1)
