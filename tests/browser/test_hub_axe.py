"""axe-core on every page of the hub: WCAG 2.2 A and AA and the best practices, no violations."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Browser, Page, expect

from tests.browser.board_names import Told, call
from tests.browser.clerk import DOUBLE_MS
from tests.browser.conftest import ROOT, Founded, HubProcess, Terminal, without_complaint
from tests.browser.shots import BOARD, DESK, PHONE, sit_down

pytestmark = pytest.mark.browser

AXE: Path = ROOT / "tests/vendor/axe.min.js"
RUN = """axe.run(document, {
  runOnly: ['wcag2a', 'wcag2aa', 'wcag21a', 'wcag21aa', 'wcag22aa', 'best-practice'],
  resultTypes: ['violations'],
  iframes: false,
}).then((found) => found.violations)"""
STAFF = (
    "/people",
    "/counters",
    "/queues",
    "/services",
    "/catalogue",
    "/catalogue/face",
    "/catalogue/tiles",
    "/catalogue/tiles?q=ausweis",
    "/terminals",
    "/site",
    "/boards?view=columns&lang=de,en&sent=1",
    "/account",
    "/trail",
    "/welcome",
    "/desk/choose",
    "/nowhere",
)
"""The board in the frame of its set-up page is looked at by itself, below."""
PATIENCE_MS = 180_000


def violations(page: Page) -> list[str]:
    """What axe finds. The script goes in by the debugger, so the page's own policy stays as strict as it is."""
    if not page.evaluate("typeof axe !== 'undefined'"):
        page.evaluate(AXE.read_text("utf-8"))
    found: list[dict[str, Any]] = page.evaluate(RUN)
    return [f"{each['id']}: {node['html'][:160]}" for each in found for node in each["nodes"]]


@pytest.fixture(scope="module", autouse=True)
def _busy_hall(hub: Any) -> None:
    terminal: Terminal = hub.terminal
    for service in terminal.services[:12]:
        terminal.draw(service)
    terminal.ask_help("A 001")
    terminal.report("paper_near_end")


@pytest.fixture(scope="module")
def staffs(browser: Browser, founded: Founded) -> Iterator[Page]:
    """One window for all pages, with axe-core in each of them before its own scripts."""
    context = browser.new_context(locale="de-DE", viewport=DESK)
    context.add_cookies(founded.cookies)
    context.add_init_script(path=AXE)
    yield context.new_page()
    context.close()


@pytest.mark.parametrize("path", STAFF)
def test_staff_pages(staffs: Page, hub: HubProcess, path: str) -> None:
    """Wide, and narrow as after it was made so."""
    with without_complaint(staffs):
        staffs.set_viewport_size(DESK)
        staffs.goto(hub.url + path)
        for closed in staffs.locator("details > summary").all()[:2]:
            closed.click()
        for width in (DESK["width"], 640):
            staffs.set_viewport_size({"width": width, "height": 900})
            assert violations(staffs) == [], width
            assert not staffs.evaluate("document.documentElement.scrollWidth > innerWidth + 1"), "no sideways scrolling"


def test_forms_with_faults(signed_in: Page, hub: HubProcess) -> None:
    signed_in.goto(f"{hub.url}/people")
    signed_in.fill("form.card [name=name]", "Bernd")
    signed_in.fill("form.card [name=login]", "B")
    signed_in.fill("form.card [name=password]", "kurz")
    signed_in.fill("form.card [name=again]", "lang")
    signed_in.click("form.card button.main")
    expect(signed_in.locator("[role=alert]")).to_be_visible()
    assert violations(signed_in) == []


def test_desk_empty_and_busy(signed_in: Page, hub: HubProcess) -> None:
    sit_down(signed_in, hub.url)
    assert violations(signed_in) == []
    signed_in.keyboard.press("F2")
    expect(signed_in.locator("#own-number")).to_be_visible()
    assert violations(signed_in) == []
    signed_in.wait_for_timeout(DOUBLE_MS)
    signed_in.keyboard.press("F2")
    expect(signed_in.locator("#ask-next")).to_be_visible()
    assert violations(signed_in) == []
    signed_in.keyboard.press("Escape")
    signed_in.keyboard.press("Shift+F8")
    expect(signed_in.locator("#ask-transfer-text")).to_be_visible()
    assert violations(signed_in) == []
    signed_in.keyboard.press("Escape")
    signed_in.keyboard.press("F2")
    signed_in.keyboard.press("F9")
    expect(signed_in.locator("#missed button")).to_be_visible()
    signed_in.click("#missed button")
    expect(signed_in.locator("#offer-me")).to_be_visible()
    assert violations(signed_in) == []
    signed_in.click(".who form button")
    expect(signed_in.locator("#becomes-back")).to_be_visible()
    assert violations(signed_in) == []
    signed_in.goto(f"{hub.url}/desk")
    signed_in.emulate_media(forced_colors="active")
    assert violations(signed_in) == []


def test_pages_without_account(hub: HubProcess, page: Page, terminal: Terminal) -> None:
    page.set_viewport_size(PHONE)
    ticket = terminal.draw()
    for path in ("/signin", "/t/" + "0" * 32, "/setup", ticket["url"].removeprefix(hub.url)):
        page.goto(hub.url + path)
        assert violations(page) == [], path
    page.goto(ticket["url"] + "?lang=ar")
    assert violations(page) == []
    page.click("#give-back")
    assert violations(page) == []
    page.click("#no")
    page.click("#late")
    expect(page.locator("#here")).to_be_visible()
    assert violations(page) == []


def test_set_up(empty_hub: HubProcess, page: Page) -> None:
    page.goto(empty_hub.setup_link)
    assert violations(page) == []


def test_board_live_and_stale(hub: HubProcess, browser: Browser) -> None:
    board = browser.new_page(viewport=BOARD, locale="de-DE")
    for query in ("", "?view=columns&lang=ar,de", "?queues=ZZ"):
        board.goto(f"{hub.url}/board{query}")
        assert violations(board) == [], query
    told = Told(board, hub.url)
    assert violations(board) == [], "nobody is called"
    board.evaluate("document.body.classList.add('stale')")
    assert violations(board) == []
    for query in ("", "?view=columns"):
        told.open(query)
        told.show(*[call(f"A {n:03d}", f"Schalter {n}") for n in range(1, 13)])
        assert violations(board) == [], query
        board.evaluate("document.body.classList.add('stale')")
        assert violations(board) == [], query
    board.close()


def test_a_file_is_brought_by_the_catalogue_page(signed_in: Page, hub: HubProcess, tmp_path: Path) -> None:
    """The last test here: it puts another catalogue in force."""
    signed_in.goto(f"{hub.url}/catalogue")
    for name, body in (("kaputt.xml", "<a/>"), ("klein.toml", '[[service]]\nid = "s"\nnames.de = "Eine Leistung"\n')):
        (tmp_path / name).write_text(body, "utf-8")
        signed_in.set_input_files("#file", tmp_path / name)
        signed_in.click("#import-form button.main")
        expect(signed_in.locator("#import .notice b", has_text=name)).to_be_visible(timeout=PATIENCE_MS)
        expect(signed_in.locator("#import[data-stage=ended]")).to_be_visible(timeout=PATIENCE_MS)
        assert violations(signed_in) == []
    expect(signed_in.locator("#import .notice.go")).to_contain_text("gilt jetzt: 1 Leistung.")
    expect(signed_in.locator("table")).to_contain_text("klein.toml")
    signed_in.set_input_files("#file", tmp_path / "klein.toml")
    signed_in.evaluate("document.getElementById('import').dataset.most = '3'")
    signed_in.click("#import-form button.main")
    expect(signed_in.locator("#import-fault")).to_contain_text("größer als 512 MB")
    assert violations(signed_in) == []
