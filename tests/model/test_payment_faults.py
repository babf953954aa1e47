"""The fault matrix of payments: every message x cut x what the terminal's book then holds x what its lookup shows.

After every event the books are compared (``World.check``); at the end nothing is open, and the visitor tries again.
"""

from itertools import product

import pytest

from kiosk.payments.states import PayState
from tests.model.payment_dialogue import Plan
from tests.model.payment_terminal import At, Book, Lookup, Shows, possible
from tests.model.payment_world import FINAL, World

CUTS = ("drop", "silence", "T3", "power")
Cell = tuple[At, str, Book, Shows, Lookup, float, float]


def cells() -> list[Cell]:
    """Every combination that can be."""
    found: list[Cell] = []
    for at, cut, book, lookup in product(At, CUTS, Book, Lookup):
        if not possible(at, book) or (cut == "T3" and at is not At.COMMAND):
            continue
        shapes = tuple(Shows) if book is Book.AUTO_REVERSED and lookup is Lookup.TRUTH else (Shows.BEFORE,)
        times = ((0.0, 0.0), (90.0, 0.0), (0.0, 6.0))
        found += [(at, cut, book, shows, lookup, busy, late) for shows, (busy, late) in product(shapes, times)]
    for shows, lookup in product(Shows, Lookup):
        found.append((At.PERSISTED, "not_durable", Book.AUTO_REVERSED, shows, lookup, 0.0, 0.0))
    return found


def run(cell: Cell, world: World | None = None) -> World:
    """One visit with one fault; then people close what is left, and the visitor tries again."""
    at, cut, book, shows, lookup, busy_s, settles_s = cell
    world = world or World()
    world.pay()  # of somebody before, of the same amount: the baseline
    world.plan = Plan(at=at, cut=cut, book=book, busy_s=busy_s, settles_s=settles_s)
    world.lookup = lookup
    world.terminal.shows = shows
    world.start("charge-2")
    world.wait_until_idle()
    assert world.plan.at is None, "the fault was never reached"
    if world.payments.state is PayState.MANUAL:
        world.decide_by_the_book()
        world.wait_until_idle()
    assert world.payments.state is PayState.IDLE, f"still {world.payments.state}"
    assert world.states()[-1][2] in FINAL
    world.terminal.lookup = Lookup.TRUTH
    world.start("charge-2")
    world.wait_until_idle()
    return world


def test_money_and_record_agree_in_every_cell(capsys: pytest.CaptureFixture[str]) -> None:
    all_cells = cells()
    for cell in all_cells:
        try:
            run(cell)
        except AssertionError as fault:
            raise AssertionError(f"cell {cell}: {fault}") from fault
    with capsys.disabled():
        print(f"\nfault matrix of payments: {len(all_cells)} cells")
    assert len(all_cells) > 1000


@pytest.mark.parametrize("lost", [True, False], ids=["before fsync", "after fsync"])
@pytest.mark.parametrize("book", [Book.CAPTURED, Book.AUTO_REVERSED, Book.DECLINED])
def test_money_and_record_agree_at_a_power_cut_in_any_write(lost: bool, book: Book) -> None:
    whole = World()
    whole.pay()
    begun = whole.writes
    whole.start("charge-2")
    whole.wait_until_idle()
    for write in range(begun + 1, whole.writes + 1):
        world = World()
        world.pay()
        world.plan = Plan(write=write, write_lost=lost, book=book)
        world.start("charge-2")
        world.wait_until_idle()
        assert world.payments.state is PayState.IDLE
        world.start("charge-2")
        world.wait_until_idle()
        assert world.payments.state is PayState.IDLE
