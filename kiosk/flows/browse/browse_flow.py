"""Flow: languages, categories, search, and the page of a service."""

from msgspec.structs import replace

from kiosk.flows.browse import browse_pages
from kiosk.flows.browse.browse_visit import SEARCH_FIELD, BrowseState, BrowseVisit, browsing
from kiosk.flows.common import form, guards, shared_rows
from kiosk.flows.common.flow import Flow
from kiosk.flows.common.ignoring import KEYS, LATE_ANSWERS, NEWS, SET_UP
from kiosk.session.model import Session, World
from kiosk.session.states import SHORT, Group, Home
from kiosk.session.table import Row, Target, Transition, Trigger, ignore, row
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


def choose_language(session: Session, trigger: Trigger, facts: World) -> Transition:
    """Change the language; the keyboard shows its letters."""
    spoken = shared_rows.choose_language(session, trigger, facts).session
    return Transition(form.changed(spoken, lambda typed: replace(typed, layer=form.LETTERS)))


def speak_and_search(session: Session, trigger: Trigger, facts: World) -> Transition:
    """The same; what was typed is searched for in that language."""
    changed = choose_language(session, trigger, facts)
    return _search_again(changed.session) if browsing(session).query else changed


def open_category(session: Session, trigger: Trigger, _facts: World) -> Transition:
    """Remember which group is shown."""
    assert isinstance(trigger, OpenCategory)
    return Transition(_with(session, replace(browsing(session), category=trigger.category)))


def open_service(session: Session, trigger: Trigger, _facts: World) -> Transition:
    """Remember which service is shown."""
    assert isinstance(trigger, OpenService)
    return Transition(_with(session, replace(browsing(session), service=trigger.service)))


def new_search(session: Session, _trigger: Trigger, _facts: World) -> Transition:
    """An empty field."""
    return Transition(
        _with(session, replace(browsing(session), form=form.Form(focus=SEARCH_FIELD.id), hits=(), unsure=()))
    )


def _search_again(session: Session) -> Transition:
    """Each letter is searched for at once."""
    visit = browsing(session)
    asked = replace(visit, token=visit.token + 1)
    if not visit.query:
        return Transition(_with(session, replace(asked, hits=(), unsure=())))
    return Transition(_with(session, asked), (Search(asked.token, asked.query, session.lang),))


def take_hits(session: Session, trigger: Trigger, _facts: World) -> Transition:
    """The newest hits."""
    assert isinstance(trigger, SearchFound)
    found = {"hits": trigger.services, "unsure": trigger.unsure, "answered": trigger.token}
    return Transition(_with(session, replace(browsing(session), **found)))


def is_our_search(session: Session, trigger: Trigger, _facts: World) -> bool:
    """The hits belong to what stands in the search field now."""
    return isinstance(trigger, SearchFound) and trigger.token == browsing(session).token


ROWS: tuple[Row, ...] = (
    row(BrowseState.LANGUAGES, ChooseLanguage, Target.BACK, choose_language),
    row(BrowseState.SEARCH, ChooseLanguage, Target.STAY, speak_and_search),
    row(BROWSING, ShowLanguages, BrowseState.LANGUAGES),
    row(BROWSING, ShowCategories, BrowseState.CATEGORIES),
    row(BROWSING, OpenCategory, BrowseState.SERVICES, open_category, guards.knows_category),
    row(BROWSING, OpenCategory, BrowseState.CATEGORIES),
    row(BROWSING, OpenService, BrowseState.SERVICE, open_service, guards.knows_service),
    row(BROWSING, OpenService, BrowseState.UNKNOWN_SERVICE),
    row(BROWSING, OpenSearch, BrowseState.SEARCH, new_search),
    *form.rows(BrowseState.SEARCH, SEARCH_FIELD, then=_search_again),
    row(BrowseState.SEARCH, SearchFound, Target.STAY, take_hits, is_our_search),
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
