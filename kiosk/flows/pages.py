"""From session to view: one page function per state."""

from kiosk.flows import browse_pages, frame, help_pages, scan_pages, service_pages, standing_pages, ticket_pages
from kiosk.flows.frame import Page
from kiosk.view import Screen, View, Waiting

PAGES = {**browse_pages.PAGES, **service_pages.PAGES, **ticket_pages.PAGES, **scan_pages.PAGES, **standing_pages.PAGES}


def render(page: Page) -> View:
    """The view of this session now."""
    if page.session.drawer == "help":
        return help_pages.help_page(page)
    return PAGES[page.session.state](page)


def starting(page: Page) -> View:
    """Before store and catalogue are open."""
    words = page.words
    waiting = Waiting(words("starting.heading"), words("starting.text"))
    return frame.view(page, Screen.STARTING, words("starting.title"), body=(waiting,), quiet=True)
