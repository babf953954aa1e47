"""The town's face by its page: the preview follows, faults stand at the field, every page of the hub shows it."""

from pathlib import Path

import pytest
from playwright.sync_api import Browser, Page, expect

from tests.browser.conftest import HubProcess, Terminal
from tests.browser.shots import BOARD, PHONE
from tests.browser.test_hub_axe import violations
from tests.corpus.pictures import SVG, encoded, halves, shield

pytestmark = pytest.mark.browser
NAMES = ("M", "Stadt Musterstadt", "Verwaltungsgemeinschaft Oberes Schwarzwasser-Niederlausitz-Süd"[:60], "W" * 60)
ACCENT = "rgb(122, 31, 61)"
GROUND = "(e) => getComputedStyle(e).backgroundColor"
LOADED = "(e) => e.complete && e.naturalWidth > 0"


def file(name: str, body: bytes, kind: str) -> list[dict[str, object]]:
    return [{"name": name, "mimeType": kind, "buffer": body}]


def set_face(page: Page, hub: HubProcess) -> None:
    """Colour, arms and picture, as an editor does it."""
    page.goto(f"{hub.url}/catalogue/face")
    page.fill("#colour", "7a1f3d")
    page.click("form[action='/catalogue/face/colour'] button.main")
    page.wait_for_url("**/catalogue/face?done=saved")
    for slot, body in (("arms", encoded(shield())), ("picture", encoded(halves(1600, 500), "JPEG"))):
        page.set_input_files(f"#{slot}", file("bild.png", body, "image/png"))  # type: ignore[arg-type]
        expect(page.locator(f"form[data-slot={slot}] [data-said]")).to_contain_text("noch nicht gesetzt")
        page.click(f"form[data-slot={slot}] button.main")
        expect(page.locator(f"img.now.{slot}")).to_be_visible()


def test_a_face_is_set_by_its_page_and_shown_everywhere(
    signed_in: Page, hub: HubProcess, terminal: Terminal, browser: Browser, tmp_path: Path
) -> None:
    page = signed_in
    page.goto(f"{hub.url}/catalogue/face")
    job = page.locator(".terminal .job")
    before = job.evaluate(GROUND)
    page.fill("#colour", "#7A1F3D")
    assert job.evaluate(GROUND) == ACCENT != before, "the preview follows"
    assert page.locator("#pick").input_value() == "#7a1f3d"
    page.fill("#colour", "FFD500")
    page.click("form[action='/catalogue/face/colour'] button.main")
    expect(page.locator("#colour-fault")).to_contain_text("1,2 zu 1")
    assert violations(page) == []
    page.click("text=5A4B00 nehmen")
    page.wait_for_url("**/catalogue/face?done=saved")
    assert job.evaluate(GROUND) == "rgb(90, 75, 0)"

    page.set_input_files("#arms", file("wappen.svg", SVG, "image/svg+xml"))  # type: ignore[arg-type]
    page.click("form[data-slot=arms] button.main")
    expect(page.locator("#arms-fault")).to_contain_text("SVG wird nicht genommen")
    assert violations(page) == []

    set_face(page, hub)
    for image in page.locator("#preview img").all():
        assert image.evaluate(LOADED)
    assert page.locator(".slip .dots").evaluate("(e) => e.naturalWidth") <= 128
    assert violations(page) == []

    token = terminal.draw()["url"].rpartition("/")[2]
    for path, size in (("/board", BOARD), (f"/t/{token}", PHONE), ("/desk/choose", BOARD)):
        page.set_viewport_size(size)
        page.goto(hub.url + path)
        assert page.locator(".brand .mark.arms img").evaluate(LOADED), path
        assert page.evaluate("getComputedStyle(document.documentElement).getPropertyValue('--accent')") == "#7A1F3D"
    board = browser.new_page(viewport=BOARD, locale="de-DE")
    board.goto(f"{hub.url}/board")
    scene = board.locator(".scene")
    expect(scene).to_be_visible()
    assert scene.evaluate(LOADED)
    assert violations(board) == []
    page.goto(f"{hub.url}/catalogue/face")
    page.click("text=Bild entfernen")
    page.wait_for_url("**/catalogue/face?done=saved")
    expect(scene).to_have_count(0)
    board.close()


def test_names_of_a_town_of_any_length_are_whole_in_the_preview(signed_in: Page, hub: HubProcess) -> None:
    page = signed_in
    page.goto(f"{hub.url}/catalogue/face")
    for name in NAMES:
        page.evaluate("(name) => document.querySelectorAll('#preview b').forEach((b) => (b.textContent = name))", name)
        page.evaluate(
            "(n) => document.querySelectorAll('#preview .town span span').forEach((s) => (s.textContent = n))", name
        )
        for shown in page.locator("#preview .shown").all():
            assert shown.evaluate("(e) => e.scrollHeight <= e.clientHeight && e.scrollWidth <= e.clientWidth"), name
