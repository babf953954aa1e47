"""The board and the visitor's page: calls as they happen, grey when the hub is gone, right again by itself."""

import re
from collections.abc import Iterator

import pytest
from playwright.sync_api import Browser, Page, ViewportSize, expect

from kiosk.vocabulary.short_names import short_name
from kiosk.wire import CallState
from tests.browser.board_names import CAPITALS, FAULTS, LABELS, LONG_HEAD, NAMES, SIZES, Told, call
from tests.browser.clerk import call_next, empty_the_hall
from tests.browser.conftest import ADMINISTRATOR, HubProcess, Terminal, set_up
from tests.browser.shots import BOARD, PHONE, sign_in, sit_down

pytestmark = pytest.mark.browser

UPRIGHT = ViewportSize(width=1080, height=1920)
FORMS = (BOARD, UPRIGHT)
MM_OF_55 = 1218
"""The long side of a 55-inch screen (16:9)."""
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
    expect(board.locator("#newest")).to_contain_text("Bitte achten Sie auf Ihre Nummer")
    board.route("**/calls", lambda _route: None)  # no poll is answered: a call can only come by the stream
    desk.keyboard.press("F2")
    expect(board.locator("#newest .label")).to_have_text(first)
    expect(board.locator("#newest")).to_have_class("newest calling")
    call_next(desk)
    expect(board.locator("#newest .label")).to_have_text(second)
    expect(board.locator("#last .label")).to_have_count(0)
    expect(board.locator("#earlier b")).to_have_text([first])
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


@pytest.fixture
def desk(signed_in: Page, hub: HubProcess) -> Iterator[Page]:
    """Counter 1 of the hub of this module, with nobody there before and after."""
    sit_down(signed_in, hub.url, "Schalter 1")
    yield signed_in
    empty_the_hall(signed_in)


def test_a_dead_line_that_says_nothing_is_noticed(hub: HubProcess, browser: Browser) -> None:
    """The stream is cut off and every poll hangs: no error ever comes."""
    board = browser.new_page(viewport=BOARD, locale="de-DE")
    board.route("**/stream", lambda _route: None)
    board.route("**/calls", lambda _route: None)
    board.goto(f"{hub.url}/board")
    expect(board.locator("body")).to_have_class("board stale")
    board.close()


@pytest.mark.parametrize("form", FORMS, ids=["landscape", "portrait"])
def test_every_name_fits_and_every_number_is_whole(hub: HubProcess, form: ViewportSize, page: Page) -> None:
    """Names of 1 to 40 letters, as the newest call and in the list: no box on top of another, nothing cut."""
    page.set_viewport_size(form)
    told = Told(page, hub.url)
    for at, name in enumerate(NAMES):
        numbers = [LABELS[(at + more) % len(LABELS)] for more in range(5)]
        others = [call(number, NAMES[(at + more) % len(NAMES)]) for more, number in enumerate(numbers[1:], 1)]
        over = [call(number, name, CallState.OVER) for number in LABELS * 3]
        told.show(*over, *others, call(numbers[0], name))
        assert page.evaluate(FAULTS) == [], name
        for shown, whole, _ in page.evaluate(SIZES):
            assert shown in (whole, short_name(whole))
    page.evaluate(LONG_HEAD)
    assert page.evaluate(FAULTS) == [], "a long name of town and house takes no room from the calls"
    page.evaluate("document.body.classList.add('stale')")
    assert page.evaluate(FAULTS) == [], "nor does the word that nothing is heard"


def test_sizes_reach_across_the_hall(hub: HubProcess, browser: Browser, page: Page) -> None:
    """On a 55-inch panel (685 mm high) capitals of numbers are at least 60 mm, the newest of up to five calls fills a
    third, a counter's name in it has 45 mm or more."""
    page.set_viewport_size(BOARD)
    told = Told(page, hub.url)
    cap_mm = 0.714 * 685 / BOARD["height"]
    for name in ("Schalter 12", "Standesamt 1", "Führerscheinstelle 2", "Bürgerbüro im Rathaus", "4"):
        told.show(*[call(f"A 00{n}", f"Schalter {n}") for n in range(1, 5)], call("A 017", name))
        expect(page.locator("#last li")).to_have_count(4)
        for label in page.locator(".label").all():
            size = float(label.evaluate("e => parseFloat(getComputedStyle(e).fontSize)"))
            assert size * cap_mm >= (60 if label.evaluate("e => !!e.closest('.last')") else 120)
        shown, whole, size = page.evaluate(SIZES)[0]
        assert (shown, size * cap_mm >= 45) == (whole, True)
        newest = page.locator("#newest").bounding_box()
        assert newest is not None
        assert newest["height"] >= BOARD["height"] / 3


@pytest.mark.parametrize("form", FORMS, ids=["landscape", "portrait"])
def test_twelve_counters_call_and_each_call_has_its_counter(hub: HubProcess, form: ViewportSize, page: Page) -> None:
    """1 to 12 calls with names of 1, 12, 20 and 40 letters; capitals computed for a 55-inch screen of this shape."""
    page.set_viewport_size(form)
    told, names = Told(page, hub.url, "?lang=de,en"), [each for each in NAMES if len(each) in (1, 12, 20, 40)]
    for count in range(1, 13):
        for turn in range(2):
            some = [names[(at * 5 + count + turn * 3) % len(names)] for at in range(count)]
            told.show(*[call(f"A {at:03d}", f"{name}") for at, name in enumerate(some)])
            assert page.evaluate(FAULTS) == [], (count, turn)
            assert page.locator(".label").count() == page.locator(".name").count() == count
        told.show(*[call(f"A 1{at:02d}", f"Schalter {at + 1}") for at in range(count)])
        assert page.evaluate(FAULTS) == [], count
        for kind, text, px in page.evaluate(CAPITALS):
            assert px * MM_OF_55 / max(form.values()) >= {"number": 60, "name": 45}[kind], (count, text)


@pytest.mark.parametrize("form", FORMS, ids=["landscape", "portrait"])
def test_columns_show_what_has_room_and_number_the_rest(hub: HubProcess, form: ViewportSize, page: Page) -> None:
    """1 to 8 queues with one call each, then twelve calls among them."""
    page.set_viewport_size(form)
    told = Told(page, hub.url)
    told.open("?view=columns")
    letters = [str(each.get_attribute("data-queue")) for each in page.locator(".column").all()]
    for count in range(1, len(letters) + 1):
        told.open(f"?view=columns&queues={','.join(letters[:count])}")
        told.show(
            *[call(f"{letter} 017", f"Schalter {at + 1}", queue=letter) for at, letter in enumerate(letters[:count])]
        )
        assert page.evaluate(FAULTS) == [], count
        for kind, text, px in page.evaluate(CAPITALS):
            least = 45 if count <= (6 if form is BOARD else 4) else 30
            assert px * MM_OF_55 / max(form.values()) >= {"number": 60, "name": least}[kind], (count, text)
        calls = [(f"{letters[at % count]} {at:03d}", NAMES[at], letters[at % count]) for at in range(12)]
        told.show(*[call(label, name, queue=letter) for label, name, letter in calls])
        assert page.evaluate(FAULTS) == [], count
        shown = page.locator(".column .label, .column .numbers b").all_inner_texts()
        assert sorted(shown) == sorted(label for label, _, _ in calls), "no number is lost"
        assert page.locator(".column li:first-child").count() == count


@pytest.mark.parametrize("form", FORMS, ids=["landscape", "portrait"])
def test_the_idle_board_fits_in_every_language(hub: HubProcess, form: ViewportSize, page: Page) -> None:
    page.set_viewport_size(form)
    told = Told(page, hub.url)
    for query in ("?lang=de", "?lang=ar", "?lang=de,en,ar", "?lang=en&view=columns", "?hide=steps,hours"):
        told.open(query)
        expect(page.locator(".idle-clock")).to_be_visible()
        assert page.evaluate(FAULTS) == [], query
        cut = "(e) => e.clientWidth && e.scrollWidth > e.clientWidth + 1"
        assert page.evaluate(f"[...document.querySelectorAll('.idle-page *')].filter({cut}).length") == 0, query
        sentence = page.locator(".idle").first.evaluate("e => parseFloat(getComputedStyle(e).fontSize)")
        assert 0.714 * sentence * MM_OF_55 / max(form.values()) >= 20, "across the lobby, though nobody is called"


def test_one_line_to_a_counter_and_nobody_called_for_hours(
    hall: tuple[HubProcess, Page, Terminal], browser: Browser
) -> None:
    """By the page, by its poll and by its stream: who came, who did not come, who was called to the same counter."""
    hub, desk, terminal = hall
    first, second, third = (terminal.draw()["label"] for _ in range(3))
    board = browser.new_page(viewport=BOARD, locale="de-DE")
    polled = browser.new_page(viewport=BOARD, locale="de-DE")
    polled.route("**/stream", lambda _route: None)
    for each in (board, polled):
        each.goto(f"{hub.url}/board")
    for key, now, over in (
        ("F2", first, []),
        ("F7", "", [first]),
        ("F2", second, [first]),
        ("F9", "", [second, first]),
        ("F2", third, [second, first]),
        ("F4", third, [second, first]),
        ("F7", "", [third, second, first]),
        ("F8", "", [third, second, first]),
    ):
        desk.wait_for_timeout(750)
        desk.keyboard.press(key)
        for each in (board, polled):
            expect(each.locator("#newest .label")).to_have_text([now] if now else [])
            expect(each.locator("#earlier b")).to_have_text(over)
    expect(board.locator("#newest")).to_contain_text("Bitte achten Sie auf Ihre Nummer")
    board.close()
    polled.close()


def test_the_form_shows_a_counters_name_as_the_board_will(signed_in: Page, hub: HubProcess) -> None:
    page = signed_in
    page.goto(f"{hub.url}/counters")
    form = page.locator("form[action='/counters']")
    form.locator("[name=name]").fill("Führerscheinstelle 2")
    expect(form.locator(".preview .newest .name")).to_have_attribute("data-short", "Führersch. 2")
    form.locator("[name=short]").fill("FS 2")
    expect(form.locator(".preview .last .name")).to_have_text("FS 2")
    expect(form.locator(".preview .newest .name")).to_have_text(re.compile("Führer.?schein.?stelle 2"))
    form.locator("button[type=submit]").click()
    expect(page.locator("h2", has_text="Führerscheinstelle 2")).to_be_visible()
    page.locator("section", has_text="Führerscheinstelle 2").locator("summary").click()
    folded = page.locator("section", has_text="Führerscheinstelle 2").locator(".preview .last .name")
    expect(folded).to_have_text("FS 2")
    for width in (390, 1280):
        page.set_viewport_size(ViewportSize(width=width, height=800))
        assert page.evaluate("document.documentElement.scrollWidth <= innerWidth"), "a name breaks, the page does not"
    form.locator("[name=name]").fill("Fundsachen")
    form.locator("[name=short]").fill("fs 2")
    form.locator("button[type=submit]").click()
    expect(form.locator("#short-fault")).to_contain_text("schon ein anderer Schalter")


def test_the_blink_is_slow_and_ends(hub: HubProcess, desk: Page, terminal: Terminal, browser: Browser) -> None:
    terminal.draw()
    board = browser.new_page(viewport=BOARD, locale="de-DE")
    board.goto(f"{hub.url}/board")
    expect(board.locator("#newest")).to_contain_text("Bitte achten")
    desk.keyboard.press("F2")
    expect(board.locator("#newest")).to_have_class("newest calling")
    name, seconds, times = board.locator("#newest").evaluate(
        "e => ['animationName', 'animationDuration', 'animationIterationCount'].map(k => getComputedStyle(e)[k])"
    )
    assert (name, times) == ("call", "3")
    assert float(seconds.rstrip("s")) >= 1 / 3
    board.close()


def test_the_visitors_page_follows_with_and_without_script(desk: Page, terminal: Terminal, browser: Browser) -> None:
    terminal.draw()
    mine = terminal.draw()
    phone = browser.new_page(viewport=PHONE, locale="de-DE")
    phone.goto(mine["url"])
    expect(phone.locator("#ahead")).to_have_text("1 Person")
    plain = browser.new_context(java_script_enabled=False, viewport=PHONE, locale="en-GB").new_page()
    plain.goto(mine["url"] + "?lang=en")
    expect(plain.locator("#ahead")).to_have_text("1 person")
    for _ in range(2):
        call_next(desk)
    expect(desk.locator("#own-number")).to_have_text(mine["label"])
    expect(phone.locator("#state")).to_contain_text("Gehen Sie jetzt zu: Schalter 1")
    expect(plain.locator("#state")).to_contain_text("Go now to: Schalter 1")
    plain.context.close()
    phone.close()


RECORDED = """() => {
  window.buzzed = [];
  navigator.vibrate = (pattern) => { window.buzzed.push(pattern); return true; };
}"""
"""Chromium on a desk cannot buzz: what the page asks for is written down."""


def test_the_phone_wakes_its_owner_after_one_touch(desk: Page, terminal: Terminal, browser: Browser) -> None:
    mine = terminal.draw()
    phone = browser.new_page(viewport=PHONE, locale="de-DE")
    phone.add_init_script(f"({RECORDED})()")
    phone.goto(mine["url"])
    phone.click("#wake-button")
    expect(phone.locator("#wake-text")).to_have_text(re.compile("Ton und Vibration sind an"))
    expect(phone.locator("#wake-button")).to_be_hidden()
    assert phone.evaluate("window.buzzed.length") == 1
    call_next(desk)
    expect(phone.locator("#state")).to_contain_text("Gehen Sie jetzt zu")
    phone.wait_for_function("() => window.buzzed.length === 2")
    assert "Sie sind dran" in phone.title()
    desk.wait_for_timeout(750)
    desk.keyboard.press("F4")
    phone.wait_for_function("() => window.buzzed.length === 3")
    phone.close()


@pytest.mark.parametrize("script", [True, False], ids=["script", "no script"])
def test_a_visitor_comes_later_is_here_and_gives_the_number_back(
    desk: Page, terminal: Terminal, browser: Browser, script: bool
) -> None:
    mine = terminal.draw()
    phone = browser.new_context(java_script_enabled=script, viewport=PHONE, locale="de-DE").new_page()
    phone.goto(mine["url"])
    phone.click("#late")
    expect(phone.locator("#state")).to_contain_text("Ihr Platz bleibt")
    expect(desk.locator("#late button")).to_have_text(mine["label"])
    expect(desk.locator("#rows")).not_to_contain_text(mine["label"])
    phone.click("#here")
    expect(phone.locator("#ahead")).to_be_visible()
    expect(desk.locator("#rows")).to_contain_text(mine["label"])
    phone.click("#give-back")
    phone.click("#no")
    expect(phone.locator("#ahead")).to_be_visible()
    phone.click("#give-back")
    phone.click("#yes")
    expect(phone.locator("#state")).to_contain_text("zurückgegeben")
    expect(desk.locator("#rows")).not_to_contain_text(mine["label"])
    phone.context.close()


def test_the_set_up_page_shows_the_real_board_of_its_address(signed_in: Page, hub: HubProcess) -> None:
    page = signed_in
    page.goto(f"{hub.url}/boards")
    board = page.frame_locator(".screen iframe")
    expect(board.locator("#newest")).to_contain_text("Bitte achten Sie auf Ihre Nummer")
    page.check("input[name=queues] >> nth=0")
    page.check("input[name=view][value=columns]")
    letter = page.locator("input[name=queues]").first.input_value()
    expect(page.locator("#address")).to_have_value(f"{hub.url}/board?queues={letter}&lang=de&view=columns")
    expect(board.locator("body")).to_have_attribute("data-queues", letter)
    page.check("input[name=format][value=tall]")
    expect(page.locator(".screen")).to_have_class("screen tall")
