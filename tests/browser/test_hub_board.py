"""The board and the visitor's page: calls as they happen, grey when the hub is gone, right again by itself."""

import pytest
from browser.conftest import ADMINISTRATOR, HubProcess, Terminal, set_up
from browser.shots import BOARD, PHONE, sign_in, sit_down
from playwright.sync_api import Browser, Page, expect

pytestmark = pytest.mark.browser

ACCENT, GREY = "rgb(11, 79, 108)", "rgb(107, 116, 124)"


@pytest.fixture
def hall(empty_hub: HubProcess, page: Page, browser: Browser) -> tuple[HubProcess, Page, Terminal]:
    """A founded hub, the desk of counter 1 and a terminal."""
    terminal = Terminal(empty_hub.url, set_up(page, empty_hub))
    sit_down(page, empty_hub.url, "Schalter 1")
    return empty_hub, page, terminal


def test_the_board_shows_the_call_turns_grey_and_recovers(
    hall: tuple[HubProcess, Page, Terminal], browser: Browser
) -> None:
    hub, desk, terminal = hall
    first, second, _ = (terminal.draw()["label"] for _ in range(3))
    board = browser.new_page(viewport=BOARD, locale="de-DE")
    board.goto(f"{hub.url}/board")
    expect(board.locator("#newest")).to_contain_text("Noch niemand aufgerufen")
    board.route("**/calls", lambda _route: None)  # no poll is answered: a call can only come by the stream
    desk.keyboard.press("F2")
    expect(board.locator("#newest .label")).to_have_text(first)
    expect(board.locator("#newest")).to_have_class("newest calling")
    desk.wait_for_timeout(750)
    desk.keyboard.press("F2")
    expect(board.locator("#newest .label")).to_have_text(second)
    expect(board.locator("#last .label")).to_have_text([first])
    expect(board.locator("#newest")).to_have_css("background-color", ACCENT)
    board.unroute("**/calls")

    hub.stop()
    expect(board.locator("body")).to_have_class("board stale")
    expect(board.locator(".stale-word")).to_be_visible()
    expect(board.locator("#newest")).to_have_css("background-color", GREY)
    expect(board.locator("#newest .label")).to_have_text(second)

    hub.start()
    expect(board.locator("body")).not_to_have_class("board stale")
    sign_in(desk, hub.url, ADMINISTRATOR)
    sit_down(desk, hub.url, "Schalter 2")
    desk.keyboard.press("F2")
    expect(board.locator("#newest .where")).to_contain_text("Schalter 2")
    board.close()


def test_a_dead_line_that_says_nothing_is_noticed(hall: tuple[HubProcess, Page, Terminal], browser: Browser) -> None:
    """The stream is cut off and every poll hangs: no error ever comes."""
    hub, _, _ = hall
    board = browser.new_page(viewport=BOARD, locale="de-DE")
    board.route("**/stream", lambda _route: None)
    board.route("**/calls", lambda _route: None)
    board.goto(f"{hub.url}/board")
    expect(board.locator("body")).to_have_class("board stale")
    board.close()


def test_sizes_reach_across_the_hall(hall: tuple[HubProcess, Page, Terminal], browser: Browser) -> None:
    """On a 55-inch panel (685 mm high) capitals are at least 60 mm, the newest call fills a third, nothing is cut."""
    hub, desk, terminal = hall
    for _ in range(7):
        terminal.draw()
    for _ in range(7):
        desk.wait_for_timeout(750)
        desk.keyboard.press("F2")
    board = browser.new_page(viewport=BOARD, locale="de-DE")
    board.goto(f"{hub.url}/board")
    expect(board.locator("#last li")).to_have_count(6)
    board.wait_for_timeout(800)
    cap_mm = 0.714 * 685 / BOARD["height"]
    for label in board.locator(".label").all():
        size = float(label.evaluate("e => parseFloat(getComputedStyle(e).fontSize)"))
        assert size * cap_mm >= (60 if label.evaluate("e => !!e.closest('.last')") else 120)
    newest = board.locator("#newest").bounding_box()
    assert newest is not None
    assert newest["height"] >= BOARD["height"] / 3
    for label in board.locator(".label, .counter, .where").all():
        card = label.locator("xpath=ancestor::*[self::li or contains(@class, 'newest')][1]").bounding_box()
        inner = label.bounding_box()
        assert card is not None
        assert inner is not None
        assert card["x"] <= inner["x"]
        assert inner["x"] + inner["width"] <= card["x"] + card["width"]
        assert card["y"] <= inner["y"]
        assert inner["y"] + inner["height"] <= card["y"] + card["height"]
    assert board.evaluate("document.documentElement.scrollHeight <= innerHeight")
    board.close()


def test_the_blink_is_slow_and_ends(hall: tuple[HubProcess, Page, Terminal], browser: Browser) -> None:
    hub, desk, terminal = hall
    terminal.draw()
    board = browser.new_page(viewport=BOARD, locale="de-DE")
    board.goto(f"{hub.url}/board")
    expect(board.locator("#newest")).to_contain_text("Noch niemand")
    desk.keyboard.press("F2")
    expect(board.locator("#newest")).to_have_class("newest calling")
    name, seconds, times = board.locator("#newest").evaluate(
        "e => ['animationName', 'animationDuration', 'animationIterationCount'].map(k => getComputedStyle(e)[k])"
    )
    assert (name, times) == ("call", "3")
    assert float(seconds.rstrip("s")) >= 1 / 3
    board.close()


def test_the_visitors_page_follows_with_and_without_script(
    hall: tuple[HubProcess, Page, Terminal], browser: Browser
) -> None:
    _, desk, terminal = hall
    terminal.draw()
    mine = terminal.draw()
    phone = browser.new_page(viewport=PHONE, locale="de-DE")
    phone.goto(mine["url"])
    expect(phone.locator("#ahead")).to_have_text("1 Person")
    plain = browser.new_context(java_script_enabled=False, viewport=PHONE, locale="en-GB").new_page()
    plain.goto(mine["url"] + "?lang=en")
    expect(plain.locator("#ahead")).to_have_text("1 person")
    for _ in range(2):
        desk.wait_for_timeout(750)
        desk.keyboard.press("F2")
    expect(desk.locator("#own-number")).to_have_text(mine["label"])
    expect(phone.locator("#state")).to_contain_text("Gehen Sie jetzt zu: Schalter 1")
    expect(plain.locator("#state")).to_contain_text("Go now to: Schalter 1")
    plain.context.close()
    phone.close()
