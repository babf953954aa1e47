"""The table of the payment machine answers every pair, and a hole is refused."""

import pytest

from kiosk.payments import events as it
from kiosk.payments.machine import IGNORES, TABLE, machine, rows, table
from kiosk.payments.model import Payments, Refusal, Settings
from kiosk.payments.states import AWAITED, PayState
from kiosk.payments.table import PayTable, always, ignore, row, triggers
from kiosk.vocabulary.events import CatalogueChanged, Tick
from kiosk.vocabulary.ids import ChargeId
from kiosk.vocabulary.payments import Condition, Money, TerminalCondition


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


def test_event_of_somebody_else_is_an_error_of_the_step_alone() -> None:
    from tests.model.payment_world import World

    world = World()
    with pytest.raises(LookupError, match="idle x CatalogueChanged"):
        TABLE.step(world.payments, CatalogueChanged(1), world.moment())
    lasting = machine()
    assert lasting.restore == (it.RestorePayments(),)


def test_states_that_await_an_answer_are_left_or_tried_again_by_time() -> None:
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


def test_the_core_runs_the_machine_beside_the_visit() -> None:
    from kiosk.session.lasting import known
    from tests.flows.halls import Hall

    hall = Hall(lasting=(machine(),))
    assert it.RestorePayments() in hall.done
    hall.core.handle(it.PaymentsRestored(it.Restored(numbers_sure=True)))
    hall.core.handle(it.DeviceLinked(True))
    ready = TerminalCondition(condition=Condition.READY, code=0, terminal_id="1")
    hall.core.handle(it.ConditionTold(ready))
    hall.core.handle(it.SettingsTaken(Settings(limit_cents=100)))
    hall.core.handle(it.StartPayment(ChargeId("c"), Money(101)))
    refused = known(hall.core.facts(), Payments).refused
    assert refused is not None
    assert refused.why is Refusal.ABOVE_LIMIT
    hall.core.handle(it.StartPayment(ChargeId("c"), Money(100)))
    assert isinstance(hall.done[-1], it.AskTerminal)
    assert known(hall.core.facts(), Payments).busy
