"""A terminal of the small world: the real store rules, numbers and sync duties on virtual clocks, without threads.

``NumbersThread`` and ``SyncThread`` are made and never started; their own methods are called in turn. What power takes
away (breaker, clock, back-off) is made anew by ``start``; what the disk keeps is a database in memory.
"""

import datetime
import functools
import random
from collections.abc import Callable
from typing import Any, TypeVar

import apsw
import msgspec

from kiosk import wire
from kiosk.config import Hub
from kiosk.vocabulary.effects import CommitCancel, CommitIntent, CommitNumber, CommitPaper, CommitScan, StoreEffect
from kiosk.vocabulary.events import NumberGiven
from kiosk.vocabulary.tickets import Numbered, PaperState, TicketIntent
from offline_cache.http.answers import Away, AwayReason, Result
from offline_cache.store import own_numbers
from offline_cache.store.context import StoreContext
from offline_cache.store.database import transaction
from offline_cache.store.hub_clock import HubClock
from offline_cache.store.own_numbers import SlotStatus
from offline_cache.store.participant import Kept
from offline_cache.store.participants import PARTICIPANTS
from offline_cache.store.queries import StoreQueries
from offline_cache.store.schema import LAYOUT
from offline_cache.store.store_dispatch import register
from offline_cache.sync.heartbeat import HeartbeatListeners
from offline_cache.sync.numbers import DEADLINE_S, NumbersThread
from offline_cache.sync.sync_thread import SyncThread
from tests.world.world_hub import SERVICES, Time
from tests.world.world_net import Line

T = TypeVar("T")
P = TypeVar("P", bound=msgspec.Struct)
_HUB = Hub()
_STORE = register(PARTICIPANTS)


@functools.cache
def _empty() -> apsw.Connection:
    db = apsw.Connection(":memory:")
    for step in (*LAYOUT.steps, *(step for part in LAYOUT.parts for step in part.steps)):
        db.execute(step)
    return db


class _Store:
    """What ``StoreQueries`` needs of the storage thread: each question one transaction, answered at once."""

    def __init__(self, terminal: "Terminal") -> None:
        self._terminal = terminal

    @property
    def outside(self) -> StoreContext:
        return self._terminal.outside

    def latest(self, kind: type[P]) -> P:
        found: P = _STORE.published[kind].read(self._terminal.db, self.outside)
        return found

    def ask(self, run: Callable[[apsw.Connection], T], timeout_s: float = 0.0) -> T:
        with transaction(self._terminal.db):
            return run(self._terminal.db)


class _NoCatalogue:
    """Who follows the catalogue, of which this world has none."""

    def heard(self, answer: wire.HeartbeatAnswer) -> None:
        return None

    def reached(self) -> None:
        return None


class Terminal:
    """``notes`` collects event-log lines that must not be written in a sound world (bugs, things set aside)."""

    def __init__(
        self, name: str, time: Time, line: Callable[[str], Line], new_id: Callable[[], str], draw: random.Random
    ) -> None:
        self.name, self._time, self._draw, self._new_id = name, time, draw, new_id
        self.line = line(name)
        self.db = apsw.Connection(":memory:")
        self.disk = self.boots = 0
        self.heard_ms = 0
        """True time of the last contact."""
        self.drift = draw.uniform(-50e-6, 50e-6)
        self.wall_off_s = draw.uniform(-5.0, 5.0)
        self._booted_ms = time.ms - draw.randrange(1, 10**8)
        self.notes: list[tuple[str, dict[str, str]]] = []
        self.new_disk()
        self.start()

    def new_disk(self) -> None:
        """An empty database; ``start`` must follow."""
        with self.db.backup("main", _empty(), "main") as copy:
            copy.step()
        self.disk += 1
        generation = f"{self.name[1:]}{self.disk:031x}"
        self.db.execute("UPDATE instance SET generation = ?", (bytes.fromhex(generation),))

    def start(self, reboot: bool = False) -> None:
        """The program starts and settles what was left half done."""
        if reboot:
            self.boots += 1
            self._booted_ms = self._time.ms
        self._started_ms = self._time.ms
        clock = HubClock(boot=self._boot_s, wall=self._wall_s, boot_id=f"boot {self.boots}")
        self.outside = StoreContext(new_id=self._new_id, clock=clock, machine=f"machine of {self.name}")
        self.questions = StoreQueries(_Store(self), clock=self._run_s, uniform=self._draw.uniform)  # type: ignore[arg-type]
        self.numbers = NumbersThread(_HUB, _ignore, fallback=self._own, note=self._note, clock=self._run_s)
        self.numbers._deadline_call = self._in_time  # type: ignore[assignment]
        self.sync = SyncThread(
            _HUB,
            _ignore,
            debts=self.questions,
            catalogue=_NoCatalogue(),
            status=self._status,
            queues=_ignore,
            hearers=HeartbeatListeners(clock=self._clock_heard, day=self.questions.heard, probe=self._probed),
            note=self._note,
            clock=self._run_s,
            uniform=self._draw.uniform,
        )
        self._duties = (self.sync._heartbeat, self.sync._slot_duty, self.sync._outbox_duty)
        self.sync.owing()
        with transaction(self.db):  # as StorageThread settles at its first opening
            self.db.execute("UPDATE instance SET starts = starts + 1")
            _STORE.opened(self.db, self.outside)
            _STORE.settle(self.db, self.outside)

    def jump_wall_clock(self, seconds: float) -> None:
        self.wall_off_s += seconds

    def intend(self, ticket: str, service: str) -> TicketIntent:
        tapped = datetime.datetime.fromtimestamp(self._wall_s(), datetime.UTC).isoformat(timespec="seconds")
        intent = TicketIntent(id=ticket, service=service, lang="de", tapped_at=tapped)
        assert self._write(CommitIntent(intent)), "the outbox is full"
        return intent

    def ask(self, intent: TicketIntent) -> Numbered | None:
        """A number by whichever way; None = there is none and the intent is given back."""
        event = self.numbers._number(intent, self._run_s() + DEADLINE_S)
        if isinstance(event, NumberGiven):
            return event.ticket
        self.give_back(intent.id)
        return None

    def send(self, intent: TicketIntent) -> None:
        """Ask the hub and never hear of it again."""
        self.line.ticket(wire.TicketRequest(id=intent.id, service=intent.service))

    def keep(self, numbered: Numbered) -> bool:
        return self._write(CommitNumber(numbered))

    def paper(self, ticket: str, state: PaperState) -> None:
        self._write(CommitPaper(ticket, state, ""))

    def give_back(self, ticket: str) -> None:
        self._write(CommitCancel(ticket))

    def scan(self, slip: str, ticket: str) -> None:
        assert self._write(CommitScan(self._new_id(), slip, ticket))

    def turn(self) -> None:
        """What the sync thread does between two waits (the queues' lengths are left out)."""
        sync = self.sync
        if self._is_owing:
            sync._owing.clear()
            sync._outbox_duty.now()
        for duty in self._duties:
            if sync._may(duty) and duty.due <= self._run_s():
                duty.due = float("inf")
                pause = duty.run(self.line)  # type: ignore[arg-type]
                duty.due = min(duty.due, self._run_s() + pause)

    def beat(self) -> None:
        """A heartbeat now, due or not, and what follows from it."""
        self.sync._heartbeat.now()
        self.turn()

    @property
    def due_ms(self) -> float:
        """True time at which the sync thread wakes by itself (the longest wait is a minute)."""
        may = [duty for duty in self._duties if self.sync._may(duty)]
        due = 0.0 if self._is_owing and len(may) > 1 else min(duty.due for duty in may)
        return self._started_ms + min(due * 1000, self._run_s() * 1000 + 60_000)

    @property
    def _is_owing(self) -> bool:
        return self.sync._owing.is_set() and self.sync._drain.fails == 0

    @property
    def owed(self) -> int:
        """Operations the hub has not acknowledged, set aside ones too."""
        return int(self.rows("SELECT count(*) FROM outbox")[0][0])

    @property
    def standing(self) -> SlotStatus:
        return own_numbers.slot_status(self.db, self.outside)

    def state_of(self, ticket: str) -> str:
        return str(self.db.execute("SELECT state FROM ticket WHERE id = ?", (ticket,)).fetchone()[0])

    def rows(self, sql: str) -> list[tuple[Any, ...]]:
        return list(self.db.execute(sql))

    def _write(self, fact: StoreEffect) -> bool:
        with transaction(self.db):
            kept = _STORE.write(self.db, self.outside, fact)
        if isinstance(fact, CommitPaper | CommitCancel | CommitScan):
            self.sync.owing()
        return isinstance(kept, Kept)

    def _in_time(self, request: wire.TicketRequest, within_s: float) -> Result[wire.TicketAnswer]:
        begun = self._run_s()
        result = self.line.ticket(request)
        return result if self._run_s() - begun <= within_s else Away(AwayReason.TIMED_OUT)

    def _own(self, intent: TicketIntent) -> Numbered | None:
        queue, series = SERVICES[intent.service]
        return self.questions.draw_own(intent, series, queue)

    def _probed(self, answered: bool, round_trip_s: float) -> None:
        """As kiosk/main/workers.py."""
        self.numbers.probed(answered and round_trip_s <= DEADLINE_S)

    def _clock_heard(self, hub_ms: int, round_trip_s: float) -> None:
        self.heard_ms = self._time.ms
        self.outside.clock.learn(hub_ms, round_trip_s)

    def _status(self) -> wire.Heartbeat:
        now = self.standing
        return wire.Heartbeat(
            version=wire.VERSION,
            catalogue_version=0,
            generation=now.generation,
            slot=now.slot,
            clock_ms=round(self._wall_s() * 1000),
            outbox=self.questions.outbox_state(),
        )

    def _note(self, event: str, fields: dict[str, str]) -> None:
        if event.endswith("-bug") or event in ("outbox-quarantined", "slot-refused"):
            self.notes.append((event, fields))

    def _run_s(self) -> float:
        return (self._time.ms - self._started_ms) / 1000

    def _boot_s(self) -> float:
        return (self._time.ms - self._booted_ms) / 1000 * (1 + self.drift)

    def _wall_s(self) -> float:
        return self._time.ms / 1000 + self.wall_off_s


def _ignore(*_: object) -> None:
    return None
