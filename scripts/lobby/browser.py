"""Chromium for desk and board, headless, without any connection but loopback."""

from collections.abc import Iterator
from contextlib import contextmanager

from playwright.sync_api import Browser, Page, sync_playwright

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
    with sync_playwright() as play:
        browser = play.chromium.launch(executable_path="/usr/bin/chromium", args=FLAGS)
        try:
            yield browser
        finally:
            browser.close()


def page_of(browser: Browser, width: int, height: int) -> Page:
    """A page of its own (own cookies) in German."""
    context = browser.new_context(viewport={"width": width, "height": height}, locale="de-DE")
    return context.new_page()
