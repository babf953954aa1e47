"""The whole lobby: terminal under Xvfb, touches by xdotool, real hub, Chromium on desk and board, byte-level peers.

Printer on a socket, sign on a pty, pole display and scanner on sockets.
"""

import contextlib
import re
import secrets
import time
from collections.abc import Iterator
from datetime import date, timedelta
from io import BytesIO
from pathlib import Path

import pysqlite3
import pytest
import requests
import zxingcpp
from lobby.patience import PATIENCE_S, until
from lobby.trace import Drawn
from lobby.visit import Lobby
from PIL import Image
from playwright.sync_api import Locator, Page, expect

from hub.catalogue.content import routes
from hub.catalogue.import_runs.cli import run_import
from hub.clock import system_ms
from hub.fleet import terminals
from hub.settings import queue_settings
from hub.sites import sites
from hub.store.engine import Store
from kiosk import wire
from kiosk.config import Loaded, Timing, load
from kiosk.main.terminal import RESTART
from kiosk.vocabulary.ids import uuid7
from kiosk.vocabulary.labels import Label
from kiosk.vocabulary.slips import Slip, service_mark, slip_text
from offline_cache.http.answers import Answer
from offline_cache.http.hub_client import HubClient
from tests.browser.shots import SignIn, chromium, sign_in, sit_down
from tests.paper_numbers import number_in

pytestmark = pytest.mark.e2e


PATIENT = Timing(
    idle_s=3600, question_s=3600, take_ticket_s=3600, hand_back_s=3600, trouble_s=3600, notice_s=3600, facts_s=3600
)
"""Pages stand until they are touched: a test on a busy machine may be slower than a visitor."""
WAYS_ON = ("finish", "have_slip", "start", "close_help", "leave", "back")
ANSWER_S = 10.0
"""A touch that changes the page has changed it by then."""


@pytest.fixture(scope="module")
def hall(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Lobby]:
    lobby = Lobby(tmp_path_factory.mktemp("lobby"), timing=PATIENT)
    try:
        lobby.open(sign="pty", pole="tcp:0")
        yield lobby
    finally:
        lobby.close()


@pytest.fixture(scope="module")
def desk(hall: Lobby) -> Iterator[Page]:
    clerk = next(account for account in hall.demo.accounts if account.role == "clerk")
    with chromium() as browser:
        page = browser.new_page(locale="de-DE")
        sign_in(page, hall.demo.hub_url, SignIn(clerk.name, clerk.password))
        sit_down(page, hall.demo.hub_url)
        yield page


@pytest.fixture(autouse=True)
def well_and_at_start(hall: Lobby) -> Iterator[None]:
    yield
    requests.post(hall.demo.panel_url + "/well", json={}, timeout=PATIENCE_S)


def back_to_start(hall: Lobby) -> None:
    """By what the pages offer; the last one, goodbye, ends by itself."""

    def there() -> bool:
        now = hall.trace.all()[-1]
        touched = max((at for _, at in hall.trace.moments("fired")), default=0.0)
        if now.at < touched and time.monotonic() < touched + ANSWER_S:
            return False  # what comes of the last touch is not drawn yet
        way = next(
            (box for box in ("finish", "have_slip", "start", "close_help", "leave", "back") if box in now.boxes), None
        )
        if way is not None and now.screen not in ("start", "goodbye"):
            hall.finger.tap(way)
        return now.screen == "start"

    until(there, "the start screen")


def featured(hall: Lobby) -> str:
    drawn = hall.trace.wait_for_screen("start")
    return next(box for box in drawn.boxes if box.startswith("featured:"))


def slips(hall: Lobby) -> int:
    devices = hall.sim("/state").json()["devices"]
    return int(next(each["slips"] for each in devices if each["name"] == "printer"))


def hub_number(hall: Lobby) -> tuple[Drawn, int]:
    """A number that the hub gave, and how many slips had come before it.

    On a busy machine the hub may be silent for 0.4 s; then the terminal gives one of its own, which is handed back.
    """
    for _ in range(50):
        before = slips(hall)
        hall.finger.tap(featured(hall))
        ticket = hall.trace.wait_for_screen("ticket")
        if "-" not in ticket.number:
            return ticket, before
        hall.finger.tap("hand_back")
        hall.trace.wait_for_screen("handed_back")
        back_to_start(hall)
    raise AssertionError("the hub gave no number")


def test_tap_paper_call_board_sign_and_pole(hall: Lobby, desk: Page) -> None:
    board = desk.context.browser.new_page(locale="de-DE")  # type: ignore[union-attr]
    board.goto(hall.demo.hub_url + "/board")
    ticket, before = hub_number(hall)
    assert slips(hall) == before + 1
    paper = hall.sim("/paper.txt").text
    assert number_in(hall.sim("/paper.bin").content) == ticket.number
    assert "Für" not in paper or "ü" in paper
    (code,) = zxingcpp.read_barcodes(Image.open(BytesIO(hall.sim("/paper.png").content)))
    assert code.text.startswith(hall.demo.hub_url + "/t/")
    visitor = requests.get(code.text, timeout=PATIENCE_S)
    assert visitor.status_code == 200
    assert ticket.number in visitor.text
    expect(desk.locator("#rows")).to_contain_text(ticket.number)
    desk.keyboard.press("F2")
    expect(desk.locator("#own-number")).to_have_text(ticket.number)
    expect(board.locator("#newest .label")).to_have_text(ticket.number)
    until(lambda: ticket.number in hall.sim("/sign.txt").text, "the number on the sign")
    until(lambda: ticket.number in hall.sim("/pole.txt").text, "the number on the pole")
    board.close()
    back_to_start(hall)


def test_a_number_can_be_given_back_and_is_not_called(hall: Lobby, desk: Page) -> None:
    hall.finger.tap(featured(hall))
    ticket = hall.trace.wait_for_screen("ticket")
    expect(desk.locator("#rows")).to_contain_text(ticket.number)
    hall.finger.tap("hand_back")
    hall.trace.wait_for_screen("handed_back")
    expect(desk.locator("#rows")).not_to_contain_text(ticket.number)
    back_to_start(hall)


def test_without_paper_the_number_is_shown_and_reprinted_once(hall: Lobby, desk: Page) -> None:
    before = slips(hall)
    hall.fault("printer", "paper_out")
    hall.finger.tap(featured(hall))
    shown = hall.trace.wait_for_screen("ticket_no_paper")
    assert shown.number
    expect(desk.locator("#hall")).to_contain_text(shown.number)  # staff see the help call with the number
    expect(desk.locator("#rows")).to_contain_text(shown.number)
    hall.fault("printer", "paper_out", on=False)
    ticket = hall.trace.wait_for_screen("ticket")
    assert ticket.number == shown.number
    time.sleep(3)
    assert slips(hall) == before + 1
    back_to_start(hall)


def test_fifty_presses_on_one_tile_are_one_ticket(hall: Lobby) -> None:
    before = slips(hall)
    box = hall.trace.wait_for_screen("start").boxes[featured(hall)]
    for _ in range(50):
        hall.finger.tap_at(*box.middle)
    hall.trace.wait_for_screen("ticket", "goodbye", "start")
    time.sleep(2)
    assert slips(hall) == before + 1
    back_to_start(hall)


def test_search_by_the_on_screen_keyboard_finds_the_everyday_word(hall: Lobby) -> None:
    hall.finger.tap("search")
    hall.trace.wait_for_screen("search")
    hall.finger.type("welpe")
    found = hall.trace.wait_for(lambda now: any(b == "service:hund-anmelden" for b in now.boxes), what="the service")
    assert next(b for b in found.boxes if b.startswith("service:")) == "service:hund-anmelden"
    back_to_start(hall)


def test_help_reaches_the_desk_and_is_acknowledged(hall: Lobby, desk: Page) -> None:
    hall.finger.tap("bar:help")
    hall.trace.wait_for_screen("help")
    hall.finger.tap("staff")
    hall.trace.wait_for_screen("help_called")
    card = desk.locator("#hall .help")
    expect(card).to_contain_text("Terminal 1")
    desk.keyboard.press("F10")
    expect(card).to_contain_text("geht hin")
    hall.finger.tap("withdraw_help")
    expect(card).to_have_count(0)
    back_to_start(hall)


def test_offline_number_stands_at_the_desk_when_the_hub_is_back(hall: Lobby, desk: Page) -> None:
    before = slips(hall)
    tile = featured(hall)
    hall.demo.stop_one("hub")
    hall.finger.tap(tile)
    ticket = hall.trace.wait_for_screen("ticket")
    assert re.fullmatch(r"[A-Z] \d\d-\d\d", ticket.number)
    assert slips(hall) == before + 1
    paper = hall.sim("/paper.txt").text
    assert number_in(hall.sim("/paper.bin").content) == ticket.number
    assert "30 Minuten" in paper
    (code,) = zxingcpp.read_barcodes(Image.open(BytesIO(hall.sim("/paper.png").content)))
    assert code.text.startswith("THK2:"), "no address of a hub that has not heard of it"
    hall.demo.run_hub()
    until(lambda: requests.get(hall.demo.hub_url + "/healthz", timeout=PATIENCE_S).ok, "the hub")
    desk.reload()
    expect(desk.locator("#rows")).to_contain_text(ticket.number)
    back_to_start(hall)


@pytest.fixture(scope="module")
def other(hall: Lobby) -> int:
    """The slot that the hub gave to a second terminal, which is cut off since."""
    name, code = "other", terminals.make_code(secrets.randbelow)
    store = Store(hall.demo.folder / "hub" / "hub.db")
    site = store.read_now(sites)[0].id
    store.write_now(lambda c: terminals.add_terminal(c, site, name, "Lobby 2", system_ms()))
    store.write_now(lambda c: terminals.add_code(c, site, name, code, system_ms()))
    store.close()
    client = HubClient(hall.demo.hub_url)
    enrolled = client.enrol(code, name)
    assert isinstance(enrolled, Answer)
    client.close()
    client = HubClient(hall.demo.hub_url, enrolled.value.key)
    given = client.slot(wire.SlotRequest(secrets.token_hex(16), name))
    client.close()
    assert isinstance(given, Answer)
    return given.value.slot


def slip_of(hall: Lobby, slot: int, n: int, *, days_ago: int = 0) -> str:
    """As the terminal of this slot printed it: the hub hears of it only from whoever reads the slip."""
    file = hall.demo.folder / "hub" / "hub.db"
    with contextlib.closing(pysqlite3.connect(f"file:{file}?mode=ro", uri=True, timeout=PATIENCE_S)) as db:
        row = "SELECT slip_key, day FROM instance JOIN business_day USING (site_id) WHERE closed_ms IS NULL"
        key, day = db.execute(row).fetchone()
    came_s = int(time.time()) - days_ago * 86_400
    slip = Slip(
        id=str(uuid7(came_s * 1000, slot, n)),
        label=Label("A", slot, n),
        business_day=(date.fromisoformat(day) - timedelta(days=days_ago)).isoformat(),
        arrival_s=came_s,
        service=service_mark("personalausweis"),
    )
    return slip_text(slip, key)


def scan(hall: Lobby, code: str) -> None:
    """Hold it before the terminal's scanner."""
    hall.trace.wait_for_screen("start")
    requests.post(hall.demo.panel_url + "/scan", json={"code": code}, timeout=PATIENCE_S).raise_for_status()


def test_scanned_slip_of_an_offline_terminal_enters_the_queue(hall: Lobby, desk: Page, other: int) -> None:
    first, second = (str(Label("A", other, n)) for n in (1, 2))
    scan(hall, slip_of(hall, other, 1))
    assert hall.trace.wait_for_screen("scan_standing").number == first
    expect(desk.locator("#rows")).to_contain_text(first)
    back_to_start(hall)
    slip = slip_of(hall, other, 2)
    hall.demo.stop_one("hub")
    scan(hall, slip)
    assert hall.trace.wait_for_screen("scan_taken").number == second
    hall.demo.run_hub()
    desk.reload()
    expect(desk.locator("#rows")).to_contain_text(second)
    back_to_start(hall)


def test_a_printed_slip_shows_how_its_number_stands_and_can_be_given_back(hall: Lobby, desk: Page) -> None:
    hall.finger.tap(featured(hall))
    number = hall.trace.wait_for_screen("ticket").number
    expect(desk.locator("#rows")).to_contain_text(number)
    back_to_start(hall)
    scan(hall, "")
    assert hall.trace.wait_for_screen("scan_standing").number == number
    hall.finger.tap("hand_back")
    hall.trace.wait_for_screen("scan_give_back")
    hall.finger.tap("hand_back")
    hall.trace.wait_for_screen("handed_back")
    expect(desk.locator("#rows")).not_to_contain_text(number)
    back_to_start(hall)


def test_old_slips_and_foreign_codes_are_explained_and_not_kept(hall: Lobby, desk: Page, other: int) -> None:
    good = slip_of(hall, other, 3)
    forged = good[:-1] + ("0" if good[-1] != "0" else "1")
    codes = {slip_of(hall, other, 4, days_ago=2): "scan_old"}
    codes |= {slip_of(hall, 77, 5): "scan_not_taken"}
    codes |= dict.fromkeys((forged, "4006381333931", "[b]x[/b]\x00\x1b[2J'; DROP TABLE ticket; --"), "scan_unknown")
    codes |= {f"{hall.demo.hub_url}/t/{'0f' * 16}": "scan_unknown", "RF18539007547034": "scan_payment"}
    for code, screen in codes.items():
        scan(hall, code)
        assert hall.trace.wait_for_screen(screen).number == "", code
        back_to_start(hall)
    assert hall.demo.processes["terminal"].poll() is None
    scan(hall, good)
    hall.trace.wait_for_screen("scan_standing")
    expect(desk.locator("#rows")).to_contain_text(str(Label("A", other, 3)))
    expect(desk.locator("#rows")).not_to_contain_text(str(Label("A", other, 4)))
    back_to_start(hall)


def test_killed_terminal_loses_no_number_and_prints_none_twice(hall: Lobby, desk: Page) -> None:
    before = slips(hall)
    hall.finger.tap(featured(hall))
    ticket = hall.trace.wait_for_screen("printing", "ticket")
    hall.demo.stop_one("terminal", 9)
    hall.demo.start_terminal()
    hall.trace.wait_for_screen("start")
    time.sleep(3)
    assert slips(hall) == before + 1
    desk.reload()
    expect(desk.locator("#rows")).to_contain_text(ticket.number)


@pytest.fixture
def orders(hall: Lobby, desk: Page) -> Iterator[Page]:
    """The terminals page, as a supervisor has it, with the orders laid open."""
    boss = next(account for account in hall.demo.accounts if account.role == "supervisor")
    browser = desk.context.browser
    assert browser is not None
    context = browser.new_context(locale="de-DE")
    page = context.new_page()
    sign_in(page, hall.demo.hub_url, SignIn(boss.name, boss.password))
    yield page
    context.close()


def card(orders: Page, hall: Lobby) -> Locator:
    """The terminal's own part of the page."""
    config = load(hall.demo.config)
    assert isinstance(config, Loaded)
    return orders.locator(f"section[aria-labelledby='t-{config.config.hub.terminal}']")


def give(orders: Page, hall: Lobby, button: str, message: str = "") -> None:
    orders.goto(hall.demo.hub_url + "/terminals")
    ours = card(orders, hall)
    ours.locator("summary").click()
    if message:
        ours.locator("input[name=message]").fill(message)
    ours.locator(f"details button:has-text('{button}')").click()
    orders.wait_for_url("**/terminals?done=ordered")


def newest_order(orders: Page, hall: Lobby, *texts: str) -> None:
    """It stands on the page without anybody loading it again."""
    for text in texts:
        expect(card(orders, hall).locator("ul[id^=orders-] li").first).to_contain_text(text)


def test_a_supervisor_closes_and_opens_the_terminal_from_the_page(hall: Lobby, orders: Page) -> None:
    hall.trace.wait_for_screen("start")
    give(orders, hall, "Schließen", "Heute nur bis 12 Uhr")
    closed = hall.trace.wait_for_screen("closed_by_house")
    assert not [box for box in closed.boxes if box.startswith(("featured", "tile"))]
    newest_order(orders, hall, "erledigt", "Heute nur bis 12 Uhr")
    give(orders, hall, "Öffnen")
    hall.trace.wait_for_screen("start")
    newest_order(orders, hall, "erledigt")


def test_restart_order_starts_one_new_process_that_gives_numbers(hall: Lobby, orders: Page) -> None:
    hall.trace.wait_for_screen("start")
    windows, old = len(hall.trace.moments("first-frame")), hall.demo.processes["terminal"]
    give(orders, hall, "Neu starten")
    assert old.wait(PATIENCE_S) == RESTART
    newest_order(orders, hall, "erledigt")
    hall.demo.start_terminal()  # as the service's Restart=always does
    until(lambda: len(hall.trace.moments("first-frame")) > windows, "the window")
    hall.finger.tap(featured(hall))
    hall.trace.wait_for_screen("ticket")
    back_to_start(hall)
    orders.reload()
    newest_order(orders, hall, "erledigt")
    assert hall.demo.processes["terminal"].poll() is None, "one order, one restart"


def test_nothing_listens_but_what_is_documented(hall: Lobby) -> None:
    import psutil

    process = psutil.Process(hall.demo.processes["terminal"].pid)
    assert [c for c in process.net_connections() if c.status == psutil.CONN_LISTEN] == []


def test_logs_hold_no_chosen_service(hall: Lobby) -> None:
    log = (Path(hall.demo.folder) / "log" / "terminal.log").read_text("utf-8")
    assert "personalausweis" not in log.lower()


TWO = (
    '<x:transferOperation xmlns:x="http://xoev.de/schemata/xzufi/2_2_0">'
    '<x:schreibe><x:leistung><x:id schemeAgencyID="L1">1</x:id><x:modulText><x:inhalt languageCode="de">Hund anmelden'
    "</x:inhalt><x:leikaTextmodul><code>02</code></x:leikaTextmodul></x:modulText></x:leistung></x:schreibe>"
    '<x:schreibe><x:leistung><x:id schemeAgencyID="L1">2</x:id><x:modulText><x:inhalt languageCode="de">Pass beantragen'
    "</x:inhalt><x:leikaTextmodul><code>02</code></x:leikaTextmodul></x:modulText></x:leistung></x:schreibe>"
    "</x:transferOperation>"
)


def test_first_import_reaches_the_terminal_and_its_number_is_printed(hall: Lobby) -> None:
    """The last test: afterwards the hall has two services."""
    data, before = hall.demo.folder / "hub", slips(hall)
    (hall.demo.folder / "two.xml").write_text(TWO, "utf-8")
    hall.trace.wait_for_screen("start")
    assert run_import("xzufi", hall.demo.folder / "two.xml", data) == 0
    store = Store(data / "hub.db")
    site = store.read_now(sites)[0].id
    queue = store.read_now(lambda c: routes.queues(c, site))[0].id
    store.write_now(lambda c: queue_settings.route(c, site, "L1.LB.1", queue, system_ms()))
    store.close()
    start = hall.trace.wait_for(
        lambda now: now.screen == "start" and not any(box.startswith("featured:") for box in now.boxes),
        "the start screen of the new catalogue",
    )
    assert "tile:all" in start.boxes
    for wanted in ("tile:all", "category:weitere", "service:L1.LB.1", "draw"):
        hall.trace.wait_for(lambda now, wanted=wanted: wanted in now.boxes, what=wanted)
        hall.finger.tap(wanted)
    shown = hall.trace.wait_for_screen("ticket")
    assert shown.number
    until(lambda: slips(hall) == before + 1, "one slip more")
    log = (hall.demo.folder / "log" / "terminal.log").read_text("utf-8")
    assert "catalogue-refused" not in log
