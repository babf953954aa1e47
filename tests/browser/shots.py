"""Pictures of a running hub's pages in Chromium: desk.png, board.png, visitor.png (README, releases, looking).

``capture(hub_url, out_dir, signin)`` is what other scripts call; it changes nothing but the counter one sits at.
"""

from pathlib import Path
from typing import NamedTuple

from lobby.browser import chromium
from playwright.sync_api import Browser, Page, ViewportSize

DESK = ViewportSize(width=1280, height=800)
BOARD = ViewportSize(width=1920, height=1080)
PHONE = ViewportSize(width=390, height=844)


class SignIn(NamedTuple):
    """Who looks at the desk, and at which counter (by its name; "" = the first)."""

    login: str
    password: str
    counter: str = ""


def sign_in(page: Page, hub_url: str, who: SignIn) -> None:
    """Sign in by the page."""
    page.goto(f"{hub_url}/signin")
    page.fill("#login", who.login)
    page.fill("#password", who.password)
    page.click("button[type=submit]")
    page.wait_for_url(lambda url: "/signin" not in url)


def sit_down(page: Page, hub_url: str, counter: str = "") -> None:
    """Choose a counter and stand before its desk."""
    page.goto(f"{hub_url}/desk/choose")
    tile = page.locator("button.tile", has_text=counter) if counter else page.locator("button.tile")
    tile.first.click()
    page.wait_for_selector("#own")
    page.wait_for_selector("#live.go")


def capture(
    hub_url: str, out_dir: Path, signin: SignIn | tuple[str, str], visitor_url: str = "", lang: str = "de-DE"
) -> list[Path]:
    """Write desk.png and board.png, and visitor.png when a visitor's page is named; returns the files."""
    out_dir.mkdir(parents=True, exist_ok=True)
    who = signin if isinstance(signin, SignIn) else SignIn(*signin)
    with chromium() as browser:
        made = [_shot(browser, f"{hub_url}/board", out_dir / "board.png", BOARD, lang)]
        made.append(_desk(browser, hub_url, out_dir / "desk.png", who, lang))
        if visitor_url:
            made.append(_shot(browser, visitor_url, out_dir / "visitor.png", PHONE, lang))
    return made


def _shot(browser: Browser, url: str, to: Path, size: ViewportSize, lang: str) -> Path:
    page = browser.new_page(viewport=size, locale=lang)
    page.goto(url)
    page.evaluate("document.fonts.ready")
    page.wait_for_timeout(600)
    page.screenshot(path=to)
    page.close()
    return to


def _desk(browser: Browser, hub_url: str, to: Path, who: SignIn, lang: str) -> Path:
    page = browser.new_page(viewport=DESK, locale=lang)
    sign_in(page, hub_url, who)
    sit_down(page, hub_url, who.counter)
    page.evaluate("document.fonts.ready")
    page.screenshot(path=to)
    page.close()
    return to
