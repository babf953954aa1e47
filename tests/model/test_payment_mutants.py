"""Each law of money, broken on purpose: the modelled terminal's book finds every one of them."""

from collections.abc import Callable

import pytest
from msgspec.structs import replace

from kiosk.payments import events as it
from kiosk.payments import machine
from kiosk.payments.model import Moment, Payments, Settings
from kiosk.payments.states import AttemptState, PayState
from kiosk.payments.table import Next
from kiosk.vocabulary.events import Event
from kiosk.vocabulary.payments import Approved, Authorise, StatusReceived
from offline_cache.store.database import transaction
from offline_cache.store.payments import attempts
from tests.model.payment_dialogue import Plan
from tests.model.payment_terminal import At, Book, Lookup
from tests.model.payment_world import AMOUNT, REGISTER, World

Mutant = Callable[[Payments, Event, Moment], Next]


def visit(world: World, plan: Plan, lookup: Lookup = Lookup.TRUTH) -> None:
    """Somebody pays, then somebody with a fault."""
    world.pay()
    world.plan, world.lookup = plan, lookup
    world.start("charge-2")
    world.wait_until_idle()
    world.wait(10)


def repeating(payments: Payments, event: Event, at: Moment) -> Next:
    """Sends the authorisation again instead of asking."""
    moved = machine.step(payments, event, at)
    if moved.payments.state is PayState.ASKING and payments.state is PayState.UNKNOWN:
        attempt = payments.attempt
        assert attempt is not None
        again = it.AskTerminal(attempt.id, Authorise(payment=attempt.id, amount=attempt.amount))
        return Next(replace(moved.payments, state=PayState.INTENT, waits_for=attempt.id), (again,))
    return moved


def without_baseline(payments: Payments, event: Event, at: Moment) -> Next:
    """Trusts a lookup without knowing what stood there before."""
    if payments.state is PayState.ASKING and payments.attempt is not None:
        payments = replace(payments, attempt=replace(payments.attempt, baseline=None))
    return machine.step(payments, event, at)


def deaf_to_late_words(payments: Payments, event: Event, at: Moment) -> Next:
    """Drops what an abandoned call ended with."""
    if isinstance(event, it.TerminalAnsweredLate):
        return Next(payments)
    return machine.step(payments, event, at)


def sending_first(payments: Payments, event: Event, at: Moment) -> Next:
    """Hands the authorisation over before the attempt is durable."""
    moved = machine.step(payments, event, at)
    if moved.payments.state is PayState.INTENDING and payments.state is PayState.BASELINE:
        attempt = moved.payments.attempt
        assert attempt is not None
        ask = it.AskTerminal(attempt.id, Authorise(payment=attempt.id, amount=attempt.amount))
        return Next(moved.payments, (ask, *moved.effects))
    return moved


def telling_first(payments: Payments, event: Event, at: Moment) -> Next:
    """Says "paid" before that is durable."""
    moved = machine.step(payments, event, at)
    if moved.payments.state is PayState.BOOKING and moved.payments.ending is not None:
        ended = replace(moved.payments, waits_for=at.id)
        return machine.step(ended, it.PaymentCommitted(at.id), at)
    return moved


def taking_silence_for_no(payments: Payments, event: Event, at: Moment) -> Next:
    """Folds "unknown" into "not charged"."""
    moved = machine.step(payments, event, at)
    if moved.payments.state is PayState.UNKNOWN and payments.state is not PayState.UNKNOWN:
        from kiosk.payments.acting import book
        from kiosk.payments.model import Why

        ended = book(AttemptState.NOT_CHARGED, Why.SILENT)(moved.payments, event, at)
        return Next(replace(ended.payments, state=PayState.BOOKING), ended.effects)
    return moved


@pytest.mark.parametrize(
    ("mutant", "plan"),
    [
        (repeating, Plan(at=At.ACCEPTED, book=Book.CAPTURED)),
        (without_baseline, Plan(at=At.ACCEPTED, book=Book.NOTHING)),
        (sending_first, Plan()),
        (telling_first, Plan()),
        (taking_silence_for_no, Plan(at=At.HOST, book=Book.CAPTURED)),
    ],
)
def test_a_machine_that_breaks_a_law_is_found(mutant: Mutant, plan: Plan) -> None:
    visit(World(), replace_plan(plan))
    with pytest.raises(AssertionError):
        visit(World(step=mutant), replace_plan(plan))


def replace_plan(plan: Plan) -> Plan:
    """A plan is used up: a fresh one."""
    return Plan(at=plan.at, cut=plan.cut, book=plan.book, settles_s=plan.settles_s)


def test_a_driver_that_acknowledges_before_it_is_durable_is_found() -> None:
    with pytest.raises(AssertionError, match="acknowledged before it was durable"):
        World(ack_first=True).pay()


def test_a_driver_that_answers_the_unasked_before_it_is_durable_is_found() -> None:
    world = World(ack_first=True)
    with pytest.raises(AssertionError, match="answered before it was durable"):
        world.unasked(world.terminal.record(AMOUNT))


def test_a_resolver_that_believes_the_first_answers_is_found() -> None:
    plan = Plan(at=At.ACCEPTED, book=Book.CAPTURED, settles_s=6.0)
    visit(World(), replace_plan(plan))
    with pytest.raises(AssertionError, match="not_charged"):
        visit(World(settings=Settings(quiet_s=0.0)), replace_plan(plan))


def test_a_machine_that_drops_a_late_outcome_is_found() -> None:
    def late(world: World) -> AttemptState:
        world.pay()
        record = world.terminal.record(AMOUNT)
        world.terminal.trace -= 1
        world.plan = Plan(at=At.TOLD, late=Approved(record), late_s=100)
        world.lookup = Lookup.SILENT
        world.start("charge-2")
        world.wait(200)
        return world.states()[-1][2]

    assert late(World()) is AttemptState.PAID
    assert late(World(step=deaf_to_late_words)) is AttemptState.MANUAL


def test_a_store_that_lets_an_end_pass_that_knows_less_is_found(monkeypatch: pytest.MonkeyPatch) -> None:
    def overtaken(world: World) -> AttemptState:
        """A driver that had been given up keeps and acknowledges a status between the two lookups."""
        world.pay()
        world.plan = Plan(at=At.HOST, book=Book.NOTHING)
        world.start("charge-2")
        world.wait(6)
        attempt = world.payments.attempt
        assert attempt is not None
        record = world.terminal.record(AMOUNT)
        with transaction(world.db):
            REGISTER.write(world.db, world.outside, StatusReceived(attempt.id, record, "00"))
        world.outside_later.append((world.mono + 7, lambda: world.terminal.capture(attempt.id, record)))
        world.wait(60)
        return world.states()[-1][2]

    assert overtaken(World()) is AttemptState.PAID
    monkeypatch.setattr(attempts, "KNOWS_ALL", frozenset())
    with pytest.raises(AssertionError):
        overtaken(World())
