"""The payment machine under everything at once: faults, power cuts, orders, late words, withdrawn charges."""

import os

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, precondition, rule
from msgspec.structs import replace

from kiosk.hash_chain import Head
from kiosk.payments import events as it
from kiosk.payments.machine import step
from kiosk.payments.model import Moment, PaymentOrderKind, Payments
from kiosk.payments.states import DIALOGUE, AttemptState, PayState
from kiosk.vocabulary.hardware.problems import Problem
from kiosk.vocabulary.ids import ChargeId, OpId, PaymentId
from kiosk.vocabulary.payments import (
    Approved,
    Authorise,
    Cancelled,
    CardRecord,
    Condition,
    Declined,
    LastFound,
    Money,
    NothingFound,
    Reverse,
    TerminalCondition,
    Unknown,
)
from offline_cache.store.payments import journal
from tests.model.payment_dialogue import Plan
from tests.model.payment_terminal import At, Book, Lookup, Shows, possible
from tests.model.payment_world import AMOUNT, FINAL, World

FULL = os.environ.get("KIOSK_TEST_SIZE") == "full"
CHARGES = st.sampled_from(["a", "b", "c"])


class Town(RuleBasedStateMachine):
    """One terminal for some days; the books are compared after every event (``World.check``)."""

    def __init__(self) -> None:
        super().__init__()
        self.world = World()
        self.world.wait(1)

    @rule(
        charge=CHARGES,
        at=st.sampled_from([None, *At]),
        cut=st.sampled_from(["drop", "silence", "T3", "power"]),
        book=st.sampled_from(Book),
        shows=st.sampled_from(Shows),
        lookup=st.sampled_from([Lookup.TRUTH, Lookup.TRUTH, Lookup.NOTHING, Lookup.SILENT]),
        busy_s=st.sampled_from([0.0, 30.0]),
        settles_s=st.sampled_from([0.0, 6.0]),
    )
    def pay(
        self,
        charge: str,
        at: At | None,
        cut: str,
        book: Book,
        shows: Shows,
        lookup: Lookup,
        busy_s: float,
        settles_s: float,
    ) -> None:
        self.world.terminal.shows = shows
        self.world.lookup = lookup
        if self.world.payments.state is PayState.IDLE:
            book = book if at is None or possible(at, book) else Book.CAPTURED
            at = None if at is At.CONNECT else at
            self.world.plan = Plan(at=at, cut=cut, book=book, busy_s=busy_s, settles_s=settles_s)
        self.world.start(charge)

    @rule(seconds=st.sampled_from([1.0, 15.0, 300.0]))
    def wait(self, seconds: float) -> None:
        self.world.wait(seconds, min(seconds, 5.0))

    @rule(write=st.integers(1, 3), lost=st.booleans())
    def cut_power_at_a_write(self, write: int, lost: bool) -> None:
        self.world.plan.write, self.world.plan.write_lost = self.world.writes + write, lost

    @rule()
    def cut_power_now(self) -> None:
        self.world.boot()

    @rule(charge=CHARGES)
    def withdraw(self, charge: str) -> None:
        self.world.inbox.append(it.DropCharge(ChargeId(charge)))
        self.world.settle()

    @rule(charge=CHARGES)
    def stop(self, charge: str) -> None:
        self.world.inbox.append(it.CancelPayment(ChargeId(charge)))
        self.world.settle()

    @precondition(lambda self: self.world.states())
    @rule(data=st.data())
    def void(self, data: st.DataObject) -> None:
        self.world.order(PaymentOrderKind.VOID, data.draw(st.sampled_from(self.world.states()))[0])

    @rule()
    def end_the_day(self) -> None:
        self.world.order(PaymentOrderKind.END_DAY)

    @precondition(lambda self: self.world.payments.state is PayState.MANUAL and not self.world.outside_later)
    @rule()
    def people_close_the_case(self) -> None:
        self.world.terminal.lookup = Lookup.TRUTH
        self.world.decide_by_the_book()

    @invariant()
    def the_chain_is_whole(self) -> None:
        assert isinstance(journal.verify(self.world.db), Head)

    @invariant()
    def receipts_and_ledger_have_no_gap(self) -> None:
        db = self.world.db
        numbers = [n for row in db.execute("SELECT receipt_no, void_no FROM payment_attempt") for n in row if n]
        assert sorted(numbers) == list(range(1, len(numbers) + 1))
        assert [seq for (seq,) in db.execute("SELECT seq FROM payment_ledger ORDER BY seq")] == list(
            range(1, 1 + (db.execute("SELECT count(*) FROM payment_ledger").fetchone() or (0,))[0])
        )

    def teardown(self) -> None:
        """Left alone, everything comes to an end, or to people."""
        self.world.plan.write = 0
        self.world.plan.at = None
        self.world.wait_until_idle(6000)
        if self.world.payments.state is PayState.MANUAL and not self.world.outside_later:
            self.world.decide_by_the_book()
        assert self.world.payments.state in (PayState.IDLE, PayState.MANUAL)
        if self.world.payments.state is PayState.IDLE:
            assert all(state in FINAL for _, _, state, _ in self.world.states())
        self.world.check()


Town.TestCase.settings = settings(
    max_examples=3_000 if FULL else 150,
    stateful_step_count=30,
    deadline=None,
    suppress_health_check=list(HealthCheck),
)
TestTown = Town.TestCase


RECORDS = st.builds(
    CardRecord,
    result=st.sampled_from([0, 5, 0x6C, 255]),
    amount=st.sampled_from([AMOUNT, Money(1), None]),
    terminal_id=st.sampled_from(["28004869", "1"]),
    receipt=st.sampled_from([None, 1, 2]),
    trace=st.sampled_from([None, 1, 2]),
    original_trace=st.sampled_from([None, 1]),
    reversal=st.booleans(),
    end_of_day=st.booleans(),
)
OUTCOMES = st.one_of(
    st.builds(Approved, RECORDS),
    st.builds(Declined, st.integers(0, 255)),
    st.builds(Cancelled, st.sampled_from(Problem)),
    st.builds(Unknown, st.sampled_from(Problem)),
    st.builds(LastFound, RECORDS),
    st.just(NothingFound()),
)
IDS = st.integers(0, 60).map(lambda n: f"{n:036}")
JOBS = st.one_of(IDS, IDS.map(lambda n: f"{n}.lookup"), IDS.map(lambda n: f"{n}.void"))
EVENTS = st.one_of(
    st.builds(it.StartPayment, CHARGES.map(ChargeId), st.just(AMOUNT)),
    st.builds(it.CancelPayment, CHARGES.map(ChargeId)),
    st.builds(it.DropCharge, CHARGES.map(ChargeId)),
    st.builds(it.PaymentsRestored, st.just(it.Restored(numbers_sure=True))),
    st.builds(it.PaymentCommitted, IDS.map(OpId)),
    st.builds(it.PaymentNotCommitted, IDS.map(OpId), stale=st.booleans()),
    st.builds(it.TerminalAnswered, JOBS, OUTCOMES),
    st.builds(it.TerminalAnsweredLate, JOBS, OUTCOMES),
    st.builds(it.TerminalTook, JOBS),
    st.builds(it.StatusStored, IDS.map(PaymentId), RECORDS, st.integers(1, 2)),
    st.builds(it.UnaskedStored, RECORDS),
    st.builds(
        it.ConditionTold,
        st.builds(
            TerminalCondition, condition=st.sampled_from(Condition), code=st.just(0), terminal_id=st.just("28004869")
        ),
    ),
    st.builds(it.DeviceLinked, st.booleans()),
    st.just(it.NumbersSure()),
    st.just(None),
)
"""None: whatever the machine waits for comes, well."""


def answer_to(payments: Payments, outcome: object) -> it.LastingEvent:
    """What the machine waits for."""
    if payments.state in DIALOGUE and payments.attempt is not None and payments.attempt.approvals == 0:
        return it.StatusStored(payments.attempt.id, CardRecord(result=0, amount=AMOUNT, terminal_id="28004869"), 1)
    if payments.waits_for and "." not in payments.waits_for and payments.state not in DIALOGUE:
        return it.PaymentCommitted(OpId(payments.waits_for))
    return it.TerminalAnswered(payments.waits_for, outcome)  # type: ignore[arg-type]


@settings(max_examples=5_000 if FULL else 200, deadline=None, suppress_health_check=list(HealthCheck))
@given(st.lists(st.tuples(EVENTS, OUTCOMES), max_size=60))
def test_no_order_of_events_breaks_a_law_of_the_step(told: list[tuple[it.LastingEvent | None, object]]) -> None:
    world = World()
    payments, sent, durable = world.payments, set[str](), set[str]()
    for n, (event, outcome) in enumerate(told):
        at = it_moment(world, n)
        before, (payments, effects) = payments, step(payments, event or answer_to(payments, outcome), at)
        for effect in effects:
            match effect:
                case it.AskTerminal(job=job, command=Authorise() as command):
                    assert job == command.payment
                    assert command.payment not in sent, "sent twice"
                    assert command.payment in durable, "sent before it was durable"
                    sent.add(command.payment)
                case it.AskTerminal(command=Reverse()):
                    assert before.state is PayState.VOID_WANTED
                case it.CommitAttempt(attempt=attempt, ending=ending):
                    durable.add(attempt.id)
                    if ending.to is AttemptState.PAID:
                        assert attempt.approvals == 1 or before.state is PayState.ASKING
                case _:
                    pass
        assert (payments.attempt is None) <= (payments.state not in DIALOGUE)
        assert payments.busy or payments.state not in DIALOGUE


def it_moment(world: World, n: int) -> Moment:
    """A moment with an id that the events know."""
    world.mono += 3
    return replace(world.moment(), id=OpId(f"{n:036}"))
