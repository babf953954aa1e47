"""kill -9 of the real terminal at random moments, under load and with a hub that is away now and then.

After each kill: nothing that paper or screen said is lost, no number is on paper twice, and the next start stands by
itself and settles truthfully what was cut. In the end the hub has everything exactly once.

Beside the visits card payments are made all the time (``paying_terminal``), so each kill falls into one of them or
between two: after it the record agrees with the payment terminal's money book (``window_payments``), and at the end no
file of terminals or hub has card data.

``KIOSK_SEED`` replays plans and weather; what the processes make of a moment is theirs. A kill loses nothing that the
kernel was given, so ``synchronous=OFF`` passes here: tests/crash cuts the power.
"""

import os
import random
import signal
import time
from collections import Counter
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from functools import partial
from pathlib import Path

import apsw
import pytest
from lobby.patience import until

from drivers.sim.payment_terminal.peer import PaymentTerminalPeer
from kiosk.vocabulary.labels import Label
from tests.card_data import card_data_in
from tests.faults.fault_proxy import FaultProxy
from tests.faults.hall import HubProcess, Kiosk
from tests.kills.window_evidence import Heard, Kept, Said, heard_by, kept_by, paper_of, said_in, trouble_of
from tests.kills.window_lives import START_S, Plan, Weather, live, plans
from tests.kills.window_payments import (
    PAYMENT,
    PROGRAM,
    Cashier,
    check_ledgers,
    device_at,
    payment_terminal,
    recorded_by,
)

FULL = os.environ.get("KIOSK_TEST_SIZE") == "full"
KILLS, TERMINALS = 300 if FULL else 15, 3
MM_PER_S = 250.0
"""A real printer's speed: paper still comes out when the terminal is dead."""
OPEN = {("intent", "none"), ("numbered", "none"), ("numbered", "asked")}
"""Nobody has said what became of the number or its paper."""

pytestmark = pytest.mark.e2e


class Hall:
    """A hub, and terminals with a judge each, behind lines that may be bad."""

    def __init__(self, folder: Path, seed: str) -> None:
        self.hub = HubProcess(folder, TERMINALS)
        self.hub.up()
        self.hub_db = folder / "hub" / "hub.db"
        host, port = self.hub.url.removeprefix("http://").split(":")
        self.judges = []
        for n, code in enumerate(self.hub.codes):
            line = FaultProxy((host, int(port)), seed=n)
            kiosk = Kiosk(folder / f"t{n}", self.hub.url, code, via=line.url, mm_per_s=MM_PER_S)
            kiosk.program = ("-I", str(PROGRAM), "pay")
            self.judges.append(Judge(kiosk, line, payment_terminal(random.Random(f"{seed} {n} pays"))))
        lines = [judge.line for judge in self.judges]
        self.weather = Weather(self.hub, lines, random.Random(f"{seed} weather"))
        self.pace = 1.0

    def open(self) -> None:
        """Each terminal alone: once for its slot, once more to learn how long a start takes on this machine."""
        spent = 0.0
        for judge in self.judges:
            judge.kiosk.open({"pt": device_at(judge.cashier.peer.start())}, PAYMENT)
            until(partial(_has_slot, judge.kiosk), "a slot")
            judge.kiosk.kill()
            began = time.monotonic()
            judge.kiosk.start()
            spent += time.monotonic() - began
            judge.kiosk.kill()
        self.pace = spent / TERMINALS / START_S

    def close(self) -> None:
        self.weather.over.set()
        if self.weather.is_alive():
            self.weather.join(60)
        for judge in self.judges:
            judge.kiosk.close()
            judge.cashier.peer.stop()
            judge.line.stop()
        self.hub.down()


class Judge:
    """Holds one terminal to what it has said in all its lives."""

    def __init__(self, kiosk: Kiosk, line: FaultProxy, pays: PaymentTerminalPeer) -> None:
        self.kiosk, self.line, self.cashier = kiosk, line, Cashier(kiosk, pays)
        self.said = Said(set(), set(), set(), False)
        self.kept = Kept({}, 0, 0)
        self.cut: Counter[str] = Counter()
        """Where the kills fell."""

    def life(self, plan: Plan | None) -> None:
        """Judge a life that has just ended by its plan, or in order (the printer may still print)."""
        paper = paper_of(self.kiosk)
        life, kept = said_in(self.kiosk.trace), kept_by(self.kiosk)
        said = Said(*(old | new for old, new in zip(self.said, life, strict=True)))
        try:
            check_kept(self.kept, kept, settled=life.served)
            check_said(said, kept)
            check_paper(paper.all(), kept)
            check_slips(paper.slips(), said, kept)
            self.cashier.life()
        except AssertionError as fault:
            raise AssertionError(f"{self.kiosk.folder.name}, {plan or 'ended in order'}: {fault}") from fault
        if plan is not None:
            self._count(life, kept)
            self.cashier.count()
        self.said, self.kept = said, kept

    def _count(self, life: Said, kept: Kept) -> None:
        if not life.served:
            where = "start"
        elif kept.ids_in("intent"):
            where = "intent"
        elif kept.ids_in("numbered", "asked"):
            where = "paper"
        else:
            where = "visit"
        self.cut[where] += 1

    def end(self) -> None:
        """A last life without a kill: what is owed is told, then the file is read."""
        self.kiosk.program = ("-I", str(PROGRAM), "settle")
        self.kiosk.start()
        until(lambda: _has_settled(self.kiosk), f"{self.kiosk.folder.name} to settle and to tell the hub all of it")
        self.kiosk.kill(signal.SIGTERM)
        until(self.kiosk.printer_rests, "the printer to print what it was told")
        self.life(None)
        assert self.kept.owed == 0
        self.cashier.end()
        assert not trouble_of(self.kiosk)


def _now(kiosk: Kiosk) -> Kept | None:
    """What a terminal that runs keeps; None when it was copied in the middle of a write."""
    try:
        return kept_by(kiosk)
    except (apsw.Error, AssertionError):
        return None


def _has_settled(kiosk: Kiosk) -> bool:
    """It owes the hub nothing, and no payment is open that does not wait for people."""
    try:
        return recorded_by(kiosk.data).settled
    except (apsw.Error, AssertionError):  # copied in the middle of a write
        return False


def _has_slot(kiosk: Kiosk) -> bool:
    now = _now(kiosk)
    return now is not None and now.slot > 0


def check_kept(before: Kept, now: Kept, *, settled: bool) -> None:
    """Nothing leaves the file, no number changes; a start that serves has settled what it found half done."""
    for id, ticket in before.tickets.items():
        assert id in now.tickets, f"{id} ({ticket}) is gone"
        assert ticket.label in (None, now.tickets[id].label), f"{id} was {ticket}, is {now.tickets[id]}"
    if settled:
        for id in before.ids_in("intent"):
            assert now.tickets[id].state == "cancelled", f"{id} was cut before its number: {now.tickets[id]}"
        for id in before.ids_in("numbered", "asked"):
            assert now.tickets[id].paper == "unconfirmed", f"{id} was cut before its slip: {now.tickets[id]}"


def check_said(said: Said, kept: Kept) -> None:
    """What a screen has told a visitor stands in the file."""
    rows = Counter(ticket.label for ticket in kept.tickets.values())
    for label in said.numbers:
        assert rows[label] == 1, f"the screen said {label}: {rows[label]} rows have it"
    back = {ticket.label for ticket in kept.tickets.values() if ticket.state == "cancelled"}
    assert said.handed_back <= back, f"handed back, says the screen: {said.handed_back - back}"


def check_paper(paper: list[Label], kept: Kept) -> None:
    """No number is on paper twice; each one stands in the file."""
    rows = Counter(ticket.label for ticket in kept.tickets.values())
    for label, times in Counter(paper).items():
        assert times == 1, f"{label} is on paper {times} times"
        assert rows[label] == 1, f"{label} is on paper: {rows[label]} rows have it"


def check_slips(slips: set[Label], said: Said, kept: Kept) -> None:
    """Whoever says that a slip came says so when it is out."""
    assert said.on_paper <= slips, f"take your slip, said the screen: {said.on_paper - slips}"
    printed = {ticket.label for ticket in kept.tickets.values() if ticket.paper == "printed"}
    assert printed <= slips, f"printed, says the file: {printed - slips}"


def check_outcomes(judge: Judge) -> None:
    """In the end every number has an outcome, and what is said not to be on paper is not."""
    paper = paper_of(judge.kiosk)
    assert not [piece for piece in paper.cut if len(piece) > 1], "a slip with two numbers"
    for id, ticket in judge.kept.tickets.items():
        assert (ticket.state, ticket.paper) not in OPEN, f"{id} has no outcome: {ticket}"
        assert ticket.paper != "not_printed" or ticket.label not in paper.all(), f"{id} is on paper: {ticket}"


def check_hub(heard: Heard, kept: Kept) -> None:
    """The hub has every number of this terminal once, with what became of its paper, and holds none for the cut."""
    numbers = Counter(ticket.label for ticket in heard.tickets.values())
    for id, ticket in kept.tickets.items():
        there = heard.tickets.get(id)
        if ticket.label is None or (there is None and ticket.state == "cancelled"):
            assert there is None or there.state == "cancelled", f"{id} is a ghost at the hub: {there}"
            assert there is not None or id in heard.tombstones, f"the hub never heard that {id} was cut"
            continue
        assert there is not None, f"the hub has no {ticket.label} ({id})"
        assert there.label == ticket.label, f"{ticket.label} is {there.label} at the hub"
        assert numbers[ticket.label] == 1, f"the hub has {ticket.label} {numbers[ticket.label]} times"
        assert there.state == ("cancelled" if ticket.state == "cancelled" else "waiting"), f"{id} is {there}"
        assert ticket.state == "cancelled" or there.paper == ticket.paper, f"{id} is {ticket} here, {there} at the hub"


@pytest.fixture
def seed() -> str:
    return os.environ.get("KIOSK_SEED", str(random.SystemRandom().randrange(10**9)))


@pytest.fixture
def hall(tmp_path: Path, seed: str) -> Iterator[Hall]:
    one = Hall(tmp_path, seed)
    yield one
    one.close()


def test_nothing_said_is_lost_by_kill_9_of_the_window(hall: Hall, seed: str, tmp_path: Path) -> None:
    print(f"seed {seed}, {KILLS} kills of {TERMINALS} terminals")

    def lives(n: int) -> None:
        judge = hall.judges[n]
        for plan in plans(random.Random(f"{seed} {n}"), KILLS // TERMINALS):
            live(judge.kiosk, judge.line, plan, hall.pace)
            judge.life(plan)

    with ThreadPoolExecutor(TERMINALS) as pool:
        hall.open()
        hall.weather.start()
        list(pool.map(lives, range(TERMINALS)))
        hall.weather.over.set()
        hall.weather.join(60)
        list(pool.map(Judge.end, hall.judges))
    judge_all(hall)
    judge_payments(hall, tmp_path)


def judge_payments(hall: Hall, folder: Path) -> None:
    """The end: the hub has every payment, and nobody has card data."""
    assert card_data_in(folder) == [], "card data in what terminals and hub wrote"
    hall.hub.down()
    cashiers = [judge.cashier for judge in hall.judges]
    paid = check_ledgers(hall.hub_db, cashiers)
    cut = sum((cashier.cut for cashier in cashiers), Counter[str]())
    print(f"{paid} payments; kills beside payments {dict(cut)}")
    assert paid > 0, "nothing was ever paid"
    assert cut["intent"] + cut["authorised"] > 0, "no kill fell into a payment"


def judge_all(hall: Hall) -> None:
    """The end: everything is heard, nobody prints any more."""
    heard = heard_by(hall.hub_db)
    for judge in hall.judges:
        check_outcomes(judge)
        check_hub(heard, judge.kept)
    known = set().union(*(judge.kept.ids_in("numbered") for judge in hall.judges))
    waiting = {id for id, ticket in heard.tickets.items() if ticket.state == "waiting"}
    assert waiting == known, f"ghosts wait: {waiting - known}"
    said = set().union(*(judge.said.numbers for judge in hall.judges))
    cut = sum((judge.cut for judge in hall.judges), Counter[str]())
    own = sum(label.slot > 0 for label in said)
    print(f"{len(said)} numbers on screens, {own} of terminals' own; {hall.weather.outages} outages")
    print(f"kills in {dict(cut)}, at {hall.pace:.2f} of the pace")
    assert 0 < own < len(said), "both kinds of numbers must have been given"
    assert cut["start"] > 0, "a start must have been killed"
    assert cut["intent"] + cut["paper"] > 0, "a visit must have been cut where it hurts"
