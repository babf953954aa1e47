"""From session to view: one page function per state."""

from kiosk.flows import browse_pages, frame, scan_pages, service_pages, standing_pages, ticket_pages
from kiosk.flows.frame import Page
from kiosk.session.model import Help
from kiosk.view import Screen, View, Waiting

PAGES = {**browse_pages.PAGES, **service_pages.PAGES, **ticket_pages.PAGES, **scan_pages.PAGES, **standing_pages.PAGES}


def render(page: Page) -> View:
    """The view of this session now."""
    if page.session.drawer == "help" and page.session.help is not Help.NONE:
        return ticket_pages.help_called(page)
    return PAGES[page.session.state](page)


def starting(page: Page) -> View:
    """Before store and catalogue are open."""
    words = page.words
    waiting = Waiting(words("starting.heading"), words("starting.text"))
    return frame.view(page, Screen.STARTING, words("starting.title"), body=(waiting,), quiet=True)
