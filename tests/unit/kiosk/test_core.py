"""The core's turns: news, effects, calm views, a flood, and a bug that ends one visit, not the terminal."""

import logging
import re
import threading
import time
from collections.abc import Callable
from datetime import date, timedelta
from itertools import count
from pathlib import Path
from typing import TypeVar

import msgspec
import pytest

from kiosk.catalogue.index import index_of
from kiosk.config import Site, Timing
from kiosk.core import CatalogueAge, Core, WorldChanged
from kiosk.eventlog import EVENTS, EventLog, JsonLines
from kiosk.flows.ticket.ticket_visit import TicketState, drawing
from kiosk.i18n.texts import Texts
from kiosk.inbox import VISITOR_LIMIT
from kiosk.view import Screen, View
from kiosk.vocabulary import events, intents
from kiosk.vocabulary.closure import TerminalClosure
from kiosk.vocabulary.effects import CommitIntent, Effect, PrintTicket, Restart, SendHelp, UseCatalogue
from kiosk.vocabulary.hardware.devices import DeviceKind, DeviceState, DeviceStatus
from kiosk.vocabulary.hardware.problems import Problem
from kiosk.vocabulary.ids import uuid7
from kiosk.vocabulary.labels import Label
from kiosk.vocabulary.outcomes import Printed
from kiosk.vocabulary.tickets import Numbered
from tests.flows.visits import MONDAY_TEN, small_catalogue

E = TypeVar("E", bound=Effect)


class Bench:
    """A core with a clock of its own; nothing runs in a thread."""

    def __init__(self) -> None:
        self.mono, self.shown, self.done = 100.0, list[View](), list[Effect]()
        ids = (str(uuid7(1_772_000_000_000 + n, 0, n)) for n in count())
        self.core = Core(
            texts=Texts.load("terminal"),
            site=Site(town="Stadt Musterstadt", name="Rathaus"),
            terminal="T1",
            timing=Timing(),
            languages=("de", "en"),
            now=lambda: MONDAY_TEN + timedelta(seconds=self.mono - 100),
            mono=lambda: self.mono,
            make_id=lambda: next(ids),
            perform=self.done.append,
            show=self.shown.append,
            log=EventLog("terminal"),
        )

    def of(self, kind: type[E]) -> list[E]:
        return [effect for effect in self.done if isinstance(effect, kind)]

    def ready(self) -> "Bench":
        self.core.handle(WorldChanged(index=index_of(small_catalogue()), stored=True, ready=True))
        return self

    def touch(self, intent: intents.Intent) -> None:
        self.core.handle(events.Touched(intent, self.core.session.id))

    def draw(self, n: int) -> Screen:
        """A whole visit up to the number in the hand, by the workers' answers; on what screen it stands then."""
        self.touch(intents.DrawFeatured("perso"))
        ticket = drawing(self.core.session).ticket
        number = Numbered(
            id=ticket.id,
            label=Label("A", 0, n),
            service="perso",
            queue="a",
            business_day="2026-03-02",
            issued_at="",
            ahead=0,
            slip_code="",
        )
        for answer in (
            events.IntentCommitted(ticket.id),
            events.NumberGiven(number),
            events.NumberCommitted(ticket.id),
        ):
            self.core.handle(answer)
        if job := drawing(self.core.session).job:
            self.core.handle(events.PrintFinished(job, Printed()))
        screen = self.shown[-1].screen
        self.touch(intents.Finish())
        self.touch(intents.Wake())
        return screen


def until(true: Callable[[], bool], what: str) -> None:
    """Wait for something that another thread does."""
    pause, end = threading.Event(), time.monotonic() + 60
    while not true():
        assert time.monotonic() < end, f"waited for {what}"
        pause.wait(0.01)


@pytest.fixture
def bench() -> Bench:
    return Bench()


def test_terminal_shows_starting_until_store_and_catalogue_are_open(bench: Bench) -> None:
    bench.core.handle(events.Tick())
    assert bench.shown[-1].screen is Screen.STARTING
    bench.ready()
    assert bench.shown[-1].screen is Screen.START


def test_another_catalogue_is_taken_between_visitors(bench: Bench) -> None:
    bench.ready()
    newer = index_of(msgspec.structs.replace(small_catalogue(), version=9), generation=9)
    bench.touch(intents.OpenService("perso"))
    assert bench.shown[-1].screen is Screen.SERVICE
    bench.core.handle(WorldChanged(index=newer))
    assert bench.core.index is not newer, "who looks at a service goes on seeing what they saw"
    assert UseCatalogue(9) not in bench.done
    bench.touch(intents.GoToStart())
    bench.core.handle(events.Tick())
    assert bench.core.index is newer
    assert bench.done.count(UseCatalogue(9)) == 1


def test_on_the_start_screen_another_catalogue_is_taken_at_once(bench: Bench) -> None:
    bench.ready()
    newer = index_of(msgspec.structs.replace(small_catalogue(), version=9), generation=9)
    bench.core.handle(WorldChanged(index=newer))
    assert bench.core.index is newer
    assert bench.done[-1] == UseCatalogue(9)


def test_an_old_catalogue_says_of_which_day_it_is(bench: Bench) -> None:
    bench.ready().touch(intents.OpenService("perso"))
    assert bench.shown[-1].notes == ()
    bench.core.handle(WorldChanged(catalogue=CatalogueAge(date(2026, 11, 1))))
    assert bench.shown[-1].notes == ("Angaben vom 01.11.2026. Fragen Sie zur Sicherheit am Schalter nach.",)
    assert "01.11.2026" in bench.shown[-1].spoken
    bench.touch(intents.ChooseLanguage("en"))
    assert "Information as of 01.11.2026" in bench.shown[-1].spoken
    bench.core.handle(WorldChanged(catalogue=CatalogueAge(None)))
    assert bench.shown[-1].notes == ()


def test_a_waiting_page_is_held_back_for_a_blink(bench: Bench) -> None:
    bench.ready().touch(intents.DrawFeatured("perso"))
    assert isinstance(bench.done[-1], CommitIntent)
    assert bench.shown[-1].screen is Screen.START
    bench.mono += 0.2
    bench.core.handle(events.Tick())
    assert bench.shown[-1].screen is Screen.NUMBERING


def test_the_same_view_is_shown_once(bench: Bench) -> None:
    bench.ready()
    before = len(bench.shown)
    for _ in range(5):
        bench.core.handle(events.Tick())
    assert len(bench.shown) == before


def test_a_bug_ends_the_visit_and_the_start_screen_comes_back(bench: Bench, caplog: pytest.LogCaptureFixture) -> None:
    bench.ready()
    old = bench.core.session.id

    def explode(_effect: Effect) -> None:
        raise RuntimeError("bug")

    bench.core._perform = explode
    bench.touch(intents.DrawFeatured("perso"))
    assert bench.shown[-1].screen is Screen.START
    assert bench.core.session.id != old
    assert any("core-failed" in record.getMessage() for record in caplog.records)


def test_nothing_of_the_visit_stays_when_the_start_screen_fails_too(
    bench: Bench, monkeypatch: pytest.MonkeyPatch
) -> None:
    bench.ready()
    bench.touch(intents.OpenService("perso"))

    def explode(_page: object) -> View:
        raise RuntimeError("bug")

    with monkeypatch.context() as broken:
        broken.setattr("kiosk.core.render", explode)
        bench.touch(intents.GoToStart())
        bench.core.handle(events.Tick())
        assert bench.shown[-1].screen is Screen.STARTING
    bench.mono += 1
    bench.core.handle(events.Tick())
    assert bench.shown[-1].screen is Screen.START
    assert bench.draw(1) is Screen.TICKET_SCREEN_ONLY  # there is no printer


def test_touches_without_end_are_dropped_and_the_log_says_so(bench: Bench, caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level(logging.INFO)
    bench.ready()
    loop = threading.Thread(target=bench.core.run)
    for _ in range(VISITOR_LIMIT + 5):
        bench.core.post(events.Touched(intents.Wake(), bench.core.session.id))
    loop.start()
    until(lambda: '"count": "5"' in caplog.text, "the log to say so")
    bench.core.stop()
    loop.join(30)


def test_an_answer_behind_any_flood_ends_the_state_that_waits_for_it(bench: Bench) -> None:
    """On the real loop: touches, codes, device news and ticks in thousands, and one answer among them."""
    bench.ready()
    bench.touch(intents.DrawFeatured("perso"))
    ticket = drawing(bench.core.session).ticket
    status = DeviceStatus("printer", DeviceKind.RECEIPT_PRINTER, DeviceState.READY)
    for flood in (
        events.Touched(intents.Wake(), bench.core.session.id),
        events.Scanned("x"),
        events.DeviceChanged(status),
        WorldChanged(waiting={"a": 1}),
        events.Tick(),
    ):
        for _ in range(5_000):
            bench.core.post(flood)
    bench.core.post(events.IntentCommitted(ticket.id))
    loop = threading.Thread(target=bench.core.run)
    loop.start()
    until(lambda: bench.core.session.state is TicketState.ASKING_NUMBER, "the answer to count")
    bench.core.stop()
    loop.join(30)


def test_terminal_is_out_of_service_while_the_store_is_broken(bench: Bench) -> None:
    bench.ready()
    bench.mono += 10
    bench.core.handle(WorldChanged(stored=False))
    assert bench.shown[-1].screen is Screen.OUT_OF_SERVICE
    bench.mono += 10
    bench.core.handle(WorldChanged(stored=True))
    assert bench.shown[-1].screen is Screen.START


def test_people_waiting_reach_the_tiles_only_while_the_hub_answers(bench: Bench) -> None:
    bench.ready().core.handle(events.HubChanged(True))
    bench.core.handle(WorldChanged(waiting={"a": 7}))
    assert "7 warten" in str(bench.shown[-1].body)
    bench.core.handle(events.HubChanged(False))
    assert "7 warten" not in str(bench.shown[-1].body)


def test_a_troubled_printer_is_said_before_the_choice(bench: Bench) -> None:
    bench.ready()
    bench.core.handle(events.HubChanged(True))
    status = DeviceStatus("printer", DeviceKind.RECEIPT_PRINTER, DeviceState.OFFLINE)
    bench.core.handle(events.DeviceChanged(status))
    assert bench.shown[-1].notes


def test_the_loop_runs_and_stops(bench: Bench) -> None:
    import threading

    thread = threading.Thread(target=bench.core.run)
    thread.start()
    bench.core.stop()
    thread.join(5)
    assert not thread.is_alive()
    assert bench.shown[-1].screen is Screen.STARTING


def test_every_line_of_the_log_is_json_with_its_event(caplog: pytest.LogCaptureFixture) -> None:
    import json

    caplog.set_level(logging.INFO)
    EventLog("terminal").write("ticket-flood", {"a": "b"})
    line = json.loads(JsonLines().format(caplog.records[-1]))
    assert line["event"] == "ticket-flood"
    assert line["source"] == "terminal"
    with pytest.raises(KeyError):
        EventLog("terminal").write("no such event")
    assert all(entry.meaning.endswith((".", "?")) for entry in EVENTS.values())


def test_every_event_that_is_written_stands_in_the_table() -> None:
    root = Path(__file__).resolve().parents[3]
    call = re.compile(r"""(?:_?note|Note|log\.write|_log\.write)\(\s*"([a-z][a-z-]+)\"""")
    used = {
        event
        for room in ("kiosk", "drivers", "screens", "offline_cache")
        for file in (root / room).rglob("*.py")
        for event in call.findall(file.read_text("utf-8"))
    }
    assert {"ticket-flood", "store-failed"} <= used
    assert used - {"first-frame", "fired"} <= set(EVENTS)


def test_an_order_closes_the_terminal_and_survives_the_start(bench: Bench) -> None:
    bench.core.handle(events.ClosureChanged(TerminalClosure(closed=True, message="Heute nur bis 12 Uhr")))
    bench.ready()
    assert bench.shown[-1].screen is Screen.CLOSED_BY_HOUSE
    assert bench.core.house.closed
    bench.mono += 10
    bench.core.handle(events.ClosureChanged(TerminalClosure()))
    assert bench.shown[-1].screen is Screen.START


def test_over_the_rate_limit_numbers_are_shown_only_and_staff_are_told(bench: Bench) -> None:
    printer = DeviceStatus("printer", DeviceKind.RECEIPT_PRINTER, DeviceState.READY)
    bench.ready().core.handle(events.DeviceChanged(printer))
    limit = Timing().tickets_per_minute
    assert {bench.draw(n) for n in range(1, limit + 1)} == {Screen.TICKET}
    assert not bench.of(SendHelp)
    assert bench.draw(limit + 1) is Screen.TICKET_SCREEN_ONLY
    (call,) = bench.of(SendHelp)
    assert (call.reason, call.label) == ("flood", f"A {limit + 1:03}")
    assert len(bench.of(PrintTicket)) == limit
    bench.mono += 59.9
    assert bench.draw(limit + 2) is Screen.TICKET_SCREEN_ONLY
    bench.mono += 0.1
    assert bench.draw(limit + 3) is Screen.TICKET
    assert len(bench.of(PrintTicket)) == limit + 1


def test_a_restart_is_asked_for_once_and_no_touch_gets_through_after_it(bench: Bench) -> None:
    bench.ready()
    bench.mono += 10
    for event in (events.RestartOrdered(), events.Tick(), events.Tick()):
        bench.core.handle(event)
    assert [effect for effect in bench.done if isinstance(effect, Restart)] == [Restart()]
    assert bench.shown[-1].screen is Screen.STARTING
    bench.touch(intents.DrawFeatured("perso"))
    assert not any(isinstance(effect, CommitIntent) for effect in bench.done)


def test_why_the_hub_is_away_is_in_log_and_health(bench: Bench, caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level(logging.INFO)
    bench.ready().core.handle(events.HubChanged(False, Problem.WRONG_CERTIFICATE))
    assert bench.core.facts().health.hub_problem is Problem.WRONG_CERTIFICATE
    assert '"problem": "wrong_certificate"' in caplog.text
    bench.core.handle(events.HubChanged(True))
    assert bench.core.facts().health.hub_problem is None
