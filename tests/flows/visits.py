"""A visit without threads: the real table, step and pages; the workers' answers are given by hand."""

from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta, timezone
from functools import cache
from itertools import count

from kiosk.catalogue.index import CatalogueIndex, index_of
from kiosk.catalogue.model import Catalogue, Category, Featured, Office, Queue, Service, Span
from kiosk.config import Site, Timing
from kiosk.flows.browse.browse_visit import BrowseVisit, browsing
from kiosk.flows.common.page_frame import Page
from kiosk.flows.common.texts import Words
from kiosk.flows.pages import render
from kiosk.flows.rules import table
from kiosk.flows.scan.scan_visit import ScanVisit, reading
from kiosk.flows.setup.setup_visit import SetupState
from kiosk.flows.ticket.ticket_visit import TicketVisit, drawing, ticket_visit
from kiosk.health import Health, Paper
from kiosk.i18n.texts import Texts
from kiosk.session.model import NewIds, Session, World, fresh_session
from kiosk.session.states import Group, Home, State
from kiosk.session.step import step
from kiosk.view import Control, View, controls
from kiosk.vocabulary.closure import TerminalClosure
from kiosk.vocabulary.effects import Effect
from kiosk.vocabulary.events import Event, Tick, Touched
from kiosk.vocabulary.ids import uuid7
from kiosk.vocabulary.intents import Intent
from kiosk.vocabulary.labels import Label
from kiosk.vocabulary.tickets import Numbered

BERLIN = timezone(timedelta(hours=1))
STATES = tuple(state for state in table().states if not isinstance(state, SetupState))
"""Every state that a visitor can be in."""
MONDAY_TEN = datetime(2026, 3, 2, 10, 0, tzinfo=BERLIN)


@cache
def texts() -> Texts:
    return Texts.load("terminal")


def small_catalogue() -> Catalogue:
    from datetime import time

    week = tuple(Span(day=day, opens=time(8), closes=time(18)) for day in range(5))
    office = Office(id="buergeramt", names={"de": "Bürgeramt", "en": "Citizens' office"}, hours=week)
    return Catalogue(
        version=1,
        languages=("de", "en"),
        categories=(Category(id="papers", names={"de": "Ausweise", "en": "Identity papers"}, icon="id"),),
        offices=(office,),
        queues=(
            Queue(id="a", series="A", names={"de": "Bürgeramt"}, places={"de": "Wartebereich A"}, office="buergeramt"),
        ),
        services=(
            Service(
                id="perso", names={"de": "Personalausweis", "en": "Identity card"}, categories=("papers",), queue="a"
            ),
            Service(id="no-queue", names={"de": "Ohne Wartekreis"}, categories=("papers",), office="buergeramt"),
        ),
        featured=(Featured(service="perso"),),
    )


def states_of(*groups: Group) -> frozenset[State]:
    return frozenset(state for state in STATES if state.group in groups)


@dataclass
class Visit:
    """One terminal's session driven step by step."""

    index: CatalogueIndex = field(default_factory=lambda: index_of(small_catalogue()))
    health: Health = field(default_factory=lambda: Health(paper=Paper.READY, hub=True))
    now: datetime = MONDAY_TEN
    mono: float = 1000.0
    flood: bool = False
    stored: bool = True
    own_numbers: bool = False
    outbox_full: bool = False
    slip_key: bytes = b""
    business_day: str = ""
    base_url: str = ""
    house: TerminalClosure = field(default_factory=TerminalClosure)
    home: State | None = None
    restart: bool = False
    waiting: dict[str, int] = field(default_factory=lambda: {"a": 3})
    people: int | None = None
    last_called: str = ""
    timing: Timing = field(default_factory=Timing)
    done: list[Effect] = field(default_factory=list)
    state: State = Home.START

    def __post_init__(self) -> None:
        self._ids = (str(uuid7(1_772_000_000_000 + n, 0, n)) for n in count())
        self.session: Session = fresh_session(next(self._ids), "de", self.mono, self.state)
        self._texts = texts()

    @property
    def facts(self) -> World:
        return World(
            now=self.now,
            mono=self.mono,
            new_ids=NewIds.drawn(lambda: next(self._ids)),
            index=self.index,
            health=self.health,
            timing=self.timing,
            languages=("de", "en", "ar"),
            waiting=self.waiting,
            people=self.people,
            last_called=self.last_called,
            flood=self.flood,
            stored=self.stored,
            own_numbers=self.own_numbers,
            outbox_full=self.outbox_full,
            slip_key=self.slip_key,
            business_day=self.business_day,
            base_url=self.base_url,
            home=self.home,
            house=self.house,
            restart=self.restart,
        )

    def send(self, event: Event) -> tuple[Effect, ...]:
        moved = step(table(), self.session, event, self.facts)
        self.session = moved.session
        self.done.extend(moved.effects)
        return moved.effects

    def ask(self, intent: Intent) -> tuple[Effect, ...]:
        return self.send(Touched(intent, self.session.id))

    def wait(self, seconds: float, tick: float = 0.25) -> None:
        end = self.mono + seconds
        while self.mono < end:
            self.mono += tick
            self.now += timedelta(seconds=tick)
            self.send(Tick())

    @property
    def browsed(self) -> BrowseVisit:
        return browsing(self.session)

    @property
    def drawn(self) -> TicketVisit:
        return drawing(self.session)

    @property
    def read(self) -> ScanVisit:
        return reading(self.session)

    def view(self) -> View:
        words = Words(self._texts, self.session.lang)
        return render(Page(self.session, self.facts, words, Site(town="Stadt Musterstadt", name="Bürgerhaus"), "T1"))

    def control(self, control_id: str) -> Control:
        found = [each for each in controls(self.view()) if each.id == control_id]
        assert found, f"no {control_id} on {self.view().screen}: {[c.id for c in controls(self.view())]}"
        return found[0]

    def touch(self, control_id: str) -> tuple[Effect, ...]:
        """Touch a control that really stands on the screen now."""
        return self.ask(self.control(control_id).intent)

    def numbered(self, ticket: str, *, n: int = 143, url: str = "") -> Numbered:
        return Numbered(
            id=ticket,
            label=Label("A", 0, n),
            service=drawn.ticket.service if (drawn := ticket_visit(self.session)) else self.browsed.service,
            queue="a",
            business_day="2026-03-02",
            issued_at=self.now.astimezone(UTC).isoformat(),
            ahead=3,
            slip_code="TK:" + ticket,
            url=url,
        )

    def of(self, kind: type[Effect]) -> list[Effect]:
        return [effect for effect in self.done if isinstance(effect, kind)]
