"""A core without its thread: the test moves the clock and gives the workers' answers."""

from datetime import timedelta

from kiosk.catalogue.index import index_of
from kiosk.config import Site, Timing
from kiosk.core import Core, WorldChanged
from kiosk.eventlog import EventLog
from kiosk.i18n.texts import Texts
from kiosk.session.lasting import LastingMachine
from kiosk.session.states import State
from kiosk.view import Screen, View, controls
from kiosk.vocabulary import effects, events
from kiosk.vocabulary.effects import Effect
from kiosk.vocabulary.hardware.devices import DeviceKind, DeviceState, DeviceStatus
from kiosk.vocabulary.ids import uuid7
from tests.flows.visits import MONDAY_TEN, Visit, small_catalogue

PRINTER = DeviceStatus("printer", DeviceKind.RECEIPT_PRINTER, DeviceState.READY)


class Hall:
    """A core without its thread: the test moves the clock and gives the workers' answers."""

    def __init__(self, lasting: tuple[LastingMachine, ...] = (), home: State | None = None) -> None:
        self.seconds = 0.0
        self.done: list[Effect] = []
        self.shown: list[View] = []
        numbers = iter(range(10_000))
        self.core = Core(
            texts=Texts.load("terminal"),
            site=Site(),
            terminal="Terminal 1",
            timing=Timing(),
            languages=("de", "en"),
            now=lambda: MONDAY_TEN + timedelta(seconds=self.seconds),
            mono=lambda: 1000.0 + self.seconds,
            make_id=lambda: str(uuid7(1_772_000_000_000 + (n := next(numbers)), 0, n)),
            perform=self.done.append,
            show=self.shown.append,
            log=EventLog("terminal"),
            lasting=lasting,
            home=home,
        )
        if home is not None:
            return
        self.core.handle(WorldChanged(index=index_of(small_catalogue()), stored=True, ready=True))
        self.core.handle(events.HubChanged(True))
        self.core.handle(events.DeviceChanged(PRINTER))

    @property
    def screen(self) -> Screen:
        return self.shown[-1].screen

    def touch(self, control: str) -> None:
        view = self.shown[-1]
        intent = next(each.intent for each in controls(view) if each.id == control)
        self.core.handle(events.Touched(intent, view.session))

    def after(self, seconds: float) -> Screen:
        self.seconds += seconds
        self.core.handle(events.Tick())
        return self.screen

    def draw(self) -> str:
        """Touch the featured tile; the ticket's id."""
        self.touch("featured:perso")
        intent = self.done[-1]
        assert isinstance(intent, effects.CommitIntent)
        return intent.ticket.id

    def to_printing(self) -> None:
        ticket = self.draw()
        for event in (
            events.IntentCommitted(ticket),
            events.NumberGiven(Visit().numbered(ticket)),
            events.NumberCommitted(ticket),
        ):
            self.core.handle(event)
        assert isinstance(self.done[-1], effects.PrintTicket)
