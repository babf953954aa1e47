"""Payments of a real terminal that is killed again and again, held against the payment terminal's own money book."""

import contextlib
import random
import shutil
import tempfile
from collections import Counter
from pathlib import Path
from typing import NamedTuple

import apsw
import msgspec

from drivers.sim.payment_terminal.book import stands
from drivers.sim.payment_terminal.peer import PaymentTerminalPeer
from drivers.sim.payment_terminal.settings import Settings as Habits
from hub.ledger import checking, totals
from hub.sites import sites
from hub.store.engine import Store
from kiosk.config import Device, Payment
from kiosk.hash_chain import Head
from kiosk.payments.model import Attempt
from kiosk.payments.states import OPEN, AttemptState
from kiosk.vocabulary.hardware.devices import DeviceKind
from offline_cache.store.payments import journal
from tests.card_data import card_data_in
from tests.faults.hall import Kiosk

PROGRAM = Path(__file__).with_name("paying_terminal.py")
PAYMENT = Payment(quiet_s=0.3)
"""The resolver's quiet time, scaled to lives of a few seconds."""
HOST_MS = 60
FINAL = frozenset({"paid", "voided", "declined", "not_charged"})
UNSETTLED = frozenset(state.value for state in OPEN if state is not AttemptState.MANUAL)


def payment_terminal(dice: random.Random) -> PaymentTerminalPeer:
    """One that says card data wherever it can, and makes of silence what chance says."""
    habits = Habits(
        no_answer=dice.choice(("reverse", "keep", "decline")),
        prints=dice.choice(("before", "after")),
        tlv="flat",
        tells_card_data=True,
    )
    peer = PaymentTerminalPeer("tcp", settings=habits)
    peer.switch(pays_by_itself=True, host_ms=HOST_MS)
    return peer


def device_at(url: str) -> Device:
    """Its configuration."""
    settings = {"password": "123456", "enquiry_s": 0.2}
    return Device(kind=DeviceKind.PAYMENT_TERMINAL, model="zvt", url=url, settings=settings)


class Recorded(NamedTuple):
    """What ``terminal.db`` has of payments."""

    states: dict[str, str]
    """By id, oldest first."""
    paid: set[int | None]
    """Trace numbers of those that are paid."""
    receipts: dict[str, tuple[int, int]]
    """Numbers of receipt and slip of reversal, 0 = none."""
    owed: int

    @property
    def settled(self) -> bool:
        """Nothing is open, or only people can go on; the hub has heard it all."""
        return self.owed == 0 and not UNSETTLED & set(self.states.values())


def recorded_by(data: Path) -> Recorded:
    """Read a copy. Raises apsw.Error, or AssertionError when file or chain is damaged."""
    with tempfile.TemporaryDirectory() as folder:
        for file in data.glob("terminal.db*"):
            shutil.copy(file, folder)
        with contextlib.closing(apsw.Connection(f"{folder}/terminal.db")) as db:
            assert isinstance(journal.verify(db), Head)
            rows = list(db.execute("SELECT id, state, body, receipt_no, void_no FROM payment_attempt ORDER BY begun"))
            ((owed,),) = db.execute("SELECT count(*) FROM outbox")
    attempts = [(str(id), str(state), msgspec.json.decode(str(body), type=Attempt)) for id, state, body, *_ in rows]
    return Recorded(
        states={id: state for id, state, _ in attempts},
        paid={each.record.trace for _, state, each in attempts if state == "paid" and each.record is not None},
        receipts={str(id): (int(str(receipt or 0)), int(str(void or 0))) for id, _, _, receipt, void in rows},
        owed=int(str(owed)),
    )


class Cashier:
    """Holds the payments of one terminal to what it has said in all its lives."""

    def __init__(self, kiosk: Kiosk, peer: PaymentTerminalPeer) -> None:
        self.kiosk, self.peer = kiosk, peer
        self.told: dict[str, tuple[str, int]] = {}
        self.cut: Counter[str] = Counter()
        """Where the kills fell: the state of the newest payment."""

    def life(self) -> Recorded:
        """Judge a life that has just ended."""
        now = recorded_by(self.kiosk.data)
        for line in self.kiosk.log(of_this_life=True):
            if line["event"] == "payment":
                self.told[line["id"]] = (line["state"], int(line["receipt"]))
        for id, (state, number) in self.told.items():
            after = {"voided", "void_wanted", "manual"} if state == "paid" else set[str]()
            assert now.states.get(id) in {state, *after}, f"{id} was {state}, is {now.states.get(id)}"
            assert number in (0, *now.receipts[id]), f"{id} had receipt {number}, has {now.receipts[id]}"
        numbers = sorted(number for pair in now.receipts.values() for number in pair if number)
        assert numbers == list(range(1, len(numbers) + 1)), f"receipt numbers {numbers}"
        self._compare(now)
        assert card_data_in(self.kiosk.data) == [], "card data beside the payments"
        return now

    def count(self) -> None:
        """Where the kill fell that ended this life."""
        self.cut[next(reversed(recorded_by(self.kiosk.data).states.values()), "none")] += 1

    def _compare(self, now: Recorded) -> None:
        """At most the newest payment is open: nothing or one capture stands for it. For each other one its state."""
        open_ones = [id for id, state in now.states.items() if state not in FINAL]
        assert open_ones in ([], [next(reversed(now.states), "")]), f"paid beside an open payment: {now.states}"
        with self.peer.lock:
            standing = {entry.trace for entry in self.peer.terminal.machine.book.entries if stands(entry)}
        assert now.paid <= standing, f"paid, and not in the book: {now.paid - standing}"
        assert len(standing - now.paid) <= len(open_ones), f"charged and not paid: {now.states}"

    def end(self) -> None:
        """The last life was ended in order, with nothing left to do."""
        now = self.life()
        assert now.settled, now.states
        numbers = Counter(now.states.values())
        with self.peer.lock:
            standing = len([entry for entry in self.peer.terminal.machine.book.entries if stands(entry)])
        assert numbers["paid"] <= standing <= numbers["paid"] + numbers["manual"]


def check_ledgers(hub_db: Path, cashiers: list[Cashier]) -> int:
    """The ended hub's ledgers are whole, and add up to the books; how many payments it has as paid."""
    store = Store(hub_db)
    try:
        site = store.read_now(sites)[0].id
        sums = store.read_now(lambda c: totals.sums(c, site, 0, 2**53))
        for each in cashiers:
            terminal = each.kiosk.terminal
            checked = store.read_now(lambda c, terminal=terminal: checking.check(c, site, terminal))
            assert checked.whole, f"{terminal}: {checked}"
            states = Counter(recorded_by(each.kiosk.data).states.values())
            told = sums.get(terminal, totals.Sums())
            assert (told.paid, told.voided) == (states["paid"] + states["voided"], states["voided"]), terminal
    finally:
        store.close()
    return sum(each.paid for each in sums.values())
