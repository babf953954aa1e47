"""The core thread: inbox -> step -> effects -> view. The only place where session, health and timers change."""

import logging
import threading
from collections import deque
from collections.abc import Callable, Sequence
from datetime import date, datetime

import msgspec
from msgspec.structs import replace

from kiosk.catalogue.index import EMPTY, CatalogueIndex
from kiosk.config import Site, TerminalConfig, Timing
from kiosk.eventlog import EventLog
from kiosk.flows.browse.misses import Misses, missed
from kiosk.flows.common.page_frame import Page
from kiosk.flows.common.texts import Words
from kiosk.flows.pages import render, starting
from kiosk.flows.rules import table
from kiosk.health import assess
from kiosk.i18n.texts import Texts
from kiosk.inbox import Inbox, Merged
from kiosk.session.lasting import LastingEvent, LastingMachine, checked
from kiosk.session.model import NewIds, World, fresh_session
from kiosk.session.states import Group, Home, State
from kiosk.session.step import home_state, step
from kiosk.session.table import Transition
from kiosk.view import Screen, View
from kiosk.vocabulary.closure import TerminalClosure
from kiosk.vocabulary.effects import CommitNumber, Effect, Note, Restart, SessionOver, Tell, UseCatalogue
from kiosk.vocabulary.events import ClosureChanged, DeviceChanged, Event, HubChanged, RestartOrdered, Tick, Touched
from kiosk.vocabulary.hardware.devices import DeviceStatus
from kiosk.vocabulary.ids import SessionId

TICK_S = 0.25

_log = logging.getLogger(__name__)


class CatalogueAge(msgspec.Struct, frozen=True):
    """How old the catalogue may be: of which day it is when the hub's promise has run out, else None."""

    as_of: date | None


class WorldChanged(Merged, frozen=True):
    """Facts that changed outside the session: another catalogue index, people waiting, what the store takes.

    An index is taken when nobody is being served: who looks at a service now goes on seeing what they saw.
    """

    index: CatalogueIndex | None = None
    catalogue: CatalogueAge | None = None
    waiting: dict[str, int] | None = None
    people: int | None = None
    """Everybody who waits; -1 = not known any more."""
    last_called: str | None = None
    stored: bool | None = None
    own_numbers: bool | None = None
    outbox_full: bool | None = None
    slip_key: bytes | None = None
    business_day: str | None = None
    ready: bool = False
    """Store and catalogue have been opened: the start screen may come."""


class Configured(Event, frozen=True):
    """The terminal has a configuration now: it serves visitors once its workers have been started."""

    config: TerminalConfig


class Core:
    """Owns the session. ``perform`` hands an effect to its worker, ``show`` takes the newest view; both return at once.

    ``now`` gives the local time with zone, ``mono`` monotonic seconds, ``make_id`` a UUIDv7. ``home`` is where sessions
    stand while the terminal has no configuration (set-up), until one is taken (``Configured``). ``lasting`` are the
    machines beside the session.
    """

    def __init__(
        self,
        *,
        texts: Texts,
        site: Site,
        terminal: str,
        timing: Timing,
        languages: tuple[str, ...],
        now: Callable[[], datetime],
        mono: Callable[[], float],
        make_id: Callable[[], str],
        perform: Callable[[Effect], None],
        show: Callable[[View], None],
        log: EventLog,
        home: State | None = None,
        lasting: Sequence[LastingMachine] = (),
    ) -> None:
        self._texts, self._site, self._terminal = texts, site, terminal
        self._timing, self._languages = timing, languages
        self._now, self._mono, self._make_id = now, mono, make_id
        self._perform, self._show, self._log = perform, show, log
        self._inbox = Inbox()
        self._stop = threading.Event()
        self._index = self._next_index = EMPTY
        self._catalogue_as_of: date | None = None
        self._waiting: dict[str, int] = {}
        self._people: int | None = None
        self._last_called = ""
        self._devices: dict[str, DeviceStatus] = {}
        self._hub = HubChanged(reachable=False)
        self._home = home
        self._machines = checked(lasting)
        self._lasting = [machine.begin for machine in self._machines]
        self._house = TerminalClosure()
        self._restart = False
        self._stored = True
        self._own_numbers = self._outbox_full = False
        self._slip_key, self._business_day = b"", ""
        self._ready = home is not None
        self._drawn: deque[float] = deque()
        self._misses = Misses()
        self._shown: View | None = None
        self.session = fresh_session(SessionId(make_id()), languages[0], mono(), home or Home.OUT_OF_SERVICE)
        self._last_resort = self.view()

    def post(self, event: Event) -> None:
        """Put an event into the inbox; from any thread, never blocks."""
        self._inbox.put(event)

    def run(self) -> None:
        """The loop of the core thread, until ``stop``."""
        while not self._stop.is_set():
            event = self._inbox.get(self._patience())
            if event is None and (dropped := self._inbox.dropped()):
                self._log.write("touches-dropped", {"count": str(dropped)})
            self.handle(event or Tick())

    def stop(self) -> None:
        """End the loop after the event at hand."""
        self._stop.set()
        self.post(Tick())

    def handle(self, event: Event) -> None:
        """One turn: take the news, step, do the effects, show the view. The edge where bugs are caught."""
        try:
            self._turn(event)
        except Exception:
            _log.exception("core failed on %s", type(event).__name__)
            self._log.write("core-failed", {"trigger": type(event).__name__})
            self._start_over_or_stand_still()

    def _turn(self, event: Event) -> None:
        self._take_news(event)
        if not isinstance(event, Touched):
            self._step_lasting(event)
        if isinstance(event, WorldChanged | Configured | LastingEvent) or (
            isinstance(event, Touched) and not self._ready
        ):
            event = Tick()  # a touch while the terminal starts or is about to end asks for nothing
        self._take_catalogue()
        self._carry_out(step(table(), self.session, event, self.facts()))
        self._publish()

    def _carry_out(self, moved: Transition) -> None:
        before, self.session = self.session, moved.session
        self._misses.note(before.id, missed(before, moved.session, self._index), self._now().date())
        for effect in moved.effects:
            self._do(effect)
        if (told := self._misses.closed(self._now(), self._index)) is not None:
            self._do(told)

    def _step_lasting(self, event: Event) -> None:
        """Machines beside the session; a bug in one changes neither what it knows nor the visit."""
        for at, machine in enumerate(self._machines):
            try:
                self._lasting[at], effects = machine.step(self._lasting[at], event, self.facts())
                for effect in effects:
                    self._do(effect)
            except Exception:
                _log.exception("%s failed on %s", machine.name, type(event).__name__)
                self._log.write("machine-failed", {"machine": machine.name, "trigger": type(event).__name__})

    def _do(self, effect: Effect) -> None:
        match effect:
            case Note(event=event, fields=fields):
                self._log.write(event, fields)
            case Tell(event=event):
                self._step_lasting(event)
            case CommitNumber():
                self._drawn.append(self._mono())
                self._perform(effect)
            case Restart():
                self._ready = self._restart = False  # from now on it says that it starts
                self._perform(effect)
            case _:
                self._perform(effect)

    def _take_news(self, event: Event) -> None:
        match event:
            case DeviceChanged(status=status):
                self._devices[status.device] = status
                self._log.write("device-changed", {"device": status.device, "state": status.state.value})
            case HubChanged() if event != self._hub:
                self._hub = event
                why = {"problem": event.problem.value} if event.problem else {}
                self._log.write("hub-reachable" if event.reachable else "hub-away", why)
            case ClosureChanged(house=house):
                self._house = house
            case RestartOrdered():
                self._restart = True
            case WorldChanged():
                self._take_facts(event)
            case Configured(config=config):
                self._take_configuration(config)
            case _:
                pass

    def _take_facts(self, news: WorldChanged) -> None:
        self._next_index = news.index or self._next_index
        self._catalogue_as_of = self._catalogue_as_of if news.catalogue is None else news.catalogue.as_of
        self._waiting = self._waiting if news.waiting is None else news.waiting
        if news.people is not None:
            self._people = news.people if news.people >= 0 else None
        self._last_called = self._last_called if news.last_called is None else news.last_called
        self._stored = self._stored if news.stored is None else news.stored
        self._own_numbers = self._own_numbers if news.own_numbers is None else news.own_numbers
        self._outbox_full = self._outbox_full if news.outbox_full is None else news.outbox_full
        self._slip_key = self._slip_key if news.slip_key is None else news.slip_key
        self._business_day = self._business_day if news.business_day is None else news.business_day
        if news.ready and not self._ready:
            self._ready = True
            self._take_catalogue()
            self._start_over()
            for effect in (each for machine in self._machines for each in machine.restore):
                self._perform(effect)

    def _take_configuration(self, config: TerminalConfig) -> None:
        """Set-up is over: the terminal starts, for the first visitor."""
        self._site, self._terminal = config.site, config.hub.name
        self._timing, self._languages = config.timing, config.languages
        self._home, self._ready = None, False
        self._perform(SessionOver(self.session.id))
        self._start_over()

    def _take_catalogue(self) -> None:
        """Switch to the newest catalogue between visitors, and search with it."""
        if self._next_index is not self._index and self.session.state.group is Group.HOME:
            self._index = self._next_index
            self._perform(UseCatalogue(self._index.generation))

    @property
    def index(self) -> CatalogueIndex:
        """The catalogue in force."""
        return self._index

    @property
    def house(self) -> TerminalClosure:
        """Whether an order has closed this terminal; readable from any thread."""
        return self._house

    def facts(self) -> World:
        """The world as values, for one step or one view."""
        mono = self._mono()
        while self._drawn and self._drawn[0] <= mono - 60:
            self._drawn.popleft()
        return World(
            now=self._now(),
            mono=mono,
            new_ids=NewIds.drawn(self._make_id),
            index=self._index,
            health=assess(self._devices, self._hub.reachable, self._hub.problem),
            timing=self._timing,
            languages=self._languages,
            waiting=self._waiting,
            people=self._people,
            last_called=self._last_called,
            flood=len(self._drawn) > self._timing.tickets_per_minute,
            stored=self._stored,
            own_numbers=self._own_numbers,
            outbox_full=self._outbox_full,
            slip_key=self._slip_key,
            business_day=self._business_day,
            base_url=self._site.base_url,
            catalogue_as_of=self._catalogue_as_of,
            home=self._home,
            house=self._house,
            lasting=tuple(self._lasting),
            restart=self._restart,
        )

    def view(self) -> View:
        """The view of the session now."""
        words = Words(self._texts, self.session.lang)
        page = Page(self.session, self.facts(), words, self._site, self._terminal)
        return render(page) if self._ready else starting(page)

    def _publish(self) -> None:
        if self._is_calm():
            return
        view = self.view()
        if view != self._shown:
            self._shown = view
            self._show(view)

    def _is_calm(self) -> bool:
        return (
            self._shown is not None
            and self._shown.screen is not Screen.NUMBERING
            and self._mono() - self.session.entered < self.session.state.calm_s
        )

    def _patience(self) -> float:
        return (self.session.state.calm_s or 2 * TICK_S) / 2

    def _start_over_or_stand_still(self) -> None:
        """The start screen; while that cannot be made either, the page of a terminal that starts: nothing of the visit
        that failed stands on the screen, and the next event tries again."""
        try:
            self._start_over()
        except Exception:
            _log.exception("the start screen cannot be made")
            self._shown = self._last_resort
            self._show(self._last_resort)

    def _start_over(self) -> None:
        facts = self.facts()
        state = home_state(facts)
        self.session = replace(fresh_session(facts.new_ids.session, self._languages[0], facts.mono, state))
        self._shown = self.view()
        self._show(self._shown)
