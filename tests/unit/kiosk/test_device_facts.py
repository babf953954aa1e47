"""What a device persists is in ``terminal.db`` before it is answered; on the real threads, over a real socket."""

from __future__ import annotations

import shutil
import threading
from collections.abc import Callable, Iterator
from contextlib import closing
from pathlib import Path
from typing import Any

import apsw
import msgspec
import pytest

from drivers import registry
from drivers.host.clock import SystemClock
from drivers.host.host import DeviceHost, DriverFactory
from drivers.host.port import NotDurable
from drivers.transport import transport_for
from kiosk.main.device_facts import DeviceFacts, in_doubt
from kiosk.vocabulary.events import Event
from kiosk.vocabulary.hardware.device_events import DeviceFact
from kiosk.vocabulary.hardware.devices import DeviceState
from kiosk.vocabulary.hardware.problems import Problem
from kiosk.vocabulary.ids import NO_JOB, JobId
from kiosk.vocabulary.payments import PrintReceived, StatusReceived, StatusUnasked, TotalsReceived
from offline_cache.store.context import StoreContext
from offline_cache.store.database import DatabaseFault, Trouble
from offline_cache.store.participant import AtStart, FactRule, Kept, NotKept, Participant, Written
from offline_cache.store.participants import PARTICIPANTS
from offline_cache.store.storage import Opener, StorageThread, StoreReady
from offline_cache.store.store_dispatch import NotRegistered
from tests.contract.till import Charge, ChargeBegun, Charged, ChargeResult, NotCharged, NoteTaken, TillDriver
from tests.contract.till_peer import TILL, TillPeer
from tests.device_jobs import quiet_ends

PATIENCE = 300.0
TABLE = """
CREATE TABLE till(kind TEXT NOT NULL, about TEXT NOT NULL, device TEXT NOT NULL, PRIMARY KEY(kind, about)) STRICT;
"""


class NoteStored(Event, frozen=True):
    """What the core hears of a note."""

    number: str


class TillAtStart(AtStart, frozen=True):
    """Charges without a result."""

    open: tuple[ChargeBegun, ...]

    def in_doubt(self) -> tuple[DeviceFact, ...]:
        return self.open


def _put(db: apsw.Connection, kind: str, about: str, device: str) -> None:
    db.execute("INSERT INTO till(kind, about, device) VALUES (?, ?, ?)", (kind, about, device))


def _begun(db: apsw.Connection, _outside: StoreContext, fact: ChargeBegun) -> Written:
    _put(db, "begun", fact.charge, fact.device)
    return Kept()


def _result(db: apsw.Connection, _outside: StoreContext, fact: ChargeResult) -> Written:
    _put(db, "result", fact.charge, fact.device)
    return Kept()


def _note(db: apsw.Connection, _outside: StoreContext, fact: NoteTaken) -> Written:
    if fact.text == "refused":
        return NotKept("no such note")
    _put(db, "note", fact.number, fact.device)
    return Kept(NoteStored(fact.number))


def _settle(db: apsw.Connection, _outside: StoreContext) -> TillAtStart:
    rows = db.execute(
        "SELECT about, device FROM till AS b WHERE kind = 'begun'"
        " AND NOT EXISTS (SELECT 1 FROM till WHERE kind = 'result' AND about = b.about)"
    )
    return TillAtStart(tuple(ChargeBegun(str(charge), device=str(device)) for charge, device in rows))


FACTS = Participant(
    name="till",
    tables=(TABLE,),
    facts=(
        FactRule(kind=ChargeBegun, write=_begun),
        FactRule(kind=ChargeResult, write=_result),
        FactRule(kind=NoteTaken, write=_note),
    ),
    settle=_settle,
)


class FileJournal:
    """What the peer looks into before it believes an answer: the files as a power cut would leave them now, copied,
    because the storage thread holds the lock."""

    def __init__(self, path: Path) -> None:
        self._path = path

    def rows(self) -> set[tuple[str, str, str]]:
        cut = self._path.parent / "cut"
        cut.mkdir(exist_ok=True)
        for name in (self._path.name, f"{self._path.name}-wal"):
            shutil.copy(self._path.parent / name, cut / name)
        with closing(apsw.Connection(str(cut / self._path.name))) as db:
            return {(str(kind), str(about), str(device)) for kind, about, device in db.execute("SELECT * FROM till")}

    def has(self, kind: str, about: str) -> bool:
        return (kind, about, "till") in self.rows()


class Terminal:
    """A run of the program over this file and this till: as ``kiosk.main.workers`` puts the two together."""

    def __init__(self, path: Path, peer: TillPeer, opener: Opener | None = None) -> None:
        self.peer, self.heard = peer, list[Any]()
        self.changed = threading.Condition()
        self.storage = StorageThread(
            path, self._hear, participants=(*PARTICIPANTS, FACTS), facts=TILL.facts, opener=opener
        )
        self.facts = DeviceFacts(self.storage.keep, self._hear)
        ends = msgspec.structs.replace(
            quiet_ends(),
            emit=lambda event: self._hear(event.status.state),
            finished=self._hear,
            recovered=self._hear,
            persist=self.facts.persist,
        )
        make = DriverFactory(driver=self._driver, refuse=TILL.refuse, unknown_outcome=TILL.unknown_outcome)
        self.host: DeviceHost[Any, Any] = DeviceHost(
            "till", TILL.kind, msgspec.structs.replace(make, limits=TILL.limits), ends, SystemClock()
        )
        self.storage.start()
        self.first = self.storage.ready.result(PATIENCE)
        settled = self.first.settled if isinstance(self.first, StoreReady) else ()
        for fact in in_doubt(settled, ["till"]):
            self.host.recover(fact)

    def start(self) -> Terminal:
        self.host.start()
        self.until(lambda: DeviceState.READY in self.heard)
        return self

    def charge(self, job: str) -> object:
        self.host.submit(JobId(job), Charge(job, 1200))
        self.until(lambda: any(getattr(each, "job", "") == job for each in self.heard))
        return next(each.outcome for each in self.heard if getattr(each, "job", "") == job)

    def until(self, fact: Callable[[], bool]) -> None:
        with self.changed:
            assert self.changed.wait_for(fact, PATIENCE), self.heard

    def stop(self) -> None:
        self.host.stop()
        self.storage.stop()

    def _driver(self) -> TillDriver:
        return TILL.build(transport_for(self.peer.url), TILL.settings(), SystemClock().now)  # type: ignore[return-value]

    def _hear(self, what: object) -> None:
        with self.changed:
            self.heard.append(what)
            self.changed.notify_all()


@pytest.fixture
def run(tmp_path: Path) -> Iterator[Callable[..., Terminal]]:
    path = tmp_path / "terminal.db"
    peer, runs = TillPeer("tcp"), list[Terminal]()
    peer.till.journal = FileJournal(path)  # type: ignore[assignment]
    peer.start()

    def begin(opener: Opener | None = None) -> Terminal:
        runs.append(Terminal(path, peer, opener))
        return runs[-1]

    yield begin
    for each in runs:
        each.stop()
    peer.stop()


def test_facts_are_in_the_file_before_the_device_is_answered(run: Callable[..., Terminal]) -> None:
    here = run().start()
    here.peer.say_note("paper low")
    here.until(lambda: NoteStored("1") in here.heard)
    assert here.charge("c1") == Charged("R21")
    assert here.peer.wait_for(lambda: "c1" in here.peer.till.done and "1" in here.peer.till.noted)
    assert here.peer.till.broken_promises == []
    assert here.peer.till.journal.rows() == {("begun", "c1", "till"), ("result", "c1", "till"), ("note", "1", "till")}


def test_nothing_is_charged_when_the_store_is_away(run: Callable[..., Terminal]) -> None:
    here = run(lambda path: DatabaseFault(Trouble.IO, "no disk")).start()
    assert here.charge("c1") == NotCharged(Problem.STORE_FAILED)
    assert here.peer.till.asked == []


def test_refused_fact_is_not_durable_and_says_why(run: Callable[..., Terminal]) -> None:
    here = run()
    with pytest.raises(NotDurable, match="no such note"):
        here.facts.persist("till", NO_JOB, NoteTaken("7", "refused"))
    here.facts.persist("till", JobId("c1"), ChargeBegun("c1"))
    with pytest.raises(NotDurable, match="UNIQUE"):
        here.facts.persist("till", JobId("c1"), ChargeBegun("c1"))
    assert here.heard == []


def test_charge_in_doubt_is_asked_for_after_a_restart(run: Callable[..., Terminal]) -> None:
    before = run()
    before.facts.persist("till", JobId("c1"), ChargeBegun("c1"))
    before.facts.persist("sold", JobId("c2"), ChargeBegun("c2"))
    before.stop()
    here = run().start()
    found = [(each.fact, each.outcome) for each in here.heard if hasattr(each, "fact")]
    assert found == [(ChargeBegun("c1", device="till"), NotCharged(Problem.CANCELLED))]


def test_fact_that_no_participant_knows_is_refused_at_build(tmp_path: Path) -> None:
    with pytest.raises(NotRegistered, match=r"till\.ChargeBegun.*till\.NoteTaken"):
        StorageThread(tmp_path / "terminal.db", lambda event: None, facts=TILL.facts)


def test_fact_that_no_row_names_is_a_bug_of_its_driver(run: Callable[..., Terminal]) -> None:
    class Unnamed(DeviceFact, frozen=True):
        """In no row, so nobody has seen that no participant knows it."""

    here = run()
    with pytest.raises(NotRegistered, match="Unnamed"):
        here.facts.persist("till", NO_JOB, Unnamed())


def test_facts_of_all_rows_are_collected(monkeypatch: pytest.MonkeyPatch) -> None:
    assert registry.facts() == {StatusReceived, TotalsReceived, PrintReceived, StatusUnasked}
    monkeypatch.setattr(registry, "rows", lambda: (TILL, TILL))
    assert registry.facts() == {ChargeBegun, ChargeResult, NoteTaken}
