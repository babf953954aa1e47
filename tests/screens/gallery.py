"""Every screen there is, made by the real pages from the bundled demo catalogue: (name, view) pairs."""

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta, timezone
from functools import cache

from msgspec.structs import replace

from hub.catalogue.demo import demo_catalogue
from kiosk.catalogue.index import CatalogueIndex, index_of
from kiosk.config import Panel, Site, Timing
from kiosk.flows import pages
from kiosk.flows.browse.browse_pages import FEATURED_BESIDE_JOBS
from kiosk.flows.browse.browse_visit import SEARCH_FIELD, BrowseState, BrowseVisit
from kiosk.flows.common import keyboard
from kiosk.flows.common.form import Form, TextField, block
from kiosk.flows.common.page_frame import Page
from kiosk.flows.common.texts import Words
from kiosk.flows.rules import table
from kiosk.flows.scan.scan_visit import ScanState, ScanVisit
from kiosk.flows.setup.setup_visit import CODE, SetupState, SetupVisit
from kiosk.flows.ticket.ticket_visit import TICKET_HELD, TicketState, TicketVisit, drawing
from kiosk.health import Health, Paper
from kiosk.i18n.texts import Texts
from kiosk.session.model import Help, NewIds, Session, Visit, World, fresh_session
from kiosk.session.states import Home, State
from kiosk.view import Field, Keys, Tiles, View
from kiosk.vocabulary.access import Access, Contrast, TextSize
from kiosk.vocabulary.closure import TerminalClosure
from kiosk.vocabulary.hardware.devices import DeviceKind, DeviceState, DeviceStatus
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
NUMBERED = TICKET_HELD | {TicketState.PRINTING, TicketState.HANDING_BACK, TicketState.GOODBYE}
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
SCANNER = DeviceStatus(device="scanner", kind=DeviceKind.SCANNER, state=DeviceState.READY)
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


def facts(now: datetime = MORNING, *, hub: bool = True, paper: Paper = Paper.READY) -> World:
    return World(
        now=now,
        mono=1000.0,
        new_ids=NewIds.drawn(lambda: _ID),
        index=index(),
        health=Health(paper=paper, hub=hub, devices=(SCANNER,)),
        timing=Timing(),
        languages=LANGUAGES,
        waiting={queue: 3 + 4 * n for n, queue in enumerate(index().queues)},
        people=18,
        last_called="A 131",
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
    ticket = TicketIntent(id=_ID, service=SERVICE, lang=lang, tapped_at=MORNING.isoformat())
    category = max(index().categories, key=lambda c: len(index().services_of(c, MORNING.date())))
    flow: Visit | None = None
    match state:
        case BrowseState():
            flow = BrowseVisit(service=SERVICE, category=category)
        case TicketState():
            flow = TicketVisit(ticket=ticket, numbered=numbered if state in NUMBERED else None)
        case SetupState():
            flow = SetupVisit(fault="wrong_fingerprint" if state is SetupState.FAILED else "")
        case ScanState():
            flow = ScanVisit(scan_id=_ID, standing=STANDING)
    return replace(fresh_session("s1", lang, 1000.0, state), access=access, flow=flow)


def changed(of: Session, **fields: object) -> Session:
    """The session with something else in its flow."""
    assert of.flow is not None
    return replace(of, flow=replace(of.flow, **fields))


def typed(text: str) -> Form:
    """A search field with this in it."""
    return Form({SEARCH_FIELD.id: text}, SEARCH_FIELD.id)


def view(of: Session, facts: World) -> View:
    return pages.render(Page(of, facts, Words(texts(), of.lang), SITE, "Terminal 3"))


def gallery(lang: str = "de", access: Access = Access()) -> Iterator[tuple[str, View]]:
    """Every screen, and the states of a screen that look different."""
    now = facts()
    yield (
        "starting",
        pages.starting(Page(session(Home.START, lang, access), now, Words(texts(), lang), SITE, "Terminal 3")),
    )
    for state in table().states:
        yield state.value, view(session(state, lang, access), facts(EVENING) if state is Home.CLOSED else now)
    start = session(Home.START, lang, access)
    yield "start_attract", view(replace(start, touched=900.0, entered=900.0), now)
    yield from jobs(view(start, now))
    troubled = facts(hub=False, paper=Paper.TROUBLE)
    yield "start_no_numbers", view(start, troubled)
    yield "start_troubled", view(start, replace(troubled, own_numbers=True))
    yield "start_sizes", view(replace(start, drawer="size"), now)
    yield "start_contrasts", view(replace(start, drawer="contrast"), now)
    yield "start_asked", view(replace(start, asked=990.0), now)
    yield "ticket_asked", view(replace(session(TicketState.TICKET, lang, access), asked=990.0), now)
    closed = session(Home.CLOSED_BY_HOUSE, lang, access)
    for name, message in (("said", "Heute nur bis 12 Uhr. Bitte Zimmer 104."), ("long", LONG_MESSAGE)):
        yield f"closed_by_house_{name}", view(closed, replace(now, house=TerminalClosure(True, message)))
    scanned = session(ScanState.STANDING, lang, access)
    for standing in StandingState:
        told = replace(STANDING, state=standing, counter="Trauzimmer im Alten Rathaus, 2. Obergeschoss")
        told = replace(told, queue=index().services[SERVICE].queue or "")
        yield f"scan_standing_{standing.value}", view(changed(scanned, standing=told), now)
    drawn = replace(STANDING, minutes_from=0, minutes_to=0, ahead=0)
    yield "scan_standing_drawn", view(changed(scanned, standing=drawn), now)
    yield "service_untranslated", view(changed(session(BrowseState.SERVICE, lang, access), service=UNTRANSLATED), now)
    search = session(BrowseState.SEARCH, lang, access)
    yield "search_found", view(changed(search, form=typed("perso"), hits=tuple(index().services)[:6]), now)
    yield "search_many", view(changed(search, form=typed("an"), hits=tuple(index().services)[:14]), now)
    yield "search_none", view(changed(search, form=typed("xyzzy"), hits=()), now)
    services = tuple(index().services)
    yield "search_unsure", view(changed(search, form=typed("sehtest"), unsure=services[20:23]), now)
    mixed = changed(
        search, form=typed("rente"), hits=(AWAY, "lebensbescheinigung"), unsure=("grundsicherung", "bauantrag")
    )
    yield "search_mixed", view(mixed, now)
    yield "search_no_reception", view(changed(search, form=typed("xyzzy")), replace(now, outbox_full=True))
    yield "service_elsewhere", view(changed(session(BrowseState.SERVICE, lang, access), service=AWAY), now)
    no_paper = changed(session(TicketState.TICKET_NO_PAPER, lang, access), problem="paper_out")
    no_paper = replace(no_paper, help=Help.SENT)
    yield "ticket_no_paper_out", view(no_paper, now)
    yield from own_numbers(lang, access)
    yield "ticket_at_once", view(changed(session(TicketState.TICKET, lang, access), featured=True), now)
    yield "ticket_no_paper_at_once", view(changed(no_paper, featured=True), facts(paper=Paper.TROUBLE))
    yield "help", view(replace(start, drawer="help"), now)
    yield "help_away", view(replace(start, drawer="help"), facts(hub=False))
    for state in (Help.SENDING, Help.SENT, Help.TAKEN, Help.NOT_SENT):
        called = replace(start, drawer="help", help=state, asked_help=True, helper="Friederike Schulze-Wolfenbüttel")
        yield f"help_{state.value}", view(called, now)
    yield "help_sent_away", view(replace(called, help=Help.SENT), facts(hub=False))
    yield "help_not_sent_away", view(called, facts(hub=False))
    yield from set_up(lang, access)


def jobs(start: View) -> Iterator[tuple[str, View]]:
    """The start screen of terminals with two and with three jobs."""
    search, first, quick, *rest = start.body
    assert isinstance(first, Tiles)
    assert isinstance(quick, Tiles)
    (number,) = first.items
    number = replace(number, short="Nummer")
    pay = replace(number, id="job:pay", label="Gebühr bezahlen", short="Bezahlen", icon="credit-card")
    send = replace(number, id="job:send", label="Anliegen einreichen", short="Einreichen", icon="send")
    others = replace(pay, detail="Mit Karte, mit Quittung"), replace(send, detail="Melden, bestellen")
    four = replace(quick, items=quick.items[:FEATURED_BESIDE_JOBS])
    for count in (2, 3):
        body = (search, replace(first, items=(number, *others[: count - 1])), four, *rest)
        yield f"start_{count}_jobs", replace(start, body=body)


def set_up(lang: str, access: Access) -> Iterator[tuple[str, View]]:
    """What else there is of set-up: a whole code, a fault of each kind, fields that are wrong or secret."""
    now, form = facts(), Form({CODE.id: "K7MQ2XPDH5AMK99XC6LPPDMN"})
    coded, failed = session(SetupState.CODE, lang, access), session(SetupState.FAILED, lang, access)
    yield "setup_code_whole", view(changed(coded, form=form), now)
    yield "setup_unsaved", view(changed(failed, fault="cannot_save", path="/etc/townhall-kiosk/config.toml"), now)
    yield from fields(view(session(SetupState.ADDRESS, lang, access), now), access)


def fields(page: View, access: Access) -> Iterator[tuple[str, View]]:
    """A field whose text is wrong, and one that is secret and has the keys of a PIN."""
    words = Words(texts(), page.lang)
    address, keys = page.body
    assert isinstance(address, Field)
    wrong = replace(address, error=words("setup.fault.bad_address"), focused=False)
    pin = TextField("pin", Keys.PIN, secret=True)
    form = Form({"pin": "471123"}, focus="pin")
    secret = block(words, pin, form, "PIN")
    yield "field_wrong", replace(page, body=(wrong, keys), access=access)
    keys = keyboard.block(words, pin, form)
    yield "field_secret", replace(page, subtitle="", body=(secret, keys), access=access)


def own_numbers(lang: str, access: Access) -> Iterator[tuple[str, View]]:
    """While the hub is away: the terminal's own number on every page that shows one; a terminal that gives none."""
    away = facts(hub=False)
    for state in (each for each in TicketState if each in TICKET_HELD):
        held = session(state, lang, access)
        numbered = drawing(held).numbered
        assert numbered is not None
        own = replace(numbered, label=Label("A", 3, 17), ahead=-1, url="", slip_code=_SLIP)
        yield f"{state.value}_own", view(changed(held, numbered=own), away)
    full = replace(away, outbox_full=True)
    for state in (Home.START, BrowseState.SERVICE, BrowseState.SERVICE_CLOSED):
        yield f"{state.value}_full", view(session(state, lang, access), full)


def named(name: str, lang: str = "de", access: Access = Access()) -> View:
    """One view of the gallery."""
    return dict(gallery(lang, access))[name]


ACCESSES = tuple(Access(size, contrast) for size in TextSize for contrast in Contrast)
