"""The desk while a terminal is not heard: blind calling, a typed number, a slip that is read, alarms."""

from collections.abc import Iterator

import pytest
from playwright.sync_api import Page, expect

from kiosk.vocabulary.labels import Label
from kiosk.vocabulary.slips import Slip, service_mark, slip_text
from tests.browser.clerk import empty_the_hall
from tests.browser.conftest import HubProcess, Terminal
from tests.browser.reader import scan
from tests.browser.shots import sit_down

pytestmark = pytest.mark.browser


@pytest.fixture
def desk(signed_in: Page, hub: HubProcess, terminal: Terminal) -> Iterator[Page]:
    """Counter 1; the terminal has its slot and was heard 25 s ago. Whoever waits at the end is called away."""
    terminal.join()
    terminal.report()
    hub.long_ago(25_000)
    sit_down(signed_in, hub.url, "Schalter 1")
    yield signed_in
    empty_the_hall(signed_in)


def slip(terminal: Terminal, fact: dict) -> str:
    told = Slip(
        id=fact["id"],
        label=Label(fact["series"], fact["slot"], fact["n"]),
        business_day=fact["business_day"],
        arrival_s=fact["arrival_ms"] // 1000,
        service=service_mark(fact["service"]),
    )
    return slip_text(told, bytes.fromhex(terminal.slot["slip_key"]))


def test_the_next_expected_number_is_added_blind_and_becomes_the_terminals(desk: Page, terminal: Terminal) -> None:
    lost = desk.locator(".machine.lost")
    expect(lost).to_contain_text("meldet sich nicht")
    expect(lost.locator("[data-since]")).to_contain_text("s)")
    add = lost.locator("button").first
    label = add.locator("span").last.inner_text()
    add.dblclick(delay=30)
    expect(desk.locator("#say")).to_contain_text(label)
    expect(desk.locator("#rows tr.first .number")).to_have_text(label)
    expect(desk.locator("#rows")).to_contain_text("offline")
    expect(desk.locator("#rows")).to_contain_text("Ankunft etwa")
    expect(add.locator("span").last).to_have_text(f"{label[:-2]}{int(label[-2:]) + 1:02d}")
    assert desk.locator("#rows tbody tr").count() == 1, "a double click is one number"
    series, n = label[0], int(label.rpartition("-")[2])
    assert terminal.tell(terminal.own_number(n, series)) == "merged"
    expect(desk.locator("#rows")).not_to_contain_text("Ankunft etwa")
    assert desk.locator("#rows tbody tr").count() == 1


def test_a_typed_number_waits_and_typed_again_is_said_to_be_there(desk: Page, terminal: Terminal) -> None:
    label = f"B {terminal.slot['slot']:02d}-05"
    desk.keyboard.press("F6")
    desk.keyboard.type(label.lower())
    desk.keyboard.press("Enter")
    expect(desk.locator("#say")).to_have_text(f"{label} wartet jetzt.")
    expect(desk.locator("#text")).to_have_value("")
    desk.wait_for_timeout(750)
    desk.keyboard.type(label)
    desk.keyboard.press("Enter")
    expect(desk.locator("#say")).to_have_text(f"{label} wartet schon.")
    expect(desk.locator("#count")).to_have_text("1 Person")


def test_a_reader_writes_into_the_field_wherever_the_focus_is(desk: Page, terminal: Terminal) -> None:
    """A reader is a keyboard without patience; its Enter must not press the button that has the focus."""
    fact = terminal.own_number(31)
    desk.focus("#act-next")
    scan(desk, slip(terminal, fact))
    desk.keyboard.press("Enter")
    expect(desk.locator("#say")).to_have_text(f"A {fact['slot']:02d}-31 wartet jetzt.")
    expect(desk.locator("#own-number")).to_have_count(0)
    assert terminal.tell(fact) == "known"
    expect(desk.locator("#count")).to_have_text("1 Person")


@pytest.mark.parametrize("rests", [{1: 0.3}, {2: 0.3, 3: 0.3, 9: 0.3}], ids=["one", "three"])
def test_a_reader_may_rest_between_two_keys(desk: Page, rests: dict[int, float]) -> None:
    desk.focus("#act-next")
    scan(desk, "THK2:ABCDEF", rests)
    expect(desk.locator("#text")).to_have_value("THK2:ABCDEF")


def test_what_a_person_types_beside_the_field_is_no_slip(desk: Page) -> None:
    desk.focus("#act-next")
    scan(desk, "abcdef", dict.fromkeys(range(1, 6), 0.1))
    expect(desk.locator("#text")).to_have_value("")
    expect(desk.locator("#act-next")).to_be_focused()


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("A 143", "hat niemand"),
        ("A 93-17", "kein Terminal"),
        ("https://example.org/", "weder eine Nummer noch ein Bon"),
        ("<b>x</b>", "weder eine Nummer noch ein Bon"),
    ],
)
def test_what_cannot_be_added_is_said_and_stays_to_be_mended(desk: Page, text: str, said: str) -> None:
    desk.fill("#text", text)
    desk.press("#text", "Enter")
    expect(desk.locator("#say")).to_contain_text(said)
    expect(desk.locator("#text")).to_have_value(text)


def test_a_forged_slip_is_refused(desk: Page, terminal: Terminal) -> None:
    true = slip(terminal, terminal.own_number(40))
    desk.fill("#text", true[:-1] + ("0" if true[-1] != "0" else "1"))
    desk.press("#text", "Enter")
    expect(desk.locator("#say")).to_contain_text("stammt nicht aus diesem Haus")
    expect(desk.locator("#count")).to_have_text("0 Personen")


def test_a_copied_disk_stands_on_the_page_until_somebody_cares(desk: Page, terminal: Terminal) -> None:
    with pytest.raises(AssertionError, match="cloned_disk"):
        terminal.join("another-machine")
    expect(desk.locator("#hall")).to_contain_text("Kopierter Datenträger")
    desk.click("text=Ich kümmere mich")
    expect(desk.locator("#hall")).not_to_contain_text("Kopierter Datenträger")


def test_what_is_on_its_way_and_what_was_not_accepted_is_seen(desk: Page, terminal: Terminal) -> None:
    refused = {"kind": "ticket", "number": "A 03-17", "code": "label_taken"}
    terminal.report(outbox={"waiting": 5, "own_numbers": 3, "quarantined": 1, "aside": [refused]})
    expect(desk.locator("#hall")).to_contain_text("3 eigene Nummern unterwegs")
    expect(desk.locator("#hall")).to_contain_text("1 Meldung nicht angenommen")
    expect(desk.locator("#hall .asides")).to_contain_text("A 03-17 · Diese Nummer trägt schon jemand anderes.")
    terminal.report()
    expect(desk.locator("#hall")).not_to_contain_text("unterwegs")
    expect(desk.locator("#hall .asides")).to_have_count(0)
