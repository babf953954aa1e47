"""A clerk's hands on the desk page."""

from playwright.sync_api import Page, expect

DOUBLE_MS = 750
"""A press after so long is no second press of the one before."""


def call_next(page: Page, *, were_here: bool = True) -> None:
    """Press F2; when the page asks whether the one before was there, answer. Somebody else is at the counter then."""
    before = page.locator("#own-number").inner_text() if page.locator("#own-number").count() else ""
    page.wait_for_timeout(DOUBLE_MS)
    page.keyboard.press("F2")
    answer(page, "next", were_here=were_here)
    expect(page.locator("#own-number")).not_to_have_text(before)


def finish(page: Page) -> None:
    """Press F8; whoever is there was served."""
    page.wait_for_timeout(DOUBLE_MS)
    page.keyboard.press("F8")
    answer(page, "finish", were_here=True)
    expect(page.locator("#act-finish")).to_be_disabled()


def answer(page: Page, word: str, *, were_here: bool) -> None:
    """Answer the question, if the page asks it."""
    if page.locator(f"#ask-{word}").is_visible():
        page.keyboard.press("F7" if were_here else "F9")


def empty_the_hall(page: Page) -> None:
    """Call everybody who waits, and finish."""
    while page.locator("#rows tr.first").count():
        call_next(page)
    if page.locator("#act-finish").is_enabled():
        finish(page)
