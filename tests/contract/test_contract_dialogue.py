"""A device that is asked and asks back: cancel at every message, facts that fail, a crash between fact and answer, late
answers, and messages that come unasked. All of it on the real host or the real driver, over a socket and a pty.
"""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

import msgspec
import pytest

from drivers.host.host import DeviceHost, DriverFactory
from drivers.host.port import JobEnded, NotDurable, Recovered
from drivers.transport import transport_for
from kiosk.vocabulary.events import DeviceChanged
from kiosk.vocabulary.hardware.device_events import DeviceEvent
from kiosk.vocabulary.hardware.devices import DeviceState
from kiosk.vocabulary.hardware.problems import Problem
from tests.contract.benches import Setup
from tests.contract.till import (
    Charge,
    Charged,
    ChargeResult,
    LateResult,
    NotCharged,
    NoteTaken,
    Outcome,
    TillDriver,
    TillNote,
    TillSettings,
    TillStep,
    Unknown,
)
from tests.contract.till_peer import TILL, Crash, Journal, TillPeer
from tests.contract.trial import Trial, trial
from tests.device_jobs import RecordedJob, quiet_ends

LINES = pytest.mark.parametrize("line", ["tcp", "pty"])
MESSAGES = (0, 1, 2, 3)
"""ACK, card, PIN, result: what the till says in a dialogue, in this order."""
FACTS = (0, 1)
"""What the driver keeps in a dialogue: that it begins, and its result."""
PATIENCE = 300.0


def till_on(line: str) -> Setup:
    return Setup(TILL, "by_dialogue", line)


def peer_of(one: Trial) -> TillPeer:
    assert isinstance(one.peer, TillPeer)
    return one.peer


def remember(one: Trial, journal: Journal) -> None:
    """This is the terminal's memory from now on."""
    one.journal = journal
    with one.peer.lock:
        peer_of(one).till.journal = journal


def connected(one: Trial) -> TillDriver:
    driver = one.driver()
    assert isinstance(driver, TillDriver)
    driver.open()
    return driver


def let_go(one: Trial, driver: TillDriver) -> None:
    """Close the link when all that was sent has arrived."""
    assert one.peer.rest()
    driver.close()


def after_a_start(one: Trial) -> list[Outcome]:
    """A new program over the same journal: what it hears of what was in doubt, and then of what was never answered."""
    driver, facts = connected(one), one.journal.in_doubt()
    outcomes = [driver.recover(fact) for fact in facts]
    driver.poll(one.job())
    let_go(one, driver)
    return outcomes


def settled(one: Trial) -> None:
    """Nothing is left that the till says again, and nothing was answered before it was durable."""
    till = peer_of(one).till
    assert one.peer.rest()
    with one.peer.lock:
        assert not till.notes
        assert set(till.results) <= set(till.done)
        assert till.broken_promises == []
        assert len(till.asked) == len(set(till.asked)), "a command was repeated"


@LINES
@pytest.mark.parametrize("look", range(5))
def test_cancel_at_every_message(line: str, look: int) -> None:
    """The look before the first byte, and one behind each message; the fifth comes too late."""
    with trial(till_on(line)) as one:
        driver = connected(one)
        job = RecordedJob("c1", cancel_at=look, keep=one.journal.keep)
        outcome = driver.execute(Charge("c1", 1200), job)
        let_go(one, driver)
        late = look == 4
        assert outcome == (Charged("R21") if late else NotCharged(Problem.CANCELLED))
        assert peer_of(one).till.booked == (["c1"] if late else [])
        one.judge("c1", outcome)
        settled(one)


@LINES
@pytest.mark.parametrize("at", FACTS)
def test_fact_that_cannot_be_kept_is_never_acknowledged(line: str, at: int) -> None:
    with trial(till_on(line)) as one:
        remember(one, Journal(fails_at=at))
        driver = connected(one)
        outcome = driver.execute(Charge("c1", 1200), one.job("c1"))
        let_go(one, driver)
        till = peer_of(one).till
        assert outcome == (NotCharged, Unknown)[at](Problem.STORE_FAILED)
        assert till.asked == ["c1"][:at]
        assert till.done == []
        assert after_a_start(one) == [Charged("R21")] * at
        assert one.journal.has("result", "c1") == bool(at), "said again until it could be kept"
        settled(one)


@LINES
@pytest.mark.parametrize("at", FACTS)
def test_crash_between_fact_and_answer(line: str, at: int) -> None:
    """The fact is durable and the program dies before the till hears of it."""
    with trial(till_on(line)) as one:
        remember(one, Journal(crashes_at=at))
        driver = connected(one)
        with pytest.raises(Crash):
            driver.execute(Charge("c1", 1200), one.job("c1"))
        let_go(one, driver)
        till = peer_of(one).till
        assert till.done == []
        assert till.booked == ["c1"][:at]
        assert after_a_start(one) == ([] if at else [NotCharged(Problem.CANCELLED)])
        assert till.booked == ["c1"][:at], "recovering charges nobody"
        settled(one)


@LINES
def test_crash_between_a_note_and_its_answer(line: str) -> None:
    with trial(till_on(line)) as one:
        remember(one, Journal(crashes_at=0))
        driver = connected(one)
        peer_of(one).say_note("drawer open")
        with pytest.raises(Crash):
            driver.poll(one.job())
        let_go(one, driver)
        assert peer_of(one).till.noted == []
        after_a_start(one)
        assert peer_of(one).till.noted[-1:] == ["1"]
        settled(one)


@LINES
@pytest.mark.parametrize("at", MESSAGES)
def test_note_in_the_middle_of_a_dialogue_is_durable_and_told(line: str, at: int) -> None:
    with trial(till_on(line)) as one:
        driver, job = connected(one), one.job("c1")
        one.peer.switch(note_before=at)
        assert driver.execute(Charge("c1", 1200), job) == Charged("R21")
        let_go(one, driver)
        assert job.emitted == [TillNote("1", "paper low")]
        assert job.told == [TillStep(name) for name in ("begins", "card", "pin")]
        assert peer_of(one).till.noted[-1:] == ["1"]
        settled(one)


@LINES
@pytest.mark.parametrize("at", MESSAGES)
def test_note_that_cannot_be_kept_ends_the_dialogue_in_doubt(line: str, at: int) -> None:
    with trial(till_on(line)) as one:
        remember(one, Journal(fails_at=1))
        driver, job = connected(one), one.job("c1")
        one.peer.switch(note_before=at)
        assert driver.execute(Charge("c1", 1200), job) == Unknown(Problem.STORE_FAILED)
        let_go(one, driver)
        assert peer_of(one).till.noted == []
        after_a_start(one)
        assert peer_of(one).till.noted[-1:] == ["1"]
        settled(one)


@LINES
def test_note_between_two_dialogues_that_cannot_be_kept_is_said_again(line: str) -> None:
    with trial(till_on(line)) as one:
        remember(one, Journal(fails_at=0))
        driver = connected(one)
        peer_of(one).say_note("drawer open")
        with pytest.raises(NotDurable):
            driver.poll(one.job())
        let_go(one, driver)
        assert peer_of(one).till.noted == []
        driver, job = connected(one), one.job()
        driver.poll(job)
        let_go(one, driver)
        assert job.emitted == [TillNote("1", "drawer open")]
        settled(one)


class Terminal:
    """The real host with the till's driver on a real line. The host's clock and the driver's stand still until a test
    moves them, so that no deadline passes because a machine is busy."""

    def __init__(self, one: Trial) -> None:
        self.one = one
        self.changed = threading.Condition()
        self.seconds = 0.0
        self.states: list[DeviceState] = []
        self.ended: list[JobEnded] = []
        self.late: list[JobEnded] = []
        self.recovered: list[Recovered] = []
        self.at_step: Callable[[DeviceEvent], None] = lambda event: None
        self.unasked: list[DeviceEvent] = []
        ends = msgspec.structs.replace(
            quiet_ends(),
            emit=self._emit,
            finished=lambda ended: self._add(self.ended, ended),
            late=lambda ended: self._add(self.late, ended),
            recovered=lambda found: self._add(self.recovered, found),
            progress=lambda said: self.at_step(said.event),
            unsolicited=lambda said: self._add(self.unasked, said.event),
            persist=lambda device, job, fact: one.journal.keep(fact),  # type: ignore[arg-type]
        )
        make = DriverFactory(
            driver=self._driver, refuse=TILL.refuse, unknown_outcome=TILL.unknown_outcome, limits=TILL.limits
        )
        self.host: DeviceHost[Any, Any] = DeviceHost("till", TILL.kind, make, ends, self)

    def now(self) -> float:
        return self.seconds

    def wait(self, condition: threading.Condition, timeout_s: float) -> None:
        condition.wait(0.01)

    def until(self, fact: Callable[[], Any]) -> None:
        with self.changed:
            assert self.changed.wait_for(fact, PATIENCE), (self.states, self.ended, self.late, self.unasked)

    def outcome(self, job: str) -> Outcome:
        self.until(lambda: any(ended.job == job for ended in self.ended))
        return next(ended.outcome for ended in self.ended if ended.job == job)

    def _driver(self) -> TillDriver:
        return TillDriver(transport_for(self.one.peer.url), TillSettings(result_s=10_000.0, look_s=0.05), self.now)

    def _emit(self, event: DeviceChanged) -> None:
        self._add(self.states, event.status.state)

    def _add(self, what: list[Any], item: object) -> None:
        with self.changed:
            what.append(item)
            self.changed.notify_all()


@contextmanager
def terminal_on(line: str) -> Iterator[Terminal]:
    with trial(till_on(line)) as one:
        terminal = Terminal(one)
        terminal.host.start()
        terminal.until(lambda: DeviceState.READY in terminal.states)
        try:
            yield terminal
        finally:
            one.peer.switch(holds=False, silent=False)
            assert terminal.host.stop()


def booked(terminal: Terminal, count: int = 1) -> None:
    """Wait until the till has booked so many charges."""
    till = peer_of(terminal.one).till
    assert terminal.one.peer.wait_for(lambda: len(till.booked) == count)


@LINES
def test_late_answer_after_the_host_gave_up(line: str) -> None:
    """The visitor was told that nobody knows; the approval that comes after all is durable and reaches the terminal."""
    with terminal_on(line) as terminal:
        terminal.one.peer.switch(holds=True)
        terminal.host.submit("c1", Charge("c1", 1200))
        booked(terminal)
        terminal.seconds += TILL.limits.dialogue_s + 1
        terminal.host.check()
        assert terminal.outcome("c1") == Unknown(Problem.HUNG)
        terminal.one.peer.switch(holds=False)
        terminal.until(lambda: terminal.late)
        assert terminal.late == [JobEnded("till", TILL.kind, "c1", Charged("R21"))]
        assert ChargeResult("c1", "approved", "R21") in terminal.one.journal.facts()
        assert [ended.outcome for ended in terminal.ended] == [Unknown(Problem.HUNG)], "the first outcome stands"
        settled(terminal.one)


@LINES
def test_late_answer_to_the_next_connecting(line: str) -> None:
    """The line broke in the middle: the result comes unasked, when a new driver polls."""
    with terminal_on(line) as terminal:
        terminal.one.peer.switch(holds=True)
        terminal.host.submit("c1", Charge("c1", 1200))
        booked(terminal)
        terminal.one.peer.switch(absent=True)
        assert isinstance(terminal.outcome("c1"), Unknown)
        terminal.one.peer.switch(absent=False, holds=False)
        terminal.until(lambda: terminal.states[-1] is DeviceState.OFFLINE)
        terminal.seconds += 60
        terminal.until(lambda: LateResult("c1", "approved") in terminal.unasked)
        assert terminal.one.journal.has("result", "c1")
        settled(terminal.one)


@LINES
def test_host_cancels_a_dialogue_that_waits_for_the_visitor(line: str) -> None:
    with terminal_on(line) as terminal:
        terminal.at_step = lambda event: terminal.host.cancel("c1") if event == TillStep("pin") else None
        terminal.host.submit("c1", Charge("c1", 1200))
        assert terminal.outcome("c1") == NotCharged(Problem.CANCELLED)
        terminal.host.submit("c2", Charge("c2", 500))
        assert terminal.outcome("c2") == Charged("R22")
        assert peer_of(terminal.one).till.booked == ["c2"]


@LINES
def test_till_that_speaks_between_two_dialogues_is_heard_by_the_host(line: str) -> None:
    with terminal_on(line) as terminal:
        peer_of(terminal.one).say_note("drawer open")
        terminal.until(lambda: terminal.unasked)
        assert terminal.unasked == [TillNote("1", "drawer open")]
        assert NoteTaken("1", "drawer open") in terminal.one.journal.facts()
        terminal.host.submit("c1", Charge("c1", 1200))
        assert terminal.outcome("c1") == Charged("R21")


@LINES
def test_host_asks_at_start_what_became_of_a_charge(line: str) -> None:
    """The program died after the booking; the next one asks before it does anything new."""
    with trial(till_on(line)) as one:
        remember(one, Journal(fails_at=1))
        driver = connected(one)
        assert driver.execute(Charge("c1", 1200), one.job("c1")) == Unknown(Problem.STORE_FAILED)
        let_go(one, driver)
        terminal = Terminal(one)
        for fact in one.journal.in_doubt():
            terminal.host.recover(fact)
        terminal.host.submit("c2", Charge("c2", 500))
        terminal.host.start()
        assert terminal.outcome("c2") == Charged("R22")
        assert [found.outcome for found in terminal.recovered] == [Charged("R21")]
        assert peer_of(one).till.booked == ["c1", "c2"]
        assert terminal.host.stop()
