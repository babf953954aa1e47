"""Chromium for desk and board, headless, without any connection but loopback."""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from playwright.sync_api import Browser, BrowserContext, Page, expect, sync_playwright

from lobby.patience import PATIENCE_S

CHROMIUM = "/usr/bin/chromium-headless-shell"
"""Without a browser's own windows: the whole one takes a sixth of a core while it shows nothing."""
FLAGS = [
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    "--autoplay-policy=no-user-gesture-required",
]


@contextmanager
def chromium() -> Iterator[Browser]:
    """One browser; close its pages by closing it."""
    expect.set_options(timeout=PATIENCE_S * 1000)
    with sync_playwright() as play:
        browser = play.chromium.launch(executable_path=CHROMIUM, args=FLAGS, timeout=PATIENCE_S * 1000)
        try:
            yield _patient(browser)
        finally:
            browser.close()


def _patient(browser: Browser) -> Browser:
    """Have all its pages wait long for what must come: Playwright's 30 s are too short on a busy machine."""
    new_context, new_page = browser.new_context, browser.new_page

    def context(**options: Any) -> BrowserContext:
        made = new_context(**options)
        made.set_default_timeout(PATIENCE_S * 1000)
        return made

    def page(**options: Any) -> Page:
        made = new_page(**options)
        made.set_default_timeout(PATIENCE_S * 1000)
        return made

    browser.new_context, browser.new_page = context, page  # type: ignore[method-assign]
    return browser


def page_of(browser: Browser, width: int, height: int) -> Page:
    """A page of its own (own cookies) in German."""
    context = browser.new_context(viewport={"width": width, "height": height}, locale="de-DE")
    return context.new_page()
