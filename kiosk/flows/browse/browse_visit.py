"""Browsing: its states, and what it remembers of a visitor."""

from kiosk.flows.common.form import FormVisit, TextField
from kiosk.session.model import Session
from kiosk.session.states import Group, State, Traits

SEARCH_FIELD = TextField("search")


class BrowseState(State):
    """Screens on which the visitor looks for the right service, and what is said when it cannot be had."""

    LANGUAGES = Traits("languages", Group.CHOOSING)
    CATEGORIES = Traits("categories", Group.CHOOSING)
    SERVICES = Traits("services", Group.CHOOSING)
    SEARCH = Traits("search", Group.CHOOSING)
    SERVICE = Traits("service", Group.CHOOSING)
    UNKNOWN_SERVICE = Traits("unknown_service", Group.NOTICE)
    SERVICE_CLOSED = Traits("service_closed", Group.FACTS)


class BrowseVisit(FormVisit, frozen=True, kw_only=True):
    """What was chosen and typed."""

    category: str = ""
    service: str = ""
    token: int = 0
    hits: tuple[str, ...] = ()
    unsure: tuple[str, ...] = ()
    """What may have been meant, beside the hits."""
    answered: int = 0
    """The token of the search that the hits answer."""

    @property
    def query(self) -> str:
        """What stands in the search field."""
        return self.form.text(SEARCH_FIELD)


def browsing(session: Session) -> BrowseVisit:
    """What browsing remembers; nothing while another flow is on."""
    return session.flow if isinstance(session.flow, BrowseVisit) else BrowseVisit()
