"""Flow: languages, categories, search, and the page of a service."""

from msgspec.structs import replace

from kiosk.flows import browse_pages, form, guards, shared_rows
from kiosk.flows.browse_visit import SEARCH_FIELD, BrowseState, BrowseVisit, browsing
from kiosk.flows.flow import Flow
from kiosk.flows.ignoring import KEYS, LATE_ANSWERS, NEWS, SET_UP
from kiosk.session.model import Facts, Session
from kiosk.session.states import SHORT, Group, Home
from kiosk.session.table import Goal, Moved, Row, Trigger, ignore, row
from kiosk.vocabulary.effects import Search
from kiosk.vocabulary.events import SearchFound
from kiosk.vocabulary.intents import (
    ChooseLanguage,
    DrawFeatured,
    DrawTicket,
    EditText,
    FocusField,
    HandBack,
    HaveSlip,
    Intent,
    OpenCategory,
    OpenSearch,
    OpenService,
    ShowCategories,
    ShowLanguages,
    TryAgain,
    Wake,
)

BROWSING = (frozenset(Home) - {Home.CLOSED_BY_HOUSE}) | SHORT | {Group.CHOOSING}

_WITHOUT_NUMBERS = frozenset({BrowseState.LANGUAGES, BrowseState.UNKNOWN_SERVICE, BrowseState.SERVICE_CLOSED})
"""No page of these offers a number."""


def _with(session: Session, visit: BrowseVisit) -> Session:
    return replace(session, flow=visit)


def speak(session: Session, trigger: Trigger, facts: Facts) -> Moved:
    """Change the language; the keyboard shows its letters."""
    spoken = shared_rows.speak(session, trigger, facts).session
    return Moved(form.changed(spoken, lambda typed: replace(typed, layer=form.LETTERS)))


def speak_and_search(session: Session, trigger: Trigger, facts: Facts) -> Moved:
    """The same; what was typed is searched for in that language."""
    changed = speak(session, trigger, facts)
    return _search_again(changed.session) if browsing(session).query else changed


def open_category(session: Session, trigger: Trigger, _facts: Facts) -> Moved:
    """Remember which group is shown."""
    assert isinstance(trigger, OpenCategory)
    return Moved(_with(session, replace(browsing(session), category=trigger.category)))


def open_service(session: Session, trigger: Trigger, _facts: Facts) -> Moved:
    """Remember which service is shown."""
    assert isinstance(trigger, OpenService)
    return Moved(_with(session, replace(browsing(session), service=trigger.service)))


def new_search(session: Session, _trigger: Trigger, _facts: Facts) -> Moved:
    """An empty field."""
    return Moved(_with(session, replace(browsing(session), form=form.Form(focus=SEARCH_FIELD.id), hits=(), unsure=())))


def _search_again(session: Session) -> Moved:
    """Each letter is searched for at once."""
    visit = browsing(session)
    asked = replace(visit, token=visit.token + 1)
    if not visit.query:
        return Moved(_with(session, replace(asked, hits=(), unsure=())))
    return Moved(_with(session, asked), (Search(asked.token, asked.query, session.lang),))


def take_hits(session: Session, trigger: Trigger, _facts: Facts) -> Moved:
    """The newest hits."""
    assert isinstance(trigger, SearchFound)
    found = {"hits": trigger.services, "unsure": trigger.unsure, "answered": trigger.token}
    return Moved(_with(session, replace(browsing(session), **found)))


def is_our_search(session: Session, trigger: Trigger, _facts: Facts) -> bool:
    """The hits belong to what stands in the search field now."""
    return isinstance(trigger, SearchFound) and trigger.token == browsing(session).token


ROWS: tuple[Row, ...] = (
    row(BrowseState.LANGUAGES, ChooseLanguage, Goal.BACK, speak),
    row(BrowseState.SEARCH, ChooseLanguage, Goal.STAY, speak_and_search),
    row(BROWSING, ShowLanguages, BrowseState.LANGUAGES),
    row(BROWSING, ShowCategories, BrowseState.CATEGORIES),
    row(BROWSING, OpenCategory, BrowseState.SERVICES, open_category, guards.knows_category),
    row(BROWSING, OpenCategory, BrowseState.CATEGORIES),
    row(BROWSING, OpenService, BrowseState.SERVICE, open_service, guards.knows_service),
    row(BROWSING, OpenService, BrowseState.UNKNOWN_SERVICE),
    row(BROWSING, OpenSearch, BrowseState.SEARCH, new_search),
    *form.rows(BrowseState.SEARCH, SEARCH_FIELD, then=_search_again),
    row(BrowseState.SEARCH, SearchFound, Goal.STAY, take_hits, is_our_search),
)

IGNORES: tuple[Row, ...] = (
    *ignore(BrowseState, *LATE_ANSWERS, *NEWS, *SET_UP, Wake),
    # Controls of a screen that has just changed under the finger.
    *ignore(BrowseState, HandBack, TryAgain, HaveSlip),
    *ignore(set(BrowseState) - {BrowseState.SEARCH}, *KEYS),
    *ignore(BrowseState.SEARCH, FocusField, EditText),
    *ignore(_WITHOUT_NUMBERS, DrawFeatured, DrawTicket),
)

INTENTS: tuple[type[Intent], ...] = ()
"""What only pages of this flow offer, beside the vocabulary."""

FLOW = Flow(BrowseState, ROWS, browse_pages.PAGES, IGNORES, intents=INTENTS)
