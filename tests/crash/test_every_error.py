"""The n-th call to the disk fails, for every n until none is left: nothing promised is lost, the store heals.

At the standard size every third call, which ones by ``KIOSK_SEED``; at the full one all.
"""

import itertools
import os
import random
import threading
from collections.abc import Iterator
from pathlib import Path

import apsw
import pytest

from kiosk import wire
from kiosk.vocabulary.effects import CommitCancel, CommitIntent, CommitPaper
from kiosk.vocabulary.events import CancelCommitted, IntentCommitted, StoreFailed
from kiosk.vocabulary.labels import Label
from kiosk.vocabulary.tickets import Numbered, PaperState
from offline_cache.store import outbox, own_numbers
from offline_cache.store.database import open_database
from offline_cache.store.schema import LAYOUT
from offline_cache.store.storage import StorageThread
from tests.crash.power_disk import MISHAPS, PowerDisk
from tests.crash.power_files import PowerFiles
from tests.unit.offline_cache.cache_helpers import Inbox, Notes, eventually, intent, outside, slot_answer, ticket_id

PATH = Path("/terminal.db")
OLD = Path(__file__).parent.parent / "unit" / "offline_cache" / "files" / "terminal-v1.db"
WORLD = outside()
TICKETS = "SELECT id, state, series, slot, n FROM ticket"
FIRST, LAST = 501, 503
FULL = os.environ.get("KIOSK_TEST_SIZE") == "full"
STEP = 1 if FULL else 3
SEED = int(os.environ.get("KIOSK_SEED") or random.SystemRandom().randrange(1_000_000))


class Run:
    """One life of the store with one mishap: open, slot, numbers, paper, hand back, drain."""

    def __init__(self, disk: PowerDisk) -> None:
        self.disk, self.inbox, self.notes = disk, Inbox(), Notes()
        self.numbers: dict[str, Label] = {}
        self.cancelled: set[str] = set()
        self.storage = StorageThread(
            PATH,
            self.inbox.post,
            note=self.notes,
            outside=WORLD,
            opener=lambda path: open_database(path, LAYOUT, disk.name, PowerFiles(disk)),
            retry_s=0.005,
        )

    def live(self) -> None:
        self.storage.start()
        self.storage.ready.result(10)
        standing = self.storage.latest(own_numbers.SlotStatus)
        if standing is not None:
            self.storage.ask(lambda db: own_numbers.take_slot(db, WORLD, standing.generation, slot_answer()))
        for n in range(FIRST, LAST + 1):
            self.visit(n)
        self.storage.ask(self.drain)

    def visit(self, n: int) -> None:
        ident = ticket_id(n)
        self.storage.submit(CommitIntent(intent(n)))
        self.inbox.wait_until(lambda events: events[-1:] == [IntentCommitted(ident)] or self.failed(ident))
        if self.failed(ident):
            return
        drawn = self.storage.ask(lambda db: own_numbers.draw(db, WORLD, intent(n), "A", "pass"))
        if not isinstance(drawn, Numbered):
            return
        self.numbers[ident] = drawn.label
        self.storage.submit(CommitPaper(ident, PaperState.PRINTED))
        if n == LAST:
            self.storage.submit(CommitCancel(ident))
            self.inbox.wait_until(lambda events: CancelCommitted(ident) in events or self.failed(ident))
            self.cancelled |= {ident} if CancelCommitted(ident) in self.inbox.events else set()

    def failed(self, ident: str) -> bool:
        return any(isinstance(event, StoreFailed) and event.ticket == ident for event in self.inbox.events)

    def drain(self, db: apsw.Connection) -> None:
        answers = [wire.OpAnswer(op.op, 200) for op in outbox.batch(db, 0, limit=2).ops]
        outbox.settle(db, answers, 0, lambda low, high: high)

    def heal(self) -> None:
        """The disk is well again: the store must take a number within a moment."""
        self.disk.fail_at = 0
        eventually(lambda: self.storage.ask(lambda db: 1) == 1)
        standing = self.storage.latest(own_numbers.SlotStatus)
        assert standing is not None
        self.storage.ask(lambda db: own_numbers.take_slot(db, WORLD, standing.generation, slot_answer()))
        after = self.storage.ask(lambda db: own_numbers.draw(db, WORLD, intent(1000), "A", "pass"))
        assert isinstance(after, Numbered), after
        assert after.label not in self.numbers.values(), f"{after.label} is on paper already"

    def check(self) -> None:
        rows = self.storage.ask(
            lambda db: {r[0]: r[1:] for r in db.execute("SELECT id, state, series, slot, n FROM ticket")}
        )
        assert rows is not None
        for ident, label in self.numbers.items():
            state, *found = rows[ident]
            assert Label(*found) == label, ident
            assert state == ("cancelled" if ident in self.cancelled else "numbered") or ident == ticket_id(LAST), ident
        sound = self.storage.ask(lambda db: list(db.execute("PRAGMA integrity_check")))
        assert sound == [("ok",)]
        self.storage.stop()


def lives(name: str, files: dict[str, bytes], error: type[apsw.Error], lasting: bool) -> Iterator[Run]:
    """A life for each call that can fail, until a life meets no mishap."""
    print(f"seed {SEED}, every {STEP}. call")
    for at in itertools.count(1 + SEED % STEP, STEP):
        disk = PowerDisk(f"{name}-{at}", dict(files))
        disk.fail_at, disk.error, disk.lasting = at, error, lasting
        run = Run(disk)
        run.live()
        met = disk.looked >= at
        yield run
        if not met:
            return


@pytest.mark.parametrize("old", [False, True], ids=["new file", "migration"])
@pytest.mark.parametrize(("error", "lasting"), MISHAPS.values(), ids=MISHAPS.keys())
def test_every_call_fails_once(error: type[apsw.Error], lasting: bool, old: bool) -> None:
    files = {str(PATH): OLD.read_bytes()} if old else {}
    count = 0
    for run in lives(f"{error.__name__}-{lasting}-{old}", files, error, lasting):
        count += 1
        run.heal()
        run.check()
        if "store-failed" in run.notes.ids:
            failed = [fields["detail"] for event, fields in run.notes.lines if event == "store-failed"]
            assert all(detail for detail in failed), "staff are told nothing"
    assert run.numbers, "the life without a mishap gave no numbers: nothing was tried"
    assert count > (100 if error is apsw.FullError else 200) // STEP, f"only {count} calls: hardly anything was tried"
    assert threading.active_count() < 20
    print(f"{count} calls")
