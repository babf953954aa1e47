"""The table of the payment machine answers every pair, and a hole is refused."""

import pytest

from kiosk.payments import events as it
from kiosk.payments.machine import IGNORES, TABLE, machine, rows, table
from kiosk.payments.states import AWAITED, PayState
from kiosk.payments.table import PayTable, always, ignore, row, triggers
from kiosk.vocabulary.events import CatalogueChanged, Tick


def test_every_pair_of_state_and_event_has_a_row() -> None:
    for state in PayState:
        for event in TABLE.events:
            assert any(state in each.places and each.event is event for each in TABLE.rows)


def test_a_pair_without_a_row_is_refused() -> None:
    for each in IGNORES:
        with pytest.raises(ValueError, match="no unguarded row"):
            PayTable([other for other in (*rows(), *IGNORES) if other is not each], triggers())


def test_a_row_that_is_never_reached_is_refused() -> None:
    with pytest.raises(ValueError, match="never reached"):
        table((*ignore(PayState.IDLE, Tick), *rows()))


def test_an_event_of_somebody_else_is_an_error_of_the_step_and_no_matter_of_the_machine() -> None:
    from tests.model.payment_world import World

    world = World()
    with pytest.raises(LookupError, match="idle x CatalogueChanged"):
        TABLE.step(world.payments, CatalogueChanged(1), world.moment())
    lasting = machine()
    assert lasting.restore == (it.RestorePayments(),)


def test_every_state_that_awaits_an_answer_is_left_or_tried_again_by_time_alone() -> None:
    for state in AWAITED:
        by_time = [each for each in rows() if state in each.places and each.event is Tick]
        assert by_time, state
        assert all(each.guard is not always for each in by_time)


def test_every_state_can_be_reached_and_left() -> None:
    reached = {PayState.RESTORING, *(each.target for each in rows() if each.target is not None)}
    assert reached == set(PayState)
    for state in PayState:
        assert any(state in each.places and each.target not in (None, state) for each in rows()), state


def test_a_row_names_its_event_and_is_not_the_whole_world() -> None:
    assert not row(PayState.IDLE, Tick, PayState.BASELINE).ignores
    assert all(each.ignores for each in IGNORES)
