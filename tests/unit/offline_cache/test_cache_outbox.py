import gc
import itertools
import time
from collections.abc import Iterator
from pathlib import Path

import apsw
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from kiosk import wire
from kiosk.vocabulary.closure import TerminalClosure
from offline_cache.store import applied_orders, outbox, own_numbers, tickets
from offline_cache.store.context import StoreContext
from offline_cache.store.database import transaction
from offline_cache.store.outbox import Verdict, verdict_of
from tests.unit.offline_cache.cache_helpers import give_slot, hear, intent, opened, outside, ticket_id, waiting

CANCEL = wire.OpKind.CANCEL


@pytest.fixture
def db(tmp_path: Path) -> Iterator[apsw.Connection]:
    connection = opened(tmp_path / "terminal.db")
    yield connection
    connection.close()


@pytest.fixture
def world() -> StoreContext:
    return outside()


def put(db: apsw.Connection, world: StoreContext, *lanes: int) -> None:
    for lane in lanes:
        outbox.put(db, world, ticket_id(lane), CANCEL, wire.CancelFact(ticket_id(lane)))


def lanes(batch: outbox.Batch) -> list[int]:
    return [int(op.lane[-12:]) for op in batch.ops]


@pytest.mark.parametrize(
    ("statuses", "verdict"),
    [
        ((200, 201, 204, 299), Verdict.DONE),
        ((408, 425, 429, 500, 502, 503, 504, 599, 100, 302, 0, -1, 600), Verdict.LATER),
        ((409, 424), Verdict.SOON),
        ((401, 403), Verdict.STOP),
        ((400, 404, 405, 410, 413, 422, 451, 499), Verdict.NEVER),
    ],
)
def test_the_classes_of_answers(statuses: tuple[int, ...], verdict: Verdict) -> None:
    assert {verdict_of(wire.OpAnswer(ticket_id(1), status)) for status in statuses} == {verdict}


def test_a_number_that_somebody_else_has_is_not_tried_for_ever() -> None:
    assert verdict_of(wire.OpAnswer(ticket_id(1), 409, "label_taken")) is Verdict.NEVER
    assert verdict_of(wire.OpAnswer(ticket_id(1), 409, "future_day")) is Verdict.LATER


def test_in_order_bounded_and_gone_when_heard(db: apsw.Connection, world: StoreContext) -> None:
    put(db, world, *range(1, 251))
    assert lanes(outbox.batch(db, 0)) == list(range(1, 101))
    assert hear(db, 200) == outbox.Settled(done=100)
    assert lanes(outbox.batch(db, 0)) == list(range(101, 201))
    hear(db, 200)
    hear(db, 200)
    assert outbox.batch(db, 0) == outbox.Batch()


def test_a_lane_waits_as_a_whole_and_no_other_waits_with_it(db: apsw.Connection, world: StoreContext) -> None:
    put(db, world, 1, 2, 1)
    hear(db, 503, 200, 424)
    put(db, world, 1, 3)
    assert lanes(outbox.batch(db, 0)) == [3]
    hear(db, 200)
    assert outbox.batch(db, 400).next_s == pytest.approx(0.6)
    assert lanes(outbox.batch(db, 1000)) == [1, 1, 1]


def test_pauses_grow_with_full_jitter_up_to_a_minute(db: apsw.Connection, world: StoreContext) -> None:
    put(db, world, 1)
    pauses, now = list[float](), 0
    for _ in range(9):
        hear(db, 500, now_ms=now)
        pauses.append(outbox.batch(db, now).next_s)
        now += int(pauses[-1] * 1000)
    assert pauses == [1, 2, 4, 8, 16, 32, 60, 60, 60]
    drawn: list[tuple[float, float]] = []
    assert outbox.jitter(3, lambda low, high: drawn.append((low, high)) or 0.0) > 0, "never without any pause"  # type: ignore[func-returns-value]
    assert drawn == [(0.0, 4000.0)]
    assert outbox.jitter(10_000, lambda low, high: high) == 60_000


def test_refused_operation_is_set_aside_and_tried_at_the_next_start(db: apsw.Connection, world: StoreContext) -> None:
    put(db, world, 1, 2, 1)
    settled = hear(db, 422, 200, 424)
    assert [answer.status for answer in settled.quarantined] == [422]
    put(db, world, 1)
    assert outbox.batch(db, 10**9) == outbox.Batch(), "what comes later in that lane waits with it"
    assert waiting(db) == [(ticket_id(1), "cancel")] * 3
    wanted = wire.OutboxState(0, 3, 0, 0, (wire.SetAside("cancel"),))
    assert outbox.told(db, world.clock.now().ms) == wanted, "the one that was refused, not those behind it"
    assert db.execute("SELECT last_error FROM outbox ORDER BY seq LIMIT 1").fetchone() == ("HTTP 422",)
    outbox.begin_anew(db)
    assert lanes(outbox.batch(db, 0)) == [1, 1, 1]


def test_what_was_refused_is_told_with_the_visitors_number_and_the_reason(
    db: apsw.Connection, world: StoreContext
) -> None:
    give_slot(db, world)
    for n in range(1, wire.ASIDE_TOLD + 3):
        with transaction(db):
            tickets.intend(db, world, intent(n))
            own_numbers.draw(db, world, intent(n), "A", "pass")
        answers = [wire.OpAnswer(op.op, 409, "label_taken", "Number taken. Twice.") for op in outbox.batch(db, 0).ops]
        outbox.settle(db, answers, 0, lambda low, high: high)
    told = outbox.told(db, world.clock.now().ms)
    assert told.quarantined == wire.ASIDE_TOLD + 2
    assert [each.number for each in told.aside] == [f"A 03-{n:02d}" for n in range(10, 2, -1)], "the newest"
    assert {(each.kind, each.code) for each in told.aside} == {("ticket", "label_taken")}
    outbox.begin_anew(db)
    assert outbox.told(db, world.clock.now().ms).aside == ()


def test_a_refused_key_changes_nothing(db: apsw.Connection, world: StoreContext) -> None:
    put(db, world, 1, 2)
    before = list(db.execute("SELECT * FROM outbox"))
    assert hear(db, 401, 403) == outbox.Settled(kept=2, stopped=True)
    assert list(db.execute("SELECT * FROM outbox")) == before


def test_an_answer_to_what_is_gone_is_nobodys_business(db: apsw.Connection, world: StoreContext) -> None:
    put(db, world, 1)
    answers = [wire.OpAnswer(ticket_id(9), status) for status in (200, 401, 404, 409, 503)]
    settled = outbox.settle(db, answers, 0, lambda low, high: high)
    assert settled.quarantined == ()
    assert settled.done == 0
    assert lanes(outbox.batch(db, 0)) == [1]


def test_the_state_tells_age_and_own_numbers(db: apsw.Connection, world: StoreContext) -> None:
    put(db, world, 1)
    assert outbox.told(db, world.clock.now().ms + 61_500) == wire.OutboxState(waiting=1, oldest_s=61)
    assert outbox.told(db, 0).oldest_s == 0, "a clock that was set back makes nothing older"
    assert outbox.is_full(db, 1)
    assert not outbox.is_full(db, 2)


def test_an_order_is_kept_once_with_the_house_as_it_leaves_it(db: apsw.Connection, world: StoreContext) -> None:
    done = wire.OrderFact(id=ticket_id(5), result="done")
    assert not applied_orders.is_known(db, ticket_id(5))
    assert applied_orders.house(db) == TerminalClosure()
    applied_orders.keep(db, world, done, TerminalClosure(True, "Wasserschaden"))
    applied_orders.keep(db, world, done, TerminalClosure())
    assert applied_orders.is_known(db, ticket_id(5))
    assert applied_orders.house(db) == TerminalClosure(True, "Wasserschaden")
    applied_orders.keep(db, world, wire.OrderFact(id=ticket_id(6), result="expired"), None)
    assert applied_orders.house(db).closed
    assert waiting(db) == [(ticket_id(5), "order"), (ticket_id(6), "order")]


ANSWERS = st.sampled_from([200, 200, 200, 404, 409, 422, 429, 500, 503, 401])
STEPS = st.lists(
    st.one_of(
        st.tuples(st.just("put"), st.integers(1, 5)),
        st.tuples(st.just("sync"), st.lists(ANSWERS, min_size=1, max_size=8)),
        st.tuples(st.just("pass"), st.integers(0, 70_000)),
        st.tuples(st.just("start"), st.just(0)),
    ),
    max_size=60,
)


@settings(max_examples=120, deadline=None)
@given(steps=STEPS)
def test_lanes_keep_order_and_block_only_themselves(
    steps: list[tuple[str, object]], tmp_path_factory: pytest.TempPathFactory
) -> None:
    """A model beside it: what was put into each lane, what the hub has applied."""
    db, world, now = opened(tmp_path_factory.mktemp("outbox") / "terminal.db"), outside(), 0
    made: dict[int, list[str]] = {}
    applied: list[str] = []
    aside: set[int] = set()
    for what, much in steps:
        if what == "put":
            assert isinstance(much, int)
            put(db, world, much)
            (op,) = db.execute("SELECT op FROM outbox ORDER BY seq DESC LIMIT 1").fetchone() or ("",)
            made.setdefault(much, []).append(str(op))
        elif what == "sync":
            assert isinstance(much, list)
            batch, failed = outbox.batch(db, now, 8), set[str]()
            assert not {int(op.lane[-12:]) for op in batch.ops} & aside
            answers = []
            for op, status in zip(batch.ops, itertools.cycle(much), strict=False):
                status = 424 if op.lane in failed else status
                answers.append(wire.OpAnswer(op.op, status))
                if status == 200:
                    applied.append(op.op)
                else:
                    failed.add(op.lane)
            settled = outbox.settle(db, answers, now, lambda low, high: high)
            aside |= {int(op.lane[-12:]) for op in batch.ops for each in settled.quarantined if op.op == each.op}
        elif what == "pass":
            assert isinstance(much, int)
            now += much
        else:
            outbox.begin_anew(db)
            aside, now = set(), 0
    left = [(int(str(lane)[-12:]), str(op)) for lane, op in db.execute("SELECT lane, op FROM outbox ORDER BY seq")]
    for lane, ops in made.items():
        mine = [op for op in applied if op in ops]
        assert mine + [op for at, op in left if at == lane] == ops
    free = {lane for lane, _ in left} - aside
    assert set(lanes(outbox.batch(db, now + 60_000))) == free
    db.close()


def drained_s(folder: Path, count: int) -> float:
    """Seconds of computing to fill and drain an outbox in which every tenth lane is set aside and every tenth waits."""
    db, world = opened(folder / f"{count}.db"), outside()
    gc.collect()
    start = time.process_time()
    for first in range(0, count, 100):
        with transaction(db):
            put(db, world, *range(first, first + 100))
    while batch := outbox.batch(db, 0).ops:
        answers = [wire.OpAnswer(op.op, {1: 404, 2: 503}.get(int(op.lane[-12:]) % 10, 200)) for op in batch]
        with transaction(db):
            outbox.settle(db, answers, 0, lambda low, high: high)
            assert not outbox.is_full(db, 10**6)
    took = time.process_time() - start
    left = [int(lane[-12:]) % 10 for lane, _ in waiting(db)]
    db.close()
    assert sorted(set(left)) == [1, 2]
    return took


def test_ten_times_as_much_takes_ten_times_as_long(tmp_path: Path) -> None:
    """Quadratic would be a hundred times: one missing index did that."""
    for attempt in itertools.count(1):
        small = min(drained_s(tmp_path / f"{attempt}-{n}", 2_000) for n in range(2))
        large = drained_s(tmp_path / f"{attempt}-large", 20_000)
        print(f"2,000 in {small:.3f} s, 20,000 in {large:.3f} s: {large / small:.1f} times")
        if large <= 15 * small:
            return
        assert attempt < 3, f"{large / small:.1f} times as long"
