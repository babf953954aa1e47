"""A clerk's day by the keyboard: who did not come, wrong keys undone, late visitors, two clerks and one counter."""

from collections.abc import Iterator

import pysqlite3
import pytest
from playwright.sync_api import Browser, Page, expect

from tests.browser.clerk import DOUBLE_MS, answer, call_next, empty_the_hall
from tests.browser.conftest import PASSWORD, HubProcess, Terminal
from tests.browser.shots import BOARD, DESK, SignIn, sign_in, sit_down

pytestmark = pytest.mark.browser


READER = """(code) => { const here = document.activeElement; for (const key of code)
  here.dispatchEvent(new KeyboardEvent("keydown", { key, bubbles: true, cancelable: true })); }"""
"""Keys as fast as a reader strikes them, however busy the machine is."""


@pytest.fixture(scope="module", autouse=True)
def _clerks(hub: HubProcess) -> None:
    """Anna and Bernd, with the administrator's password."""
    raw = pysqlite3.connect(str(hub.folder / "hub.db"))
    for name in ("Anna", "Bernd"):
        raw.execute(
            "INSERT INTO user (site_id, id, login, name, role, password_hash, created_ms)"
            " SELECT site_id, ?, ?, ?, 'clerk', password_hash, 1 FROM user WHERE login = 'frida'",
            (name, name.lower(), name),
        )
    raw.commit()
    raw.close()


def window(browser: Browser, hub: HubProcess, login: str) -> Page:
    page = browser.new_context(locale="de-DE", viewport=DESK).new_page()
    sign_in(page, hub.url, SignIn(login, PASSWORD))
    return page


@pytest.fixture(scope="module")
def annas(browser: Browser, hub: HubProcess) -> Iterator[Page]:
    page = window(browser, hub, "anna")
    yield page
    page.context.close()


@pytest.fixture
def anna(annas: Page, hub: HubProcess) -> Page:
    """At counter 1, with nobody there and nobody waiting."""
    sit_down(annas, hub.url, "Schalter 1")
    empty_the_hall(annas)
    return annas


@pytest.fixture
def bernd(browser: Browser, hub: HubProcess) -> Iterator[Page]:
    page = window(browser, hub, "bernd")
    yield page
    page.context.close()


def three(terminal: Terminal, page: Page) -> list[str]:
    labels = [str(terminal.draw()["label"]) for _ in range(3)]
    expect(page.locator("#count")).to_have_text("3 Personen")
    return labels


F9_AT_ONCE = """document.body.addEventListener("htmx:afterSettle", () =>
document.activeElement.dispatchEvent(new KeyboardEvent("keydown", {key: "F9", bubbles: true})), {once: true})"""
"""The second press of a double press, as soon as the answer to the first one stands there, however busy the machine."""


def test_nobody_ends_without_an_answer(anna: Page, terminal: Terminal) -> None:
    first, second, third = three(terminal, anna)
    call_next(anna)
    anna.keyboard.press("F2")
    expect(anna.locator("#ask-next")).to_be_hidden()  # the second press of a double press asks nothing
    anna.wait_for_timeout(DOUBLE_MS)
    anna.keyboard.press("F2")
    expect(anna.locator("#ask-next-text")).to_have_text(f"War {first} da?")
    expect(anna.locator("#ask-next")).to_be_focused()
    assert anna.locator("#ask-next").get_attribute("role") == "alertdialog"
    expect(anna.locator("#act-next")).to_be_hidden()
    anna.keyboard.press("F2")
    anna.keyboard.press("Escape")
    expect(anna.locator("#ask-next")).to_be_hidden()
    expect(anna.locator("#act-next")).to_be_focused()
    expect(anna.locator("#own-number")).to_have_text(first)
    anna.keyboard.press("F2")
    anna.evaluate(F9_AT_ONCE)  # pressed twice: it was about the first one
    anna.keyboard.press("F9")
    expect(anna.locator("#own-number")).to_have_text(second)
    anna.wait_for_timeout(DOUBLE_MS)
    expect(anna.locator("#own-number")).to_have_text(second)
    expect(anna.locator("#missed")).to_contain_text(first)
    anna.keyboard.press("F8")
    expect(anna.locator("#ask-finish-text")).to_have_text(f"War {second} da?")
    anna.keyboard.press("F7")
    expect(anna.locator(".visitor")).to_contain_text("Niemand bei Ihnen")
    expect(anna.locator("#missed")).not_to_contain_text(second)
    expect(anna.locator("#rows")).to_contain_text(third)


def test_a_question_is_over_when_somebody_else_is_there(anna: Page, hub: HubProcess, terminal: Terminal) -> None:
    """A second window of the same browser answered; the first one must not ask about the next person instead."""
    first, second, _ = three(terminal, anna)
    call_next(anna)
    other = anna.context.new_page()
    other.goto(f"{hub.url}/desk")
    anna.wait_for_timeout(DOUBLE_MS)
    anna.keyboard.press("F2")
    expect(anna.locator("#ask-next-text")).to_have_text(f"War {first} da?")
    other.keyboard.press("F2")
    answer(other, "next", were_here=True)
    expect(anna.locator("#own-number")).to_have_text(second)
    expect(anna.locator("#ask-next")).to_be_hidden()
    other.close()


def test_a_wrong_key_is_undone_and_the_board_follows(
    anna: Page, hub: HubProcess, terminal: Terminal, browser: Browser
) -> None:
    anna.evaluate("addEventListener('keydown', (e) => { window.last = [e.key, e.defaultPrevented]; })")
    first, second, _ = three(terminal, anna)
    board = browser.new_page(viewport=BOARD, locale="de-DE")
    board.goto(f"{hub.url}/board")
    call_next(anna)
    expect(board.locator("#newest .label")).to_have_text(first)
    anna.keyboard.press("F7")
    expect(anna.locator("#undo p")).to_have_text(f"{first} ist da")
    call_next(anna)
    expect(board.locator("#newest .label")).to_have_text(second)
    expect(anna.locator("#undo p")).to_have_text(f"{first} fertig · {second} aufgerufen")
    anna.keyboard.press("F1")
    expect(anna.locator("#own-number")).to_have_text(first)
    expect(anna.locator(".visitor")).to_contain_text("wird bedient")
    expect(anna.locator("#rows tr.first .number")).to_have_text(second)
    expect(anna.locator("#say")).to_contain_text(f"{second} wartet wieder an der alten Stelle.")
    expect(board.locator(".label", has_text=second)).to_have_count(0)
    board.close()
    expect(anna.locator("#act-undo")).to_be_hidden(timeout=20_000)
    anna.keyboard.press("F1")
    assert anna.evaluate("window.last") == ["F1", True], "a press too late opens no help of the browser"
    expect(anna.locator("#own-number")).to_have_text(first)


def test_a_visitor_is_transferred_by_keys(anna: Page, terminal: Terminal) -> None:
    first, _, _ = three(terminal, anna)
    call_next(anna)
    anna.wait_for_timeout(DOUBLE_MS)
    anna.keyboard.press("Shift+F8")
    expect(anna.locator("#ask-transfer-text")).to_have_text(f"Wohin mit {first}?")
    expect(anna.locator("#ask-transfer")).to_be_focused()
    anna.keyboard.press("Escape")
    expect(anna.locator("#act-transfer")).to_be_focused()
    expect(anna.locator("#own-number")).to_have_text(first)
    anna.keyboard.press("Shift+F8")
    anna.keyboard.press("ArrowDown")
    expect(anna.locator("#ask-transfer-1")).to_be_focused()
    queue = anna.locator("#ask-transfer-1 span").last.inner_text().split(" ", 1)[1]
    anna.keyboard.press("Enter")
    expect(anna.locator("#undo p")).to_have_text(f"{first} weitergeleitet")
    expect(anna.locator(".visitor")).to_contain_text("Niemand bei Ihnen")
    expect(anna.locator("#rows tr.first .number")).to_have_text(first)
    expect(anna.locator("#rows tr.first")).to_contain_text(queue)
    anna.keyboard.press("F1")
    expect(anna.locator("#own-number")).to_have_text(first)
    expect(anna.locator("#say")).to_contain_text(f"{first} ist wieder aufgerufen.")


def test_a_slip_before_the_choice_of_queues_chooses_nothing(anna: Page, terminal: Terminal) -> None:
    """A reader types as a keyboard does and presses Enter: the field takes it, no button does."""
    first, _, _ = three(terminal, anna)
    other = terminal.draw()
    call_next(anna)
    anna.wait_for_timeout(DOUBLE_MS)
    anna.keyboard.press("Shift+F8")
    anna.keyboard.press("ArrowDown")
    anna.evaluate(READER, other["slip_code"])
    anna.keyboard.press("Enter")
    expect(anna.locator("#say")).to_have_text(f"{other['label']} wartet schon.")
    expect(anna.locator("#own-number")).to_have_text(first)
    expect(anna.locator("#offer")).to_contain_text(f"{other['label']} weiterleiten an:")


@pytest.mark.parametrize("way", ["typed", "pressed"])
def test_a_late_visitor_comes_back(anna: Page, terminal: Terminal, way: str) -> None:
    first, second, third = three(terminal, anna)
    call_next(anna)
    anna.keyboard.press("F9")
    expect(anna.locator("#missed button").first).to_have_text(first)
    call_next(anna)
    expect(anna.locator("#own-number")).to_have_text(second)
    if way == "typed":
        anna.keyboard.press("F6")
        anna.keyboard.type(first)
        anna.keyboard.press("Enter")
    else:
        anna.locator("#missed button").first.click()
    expect(anna.locator("#say")).to_have_text(f"{first} wurde aufgerufen und kam nicht.")
    anna.wait_for_timeout(DOUBLE_MS)
    anna.click("#offer-me")
    expect(anna.locator("#say")).to_have_text(f"Bei Ihnen ist noch {second}. Beenden Sie zuerst mit F8.")
    anna.wait_for_timeout(DOUBLE_MS)
    anna.click("#offer-place")
    expect(anna.locator("#rows .number")).to_have_text([first, third])
    expect(anna.locator("#missed")).not_to_contain_text(first)
    expect(anna.locator("#offer button")).to_have_count(0)
    call_next(anna)
    expect(anna.locator("#own-number")).to_have_text(first)


def test_two_clerks_and_one_counter(anna: Page, bernd: Page, hub: HubProcess, terminal: Terminal) -> None:
    first, _, _ = three(terminal, anna)
    call_next(anna)
    anna.keyboard.press("F7")
    bernd.goto(f"{hub.url}/desk/choose")
    tile = bernd.locator("button.tile", has_text="Schalter 1")
    expect(tile).to_contain_text("Anna, seit ")
    expect(tile).to_contain_text(first)
    tile.click()
    expect(bernd.locator("h1")).to_contain_text("Trotzdem übernehmen?")
    bernd.click("text=Anderen Schalter wählen")
    tile.click()
    bernd.click("#take-over")
    expect(bernd.locator("#own-number")).to_have_text(first)
    expect(anna.locator(".lost[role=alert]")).to_contain_text("Bernd hat Schalter 1 um ")
    for key in ("F2", "F4", "F7", "F8", "F9", "F1"):
        anna.keyboard.press(key)
    anna.wait_for_timeout(DOUBLE_MS)
    expect(bernd.locator("#own-number")).to_have_text(first)
    expect(bernd.locator(".visitor")).to_contain_text("wird bedient")
    expect(bernd.locator("#undo p")).to_have_text("Schalter übernommen")
    bernd.keyboard.press("F3")
    expect(bernd.locator("#act-next")).to_be_disabled()
    expect(anna.locator("#hall")).not_to_contain_text("Pause")
    bernd.wait_for_timeout(DOUBLE_MS)
    bernd.keyboard.press("F3")
    expect(bernd.locator("#act-next")).to_be_enabled()
    bernd.click("text=Abmelden")
    expect(bernd.locator("h1")).to_have_text(f"{first} ist noch bei Ihnen")
    bernd.click("#becomes-back")
    bernd.wait_for_url("**/signin")
    expect(anna.locator(".lost[role=alert]")).to_contain_text("Sie sitzen nicht mehr an Schalter 1.")
    anna.click("#lost-again")
    expect(anna.locator("#rows tr.first .number")).to_have_text(first)
