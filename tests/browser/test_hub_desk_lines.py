"""The desk's line: connections that die in silence, a hub that goes and comes back, seven pages, a laptop that slept.

Each test also counts whom the presses really called: exactly one person for each.
"""

import re
from collections.abc import Iterator

import pytest
from playwright.sync_api import Browser, BrowserContext, Page, Route, StorageState, expect

from tests.browser.clerk import DOUBLE_MS, answer, finish
from tests.browser.conftest import Founded, HubProcess, Terminal
from tests.browser.shots import DESK, PHONE, sit_down
from tests.faults.swallow_proxy import SwallowProxy

pytestmark = pytest.mark.browser

BEAT_S = 5
SILENCE_MS = 30_000
"""Two beats, and what a busy machine needs."""


@pytest.fixture
def line(hub: HubProcess) -> Iterator[SwallowProxy]:
    proxy = SwallowProxy(("127.0.0.1", hub.port))
    yield proxy
    proxy.stop()


@pytest.fixture(scope="module")
def signed_in_state(browser: Browser, hub: HubProcess, founded: Founded) -> StorageState:
    """Signed in and sitting at counter 1, once for all tests; a cookie holds for every port."""
    context = browser.new_context(locale="de-DE")
    context.add_cookies(founded.cookies)
    page = context.new_page()
    sit_down(page, hub.url, "Schalter 1")
    state = context.storage_state()
    context.close()
    return state


@pytest.fixture
def context(browser: Browser, signed_in_state: StorageState) -> Iterator[BrowserContext]:
    """One browser of its own: its pages share six connections."""
    context = browser.new_context(locale="de-DE", viewport=DESK, storage_state=signed_in_state)
    yield context
    context.close()


@pytest.fixture
def desk(context: BrowserContext, hub: HubProcess, line: SwallowProxy) -> Page:
    """Counter 1 through the line, in an empty hall."""
    page = context.new_page()
    page.goto(f"{line.url}/desk")
    empty(page)
    return page


def called(hub: HubProcess) -> list[str]:
    """Whom this hub ever called, in order."""
    import pysqlite3

    raw = pysqlite3.connect(str(hub.folder / "hub.db"))
    try:
        rows = raw.execute("SELECT json_extract(body, '$.label') FROM event WHERE kind = 'call' ORDER BY seq")
        return [str(row[0]) for row in rows.fetchall()]
    finally:
        raw.close()


def press_next(page: Page) -> None:
    """Press F2; whoever was called before was there."""
    page.wait_for_timeout(DOUBLE_MS)
    page.keyboard.press("F2")
    answer(page, "next", were_here=True)


def word(page: Page) -> str:
    return page.locator("#live > span").last.inner_text()


def empty(page: Page) -> None:
    """Call and finish whoever is left of another test."""
    expect(page.locator("#live")).to_have_class("chip go", timeout=SILENCE_MS)
    while page.locator("#rows tr.first").count() or page.locator("#act-finish").is_enabled():
        if page.locator("#rows tr.first").count():
            before = page.locator("#rows tr.first .number").inner_text()
            press_next(page)
            expect(page.locator("#rows tr.first .number", has_text=before)).to_have_count(0)
        else:
            finish(page)


def test_swallowed_connections_are_noticed_and_the_press_calls_one_person(
    desk: Page, hub: HubProcess, terminal: Terminal, line: SwallowProxy
) -> None:
    """Nobody hangs up: without a limit the press would wait for ever, and the chip would stay green."""
    first, second = (terminal.draw()["label"] for _ in range(2))
    expect(desk.locator("#count")).to_have_text("2 Personen")
    before = len(called(hub))
    assert line.swallow() >= 1
    desk.keyboard.press("F2")
    expect(desk.locator("#own-number")).to_have_text(first, timeout=SILENCE_MS)
    expect(desk.locator("#live")).to_have_class("chip go", timeout=SILENCE_MS)
    assert called(hub)[before:] == [first], "the repeated press is the same press"
    third = terminal.draw()["label"]
    expect(desk.locator("#rows")).to_contain_text(third)
    press_next(desk)
    expect(desk.locator("#own-number")).to_have_text(second)
    assert called(hub)[before:] == [first, second]


def test_a_dead_line_is_never_called_live_and_says_what_to_do(
    desk: Page, hub: HubProcess, terminal: Terminal, line: SwallowProxy
) -> None:
    """New connections are swallowed too: the whole network is gone."""
    label = terminal.draw()["label"]
    expect(desk.locator("#rows")).to_contain_text(label)
    before = len(called(hub))
    line.dead = True
    line.swallow()
    desk.keyboard.press("F2")
    expect(desk.locator("#say")).to_contain_text("Noch keine Antwort", timeout=SILENCE_MS)
    expect(desk.locator("#live")).to_have_class("chip stop", timeout=SILENCE_MS)
    expect(desk.locator("#live [data-word=live]")).to_be_hidden()
    expect(desk.locator("#band")).to_contain_text("Rufen Sie der Reihe nach auf")
    expect(desk.locator("#next-try")).not_to_be_empty()
    expect(desk.locator("#act-next")).to_be_disabled()
    desk.keyboard.press("F2")
    expect(desk.locator("#say")).to_contain_text(re.compile("[Kk]eine Antwort|Keine Verbindung zur Zentrale"))
    line.dead = False
    expect(desk.locator("#live")).to_have_class("chip go", timeout=SILENCE_MS)
    expect(desk.locator("#band")).to_be_hidden()
    expect(desk.locator("#act-next")).to_be_enabled()
    desk.wait_for_timeout(3_000)  # the press is repeated for 20 s; on a busy machine it was given up before
    if not desk.locator("#own-number").count():
        press_next(desk)
    expect(desk.locator("#own-number")).to_have_text(label, timeout=SILENCE_MS)
    assert called(hub)[before:] == [label]


def test_a_press_whose_answer_is_lost_or_late_calls_one_person(desk: Page, hub: HubProcess, terminal: Terminal) -> None:
    """The hub heard the press and its answer was lost; then an answer that is so late that the clerk presses again."""
    first, second, _ = (terminal.draw()["label"] for _ in range(3))
    expect(desk.locator("#count")).to_have_text("3 Personen")
    before, lost, held = len(called(hub)), list[int](), list[Route]()

    def lose(route: Route) -> None:
        if lost:
            route.continue_()
        else:
            lost.append(route.fetch().status)
            route.abort("timedout")

    desk.route("**/desk/do/next", lose)
    desk.keyboard.press("F2")
    expect(desk.locator("#own-number")).to_have_text(first)
    expect(desk.locator("#say")).to_be_empty(timeout=SILENCE_MS)
    assert (lost, called(hub)[before:]) == ([200], [first])

    desk.unroute("**/desk/do/next")
    desk.route("**/desk/do/next", lambda route: held.append(route) if not held else route.continue_())
    press_next(desk)
    press_next(desk)
    expect(desk.locator("#say")).to_contain_text(re.compile("läuft noch|Noch keine Antwort"))
    expect(desk.locator("#own-number")).to_have_text(second, timeout=SILENCE_MS)
    assert called(hub)[before:] == [first, second], "what was never answered is repeated under its own key"
    desk.unroute("**/desk/do/next")


def test_seven_pages_of_one_browser_all_work(
    desk: Page, context: BrowserContext, hub: HubProcess, terminal: Terminal, line: SwallowProxy
) -> None:
    """A browser has six connections to a hub. All pages hear of a number, desks and boards share one stream each, and
    another page takes the stream over when the one that had it is closed."""
    desks, boards = [desk], list[Page]()
    for path, pages in (("/desk", desks), ("/desk", desks), ("/desk", desks), *[("/board", boards)] * 3):
        page = context.new_page()
        page.goto(line.url + path)
        pages.append(page)
    for page in desks:
        expect(page.locator("#live")).to_have_class("chip go", timeout=SILENCE_MS)
    before = len(called(hub))
    labels = [terminal.draw()["label"] for _ in desks]
    for page in desks:
        expect(page.locator("#rows")).to_contain_text(labels[-1], timeout=SILENCE_MS)
    for at, (page, label) in enumerate(zip(desks, labels, strict=True)):
        expect(page.locator("#own-number")).to_have_text(labels[at - 1 : at] or [], timeout=SILENCE_MS)
        press_next(page)
        expect(page.locator("#own-number")).to_have_text(label)
    assert called(hub)[before:] == labels, "each press called one person"
    for board in boards:
        expect(board.locator("#newest .label")).to_have_text(labels[-1], timeout=SILENCE_MS)
        expect(board.locator("body")).to_have_class("board")
    assert line.passing <= 6, "seven pages of which each held a stream would fill every connection"
    desk.close()
    late = terminal.draw()["label"]
    for page in desks[1:]:
        expect(page.locator("#rows")).to_contain_text(late, timeout=SILENCE_MS)
        expect(page.locator("#live")).to_have_class("chip go", timeout=SILENCE_MS)


def test_after_two_minutes_asleep_nothing_counts_as_heard(
    desk: Page, hub: HubProcess, terminal: Terminal, line: SwallowProxy
) -> None:
    """The lid is closed for two minutes: timers stand, the clock does not, the network forgets the connections."""
    desk.clock.install()
    desk.reload()
    expect(desk.locator("#live")).to_have_class("chip go", timeout=SILENCE_MS)
    label = terminal.draw()["label"]
    expect(desk.locator("#rows")).to_contain_text(label)
    before = len(called(hub))
    line.dead = True
    line.swallow()
    desk.clock.fast_forward(120_000)
    expect(desk.locator("#live")).not_to_have_class("chip go", timeout=2_000)
    assert word(desk) in ("verbindet …", "keine Verbindung")
    desk.wait_for_timeout(1_500)
    expect(desk.locator("#live")).not_to_have_class("chip go")
    line.dead = False
    expect(desk.locator("#live")).to_have_class("chip go", timeout=SILENCE_MS)
    press_next(desk)
    expect(desk.locator("#own-number")).to_have_text(label)
    assert called(hub)[before:] == [label]


def test_the_hub_goes_and_comes_back(desk: Page, hub: HubProcess, terminal: Terminal, line: SwallowProxy) -> None:
    label = terminal.draw()["label"]
    expect(desk.locator("#rows")).to_contain_text(label)
    before = len(called(hub))
    hub.stop()
    expect(desk.locator("#live")).to_have_class("chip stop", timeout=SILENCE_MS)
    expect(desk.locator("#band")).to_be_visible()
    expect(desk.locator("#act-next")).to_be_disabled()
    desk.keyboard.press("F2")
    expect(desk.locator("#say")).to_contain_text("Keine Verbindung zur Zentrale")
    hub.start()
    expect(desk.locator("#live")).to_have_class("chip go", timeout=60_000)
    expect(desk.locator("#band")).to_be_hidden()
    press_next(desk)
    expect(desk.locator("#own-number")).to_have_text(label)
    assert called(hub)[before:] == [label]


SOUND = """
    window.tones = [];
    const start = OscillatorNode.prototype.start;
    OscillatorNode.prototype.start = function (at) {
        window.tones.push(this.frequency.value);
        return start.call(this, at);
    };
"""


def tones(page: Page) -> int:
    """How often the page sounded, once what it asked of the browser's locks is decided: they answer in order."""
    page.evaluate("navigator.locks.query()")
    return int(page.evaluate("window.tones.length"))


def test_who_asks_for_help_is_heard_and_stands_in_the_title(
    desk: Page, context: BrowserContext, terminal: Terminal, line: SwallowProxy
) -> None:
    """One page of this browser sounds, once for a call; switched off, none. The title stays until somebody goes."""
    context.add_init_script(SOUND)
    other = context.new_page()
    for page in (desk, other):
        page.goto(f"{line.url}/desk")
        expect(page.locator("#live")).to_have_class("chip go", timeout=SILENCE_MS)
        page.keyboard.press("Shift")  # a browser lets no page sound that was never touched
    label = terminal.draw()["label"]
    terminal.ask_help(label)  # a missing slip, not a person
    expect(desk.locator("#hall")).to_contain_text(label)
    assert not desk.title().startswith("(")
    terminal.ask_help("", reason="asked")
    for page in (desk, other):
        expect(page.locator("#hall .help").first).to_contain_text("Jemand bittet um Hilfe")
        expect(page).to_have_title(re.compile(r"\(1\) Hilfe · "))
    expect(desk.locator("#hall .help [data-key=F10]")).to_have_count(1)
    expect(desk.locator("#hall .help").first.locator("[data-key=F10]")).to_be_visible()
    assert sorted(tones(page) for page in (desk, other)) == [0, 2]
    desk.keyboard.press("F10")
    expect(desk.locator("#hall .help.taken")).to_contain_text("Frida Fuchs geht hin")
    for page in (desk, other):
        expect(page).not_to_have_title(re.compile(r"\("))
    desk.locator("#hall .help.taken button").click()
    expect(desk.locator("#hall .help.taken")).to_have_count(0)
    desk.click("#tone")
    terminal.ask_help("", reason="asked")
    expect(desk).to_have_title(re.compile(r"\(1\) Hilfe · "))
    assert sum(tones(page) for page in (desk, other)) == 2


def test_an_old_phone_page_does_not_pass_for_a_new_one(
    browser: Browser, terminal: Terminal, line: SwallowProxy
) -> None:
    ticket = terminal.draw()
    phone = browser.new_page(viewport=PHONE, locale="de-DE")
    phone.goto(f"{line.url}/t/{ticket['url'].rpartition('/')[2]}")
    expect(phone.locator("#state")).to_be_visible()
    expect(phone.locator("#stale")).to_be_hidden()
    line.dead = True
    line.swallow()
    expect(phone.locator("#stale")).to_contain_text("Diese Angaben sind von", timeout=60_000)
    line.dead = False
    expect(phone.locator("#stale")).to_be_hidden(timeout=SILENCE_MS)
    phone.close()


def test_terminals_are_not_well_on_a_page_that_hears_nothing(
    context: BrowserContext, terminal: Terminal, line: SwallowProxy
) -> None:
    terminal.report()
    page = context.new_page()
    page.goto(f"{line.url}/terminals")
    expect(page.locator(".chip.go").first).to_contain_text("verbunden")
    line.dead = True
    line.swallow()
    expect(page.locator("#stale")).to_contain_text("Diese Angaben sind von", timeout=60_000)
    expect(page.locator(".chip.go").first).to_have_css("background-color", "rgb(232, 234, 236)")
    line.dead = False
    expect(page.locator("#stale")).to_be_hidden(timeout=SILENCE_MS)
