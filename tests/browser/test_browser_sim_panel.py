"""The simulators' panel in Chromium: switches, pictures that follow, access."""

import re
import socket
from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser, ConsoleMessage, Page, expect

from drivers.sim.bench import SimDesk
from drivers.sim.led_sign import SignPeer
from drivers.sim.panel.server import Panel
from drivers.sim.payment_terminal.peer import PaymentTerminalPeer
from drivers.sim.pole import PolePeer
from drivers.sim.printer import PrinterPeer
from kiosk.i18n.texts import Texts

pytestmark = pytest.mark.browser
AXE = Path(__file__).parents[1] / "vendor" / "axe.min.js"


@pytest.fixture
def desk() -> Iterator[SimDesk]:
    payment = PaymentTerminalPeer()
    made = SimDesk(PrinterPeer(), SignPeer(), PolePeer(), others={"payment": ("", payment)})
    made.start()
    yield made
    made.stop()


@pytest.fixture
def page(browser: Browser, desk: SimDesk) -> Iterator[Page]:
    panel = Panel(desk, Texts.load("terminal"))
    context = browser.new_context(viewport={"width": 1280, "height": 900}, bypass_csp=True)
    opened = context.new_page()
    faults: list[str] = []
    opened.on("console", lambda message: faults.append(message.text) if _is_fault(message) else None)
    opened.goto(panel.start())
    yield opened
    context.close()
    panel.stop()
    assert faults == []


def _is_fault(message: ConsoleMessage) -> bool:
    """Errors of the page; not those of a request that a test itself breaks off."""
    return message.type == "error" and "ERR_FAILED" not in message.text


def send(url: str, data: bytes) -> None:
    host, _, port = url.removeprefix("tcp://").partition(":")
    with socket.create_connection((host, int(port)), 2) as link:
        link.sendall(data)


def test_panel_turns_switches_and_follows_those_turned_elsewhere(page: Page, desk: SimDesk) -> None:
    assert desk.printer is not None
    button = page.get_by_role("button", name="Deckel offen")
    button.click()
    expect(button).to_have_attribute("aria-pressed", "true")
    assert desk.printer.switches()["cover_open"] is True
    desk.printer.switch(cover_open=False, paper_out=True)
    expect(button).to_have_attribute("aria-pressed", "false")
    expect(page.get_by_role("button", name="Papier leer", exact=True)).to_have_attribute("aria-pressed", "true")
    page.get_by_role("button", name="Alle Störungen ausschalten").click()
    expect(page.locator('[aria-pressed="true"]')).to_have_count(0)
    assert not any(desk.printer.switches().values())


def test_a_count_is_taken_from_its_field(page: Page, desk: SimDesk) -> None:
    assert desk.printer is not None
    form = page.locator('.printer [data-fault="paper_out_after_lines"]')
    form.get_by_role("spinbutton").fill("7")
    form.get_by_role("button").click()
    expect(form.get_by_role("button")).to_have_attribute("aria-pressed", "true")
    assert desk.printer.switches()["paper_out_after_lines"] == 7


def test_pictures_follow_the_bytes(page: Page, desk: SimDesk) -> None:
    send(desk.peers["printer"].url, b"\x1b@A 143\n\x1dV\x42\x00")
    send(desk.peers["sign"].url, b"\0\0\0\0\0\x01Z00\x02AA\x1b bA 143\x04")
    for name, title in (("printer", "Bondrucker"), ("sign", "LED-Anzeige")):
        picture = page.locator(f".{name} img")
        expect(picture).to_have_attribute("alt", f"{title}: A 143")
        page.wait_for_function("name => document.querySelector(`.${name} img`).complete", arg=name)
        assert picture.evaluate("image => image.naturalWidth") > 600
    expect(page.locator("[data-slips]")).to_have_text("1")


def test_person_pays_by_clicks_and_only_what_is_waited_for_can_be_clicked(page: Page, desk: SimDesk) -> None:
    peer = desk.peers["payment"]
    assert isinstance(peer, PaymentTerminalPeer)
    host, _, port = peer.url.removeprefix("tcp://").partition(":")
    pin, tap = page.get_by_role("button", name="PIN richtig"), page.get_by_role("button", name="Karte vorhalten")
    expect(tap).to_be_disabled()
    with socket.create_connection((host, int(port)), 2) as link:
        link.sendall(bytes.fromhex("06 00 06 12 34 56 B6 09 78"))
        assert peer.wait_for(lambda: peer.terminal.running)
        link.sendall(bytes.fromhex("80 00 00 06 01 0A 04 00 00 00 00 60 00 49 09 78"))
        page.get_by_label("Karte", exact=True).select_option("visa")
        tap.click()
        expect(page.locator(".payment img")).to_have_attribute("alt", re.compile("Geheimzahl"))
        pin.click()
        expect(pin).to_be_disabled()
        assert peer.report()["balance"] == 6000
    assert peer.report()["entries"][0]["card"] == "VISA"


@pytest.mark.parametrize("lang", ["de", "en"])
def test_nothing_stands_in_the_way_of_anybody(page: Page, lang: str) -> None:
    page.goto(page.url.split("?", maxsplit=1)[0] + f"?lang={lang}")
    page.add_script_tag(path=AXE)
    result = page.evaluate("() => axe.run()")
    assert [(one["id"], [node["html"] for node in one["nodes"]]) for one in result["violations"]] == []


@pytest.mark.parametrize("width", [380, 1280])
def test_nothing_is_wider_than_the_window(page: Page, width: int) -> None:
    page.set_viewport_size({"width": width, "height": 800})
    assert page.evaluate("document.documentElement.scrollWidth") <= width


def test_the_page_says_when_nobody_answers(page: Page) -> None:
    page.route("**/state", lambda route: route.abort())
    expect(page.get_by_role("alert")).to_be_visible()
    page.unroute("**/state")
    expect(page.get_by_role("alert")).to_be_hidden()
