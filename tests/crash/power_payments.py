"""A terminal that takes payments until the power goes at any call to its disk, and goes on with what is on it then.

Machine, store and modelled payment terminal are those of the fault matrix: after every event the terminal's book is
compared with the record (``World.check``). Here the store is on a disk of which a cut leaves any part that was not
flushed.

As a program ("first-seed count") it plays a range of seeds: a line for each that broke a promise, at last "done".
"""

import copy
import random
import sys
from dataclasses import dataclass, field
from functools import cache

import apsw
import msgspec

from kiosk import wire
from kiosk.hash_chain import BEGINNING, Head, Link, verify
from kiosk.payments.model import Decision, PaymentOrderKind, Settings
from kiosk.payments.states import AttemptState, PayState
from kiosk.wire.ledger import LedgerFact, link
from offline_cache.store import outbox
from offline_cache.store.database import transaction
from offline_cache.store.participant import Written
from offline_cache.store.payments import attempts, journal
from tests.crash.power_disk import PowerDisk, PowerOff
from tests.crash.power_world import Mode, let_go, power_on
from tests.model.payment_dialogue import Plan, WriteCut
from tests.model.payment_terminal import Book, Line, Lookup, Shows
from tests.model.payment_world import FINAL, World

QUIET_S = 2.0
LONGEST = 220
"""Calls to the disk within which the power goes: those of a payment with its baseline, and some of the next."""
_BOOKS = (Book.CAPTURED, Book.CAPTURED, Book.AUTO_REVERSED, Book.DECLINED, Book.BY_HAND)


@dataclass
class PowerWorld(World):
    """``disk`` is the one in use; it is another one after the cut. ``draw`` decides what a cut leaves."""

    settings: Settings = field(default_factory=lambda: Settings(quiet_s=QUIET_S))
    disk: PowerDisk = field(default_factory=lambda: PowerDisk("payments"))
    mode: Mode = field(default_factory=Mode)
    draw: random.Random = field(default_factory=random.Random)
    before: list[Line] = field(default_factory=list)
    """The payment terminal's book at the beginning."""

    def __post_init__(self) -> None:
        self.finished: dict[str, tuple[AttemptState, int]] = {}
        """What was told of payments: how they ended, and their receipt number."""
        self.heard: dict[int, str] = {}
        """Digests of the ledger's entries that the hub has."""
        self.is_cut = False
        """The power has gone and is back."""
        super().__post_init__()

    def open_store(self) -> apsw.Connection:
        return power_on(self.disk, self.mode)

    def write(self, fact: msgspec.Struct) -> Written:
        try:
            return super().write(fact)
        except PowerOff as off:
            raise WriteCut from off

    def boot(self) -> None:
        if self.disk.off:
            self.is_cut = True
            let_go(self.db)
            self.disk = PowerDisk(f"{self.disk.name}-after", self.disk.after_cut(self.draw))
            self.db = power_on(self.disk)
        if self.before:
            self.terminal.lines, self.before = copy.deepcopy(self.before), []
            self.terminal.trace = 200
        super().boot()

    def check(self) -> None:
        super().check()
        done = self.payments.finished
        if done is not None:
            self.finished[done.attempt.id] = (done.to, done.receipt_no)

    def order(self, kind: PaymentOrderKind, payment: str = "", decision: Decision | None = None) -> None:
        try:
            super().order(kind, payment, decision)
        except PowerOff:
            self.boot()

    def tell_hub(self) -> None:
        """The hub takes what the outbox has, and the store strikes it out."""
        try:
            ops = outbox.batch(self.db, 10**15).ops
            for op in ops:
                entry = msgspec.json.decode(op.body, type=LedgerFact)
                assert self.heard.setdefault(entry.seq, entry.digest) == entry.digest, "two entries of one number"
            with transaction(self.db):
                outbox.settle(self.db, [wire.OpAnswer(op.op, 200) for op in ops], 0, lambda low, high: high)
        except PowerOff:
            self.boot()

    def end(self) -> None:
        """Everything comes to an end; people close what only they can. Then the visitor tries again."""
        self.wait_until_idle()
        if self.payments.state is PayState.MANUAL:
            self.decide_by_the_book()
            self.wait_until_idle()
        self.start("next")
        self.wait_until_idle()
        self.tell_hub()
        assert self.payments.state is PayState.IDLE, f"still {self.payments.state}"
        assert all(state in FINAL for _, _, state, _ in self.states())
        self._check_store()

    def _check_store(self) -> None:
        assert list(self.db.execute("PRAGMA integrity_check")) == [("ok",)]
        assert isinstance(journal.verify(self.db), Head), "the journal's chain is broken"
        assert isinstance(verify(BEGINNING, self._ledger()), Head), "the ledger's chain is broken"
        assert self.heard == {entry.seq: entry.digest.hex() for entry in self._ledger()}
        numbers = [n for row in self.db.execute("SELECT receipt_no, void_no FROM payment_attempt") for n in row if n]
        assert sorted(numbers) == list(range(1, len(numbers) + 1)), f"receipt numbers {sorted(numbers)}"
        for payment, (to, number) in self.finished.items():
            known = attempts.read(self.db, payment)
            assert known is not None, f"told {to}, and the record has nothing"
            assert number in (0, known.receipt_no, known.void_no), "another receipt number than was told"
            assert known.state in (to, *([AttemptState.VOIDED] if to is AttemptState.PAID else [])), f"told {to}"
        known_payments = {payment for payment, *_ in self.states()}
        for payment in {line.payment for line in self.terminal.lines}:
            assert payment in known_payments or self.terminal.net(payment) == 0, "charged, and nobody knows of it"

    def _ledger(self) -> list[Link]:
        rows = self.db.execute("SELECT body, digest FROM payment_ledger ORDER BY seq")
        made = [(link(msgspec.json.decode(str(body), type=LedgerFact)), digest) for body, digest in rows]
        return [Link(each.seq, each.fields, bytes(digest)) for each, digest in made]


@cache
def _begun() -> tuple[dict[str, bytes], list[Line]]:
    """A terminal at which somebody has paid before: its files and the payment terminal's book."""
    disk = PowerDisk("payments-begun")
    world = PowerWorld(disk=disk)
    world.pay()
    world.tell_hub()
    world.db.close()
    return {path: bytes(image.seen) for path, image in disk.names.items()}, world.terminal.lines


def begun(seed: int, mode: Mode) -> PowerWorld:
    """That terminal once more, with chances of its own."""
    files, lines = _begun()
    world = PowerWorld(disk=PowerDisk(f"payments-{seed}", files, honest=mode.honest), mode=mode, before=lines)
    world.draw = random.Random(seed)
    world.count = 1_000_000  # no id is one of those that are in its files
    world.heard = {entry.seq: entry.digest.hex() for entry in world._ledger()}
    return world


def cut_once(seed: int, mode: Mode = Mode()) -> str:
    """The promise that was broken; "" = none."""
    try:
        world = begun(seed, mode)
        world.disk.cut_at = world.disk.calls + world.draw.randint(1, LONGEST)
        _work(world)
        world.end()
    except AssertionError as broken:
        return str(broken) or "a check without a name"
    except apsw.Error as fault:
        return f"does not open: {fault}"
    return ""


def _work(world: PowerWorld) -> None:
    """Payments one after the other, some of them taken back, until the power has gone."""
    for number in range(10):
        world.plan = Plan(book=world.draw.choice(_BOOKS))
        world.lookup = world.draw.choice((Lookup.TRUTH, Lookup.TRUTH, Lookup.NOTHING))
        world.terminal.shows = world.draw.choice(tuple(Shows))
        world.start(f"visit-{number}")
        world.wait_until_idle()
        if world.is_cut:
            return
        act = world.draw.random()
        if act < 0.3:
            world.order(PaymentOrderKind.VOID, world.states()[-1][0])
        elif act < 0.4:
            world.order(PaymentOrderKind.END_DAY)
        elif act < 0.7:
            world.tell_hub()
        world.wait(2)
        world.wait_until_idle()
    raise AssertionError("the power never went")


def main(first: int, count: int) -> None:
    for seed in range(first, first + count):
        if (seed - first) % 5000 == 0:
            print(f"{seed - first} of {count} from {first}", file=sys.stderr, flush=True)
        if found := cut_once(seed):
            print(f"KIOSK_SEED={seed}: {found}", flush=True)
    print("done", flush=True)


if __name__ == "__main__":
    main(int(sys.argv[1]), int(sys.argv[2]))
