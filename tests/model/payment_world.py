"""A terminal of the town in one process on a virtual clock: the real machine, the real store, a modelled card terminal.

Every write can be the last one before a power cut, every message the last one that gets through.
"""

from collections import deque
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from uuid import UUID

import apsw
import msgspec

from kiosk.payments import events as it
from kiosk.payments import machine
from kiosk.payments.model import Decision, Moment, PaymentOrder, PaymentOrderKind, Payments, Settings
from kiosk.payments.states import AttemptState, PayState
from kiosk.payments.table import Next
from kiosk.vocabulary.effects import Effect, StoreEffect
from kiosk.vocabulary.events import Event, Tick
from kiosk.vocabulary.hardware.problems import Problem
from kiosk.vocabulary.ids import ChargeId, OpId, PaymentId
from kiosk.vocabulary.payments import (
    Money,
    TerminalCondition,
    Unknown,
)
from offline_cache.store.context import StoreContext
from offline_cache.store.database import transaction
from offline_cache.store.hub_clock import HubClock
from offline_cache.store.participant import Kept, Written
from offline_cache.store.participants import PARTICIPANTS
from offline_cache.store.payments import attempts
from offline_cache.store.payments.participant import take_order
from offline_cache.store.schema import LAYOUT
from offline_cache.store.schema_parts import Missing, take
from offline_cache.store.store_dispatch import register
from tests.model.payment_dialogue import Dialogues, LinkCut, Plan, PowerCut, WriteCut
from tests.model.payment_terminal import Lookup, TerminalModel

AMOUNT = Money(4600)
CHARGE = ChargeId("charge-1")
FINAL = frozenset({AttemptState.PAID, AttemptState.DECLINED, AttemptState.NOT_CHARGED, AttemptState.VOIDED})
REGISTER = register(PARTICIPANTS)
Step = Callable[[Payments, Event, Moment], Next]


def empty_file() -> bytes:
    """A fresh ``terminal.db``."""
    db = apsw.Connection(":memory:")
    for step in LAYOUT.steps:
        db.execute(step)
    for part in LAYOUT.parts:
        for number in range(1, len(part.steps) + 1):
            take(db, Missing(part, number))
    return db.serialize("main")


_EMPTY = empty_file()


@dataclass
class World(Dialogues):
    """See the module. ``step`` and ``written`` are where mutants are put in."""

    plan: Plan = field(default_factory=Plan)
    settings: Settings = field(default_factory=lambda: Settings(quiet_s=10.0))
    lookup: Lookup = Lookup.TRUTH
    step: Step = machine.step
    ack_first: bool = False
    """Mutant: the driver acknowledges before the fact is durable."""

    def __post_init__(self) -> None:
        self.mono = 0.0
        self.db = self.open_store()
        clock = HubClock(boot=lambda: self.mono, wall=lambda: 1_800_000_000 + self.mono, boot_id="b")
        self.count = 0
        self.outside = StoreContext(new_id=lambda: OpId(self.uuid()), clock=clock)
        self.terminal = TerminalModel(lambda: self.mono)
        self.inbox: deque[Event] = deque()
        self.later: list[tuple[float, Callable[[], None]]] = []
        """What the driver will say; gone when the program is."""
        self.outside_later: list[tuple[float, Callable[[], None]]] = []
        """What the terminal will do."""
        self.writes = 0
        self.sent: list[str] = []
        """Payments for which a 06 01 went out."""
        self.payments = Payments(settings=self.settings)
        self.told: tuple[object, bool] | None = None
        self.db.execute("UPDATE payment_state SET sure = 1")
        self.boot()

    def open_store(self) -> apsw.Connection:
        """A new store."""
        db = apsw.Connection(":memory:")
        db.deserialize("main", _EMPTY)
        return db

    # -- time and life

    def uuid(self) -> str:
        self.count += 1
        return str(UUID(int=(self.count << 80) | (7 << 76) | (2 << 62)))

    def boot(self) -> None:
        """The program starts; nothing of an earlier run is left but the file."""
        self.payments = Payments(settings=self.settings)
        self.inbox.clear()
        self.later.clear()
        self.told = None
        try:
            self.run(it.RestorePayments())
        except PowerCut:
            self.boot()
            return
        self.inbox.append(it.DeviceLinked(True))
        self.settle()

    def settle(self) -> None:
        """Hear everything that was said; a power cut ends this life and begins the next."""
        try:
            while self.inbox:
                self.hear(self.inbox.popleft())
        except PowerCut:
            self.boot()

    def hear(self, event: Event) -> None:
        moved = self.step(self.payments, event, self.moment())
        self.payments = moved.payments
        for effect in moved.effects:
            self.run(effect)
        self.check()

    def moment(self) -> Moment:
        now = datetime(2026, 11, 30, 9, 0, tzinfo=UTC) + timedelta(seconds=self.mono)
        return Moment(self.mono, now, OpId(self.uuid()))

    def wait(self, seconds: float, every: float = 1.0) -> None:
        """Let time pass."""
        until = self.mono + seconds
        while self.mono < until:
            self.mono += every
            for due in [each for each in self.outside_later if each[0] <= self.mono]:
                self.outside_later.remove(due)
                due[1]()
            while due_now := [each for each in self.later if each[0] <= self.mono]:
                self.later.remove(due_now[0])
                due_now[0][1]()
                self.settle()
            self.poll()
            self.inbox.append(Tick())
            self.settle()

    def wait_until_idle(self, limit_s: float = 4000.0) -> None:
        """Until nothing is open, or only people can go on."""
        until = self.mono + limit_s
        while self.mono < until and self.payments.state not in (PayState.IDLE, PayState.MANUAL):
            self.wait(
                1.0 if self.mono < until - limit_s + 60 else 5.0, 1.0 if self.mono < until - limit_s + 60 else 5.0
            )

    def poll(self) -> None:
        """What the driver tells of the terminal's condition, when it has changed."""
        now = (self.terminal.condition(), self.terminal.tid)
        if self.told != now:
            self.told = now
            told = TerminalCondition(condition=now[0], code=0, terminal_id=now[1])
            self.inbox.append(it.ConditionTold(told))

    # -- the effects

    def run(self, effect: Effect) -> None:
        match effect:
            case StoreEffect():
                rule = REGISTER.rule_of(effect)
                written = self.write(effect)
                answer = written.answer if isinstance(written, Kept) else rule.failed(effect, written.reason)
                if answer is not None:
                    self.inbox.append(answer)
            case it.AskTerminal(job=job, command=command):
                self.ask(job, command)
            case it.CancelJob():
                pass
            case _:
                raise AssertionError(effect)

    def write(self, fact: msgspec.Struct) -> Written:
        """One transaction; the power may be cut before it is durable, or right after."""
        self.writes += 1
        cut = self.plan.write and self.writes == self.plan.write
        if cut and self.plan.write_lost:
            self.plan.write = 0
            raise WriteCut
        with transaction(self.db):
            written = REGISTER.write(self.db, self.outside, fact)
        if cut:
            self.plan.write = 0
            raise WriteCut
        return written

    def keep(self, fact: msgspec.Struct, *, lost: bool = False) -> bool:
        """What the keeper does for a driver."""
        if lost:
            return False
        written = self.write(fact)
        if isinstance(written, Kept) and written.answer is not None:
            self.inbox.append(written.answer)
        return isinstance(written, Kept)

    def ask(self, job: str, command: object) -> None:
        """Hand a command to the driver; it answers at once, or when it has noticed that nothing comes."""
        try:
            outcome = self.drive(job, command)
        except LinkCut as cut:
            answer = it.TerminalAnswered(job, Unknown(Problem.LINK_LOST))
            self.later.append((self.mono + cut.after_s, lambda: self.inbox.append(answer)))
            if self.plan.late is not None:
                late = it.TerminalAnsweredLate(job, self.plan.late)
                self.later.append((self.mono + cut.after_s + self.plan.late_s, lambda: self.inbox.append(late)))
            return
        self.inbox.append(it.TerminalAnswered(job, outcome))

    # -- people

    def start(self, charge: str = CHARGE, amount: Money = AMOUNT) -> None:
        """The visitor presses "pay"."""
        self.wait(1)
        self.inbox.append(it.StartPayment(ChargeId(charge), amount))
        self.settle()

    def pay(self) -> None:
        """A visit until it is over, or locked."""
        self.start()
        self.wait_until_idle()

    def order(self, kind: PaymentOrderKind, payment: str = "", decision: Decision | None = None) -> None:
        """Staff order something by the hub; it is kept before it is told."""
        made = PaymentOrder(id=self.uuid(), kind=kind, payment=PaymentId(payment), decision=decision)
        with transaction(self.db):
            order = take_order(self.db, made)
        self.inbox.append(it.OrderTaken(order))
        self.settle()

    def decide_by_the_book(self) -> None:
        """Two people look at the terminal's turnover list, and close the case as it stands there."""
        attempt = self.payments.attempt
        assert attempt is not None
        charged = self.terminal.net(attempt.id) + self.terminal.net("ghost") > 0
        verdict = AttemptState.PAID if charged else AttemptState.NOT_CHARGED
        self.order(PaymentOrderKind.CLOSE_CASE, attempt.id, decision(verdict))

    # -- the invariant

    def states(self) -> list[tuple[str, str, AttemptState, int]]:
        """(payment, charge, state, cents) of every attempt in the store."""
        rows = self.db.execute("SELECT id, charge, state, cents FROM payment_attempt ORDER BY begun")
        return [(str(a), str(b), AttemptState(str(c)), int(d)) for a, b, c, d in rows]

    def check(self) -> None:
        """Town's money, visitor's money and record agree, at every moment."""
        done = self.payments.finished
        if done is not None:
            assert done.to is state_of(self, done.attempt.id), "told before it was durable"
        standing: dict[str, int] = {}
        for payment, charge, state, cents in self.states():
            net = self.terminal.net(payment)
            match state:
                case AttemptState.PAID:
                    assert net == cents, f"{payment} is paid, the book has {net}"
                case AttemptState.DECLINED | AttemptState.NOT_CHARGED | AttemptState.VOIDED:
                    assert net == 0, f"{payment} is {state.value}, the book has {net}"
                case _:
                    assert net in (0, cents), f"{payment} is {state.value}, the book has {net}"
                    assert self.payments.locked or self.payments.state is PayState.RESTORING
            if charge:
                standing[charge] = standing.get(charge, 0) + (net > 0)
        assert all(count <= 1 for count in standing.values()), f"captured twice: {standing}"
        assert len(self.sent) == len(set(self.sent)), "a payment was sent twice"


def decision(verdict: AttemptState, first: str = "anna", second: str = "bert", apart_ms: int = 60_000) -> Decision:
    """What two people say."""
    return Decision(
        verdict=verdict,
        reason="Umsatzliste gesehen",
        evidence="Beleg 0470",
        first=first,
        first_ms=1_000,
        second=second,
        second_ms=1_000 + apart_ms,
    )


def state_of(world: World, payment: str) -> AttemptState:
    """Of one attempt."""
    known = attempts.read(world.db, payment)
    assert known is not None
    return known.state
