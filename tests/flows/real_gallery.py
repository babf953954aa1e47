"""Every screen as the real machine makes it, reached by real touches: for screenshots, fit and access tests."""

from collections.abc import Callable, Iterator
from datetime import timedelta
from functools import cache
from typing import Any

from msgspec.structs import replace

from hub.catalogue.demo import demo_catalogue
from kiosk.catalogue.index import EMPTY, CatalogueIndex, index_of
from kiosk.catalogue.model import Catalogue
from kiosk.config import Site
from kiosk.flows.common.form import Form
from kiosk.flows.common.page_frame import Page
from kiosk.flows.common.texts import Words
from kiosk.flows.pages import starting
from kiosk.flows.setup.setup_visit import ADDRESS, CODE, LANGUAGES, SetupState, SetupVisit
from kiosk.health import Health, Paper
from kiosk.i18n.texts import Texts
from kiosk.session.model import patience
from kiosk.session.states import Home
from kiosk.view import View
from kiosk.vocabulary import effects, events, intents
from kiosk.vocabulary.access import Contrast, TextSize
from kiosk.vocabulary.closure import TerminalClosure
from kiosk.vocabulary.hardware.problems import Problem
from kiosk.vocabulary.labels import Label
from kiosk.vocabulary.outcomes import NotPrinted, Printed, Unconfirmed
from kiosk.vocabulary.slips import Slip, slip_text
from kiosk.vocabulary.tickets import Standing, StandingState
from tests.flows.visits import MONDAY_TEN, Visit

URL = "https://termine.musterstadt.example/t/3vQ8xY2kQm0Zr7Lw5Jp1Ta"
BASE = "https://termine.musterstadt.example"
SLIP_KEY = bytes(range(32))
SLIP = Slip(
    id="018f3c1e-7b2a-7c3d-9e4f-0123456789ab",
    label=Label("A", 3, 17),
    business_day=MONDAY_TEN.date().isoformat(),
    arrival_s=int(MONDAY_TEN.timestamp()),
    service=1,
)
Walk = Callable[[Visit], None]


@cache
def demo_index() -> CatalogueIndex:
    catalogue = demo_catalogue()
    assert isinstance(catalogue, Catalogue)
    return index_of(catalogue)


def featured(visit: Visit) -> str:
    return visit.index.featured_on(visit.now.date())[0].service


def draw(visit: Visit, *, own: bool = False) -> None:
    (commit,) = visit.touch(f"featured:{featured(visit)}")
    assert isinstance(commit, effects.CommitIntent)
    visit.send(events.IntentCommitted(commit.ticket.id))
    number = visit.numbered(commit.ticket.id, url="" if own else URL)
    if own:  # of the terminal's own slot: nobody knows how many come first
        number = replace(number, label=Label("A", 3, 17), ahead=-1, slip_code=slip_text(SLIP, SLIP_KEY))
    visit.send(events.NumberGiven(number))
    visit.send(events.NumberCommitted(commit.ticket.id))


def ended(outcome: Printed | NotPrinted | Unconfirmed) -> Walk:
    def walk(visit: Visit) -> None:
        draw(visit)
        visit.send(events.PrintFinished(visit.drawn.job, outcome))

    return walk


def no_paper(visit: Visit) -> None:
    ended(NotPrinted(Problem.PAPER_OUT))(visit)
    visit.send(events.HelpSent(visit.session.help_id))


def stopped_numbering(visit: Visit) -> None:
    visit.touch(f"featured:{featured(visit)}")


def no_number(visit: Visit) -> None:
    (commit,) = visit.touch(f"featured:{featured(visit)}")
    assert isinstance(commit, effects.CommitIntent)
    visit.send(events.IntentCommitted(commit.ticket.id))
    visit.send(events.NumberSilent(commit.ticket.id, Problem.HUB_AWAY))


def services(visit: Visit) -> None:
    visit.touch("tile:all")
    visit.ask(intents.OpenCategory(next(iter(visit.index.categories))))


def service(visit: Visit) -> None:
    visit.ask(intents.OpenService(featured(visit)))


def searching(text: str, hits: bool) -> Walk:
    def walk(visit: Visit) -> None:
        visit.touch("search")
        for char in text:
            visit.ask(intents.EditText("search", char))
        found = tuple(visit.index.services)[:6] if hits else ()
        visit.send(events.SearchFound(visit.browsed.token, found))

    return walk


def searching_unsure(visit: Visit) -> None:
    searching("reante", hits=False)(visit)
    visit.send(events.SearchFound(visit.browsed.token, (), ("lebensbescheinigung", "anderswo-rente")))


def elsewhere(visit: Visit) -> None:
    visit.ask(intents.OpenService("anderswo-kindergeld"))


def handed_back(visit: Visit) -> None:
    ended(Printed())(visit)
    visit.touch("hand_back")
    visit.send(events.CancelCommitted(visit.drawn.ticket.id))


def goodbye(visit: Visit) -> None:
    ended(Printed())(visit)
    visit.touch("finish")


def help_called(visit: Visit) -> None:
    visit.touch("bar:help")
    visit.touch("staff")
    visit.send(events.HelpSent(visit.session.help_id))


def help_taken(visit: Visit) -> None:
    help_called(visit)
    visit.send(events.HelpTaken(visit.session.help_id, "Anna Ahrens"))


def help_away(visit: Visit) -> None:
    visit.health = Health(paper=Paper.READY, hub=False)
    visit.touch("bar:help")


def service_closed(visit: Visit) -> None:
    visit.now = MONDAY_TEN + timedelta(hours=12)
    visit.ask(intents.DrawFeatured(featured(visit)))


def question(visit: Visit) -> None:
    visit.touch("tile:all")
    visit.wait(46 * patience(visit.session), tick=23)


def drawer(name: str) -> Walk:
    return lambda visit: (visit.ask(intents.ShowAccess(name)), None)[1]


def scanning(text: str, *, day: str = "", hub: bool = True) -> Walk:
    def walk(visit: Visit) -> None:
        visit.slip_key, visit.business_day, visit.base_url = SLIP_KEY, day, BASE
        visit.health = Health(paper=Paper.READY, hub=hub)
        visit.send(events.Scanned(text))

    return walk


def scan_taken(*, hub: bool = True) -> Walk:
    def walk(visit: Visit) -> None:
        scanning(slip_text(SLIP, SLIP_KEY), hub=hub)(visit)
        visit.send(events.ScanCommitted(visit.read.scan_id))
        if hub:
            visit.send(events.StandingNotFound(visit.read.scan_id))

    return walk


def scan_standing(state: StandingState = StandingState.WAITING, *, give_back: bool = False, **more: Any) -> Walk:
    """A slip of the hub's, and what the hub says of it."""

    def walk(visit: Visit) -> None:
        scanning(f"{BASE}/t/{'0f' * 16}")(visit)
        service = visit.index.services[featured(visit)]
        told = Standing(
            id=SLIP.id,
            label=Label("A", 0, 143),
            state=state,
            service=service.id,
            queue=service.queue or "",
            lang=visit.session.lang,
            arrived_ms=int(MONDAY_TEN.timestamp() - 1260) * 1000,
            **more,
        )
        visit.send(events.StandingFound(visit.read.scan_id, told))
        if give_back:
            visit.touch("hand_back")

    return walk


def scan_not_taken(visit: Visit) -> None:
    scanning(slip_text(SLIP, SLIP_KEY))(visit)
    visit.send(events.ScanNotCommitted(visit.read.scan_id))


def nothing(_visit: Visit) -> None:
    return None


WALKS: dict[str, Walk] = {
    "start": nothing,
    "start-size": drawer("size"),
    "start-contrast": drawer("contrast"),
    "languages": lambda visit: (visit.ask(intents.ShowLanguages()), None)[1],
    "categories": lambda visit: (visit.touch("tile:all"), None)[1],
    "services": services,
    "search": searching("pers", hits=True),
    "search-none": searching("xyzzy", hits=False),
    "search-empty": lambda visit: (visit.touch("search"), None)[1],
    "search-unsure": searching_unsure,
    "service": service,
    "service-elsewhere": elsewhere,
    "numbering": stopped_numbering,
    "printing": draw,
    "ticket": ended(Printed()),
    "ticket-no-paper": no_paper,
    "ticket-unconfirmed": ended(Unconfirmed(Problem.SILENT)),
    "handed-back": handed_back,
    "no-number": no_number,
    "unknown-service": lambda visit: (visit.ask(intents.OpenService("gone")), None)[1],
    "service-closed": service_closed,
    "help": lambda visit: (visit.touch("bar:help"), None)[1],
    "help-called": help_called,
    "help-taken": help_taken,
    "help-away": help_away,
    "goodbye": goodbye,
    "question": question,
    "scan-taken": scan_taken(),
    "scan-waits": scan_taken(hub=False),
    "scan-not-taken": scan_not_taken,
    "scan-old": scanning(slip_text(SLIP, SLIP_KEY), day="2026-03-03"),
    "scan-looking": scanning(f"{BASE}/t/{'0f' * 16}"),
    "scan-standing": scan_standing(ahead=23, minutes_from=30, minutes_to=55),
    "scan-standing-first": scan_standing(),
    "scan-called": scan_standing(StandingState.CALLED, counter="Führerscheinstelle 2"),
    "scan-no-show": scan_standing(StandingState.NO_SHOW),
    "scan-give-back": scan_standing(ahead=3, give_back=True),
    "scan-page": scanning(f"{BASE}/t/{'0f' * 16}", hub=False),
    "scan-payment": scanning("RF18539007547034"),
    "scan-unknown": scanning("4006381333931"),
}


def visit_in(index: CatalogueIndex, lang: str, size: TextSize, contrast: Contrast = Contrast.DEFAULT) -> Visit:
    visit = Visit(index=index)
    visit.waiting = dict.fromkeys(index.queues, 3)
    visit.ask(intents.ChooseLanguage(lang))
    visit.ask(intents.SetTextSize(size))
    visit.ask(intents.SetContrast(contrast))
    return visit


def gallery(
    lang: str = "de", size: TextSize = TextSize.M, contrast: Contrast = Contrast.DEFAULT
) -> Iterator[tuple[str, View]]:
    """Every screen in one language, size and theme."""
    index = demo_index()
    for name, walk in WALKS.items():
        visit = visit_in(index, lang, size, contrast)
        walk(visit)
        yield name, visit.view()
    yield from _special(index, lang, size, contrast)
    yield from set_up(lang if lang in LANGUAGES else "de")


def _special(index: CatalogueIndex, lang: str, size: TextSize, contrast: Contrast) -> Iterator[tuple[str, View]]:
    flood = visit_in(index, lang, size, contrast)
    flood.flood = True
    draw(flood)
    yield "ticket-screen-only", flood.view()
    troubled = visit_in(index, lang, size, contrast)
    troubled.health = Health(paper=Paper.TROUBLE, paper_problem=Problem.PAPER_OUT, hub=False)
    yield "start-no-numbers", troubled.view()
    service(troubled)
    yield "service-no-numbers", troubled.view()
    troubled.touch("back")
    troubled.own_numbers = True
    yield "start-troubled", troubled.view()
    own = visit_in(index, lang, size, contrast)
    own.health, own.own_numbers = Health(paper=Paper.READY, hub=False), True
    draw(own, own=True)
    own.send(events.PrintFinished(own.drawn.job, Printed()))
    yield "ticket-own", own.view()
    for name, state, shown in (
        ("closed", Home.CLOSED, index),
        ("out-of-service", Home.OUT_OF_SERVICE, EMPTY),
    ):
        visit = Visit(index=shown, state=state, now=MONDAY_TEN + timedelta(hours=12))
        visit.ask(intents.ChooseLanguage(lang))
        visit.ask(intents.SetTextSize(size))
        visit.ask(intents.SetContrast(contrast))
        yield name, visit.view()
    for name, message in (("closed-by-house", ""), ("closed-by-house-said", "Heute nur bis 12 Uhr. Bitte Zimmer 104.")):
        visit = visit_in(index, lang, size, contrast)
        visit.house, visit.session = TerminalClosure(True, message), replace(visit.session, state=Home.CLOSED_BY_HOUSE)
        yield name, visit.view()
    visit = visit_in(index, lang, size, contrast)
    words = Words(Texts.load("terminal"), lang)
    yield (
        "starting",
        starting(Page(visit.session, visit.facts, words, Site(town="Stadt Musterstadt"), "")),
    )


def set_up(lang: str) -> Iterator[tuple[str, View]]:
    """The questions of the touch set-up."""
    typed = Form({ADDRESS.id: "http://192.0.2.10:8080", CODE.id: "K7MQ2XPDH5AMK99XC6LPPDMN"})
    for state in SetupState:
        visit = Visit(state=state, home=SetupState.HUB)
        fault = "wrong_fingerprint" if state is SetupState.FAILED else ""
        visit.session = replace(visit.session, lang=lang, flow=SetupVisit(form=typed, fault=fault))
        yield state.value.replace("_", "-"), visit.view()
