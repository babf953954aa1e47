"""From an empty hub to the first called number, through the pages alone; one terminal draws by the API."""

from collections.abc import Iterator

import pytest
from playwright.sync_api import Browser, Page, expect

from tests.browser.conftest import ADMINISTRATOR, HubProcess, Terminal, set_up
from tests.browser.shots import sign_in, sit_down

pytestmark = pytest.mark.browser


@pytest.mark.parametrize("catalogue", ["demo", "empty"])
def test_an_empty_hub_reaches_its_first_called_number(
    empty_hub: HubProcess, browser: Browser, page: Page, catalogue: str
) -> None:
    terminal = Terminal(empty_hub.url, set_up(page, empty_hub, catalogue))
    ticket = terminal.draw()
    board = browser.new_page(locale="de-DE")
    board.goto(f"{empty_hub.url}/board")
    page.click("a:has-text('Aufrufen') >> nth=0")
    page.click("button.tile >> nth=1")
    expect(page.locator("#rows")).to_contain_text(ticket["label"])
    expect(page.locator("#live")).to_have_class("chip go")  # the page's script listens and has drawn
    page.click("#act-next")
    expect(page.locator("#own-number")).to_have_text(ticket["label"])
    expect(board.locator("#newest .label")).to_have_text(ticket["label"])
    expect(board.locator("#newest .where")).to_contain_text("Schalter 2")
    board.close()


@pytest.fixture(scope="module")
def new_hub(tmp_path_factory: pytest.TempPathFactory) -> Iterator[HubProcess]:
    """For tests that do not set it up."""
    hub = HubProcess(tmp_path_factory.mktemp("new") / "hub")
    hub.start()
    yield hub
    hub.stop()


def test_a_guessed_link_opens_nothing(new_hub: HubProcess, page: Page) -> None:
    page.goto(f"{new_hub.url}/setup?token=guessed")
    expect(page.locator("h1")).to_have_text("Dieser Einrichtungslink gilt nicht mehr.")
    page.goto(new_hub.url)
    expect(page.locator("h1")).to_have_text("Dieser Hub ist noch nicht eingerichtet.")


def test_faults_are_shown_where_they_are_and_nothing_typed_is_lost(new_hub: HubProcess, page: Page) -> None:
    page.goto(new_hub.setup_link)
    page.fill("#town", "Stadt Musterstadt")
    page.fill("#name", "Bürgerhaus")
    page.fill("#admin_name", "Frida")
    page.fill("#login", "Frieda Füchsin")
    page.fill("#password", "kurz")
    page.fill("#again", "kurz")
    page.fill("[name=opens-0-0]", "16")
    page.click("button.main")
    expect(page.locator("[role=alert]")).to_contain_text("3 Felder")
    expect(page.locator("#login")).to_have_attribute("aria-invalid", "true")
    expect(page.locator("#town")).to_have_value("Stadt Musterstadt")
    expect(page.locator("[name=opens-0-0]")).to_have_value("16")
    expect(page.locator("#password")).to_have_value("")


def test_after_set_up_its_link_is_dead_and_a_restart_changes_nothing(empty_hub: HubProcess, page: Page) -> None:
    set_up(page, empty_hub)
    page.goto(empty_hub.setup_link)
    expect(page.locator("h1")).to_have_text("Dieser Einrichtungslink gilt nicht mehr.")
    empty_hub.stop()
    empty_hub.start()
    page.context.clear_cookies()
    sign_in(page, empty_hub.url, ADMINISTRATOR)
    sit_down(page, empty_hub.url, "Schalter 3")
    expect(page.locator("h1")).to_have_text("Schalter 3")
