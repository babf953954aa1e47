"""The fault matrix on the wire: the real driver, machine and store against the simulated terminal, byte by byte.

Every message of a payment x mishap x what the terminal makes of silence x what its lookup tells x whether staff reverse
it at the device x framing; the same for reversals and ends of day. After every event the simulator's own money book is
compared with the record (``World.check``); every message of ours is watched (``payment_rules``).
"""

import os
from itertools import product
from random import Random

import msgspec
import pytest

from drivers.sim.payment_terminal.cards import CARDS
from drivers.sim.payment_terminal.settings import Settings as Habits
from drivers.sim.payment_terminal.switches import MessageFault, Mishap, PaymentFaults
from kiosk.payments.model import PaymentOrderKind
from kiosk.payments.states import AttemptState, PayState
from tests.model.payment_wire import BookOfSimulator, WireWorld
from tests.model.payment_world import AMOUNT, FINAL

FULL = os.environ.get("KIOSK_TEST_SIZE") == "full"
SEED = 20261130
MESSAGES = 16
"""So many a payment has here, in both directions."""
ORDER_MESSAGES = 10
ORDERS = (PaymentOrderKind.VOID, PaymentOrderKind.END_DAY)
MISHAPS = tuple(each for each in Mishap if each not in (Mishap.LATE, Mishap.SPLIT))
Cell = tuple[str, int, Mishap, str, str, str, bool]
BY_HAND_S = 60.0
"""Seconds after which staff reverse at the device what is not settled then."""


def cells() -> list[Cell]:
    """All of them, or the same 400 of them in every run."""
    found: list[Cell] = list(
        product(
            ("plain", "serial"),
            range(MESSAGES),
            MISHAPS,
            ("reverse", "decline", "keep"),
            ("last", "approved", "none"),
            ("before", "after"),
            (False, True),
        )
    )
    return found if FULL else Random(SEED).sample(found, 400)


def world_of(framing: str, no_answer: str, lookup: str, prints: str) -> WireWorld:
    habits = Habits(no_answer=no_answer, lookup=lookup, prints=prints)  # type: ignore[arg-type]
    return WireWorld(framing=framing, habits=habits)


def settled(world: WireWorld) -> None:
    """People close what is left; then the record and the book agree."""
    world.wait_until_idle(6000)
    if world.payments.state is PayState.MANUAL:
        world.decide_by_the_book()
        world.wait_until_idle()
    assert world.payments.state is PayState.IDLE, f"still {world.payments.state}"
    assert all(state in FINAL for _, _, state, _ in world.states())
    world.check()


def run(cell: Cell) -> WireWorld:
    framing, at, what, no_answer, lookup, prints, by_hand = cell
    world = world_of(framing, no_answer, lookup, prints)
    world.wait(3)
    world.start()
    settled(world)
    befall(world, at, what)
    if by_hand:
        world.outside_later.append((world.mono + BY_HAND_S, world.reverse_by_hand))
    world.start("charge-2")
    settled(world)
    return world


def befall(world: WireWorld, at: int, what: Mishap, command: str = "0601") -> None:
    """The mishap will come; minutes later somebody mends the cable."""
    count = 3 if what in (Mishap.CUT, Mishap.HALF) else 0
    world.sim.link.counter.faults = [MessageFault(at=at, what=what, count=count, command=command)]
    world.outside_later.append((world.mono + 240, world.sim.link.heal))


def test_money_and_record_agree_in_every_cell_of_the_wire(capsys: pytest.CaptureFixture[str]) -> None:
    all_cells, ends = cells(), dict[str, int]()
    for cell in all_cells:
        try:
            state = run(cell).states()[-1][2]
        except AssertionError as fault:
            raise AssertionError(f"cell {cell}: {fault}") from fault
        ends[state] = ends.get(state, 0) + 1
    assert len(ends) > 1, f"every cell ended alike: {ends}"
    with capsys.disabled():
        print(f"\nfault matrix on the wire: {len(all_cells)} cells, seed {SEED}, {ends}")


def test_orders_agree_with_the_book_wherever_they_are_cut(capsys: pytest.CaptureFixture[str]) -> None:
    """A reversal and an end-of-day that staff order, cut at each message."""
    all_cells = list(product(("plain", "serial"), range(ORDER_MESSAGES), MISHAPS, ("last", "approved", "none"), ORDERS))
    chosen, ends = all_cells if FULL else Random(SEED).sample(all_cells, 100), dict[str, int]()
    for framing, at, what, lookup, kind in chosen:
        try:
            end = _ordered(world_of(framing, "reverse", lookup, "after"), at, what, kind)
        except AssertionError as fault:
            raise AssertionError(f"cell {framing, at, what, lookup, kind}: {fault}") from fault
        ends[end] = ends.get(end, 0) + 1
    with capsys.disabled():
        print(f"\norders on the wire: {len(chosen)} cells, seed {SEED}, {ends}")
    assert {"voided", "closed"} <= ends.keys()


def _ordered(world: WireWorld, at: int, what: Mishap, kind: PaymentOrderKind) -> str:
    world.wait(3)
    world.start()
    settled(world)
    befall(world, at, what, "0630" if kind is PaymentOrderKind.VOID else "0650")
    world.order(kind, world.states()[0][0])
    world.wait(2)
    settled(world)
    world.start("charge-2")
    settled(world)
    if kind is PaymentOrderKind.VOID:
        return str(world.states()[0][2])
    days = world.db.execute("SELECT state FROM payment_day").fetchall()
    assert days, "the order was forgotten"
    return str(days[0][0])


@pytest.mark.parametrize("framing", ["plain", "serial"])
@pytest.mark.parametrize("no_answer", ["reverse", "decline", "keep"])
@pytest.mark.parametrize("lost", [True, False], ids=["before fsync", "after fsync"])
def test_a_power_cut_at_any_fact_of_the_driver(framing: str, no_answer: str, lost: bool) -> None:
    for fact in (1, 2):
        world = world_of(framing, no_answer, "last", "after")
        world.wait(3)
        world.start()
        settled(world)
        world.power_cut_at_fact, world.fact_lost = world.facts + fact, lost
        world.start("charge-2")
        world.wait(1)
        assert world.power_cut_at_fact == 0
        settled(world)


def test_an_ordinary_payment_on_the_wire_is_paid() -> None:
    for framing in ("plain", "serial"):
        world = world_of(framing, "reverse", "last", "after")
        world.wait(3)
        world.start()
        settled(world)
        (payment, _, state, cents), *_ = world.states()
        assert state is AttemptState.PAID
        assert isinstance(world.terminal, BookOfSimulator)
        assert world.terminal.net(payment) == cents


SWITCHES: tuple[dict[str, object], ...] = (
    {"other_amount": True},
    {"other_terminal_id": True},
    {"revoked": True},
    {"status_twice": True},
    {"printer_not_ready": True},
    {"declined_code": 5},
    {"declined_code": 0x6C},
    {"lookup_none": True},
    {"end_of_day_due": True},
    {"memory_full": True},
    {"host_ms": 170_000},
)
"""The second table: what a terminal does without a fault of the link."""


@pytest.mark.parametrize("switches", SWITCHES, ids=lambda each: "-".join(each))
@pytest.mark.parametrize("framing", ["plain", "serial"])
def test_money_and_record_agree_whatever_the_terminal_does(framing: str, switches: dict[str, object]) -> None:
    world = world_of(framing, "reverse", "last", "after")
    world.wait(3)
    world.start()
    settled(world)
    world.sim.faults = msgspec.structs.replace(world.sim.faults, **switches)
    world.wait(15)
    world.start("charge-2")
    settled(world)
    world.sim.faults = PaymentFaults(pays_by_itself=True)
    world.wait(15)
    world.start("charge-2")
    settled(world)
    assert world.payments.refused is None or world.payments.refused.why in ("already_paid", "other_terminal")


@pytest.mark.parametrize("framing", ["plain", "serial"])
def test_a_payment_started_at_the_device_itself_is_taken_back(framing: str) -> None:
    world = world_of(framing, "reverse", "last", "after")
    world.wait(3)
    world.start()
    settled(world)
    before = world.sim.machine.book.balance
    assert world.sim.say_unasked(1234)
    world.wait(10)
    assert world.payments.ghost is not None
    assert world.sim.machine.book.balance == before
    world.start("charge-2")
    settled(world)
    assert world.states()[-1][2] is AttemptState.PAID


def test_no_card_number_is_in_the_store_though_the_terminal_sends_it() -> None:
    habits = Habits(pan="clear")
    world = WireWorld(habits=habits)
    world.wait(3)
    for n in range(3):
        world.start(f"charge-{n}")
        settled(world)
    data = world.db.serialize("main")
    numbers = [card.pan for card in CARDS.values()]
    assert any(number[-4:].encode() in data for number in numbers), "its last four digits are kept"
    for number in numbers:
        assert number.encode() not in data
        assert number.encode().hex().encode() not in data
        assert bytes.fromhex(number if len(number) % 2 == 0 else number + "f") not in data
        assert number[:12].encode() not in data


def test_a_copy_that_was_put_back_makes_the_terminal_take_nothing_back() -> None:
    world = WireWorld(habits=Habits(sync_tag=True))
    world.wait(3)
    world.start("charge-1")
    settled(world)
    copy = world.db.serialize("main")
    world.start("charge-2")
    settled(world)
    world.db.deserialize("main", copy)
    world.boot()
    world.wait(3)
    world.start("charge-3")
    settled(world)
    assert world.sim.machine.book.balance == 3 * AMOUNT.cents
