"""What a terminal does with its store until the power goes, what it was promised, and whether the promise was kept."""

import itertools
import random
from collections.abc import Callable
from pathlib import Path
from typing import NamedTuple

import apsw

from kiosk import wire
from kiosk.vocabulary.labels import Label
from kiosk.vocabulary.tickets import Numbered, PaperState
from offline_cache.store import outbox, own_numbers, tickets
from offline_cache.store.context import StoreContext
from offline_cache.store.database import open_database, transaction
from offline_cache.store.schema import LAYOUT
from tests.crash.power_disk import PowerDisk, PowerOff
from tests.crash.power_files import PowerFiles
from tests.unit.offline_cache.cache_helpers import intent, numbered, slot_answer

PATH = Path("/terminal.db")
CHECKPOINT_PAGES = 20
"""So that checkpoints fall into the window too."""
DAYS = ("2026-11-23", "2026-11-24", "2026-11-25")


class Promised(NamedTuple):
    """What was acknowledged: after a power cut it must be there."""

    numbers: dict[str, Label]
    """Tickets that may be on paper, of every day."""
    today: set[str]
    """Those of them that the store has no leave to forget yet."""
    cancelled: set[str]
    printed: set[str]
    heard: set[str]
    """Operations the hub has acknowledged and the store has struck out."""
    owed: set[str]
    """Own numbers of which the hub has not heard."""


class Mode(NamedTuple):
    """How the stores are run: the product's way, or an unsafe one that must fail."""

    synchronous: str = "FULL"
    honest: bool = True


def promised() -> Promised:
    return Promised({}, set(), set(), set(), set(), set())


def power_on(disk: PowerDisk, mode: Mode = Mode()) -> apsw.Connection:
    """Open the store as the terminal does. Raises PowerOff; AssertionError when the file is refused."""
    db = open_database(PATH, LAYOUT, disk.name, PowerFiles(disk))
    if not isinstance(db, apsw.Connection):
        if "power went" in db.reason:
            raise PowerOff(db.reason)
        raise AssertionError(str(db))
    db.pragma("wal_autocheckpoint", CHECKPOINT_PAGES)
    if mode.synchronous != "FULL":
        db.pragma("synchronous", mode.synchronous)
    return db


class Terminal:
    """Random work on one store. Every act is one transaction; only what it returned for is promised."""

    def __init__(
        self, db: apsw.Connection, world: StoreContext, draw: random.Random, so_far: Promised, first: int
    ) -> None:
        self.db, self.world, self.draw, self.so_far = db, world, draw, so_far
        self._next = itertools.count(first)
        self._acts: tuple[Callable[[], None], ...] = (
            *[self._own] * 6,
            *[self._online] * 3,
            *[self._paper] * 4,
            *[self._drain] * 2,
            self._cancel,
            self._intent_only,
            self._new_day,
        )

    def begin(self) -> None:
        """The slot, once."""
        with transaction(self.db):
            generation = own_numbers.slot_status(self.db, self.world).generation
            own_numbers.take_slot(self.db, self.world, generation, slot_answer(day=DAYS[0]))

    def work(self) -> None:
        """One act."""
        self.draw.choice(self._acts)()

    def own_number(self) -> Label:
        """A number of the own slot, committed."""
        n = next(self._next)
        with transaction(self.db):
            tickets.intend(self.db, self.world, intent(n))
        with transaction(self.db):
            drawn = own_numbers.draw(self.db, self.world, intent(n), self.draw.choice("AB"), "pass")
        assert isinstance(drawn, Numbered), drawn
        self._keep(drawn)
        self.so_far.owed.add(drawn.id)
        return drawn.label

    def _own(self) -> None:
        self.own_number()

    def _online(self) -> None:
        n = next(self._next)
        day = own_numbers.slot_status(self.db, self.world).business_day
        with transaction(self.db):
            tickets.intend(self.db, self.world, intent(n))
            tickets.number(self.db, self.world, numbered(n, day=day))
        self._keep(numbered(n, day=day))

    def _keep(self, drawn: Numbered) -> None:
        self.so_far.numbers[drawn.id] = drawn.label
        self.so_far.today.add(drawn.id)

    def _paper(self) -> None:
        if ticket := self._any(self.so_far.today - self.so_far.cancelled):
            with transaction(self.db):
                tickets.paper(self.db, self.world, ticket, PaperState.PRINTED)
            self.so_far.printed.add(ticket)

    def _cancel(self) -> None:
        if ticket := self._any(self.so_far.today):
            with transaction(self.db):
                tickets.cancel(self.db, self.world, ticket)
            self.so_far.cancelled.add(ticket)

    def _intent_only(self) -> None:
        with transaction(self.db):
            tickets.intend(self.db, self.world, intent(next(self._next)))

    def _drain(self) -> None:
        ops = outbox.batch(self.db, 0, limit=self.draw.randint(1, 12)).ops
        answers = [wire.OpAnswer(op.op, 200) for op in ops]
        self.so_far.owed.difference_update(op.lane for op in ops if op.kind == wire.OpKind.TICKET)  # the hub has them
        with transaction(self.db):
            outbox.settle(self.db, answers, 0, lambda low, high: high)
        self.so_far.heard.update(op.op for op in ops)

    def _new_day(self) -> None:
        later = [day for day in DAYS if day > own_numbers.slot_status(self.db, self.world).business_day]
        if later and self.draw.random() < 0.3:
            self.so_far.today.clear()  # may be forgotten from now on, whether the commit comes through or not
            with transaction(self.db):
                own_numbers.hear_day(self.db, later[0])

    def _any(self, some: set[str]) -> str:
        return self.draw.choice(sorted(some)) if some else ""


def faults(db: apsw.Connection, so_far: Promised) -> list[str]:
    """Every promise that was broken."""
    found = [str(row[0]) for row in db.execute("PRAGMA integrity_check") if row[0] != "ok"]
    rows = {row[0]: row[1:] for row in db.execute("SELECT id, state, series, slot, n, paper, business_day FROM ticket")}
    for ticket in sorted(so_far.today):
        if ticket not in rows:
            found.append(f"lost: {ticket}")
            continue
        state, series, slot, n, paper, _day = rows[ticket]
        if Label(series, slot, n) != so_far.numbers[ticket]:
            found.append(f"another number: {ticket}")
        if ticket in so_far.cancelled and state != "cancelled":
            found.append(f"cancel lost: {ticket}")
        if ticket in so_far.printed and paper != "printed":
            found.append(f"paper lost: {ticket}")
    lanes = {(row[0], row[1]) for row in db.execute("SELECT lane, kind FROM outbox")}
    found += [f"the hub will not hear of {t}" for t in sorted(so_far.owed & so_far.today) if (t, "ticket") not in lanes]
    ops = {row[0] for row in db.execute("SELECT op FROM outbox")}
    found += [f"told again: {op}" for op in sorted(so_far.heard & ops)]
    counted = dict(db.execute("SELECT series, n FROM slot_counter"))
    used = db.execute(
        "SELECT series, max(n) FROM ticket, instance WHERE ticket.slot > 0"
        " AND ticket.business_day = instance.business_day GROUP BY series"
    )
    found += [f"counter {series} behind its numbers" for series, n in used if counted.get(series, 0) < n]
    return found


def let_go(db: apsw.Connection) -> None:
    try:
        db.close()
    except apsw.Error:
        return
