"""The desk: keys, double clicks, live without a touch, 500 waiting, help."""

import time
from collections.abc import Iterator

import pytest
from playwright.sync_api import Page, expect

from tests.browser.clerk import call_next, empty_the_hall
from tests.browser.conftest import HubProcess, Terminal
from tests.browser.shots import sit_down

pytestmark = pytest.mark.browser


@pytest.fixture
def desk(signed_in: Page, hub: HubProcess) -> Iterator[Page]:
    """Counter 1 with nobody at it; whoever waits was drawn by the test."""
    sit_down(signed_in, hub.url, "Schalter 1")
    yield signed_in
    empty_the_hall(signed_in)


def test_a_new_number_appears_by_itself(desk: Page, terminal: Terminal) -> None:
    ticket = terminal.draw()
    expect(desk.locator("#rows")).to_contain_text(ticket["label"])
    expect(desk.locator("#count")).to_have_text("1 Person")


def test_every_action_has_its_key(desk: Page, terminal: Terminal) -> None:
    first, second, third = (terminal.draw()["label"] for _ in range(3))
    expect(desk.locator("#count")).to_have_text("3 Personen")
    desk.keyboard.press("F2")
    expect(desk.locator("#own-number")).to_have_text(first)
    desk.keyboard.press("F4")
    expect(desk.locator(".visitor")).to_contain_text("2-mal aufgerufen")
    desk.keyboard.press("F7")
    expect(desk.locator(".visitor")).to_contain_text("wird bedient")
    expect(desk.locator("#act-no-show")).to_be_disabled()
    desk.keyboard.press("F8")
    expect(desk.locator(".visitor")).to_contain_text("Niemand bei Ihnen")
    desk.wait_for_timeout(750)
    desk.keyboard.press("F2")
    expect(desk.locator("#own-number")).to_have_text(second)
    desk.keyboard.press("F9")
    expect(desk.locator("#missed")).to_contain_text(second)
    desk.wait_for_timeout(750)
    desk.keyboard.press("F2")
    expect(desk.locator("#own-number")).to_have_text(third)


def test_keys_stand_on_the_buttons(desk: Page) -> None:
    for button in desk.locator("button[data-key]").all():
        key = button.get_attribute("data-key") or ""
        assert button.locator("kbd").inner_text() == key.replace("Shift", "Umschalt")


@pytest.mark.parametrize("clicks", [2, 3])
def test_a_double_click_calls_one_person(desk: Page, terminal: Terminal, clicks: int) -> None:
    first = terminal.draw()["label"]
    for _ in range(3):
        terminal.draw()
    expect(desk.locator("#count")).to_have_text("4 Personen")
    desk.click("#act-next", click_count=clicks, delay=40)
    expect(desk.locator("#count")).to_have_text("3 Personen")
    desk.wait_for_timeout(900)
    expect(desk.locator("#own-number")).to_have_text(first)
    expect(desk.locator("#count")).to_have_text("3 Personen")


def test_a_held_key_calls_one_person(desk: Page, terminal: Terminal) -> None:
    for _ in range(3):
        terminal.draw()
    expect(desk.locator("#count")).to_have_text("3 Personen")
    for _ in range(5):
        desk.keyboard.down("F2")
    desk.keyboard.up("F2")
    desk.wait_for_timeout(900)
    expect(desk.locator("#count")).to_have_text("2 Personen")


def test_nobody_waits_is_said_and_changes_nothing(desk: Page) -> None:
    desk.keyboard.press("F2")
    expect(desk.locator("#say")).to_have_text("Gerade wartet niemand.")


def test_a_forged_post_from_the_page_is_refused(desk: Page, terminal: Terminal) -> None:
    terminal.draw()
    status = desk.evaluate(
        "fetch('/desk/do/next', {method: 'POST', body: new URLSearchParams({op: 'operation-1', csrf: 'guessed'})})"
        ".then(answer => answer.status)"
    )
    assert status == 403
    expect(desk.locator("#count")).to_have_text("1 Person")


def test_help_calls_appear_and_are_taken(desk: Page, terminal: Terminal) -> None:
    terminal.ask_help("A 123")
    expect(desk.locator("#hall")).to_contain_text("A 123")
    desk.keyboard.press("F10")
    expect(desk.locator("#hall .help.taken")).to_contain_text("Frida Fuchs geht hin")
    desk.locator("#hall .help.taken button").click()
    expect(desk.locator("#hall")).to_contain_text("Niemand braucht Hilfe")


def test_the_printers_trouble_is_seen(desk: Page, terminal: Terminal) -> None:
    terminal.report("paper_out")
    expect(desk.locator("#hall")).to_contain_text("Papier leer")
    terminal.report()
    expect(desk.locator("#hall")).to_contain_text("Drucker bereit")


def test_without_events_the_page_polls(desk: Page, terminal: Terminal) -> None:
    desk.route("**/desk/changes", lambda route: route.abort())
    desk.reload()
    expect(desk.locator("#live")).to_have_class("chip warn")
    ticket = terminal.draw()
    expect(desk.locator("#rows")).to_contain_text(ticket["label"])


def test_focus_stays_on_the_button_that_was_pressed(desk: Page, terminal: Terminal) -> None:
    terminal.draw()
    terminal.draw()
    expect(desk.locator("#count")).to_have_text("2 Personen")
    desk.focus("#act-next")
    desk.keyboard.press("Enter")
    expect(desk.locator("#count")).to_have_text("1 Person")
    assert desk.evaluate("document.activeElement.id") == "act-next"


@pytest.mark.load
def test_the_hall_with_500_waiting(signed_in: Page, hub: HubProcess, terminal: Terminal) -> None:
    services = terminal.services
    for n in range(500):
        terminal.draw(services[n % len(services)])
    sit_down(signed_in, hub.url, "Schalter 2")
    expect(signed_in.locator("#count")).to_have_text("500 Personen")
    assert signed_in.locator("#rows tbody tr").count() == 50
    begun = time.monotonic()
    signed_in.reload()
    expect(signed_in.locator("#count")).to_have_text("500 Personen")
    whole_s = time.monotonic() - begun
    for rows in (100, 150, 200):
        signed_in.click("#more-rows")
        expect(signed_in.locator("#rows tbody tr")).to_have_count(rows)
        expect(signed_in.locator("#more-rows")).to_be_focused()
    signed_in.evaluate("document.getElementById('list').scrollTop = 4000")
    begun = time.monotonic()
    signed_in.keyboard.press("F2")
    expect(signed_in.locator("#own-number")).to_be_visible()
    expect(signed_in.locator("#count")).to_have_text("499 Personen")
    assert time.monotonic() - begun < max(10.0, 5 * whole_s), "however slow the machine: not slower than loading it all"
    assert signed_in.evaluate("document.getElementById('list').scrollTop") == 4000, "the list must not jump"
    assert signed_in.locator("#rows tbody tr").count() == 200, "what was asked for stays"
    for _ in range(3):
        call_next(signed_in)
