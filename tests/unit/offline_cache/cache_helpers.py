"""Small makers shared by the tests of what a terminal remembers."""

import itertools
import threading
import time
from collections.abc import Callable
from pathlib import Path

import apsw

from kiosk import wire
from kiosk.catalogue.model import Catalogue
from kiosk.vocabulary.events import Event
from kiosk.vocabulary.labels import Label
from kiosk.vocabulary.tickets import Numbered, TicketIntent
from offline_cache.catalogue.build import whole
from offline_cache.catalogue.search_thread import CatalogueThread, Taken
from offline_cache.catalogue.store import CatalogueStore
from offline_cache.store import outbox, own_numbers
from offline_cache.store.context import StoreContext
from offline_cache.store.database import open_database, transaction
from offline_cache.store.hub_clock import HubClock
from offline_cache.store.schema import LAYOUT

DAY = "2026-11-23"
PATIENCE_S = 300.0
"""How long a test waits for what must come: a busy machine makes things late; only what never comes fails."""


def bring(to: CatalogueStore | CatalogueThread, catalogue: Catalogue) -> Taken:
    """A catalogue as a snapshot brings it."""
    head, changes = whole(catalogue)
    return to.take(changes, head, onto=False)


def ticket_id(n: int) -> str:
    return f"0192f0c0-0000-7000-8000-{n:012d}"


def intent(n: int) -> TicketIntent:
    return TicketIntent(id=ticket_id(n), service="perso", lang="de", tapped_at=f"{DAY}T09:12:00+01:00")


def numbered(n: int, count: int | None = None, day: str = DAY, slot: int = 0) -> Numbered:
    return Numbered(
        id=ticket_id(n),
        label=Label("A", slot, count or n),
        service="perso",
        queue="pass",
        business_day=day,
        issued_at=f"{day}T09:12:01+01:00",
        ahead=3,
        slip_code="s" * 22,
    )


SLIP_KEY = bytes(range(32))
HUB = "ab" * 16


class Clock:
    """Boot clock and wall clock, moved by hand; seconds."""

    def __init__(self, boot: float = 1000.0, wall: float = 1_795_421_520.0) -> None:
        self.boot, self.wall = boot, wall

    def pass_by(self, seconds: float) -> None:
        self.boot += seconds
        self.wall += seconds

    def hub_clock(self, boot_id: str = "this boot") -> HubClock:
        return HubClock(boot=lambda: self.boot, wall=lambda: self.wall, boot_id=boot_id)


def outside(
    clock: Clock | None = None, *, machine: str = "m1", limit: int = 10_000, boot: str = "this boot"
) -> StoreContext:
    """The world of a store: counted ids, a clock moved by hand."""
    count = itertools.count(1)
    return StoreContext(
        new_id=lambda: f"0192f0c0-0000-7000-9000-{next(count):012d}",
        clock=(clock or Clock()).hub_clock(boot),
        machine=machine,
        outbox_limit=limit,
    )


def slot_answer(slot: int = 3, day: str = DAY, hub: str = HUB) -> wire.SlotAnswer:
    return wire.SlotAnswer(slot=slot, slip_key=SLIP_KEY.hex(), business_day=day, hub_generation=hub)


def opened(path: Path, vfs: str | None = None) -> apsw.Connection:
    connection = open_database(path, LAYOUT, vfs)
    assert isinstance(connection, apsw.Connection), connection
    return connection


def give_slot(db: apsw.Connection, world: StoreContext, answer: wire.SlotAnswer | None = None) -> None:
    with transaction(db):
        generation = own_numbers.slot_status(db, world).generation
        assert own_numbers.take_slot(db, world, generation, answer or slot_answer())


def waiting(db: apsw.Connection) -> list[tuple[str, str]]:
    """(lane, kind) of everything the hub must hear, oldest first."""
    return [(str(lane), str(kind)) for lane, kind in db.execute("SELECT lane, kind FROM outbox ORDER BY seq")]


def hear(db: apsw.Connection, *statuses: int, now_ms: int = 0) -> outbox.Settled:
    """The hub answers the next batch with these statuses (the last one for all the rest)."""
    ops = outbox.batch(db, now_ms).ops
    each = [*statuses, *[statuses[-1]] * len(ops)]
    answers = [wire.OpAnswer(op.op, status) for op, status in zip(ops, each, strict=False)]
    return outbox.settle(db, answers, now_ms, lambda low, high: high)


class Inbox:
    """Collects posted events; waits for them on a condition, never by sleeping."""

    def __init__(self) -> None:
        self.events: list[Event] = []
        self._changed = threading.Condition()

    def post(self, event: Event) -> None:
        with self._changed:
            self.events.append(event)
            self._changed.notify_all()

    def wait(self, *wanted: Event, timeout_s: float = PATIENCE_S) -> None:
        self.wait_until(lambda events: all(event in events for event in wanted), timeout_s, wanted)

    def wait_until(
        self, test: Callable[[list[Event]], bool], timeout_s: float = PATIENCE_S, wanted: object = "a condition"
    ) -> None:
        with self._changed:
            assert self._changed.wait_for(lambda: test(self.events), timeout_s), (wanted, self.events)


class Notes:
    """Collects lines of the event log."""

    def __init__(self) -> None:
        self.lines: list[tuple[str, dict[str, str]]] = []

    def __call__(self, event: str, fields: dict[str, str]) -> None:
        self.lines.append((event, fields))

    @property
    def ids(self) -> list[str]:
        return [event for event, _ in self.lines]


def eventually(test: Callable[[], bool], timeout_s: float = PATIENCE_S) -> None:
    """Wait for something that posts no event (waits on a never-set event, 10 ms at a time, with a deadline)."""
    deadline = time.monotonic() + timeout_s
    never = threading.Event()
    while not test():
        assert time.monotonic() < deadline, "did not come true in time"
        never.wait(0.01)
