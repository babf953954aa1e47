"""Names of 1 to 60 letters in every place where a town writes one: they stand whole on every page that shows them."""

from collections.abc import Iterator
from typing import TYPE_CHECKING

import pytest
from msgspec.structs import replace

from hub.catalogue.demo import demo_catalogue
from kiosk.catalogue.index import CatalogueIndex, index_of
from kiosk.config import Panel, Site
from kiosk.flows import pages
from kiosk.flows.browse.browse_visit import BrowseState
from kiosk.flows.common.page_frame import Page
from kiosk.flows.common.texts import Words
from kiosk.flows.scan.scan_visit import ScanState
from kiosk.flows.ticket.ticket_visit import TicketState
from kiosk.session.model import Help, Session
from kiosk.session.states import Home
from kiosk.view import View
from kiosk.vocabulary.access import Access, TextSize
from kiosk.vocabulary.tickets import StandingState
from tests.screens.gallery import LANDSCAPE, PORTRAIT, STANDING, changed, facts, session, texts, typed
from tests.screens.test_screens_fit import faults_of, stand_on

if TYPE_CHECKING:
    from screens.screenshot import Studio

pytestmark = pytest.mark.pixels

LETTER = "Ä"
WORDS = "Fachbereich für Bürgerdienste, Standesamt und Wahlen Südwest"
COMPOUND = "Grundstücksverkehrsgenehmigungszuständigkeitsübertragungsver"
NO_SYLLABLES = "W" * 60


def test_the_long_names_have_sixty_letters() -> None:
    assert [len(name) for name in (LETTER, WORDS, COMPOUND, NO_SYLLABLES)] == [1, 60, 60, 60]


def named(name: str) -> CatalogueIndex:
    """The demo's catalogue with this name on everything."""
    found, said = demo_catalogue(), {"de": name, "en": name, "ar": name}
    return index_of(
        replace(
            found,
            services=tuple(replace(each, names=said, there=said if each.there else {}) for each in found.services),
            categories=tuple(replace(each, names=said) for each in found.categories),
            offices=tuple(replace(each, names=said, places=said, address=name) for each in found.offices),
            queues=tuple(replace(each, names=said, places=said) for each in found.queues),
            featured=tuple(replace(each, labels=said, details=said) for each in found.featured),
        )
    )


def sessions(lang: str, access: Access, name: str) -> Iterator[tuple[str, Session]]:
    """Of every page that shows a name of the town's."""
    for state in (Home.START, BrowseState.CATEGORIES, BrowseState.SERVICES, BrowseState.SERVICE, TicketState.TICKET):
        yield state.value, session(state, lang, access)
    yield "no_paper", changed(session(TicketState.TICKET_NO_PAPER, lang, access), problem="paper_out")
    yield "elsewhere", changed(session(BrowseState.SERVICE, lang, access), service="anderswo-rente")
    found = tuple(each for each in facts().index.services)[:3]
    yield "found", changed(session(BrowseState.SEARCH, lang, access), form=typed(name), hits=found)
    standing = session(ScanState.STANDING, lang, access)
    for state in (StandingState.WAITING, StandingState.CALLED):
        yield state.value, changed(standing, standing=replace(STANDING, state=state, counter=name))
    taken = replace(session(Home.START, lang, access), drawer="help", help=Help.TAKEN, asked_help=True, helper=name)
    yield "helped", taken


def shown(of: Session, name: str, index: CatalogueIndex) -> View:
    now = replace(facts(), index=index)
    return pages.render(Page(of, now, Words(texts(), of.lang), Site(town=name, name=name), name))


@pytest.mark.parametrize(
    ("name", "panel", "lang", "size"),
    [
        (LETTER, PORTRAIT, "de", TextSize.M),
        (LETTER, LANDSCAPE, "ar", TextSize.XL),
        (WORDS, PORTRAIT, "ar", TextSize.L),
        (WORDS, LANDSCAPE, "de", TextSize.M),
        (COMPOUND, PORTRAIT, "de", TextSize.XL),
        (COMPOUND, LANDSCAPE, "de", TextSize.L),
        (NO_SYLLABLES, PORTRAIT, "en", TextSize.M),
        (NO_SYLLABLES, LANDSCAPE, "de", TextSize.XL),
    ],
    ids=str,
)
def test_a_name_stands_whole_wherever_it_is_shown(
    studio: "Studio", name: str, panel: Panel, lang: str, size: TextSize
) -> None:
    stand_on(studio, panel)
    index, faults = named(name), list[str]()
    for page, of in sessions(lang, Access(size), name):
        faults += [f"{page}: {fault}" for fault in faults_of(studio, panel, shown(of, name, index))]
    assert not faults, "\n".join(faults[:40])
