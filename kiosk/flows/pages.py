"""From session to view: one page function per state."""

from kiosk.flows import browse_pages, ticket_pages
from kiosk.flows.frame import Page
from kiosk.session.model import Help
from kiosk.view import View

PAGES = {**browse_pages.PAGES, **ticket_pages.PAGES}


def render(page: Page) -> View:
    """The view of this session now."""
    if page.session.drawer == "help" and page.session.help is not Help.NONE:
        return ticket_pages.help_called(page)
    return PAGES[page.session.state](page)
