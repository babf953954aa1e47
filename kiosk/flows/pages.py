"""From session to view: one page function per state."""

from kiosk.flows.common import help_pages, page_frame
from kiosk.flows.common.page_frame import Page
from kiosk.flows.rules import all_flows
from kiosk.view import Screen, View, Waiting


def render(page: Page) -> View:
    """The view of this session now."""
    if page.session.drawer == "help":
        return help_pages.help_page(page)
    return all_flows().pages[page.session.state](page)


def starting(page: Page) -> View:
    """Before store and catalogue are open."""
    words = page.words
    waiting = Waiting(words("starting.heading"), words("starting.text"))
    return page_frame.view(page, Screen.STARTING, words("starting.title"), body=(waiting,), quiet=True)
