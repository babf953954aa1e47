"""Six mishaps on the real threads of a terminal: after each the visitor reads what to do, and the next one is served.

Core, store, numbers, search and devices run as in the product, with a simulated printer on a socket; the hub is away,
so that numbers are the terminal's own. The core's clock is held by the test: a bound is judged on it, never on how busy
the machine is. The test's thread is the watch over the threads, as the window's thread is in the product.
"""

import ctypes
import threading
import time
from collections.abc import Callable, Iterator
from datetime import timedelta
from itertools import count
from pathlib import Path
from typing import Any

import pytest

from drivers.sim.printer import PrinterPeer
from kiosk import core as core_module
from kiosk.catalogue.index import index_of
from kiosk.config import Device, Hub, Site, TerminalConfig
from kiosk.core import Core, WorldChanged
from kiosk.eventlog import EventLog
from kiosk.i18n.texts import Texts
from kiosk.main.workers import Workers
from kiosk.owner_thread import OwnerThread
from kiosk.view import Screen, View
from kiosk.vocabulary import events, intents
from kiosk.vocabulary.effects import CommitIntent, Effect, SendHelp, SessionOver
from kiosk.vocabulary.hardware.devices import DeviceKind, DeviceState
from kiosk.vocabulary.ids import IdMaker
from offline_cache.sync.machine import machine_id
from tests.flows.visits import MONDAY_TEN, small_catalogue
from tests.unit.offline_cache.cache_helpers import PATIENCE_S, eventually, give_slot, opened, outside, slot_answer

AWAY = Hub(url="http://127.0.0.1:9")
BOUND_S = 12.0
"""Within this time of the core's clock the visitor reads what to do; a slip that nobody speaks of: 330 s."""
SLIP_BOUND_S = 336.0
LEFT_S = 900.0
"""After this time whoever went away has left the terminal free."""
FLOOD = 1500
WAITING = {"storing_intent", "asking_number", "storing_number", "printing", "handing_back"}
STEPS = 12
STANDSTILL_S = 0.2
"""When nothing happened for so long, the clock that the test holds moves on."""


class LossyCore(Core):
    """A core that can lose the next answer of a kind, and that says which answers reached it."""

    lose: type[events.Event] | None = None

    def __init__(self, **parts: Any) -> None:
        self.intent_committed = threading.Event()
        super().__init__(**parts)

    def post(self, event: events.Event) -> None:
        if self.lose is not None and isinstance(event, self.lose):
            self.lose = None
            return
        super().post(event)
        if isinstance(event, events.IntentCommitted):
            self.intent_committed.set()


class Terminal:
    """All threads of a terminal but the window's."""

    def __init__(self, folder: Path, printer: str) -> None:
        give_own_numbers(folder / "terminal.db")
        self.mono, self.views, self.done = 1000.0, list[View](), list[Effect]()
        self.perform_instead: Callable[[Effect], bool] = lambda effect: False
        """True = this effect was carried out, or is not to be."""
        texts, log = Texts.load("terminal"), EventLog("terminal")
        device = Device(kind=DeviceKind.RECEIPT_PRINTER, model="escpos_80", url=printer, settings={"answer_s": 3.0})
        config = TerminalConfig(devices={"printer": device}, hub=AWAY)
        n = count(1)
        ids = IdMaker(lambda: 1_772_000_000_000 + next(n), lambda bits: next(n) % 2**bits)
        self.core = LossyCore(
            texts=texts,
            site=Site(town="Stadt Musterstadt", name="Rathaus"),
            terminal="T1",
            timing=config.timing,
            languages=("de", "en"),
            now=lambda: MONDAY_TEN + timedelta(seconds=self.mono - 1000),
            mono=lambda: self.mono,
            make_id=ids,
            perform=self._perform,
            show=self.views.append,
            log=log,
        )
        self.workers = Workers(config, folder, self.core, texts, ids, log)
        self._core_thread = OwnerThread("core", self.core.run, self.workers.watch.died)
        self.workers.watch.add(self._core_thread)

    def start(self) -> None:
        self._core_thread.start()
        self.workers.start()
        self.core.post(WorldChanged(index=index_of(small_catalogue(), 1)))
        self.until(lambda: bool(self.core.facts().index.services) and self.core.facts().own_numbers)
        self.mono += 10.0  # nobody touches the screen
        self.until(lambda: self.state == "start")
        self.until(lambda: self.printer is DeviceState.READY)

    def stop(self) -> None:
        self.core.stop()
        self._core_thread.join(PATIENCE_S)
        self.workers.stop()

    def _perform(self, effect: Effect) -> None:
        self.done.append(effect)
        if not (self.perform_instead(effect) or isinstance(effect, SessionOver)):
            self.workers.perform(effect)

    @property
    def state(self) -> str:
        return str(self.core.session.state.value)

    @property
    def printer(self) -> DeviceState:
        return self.workers._hosts.statuses()["printer"].state

    def until(self, test: Callable[[], bool], timeout_s: float = PATIENCE_S) -> None:
        """Wait for it, looking after the threads meanwhile."""

        def so() -> bool:
            self.workers.watch.look()
            return test()

        eventually(so, timeout_s)

    def touch(self, intent: intents.Intent) -> None:
        self.core.post(events.Touched(intent, self.core.session.id))

    def draw(self) -> None:
        """One tap on the start screen."""
        self.touch(intents.DrawFeatured("perso"))

    def what_became(self, bound_s: float = BOUND_S) -> str:
        """The state in which the waiting has ended. The clock moves on only while nothing else does."""
        began = self.mono
        while self.state in WAITING:
            try:
                before = self.state
                self.until(lambda: self.state != before, STANDSTILL_S)  # noqa: B023
            except AssertionError:
                self.mono += bound_s / STEPS
                assert self.mono - began <= bound_s, f"the visitor still stands before {self.state}"
        return self.state

    def reads_what_to_do(self) -> bool:
        """The newest page offers something to do and is no waiting page."""
        return bool(self.views[-1].actions) and self.views[-1].screen is not Screen.NUMBERING

    def next_one_is_served(self) -> None:
        """The terminal is free before long; whoever comes then draws a number, and a slip comes out."""
        until = self.mono + LEFT_S
        while self.state != "start":
            self.mono += 5.0
            assert self.mono < until, f"the terminal stands in {self.state}"
            self.core.post(events.Tick())
            time.sleep(0.01)
        self.until(lambda: self.printer is DeviceState.READY)
        self.draw()
        self.until(lambda: self.state == "ticket")

    def kill(self, name: str) -> None:
        """End this thread from outside; returns when it was missed."""
        (thread,) = [each for each in threading.enumerate() if each.name == name]
        assert thread.ident is not None
        ctypes.pythonapi.PyThreadState_SetAsyncExc(ctypes.c_ulong(thread.ident), ctypes.py_object(SystemExit))


def give_own_numbers(path: Path) -> None:
    db = opened(path)
    give_slot(db, outside(machine=machine_id()), slot_answer(day=MONDAY_TEN.date().isoformat()))
    db.close()


@pytest.fixture
def printer() -> Iterator[PrinterPeer]:
    peer = PrinterPeer("tcp")
    yield peer
    peer.stop()


@pytest.fixture
def terminal(tmp_path: Path, printer: PrinterPeer) -> Iterator[Terminal]:
    one = Terminal(tmp_path, printer.start())
    one.start()
    yield one
    one.stop()


@pytest.mark.parametrize("thread", ["storage", "numbers", "core", "catalogue", "device-watch"])
def test_a_killed_worker_thread(terminal: Terminal, thread: str) -> None:
    terminal.kill(thread)
    terminal.draw()
    terminal.until(lambda: terminal.state != "start")
    assert terminal.what_became() in ("no_number", "ticket")
    terminal.until(terminal.reads_what_to_do)
    terminal.next_one_is_served()


@pytest.mark.filterwarnings("ignore::pytest.PytestUnhandledThreadExceptionWarning")
def test_a_killed_printer_thread(terminal: Terminal) -> None:
    (name,) = [each.name for each in threading.enumerate() if each.name.startswith("printer-")]
    terminal.kill(name)
    terminal.until(lambda: name not in [each.name for each in threading.enumerate()])
    terminal.draw()
    terminal.until(lambda: terminal.state != "start")
    assert terminal.what_became(SLIP_BOUND_S) in ("ticket", "ticket_no_paper", "ticket_unconfirmed")
    terminal.until(terminal.reads_what_to_do)
    terminal.next_one_is_served()


@pytest.mark.parametrize(
    ("answer", "bound_s", "then"),
    [
        (events.IntentCommitted, BOUND_S, "no_number"),
        (events.NumberGiven, BOUND_S, "no_number"),
        (events.NumberCommitted, BOUND_S, "no_number"),
        (events.PrintFinished, SLIP_BOUND_S, "ticket_unconfirmed"),
    ],
    ids=lambda each: each.__name__ if isinstance(each, type) else None,
)
def test_a_lost_answer(terminal: Terminal, answer: type[events.Event], bound_s: float, then: str) -> None:
    terminal.core.lose = answer
    terminal.draw()
    terminal.until(lambda: terminal.state != "start")
    assert terminal.what_became(bound_s) == then
    terminal.until(terminal.reads_what_to_do)
    assert any(isinstance(each, SendHelp) for each in terminal.done)
    terminal.next_one_is_served()


def test_a_full_inbox(terminal: Terminal) -> None:
    """While the core is busy the panel is touched without end, and only then the store answers."""
    post = terminal.core.post

    def flood(effect: Effect) -> bool:
        if not isinstance(effect, CommitIntent):
            return False
        for _ in range(FLOOD):
            post(events.Touched(intents.Wake(), terminal.core.session.id))
        terminal.perform_instead = lambda effect: False
        terminal.workers.perform(effect)
        assert terminal.core.intent_committed.wait(PATIENCE_S)  # it comes while the inbox is full
        return True

    terminal.perform_instead = flood
    terminal.draw()
    terminal.until(lambda: terminal.state == "ticket")
    terminal.until(terminal.reads_what_to_do)
    terminal.next_one_is_served()


@pytest.mark.parametrize("broken", [{"ticket"}, {"ticket", "start"}], ids=["of a ticket", "and the start page too"])
def test_a_raising_page(terminal: Terminal, broken: set[str], monkeypatch: pytest.MonkeyPatch) -> None:
    render, raised = core_module.render, list[str]()

    def raising(page: Any) -> View:
        state = page.session.state.value
        if state in broken and state not in raised:
            raised.append(state)
            raise ZeroDivisionError(state)
        return render(page)

    monkeypatch.setattr(core_module, "render", raising)
    terminal.draw()
    terminal.until(lambda: bool(raised))
    terminal.until(lambda: terminal.views[-1].screen is Screen.START)
    terminal.next_one_is_served()


def test_a_raising_fallback(tmp_path: Path, printer: PrinterPeer, monkeypatch: pytest.MonkeyPatch) -> None:
    own_number, raised = Workers._own_number, list[str]()

    def raising(self: Workers, intent: Any) -> Any:
        if not raised:
            raised.append(intent.id)
            raise ZeroDivisionError("a fallback")
        return own_number(self, intent)

    monkeypatch.setattr(Workers, "_own_number", raising)
    terminal = Terminal(tmp_path, printer.start())
    terminal.start()
    terminal.draw()
    terminal.until(lambda: bool(raised))
    assert terminal.what_became() == "no_number"
    terminal.until(terminal.reads_what_to_do)
    terminal.next_one_is_served()
    terminal.stop()


@pytest.mark.filterwarnings("ignore::pytest.PytestUnhandledThreadExceptionWarning")
@pytest.mark.parametrize("when", [DeviceState.BUSY, DeviceState.OFFLINE], ids=["command taken", "line lost"])
def test_a_driver_that_raises_outside_its_calls(
    tmp_path: Path, printer: PrinterPeer, monkeypatch: pytest.MonkeyPatch, when: DeviceState
) -> None:
    """The device's own thread breaks while it tells of a new state: no call into the driver is under way."""
    device_changed, raised = Workers._device_changed, list[DeviceState]()

    def raising(self: Workers, event: events.DeviceChanged) -> None:
        device_changed(self, event)
        if event.status.state is when and not raised:
            raised.append(when)
            raise ZeroDivisionError("outside its calls")

    monkeypatch.setattr(Workers, "_device_changed", raising)
    terminal = Terminal(tmp_path, printer.start())
    terminal.start()
    if when is DeviceState.OFFLINE:
        printer.switch(absent=True)
        terminal.until(lambda: bool(raised))
    terminal.draw()
    terminal.until(lambda: terminal.state != "start")
    assert terminal.what_became(SLIP_BOUND_S) in ("ticket_no_paper", "ticket_unconfirmed")
    terminal.until(terminal.reads_what_to_do)
    printer.switch(absent=False)
    terminal.next_one_is_served()
    terminal.stop()
