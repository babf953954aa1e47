"""Every screen there is, made by the real pages from the bundled demo catalogue: (name, view) pairs."""

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta, timezone
from functools import cache

from msgspec.structs import replace

from hub.catalogue.demo import demo_catalogue
from kiosk.catalogue.index import CatalogueIndex, index_of
from kiosk.config import Panel, Site, Timing
from kiosk.flows import pages, setup
from kiosk.flows.frame import Page
from kiosk.flows.words import Words
from kiosk.health import Health, Paper
from kiosk.i18n.texts import Texts
from kiosk.session.model import TICKET_HELD, Facts, Help, Session, State, fresh_session
from kiosk.view import View
from kiosk.vocabulary.access import Access, Contrast, TextSize
from kiosk.vocabulary.house import House
from kiosk.vocabulary.labels import Label
from kiosk.vocabulary.tickets import Numbered, Standing, StandingState, TicketIntent

PORTRAIT = Panel()
LANDSCAPE = Panel(width_px=1280, height_px=800, width_mm=328.0, height_mm=205.0, bottom_mm=900.0, max_reach_mm=1200.0)
MORNING = datetime(2026, 3, 2, 9, 14, tzinfo=timezone(timedelta(hours=1)))
EVENING = MORNING.replace(hour=20, minute=5)
SITE = Site(town="Stadt Musterstadt", name="Bürgerhaus am Wall")
SERVICE = "personalausweis"
UNTRANSLATED = "auto-anmelden"
"""In Arabic it has a name and no more."""
AWAY = "anderswo-rente"
"""Others do it, and where is known."""
NUMBERED = TICKET_HELD | {State.PRINTING, State.HANDING_BACK, State.GOODBYE}
LONG_MESSAGE = (
    "Wegen einer Personalversammlung bleibt das Bürgeramt heute geschlossen. Ausweise holen Sie bitte ab "
    "13 Uhr im Zimmer 104 ab, Kfz-Zulassung nur in der Außenstelle Nord, Straße der Verfassungsfreunde 12."
)[:200]
STANDING = Standing(
    id="0195f000-0000-7000-8000-000000000002",
    label=Label("A", 3, 17),
    state=StandingState.WAITING,
    service=SERVICE,
    queue="",
    lang="de",
    arrived_ms=int(MORNING.timestamp() - 1260) * 1000,
    ahead=23,
    minutes_from=30,
    minutes_to=55,
)
_ID = "0195f000-0000-7000-8000-000000000001"
_SLIP = "THK2:3K2XWTJ0C8Y9QJ6ZB1N5P7R4D:A03-17:1T7:3A5DG8:1Q2W3E4:0ABCDEFGH1234"
_URL = "https://wartemarke.musterstadt.de/t/8f14e45fceea167a5a36dedd4bea2543"


@cache
def index() -> CatalogueIndex:
    return index_of(demo_catalogue())


@cache
def texts() -> Texts:
    return Texts.load("terminal")


LANGUAGES = tuple(sorted(texts().languages, key=lambda lang: (lang != "de", lang != "en", lang)))
"""Every language that has texts for the screens: each is tried on every screen."""


def facts(now: datetime = MORNING, *, hub: bool = True, paper: Paper = Paper.READY) -> Facts:
    return Facts(
        now=now,
        mono=1000.0,
        fresh=(_ID, _ID),
        index=index(),
        health=Health(paper=paper, hub=hub),
        timing=Timing(),
        languages=LANGUAGES,
        waiting={queue: 3 + 4 * n for n, queue in enumerate(index().queues)},
    )


def session(state: State, lang: str, access: Access) -> Session:
    """A session that stands in this state, numbered where that is needed."""
    numbered = Numbered(
        id=_ID,
        label=Label("A", 0, 143),
        service=SERVICE,
        queue=index().services[SERVICE].queue,
        business_day="2026-03-02",
        issued_at=MORNING.astimezone(UTC).isoformat(),
        ahead=3,
        slip_code="TK:" + _ID,
        url=_URL,
    )
    return replace(
        fresh_session("s1", lang, 1000.0, state),
        access=access,
        service=SERVICE,
        category=max(index().categories, key=lambda c: len(index().services_of(c, MORNING.date()))),
        ticket=TicketIntent(id=_ID, service=SERVICE, lang=lang, tapped_at=MORNING.isoformat()),
        numbered=numbered if state in NUMBERED else None,
        standing=STANDING if state in (State.SCAN_STANDING, State.SCAN_GIVE_BACK) else None,
    )


def view(of: Session, facts: Facts) -> View:
    return pages.render(Page(of, facts, Words(texts(), of.lang), SITE, "Terminal 3"))


def gallery(lang: str = "de", access: Access = Access()) -> Iterator[tuple[str, View]]:
    """Every screen, and the states of a screen that look different."""
    now = facts()
    yield (
        "starting",
        pages.starting(Page(session(State.START, lang, access), now, Words(texts(), lang), SITE, "Terminal 3")),
    )
    for state in State:
        yield state.value, view(session(state, lang, access), facts(EVENING) if state is State.CLOSED else now)
    start = session(State.START, lang, access)
    troubled = facts(hub=False, paper=Paper.TROUBLE)
    yield "start_no_numbers", view(start, troubled)
    yield "start_troubled", view(start, replace(troubled, own_numbers=True))
    yield "start_sizes", view(replace(start, drawer="size"), now)
    yield "start_contrasts", view(replace(start, drawer="contrast"), now)
    yield "start_asked", view(replace(start, asked=990.0), now)
    yield "ticket_asked", view(replace(session(State.TICKET, lang, access), asked=990.0), now)
    closed = session(State.CLOSED_BY_HOUSE, lang, access)
    for name, message in (("said", "Heute nur bis 12 Uhr. Bitte Zimmer 104."), ("long", LONG_MESSAGE)):
        yield f"closed_by_house_{name}", view(closed, replace(now, house=House(True, message)))
    scanned = session(State.SCAN_STANDING, lang, access)
    for standing in StandingState:
        told = replace(STANDING, state=standing, counter="Trauzimmer im Alten Rathaus, 2. Obergeschoss")
        told = replace(told, queue=index().services[SERVICE].queue or "")
        yield f"scan_standing_{standing.value}", view(replace(scanned, standing=told), now)
    drawn = replace(STANDING, minutes_from=0, minutes_to=0, ahead=0)
    yield "scan_standing_drawn", view(replace(scanned, standing=drawn), now)
    yield "service_untranslated", view(replace(session(State.SERVICE, lang, access), service=UNTRANSLATED), now)
    search = session(State.SEARCH, lang, access)
    yield "search_found", view(replace(search, query="perso", hits=tuple(index().services)[:6]), now)
    yield "search_many", view(replace(search, query="an", hits=tuple(index().services)[:14]), now)
    yield "search_none", view(replace(search, query="xyzzy", hits=()), now)
    services = tuple(index().services)
    yield "search_unsure", view(replace(search, query="sehtest", unsure=services[20:23]), now)
    mixed = replace(search, query="rente", hits=(AWAY, "lebensbescheinigung"), unsure=("grundsicherung", "bauantrag"))
    yield "search_mixed", view(mixed, now)
    yield "search_no_reception", view(replace(search, query="xyzzy"), replace(now, outbox_full=True))
    yield "service_elsewhere", view(replace(session(State.SERVICE, lang, access), service=AWAY), now)
    no_paper = replace(session(State.TICKET_NO_PAPER, lang, access), problem="paper_out", help=Help.SENT)
    yield "ticket_no_paper_out", view(no_paper, now)
    yield from own_numbers(lang, access)
    yield "ticket_at_once", view(replace(session(State.TICKET, lang, access), featured=True), now)
    yield "ticket_no_paper_at_once", view(replace(no_paper, featured=True), facts(paper=Paper.TROUBLE))
    yield "help", view(replace(start, drawer="help"), now)
    yield "help_away", view(replace(start, drawer="help"), facts(hub=False))
    for state in (Help.SENDING, Help.SENT, Help.TAKEN, Help.NOT_SENT):
        called = replace(start, drawer="help", help=state, asked_help=True, helper="Friederike Schulze-Wolfenbüttel")
        yield f"help_{state.value}", view(called, now)
    yield "help_sent_away", view(replace(called, help=Help.SENT), facts(hub=False))
    yield "help_not_sent_away", view(called, facts(hub=False))
    for question in setup.Question:
        answered = setup.Setup(
            question=question,
            lang=lang if lang in setup.LANGUAGES else "de",
            fault="wrong_fingerprint",
            code="K7MQ2XPDH5AMK99XC6LPPDMN",
        )
        yield f"setup_{question.value}", replace(setup.view(answered, texts(), MORNING), access=access)
    failed = setup.Question.FAILED
    unsaved = replace(answered, question=failed, fault="cannot_save", path="/etc/townhall-kiosk/config.toml")
    yield "setup_unsaved", replace(setup.view(unsaved, texts(), MORNING), access=access)


def own_numbers(lang: str, access: Access) -> Iterator[tuple[str, View]]:
    """While the hub is away: the terminal's own number on every page that shows one; a terminal that gives none."""
    away = facts(hub=False)
    for state in (State.TICKET, State.TICKET_NO_PAPER, State.TICKET_UNCONFIRMED, State.TICKET_SCREEN_ONLY):
        held = session(state, lang, access)
        assert held.numbered is not None
        own = replace(held.numbered, label=Label("A", 3, 17), ahead=-1, url="", slip_code=_SLIP)
        yield f"{state.value}_own", view(replace(held, numbered=own), away)
    full = replace(away, outbox_full=True)
    for state in (State.START, State.SERVICE, State.SERVICE_CLOSED):
        yield f"{state.value}_full", view(session(state, lang, access), full)


def named(name: str, lang: str = "de", access: Access = Access()) -> View:
    """One view of the gallery."""
    return dict(gallery(lang, access))[name]


ACCESSES = tuple(Access(size, contrast) for size in TextSize for contrast in Contrast)
