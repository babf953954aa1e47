"""What else a payment terminal does: the second table of the fault matrix, reversals, end-of-day, and people."""

import pytest
from msgspec.structs import replace

from kiosk.payments import events as it
from kiosk.payments.model import PaymentOrderKind, Refusal, Settings
from kiosk.payments.states import AttemptState, PayState
from kiosk.vocabulary.hardware.problems import Problem
from kiosk.vocabulary.ids import ChargeId, PaymentId
from kiosk.vocabulary.payments import (
    Approved,
    Cancelled,
    Condition,
    Declined,
    EndDay,
    Money,
    Reverse,
    StatusReceived,
    TerminalShows,
    Unknown,
)
from offline_cache.store.payments import attempts, journal
from tests.model.payment_dialogue import Plan
from tests.model.payment_terminal import At, Book, Lookup
from tests.model.payment_world import AMOUNT, World, decision

S = AttemptState


def only(world: World) -> tuple[str, AttemptState]:
    """The attempt that was begun last, and its state."""
    payment, _, state, _ = world.states()[-1]
    return payment, state


def refusal(world: World) -> Refusal | None:
    return world.payments.refused.why if world.payments.refused is not None else None


def with_case(lookup: Lookup = Lookup.NOTHING, book: Book = Book.CAPTURED) -> World:
    """A payment of which the terminal cannot tell: people must decide."""
    world = World(plan=Plan(at=At.HOST, book=book), lookup=lookup)
    world.pay()
    assert world.payments.state is PayState.MANUAL
    return world


# -- the dialogue


def test_an_ordinary_payment_is_paid_once_and_gets_a_receipt_number() -> None:
    world = World()
    world.pay()
    done = world.payments.finished
    assert done is not None
    assert (done.to, done.receipt_no, done.attempt.amount) == (S.PAID, 1, AMOUNT)
    world.start()
    assert refusal(world) is Refusal.ALREADY_PAID
    assert len(world.sent) == 1


@pytest.mark.parametrize(
    ("outcome", "state"),
    [
        (Declined(5), S.DECLINED),
        (Cancelled(code=0x6C), S.NOT_CHARGED),
        (Cancelled(Problem.LINK_LOST), S.NOT_CHARGED),
        (Declined(0xCC), S.DECLINED),
        (Declined(0xB4), S.DECLINED),
    ],
)
def test_a_no_of_the_terminal_is_booked_as_it_came(outcome: Declined | Cancelled, state: AttemptState) -> None:
    world = World(plan=Plan(outcome=outcome))
    world.pay()
    assert only(world)[1] is state
    assert world.payments.finished is not None
    assert world.payments.finished.code == outcome.code


def test_the_same_status_again_is_acknowledged_and_booked_once() -> None:
    world = World()
    world.pay()
    payment, _ = only(world)
    record = world.terminal.lines[-1].shown
    before = journal.head(world.db)
    assert world.keep(StatusReceived(PaymentId(payment), record, "00"))
    assert journal.head(world.db) == before
    assert not world.keep(StatusReceived(PaymentId(payment), replace(record, trace=999), "00"))


def test_declined_then_approved_in_one_dialogue_is_paid() -> None:
    world = World()
    keep = world.keep

    def wrong_pin_first(fact: object, *, lost: bool = False) -> bool:
        if isinstance(fact, StatusReceived):
            keep(StatusReceived(fact.payment, replace(fact.record, result=55, receipt=None, trace=None), "00"))
        return keep(fact, lost=lost)  # type: ignore[arg-type]

    world.keep = wrong_pin_first  # type: ignore[method-assign, assignment]
    world.pay()
    assert only(world)[1] is S.PAID


def test_approved_then_declined_is_looked_up() -> None:
    world = World()
    world.pay()
    world.plan = Plan(at=At.TOLD, book=Book.AUTO_REVERSED)
    world.start("charge-2")
    world.inbox.append(it.TerminalAnswered(world.payments.waits_for, Declined(0x6C)))
    world.settle()
    world.wait_until_idle()
    assert only(world)[1] is S.NOT_CHARGED


@pytest.mark.parametrize("wrong", [{"amount": Money(4700)}, {"terminal_id": "99999999"}])
def test_another_amount_or_terminal_in_the_answer_is_never_paid(wrong: dict[str, object]) -> None:
    world = World()
    record = replace(world.terminal.record(AMOUNT), **wrong)
    world.plan.outcome = Approved(record)
    world.start()
    assert world.payments.state is PayState.UNKNOWN
    world.wait_until_idle()
    assert only(world)[1] is not S.PAID


def test_two_approvals_in_one_dialogue_are_a_case() -> None:
    world = World(plan=Plan(at=At.PRINT, book=Book.CAPTURED, cut="silence"))
    world.start()
    payment = world.payments.attempt
    assert payment is not None
    assert world.keep(StatusReceived(payment.id, world.terminal.record(AMOUNT), "00"))
    world.settle()
    world.wait_until_idle()
    assert world.payments.state is PayState.MANUAL


def test_approved_without_a_stored_status_is_not_believed() -> None:
    world = World(plan=Plan(outcome=Approved(World().terminal.record(AMOUNT))))
    world.start()
    assert world.payments.state is PayState.UNKNOWN
    world.wait_until_idle()
    assert only(world)[1] is not S.PAID


def test_page_hears_what_the_terminal_shows_and_that_nothing_stops_it() -> None:
    world = World(plan=Plan(at=At.HOST, cut="silence"))
    world.start()
    job = world.payments.waits_for
    world.inbox.append(it.TerminalSaid(job, TerminalShows(0x0A, "Karte bitte")))
    world.inbox.append(it.TerminalSaid("another", TerminalShows(0x0E)))
    world.inbox.append(it.TerminalSaid(job, None))
    world.settle()
    assert world.payments.shown == TerminalShows(0x0A, "Karte bitte")
    assert world.payments.no_stop
    world.wait_until_idle()
    world.start("charge-2")
    assert world.payments.shown is None


# -- late and unasked


@pytest.mark.parametrize("late_s", [1.0, 30.0, 600.0])
def test_a_late_outcome_settles_the_case_it_belongs_to(late_s: float) -> None:
    world = World(lookup=Lookup.SILENT)
    world.pay()
    world.plan = Plan(at=At.TOLD, late_s=late_s)
    record = world.terminal.record(AMOUNT)
    world.terminal.trace -= 1
    world.plan.late = Approved(record)
    world.start("charge-2")
    assert world.payments.state in (PayState.AUTHORISED, PayState.UNKNOWN)
    world.wait(late_s + 2)
    world.wait_until_idle()
    assert only(world)[1] is S.PAID


def test_a_late_no_ends_a_case_where_nothing_was_approved() -> None:
    world = World(lookup=Lookup.SILENT, plan=Plan(at=At.HOST, book=Book.DECLINED, late=Declined(5), late_s=400))
    world.start()
    world.wait(500)
    assert only(world)[1] is S.NOT_CHARGED


def test_a_late_yes_after_the_end_opens_a_case() -> None:
    world = World()
    world.pay()
    world.plan = Plan(at=At.HOST, book=Book.NOTHING)
    world.start("charge-2")
    world.wait_until_idle()
    payment, state = only(world)
    assert state is S.NOT_CHARGED
    record = world.terminal.record(AMOUNT)
    world.terminal.capture(payment, record)
    world.inbox.append(it.TerminalAnsweredLate(payment, Approved(record)))
    world.settle()
    assert only(world) == (payment, S.MANUAL)
    world.decide_by_the_book()
    assert only(world) == (payment, S.PAID)


def test_a_status_of_a_payment_that_is_over_is_refused() -> None:
    world = World()
    world.pay()
    world.plan = Plan(at=At.HOST, book=Book.NOTHING)
    world.start("charge-2")
    world.wait_until_idle()
    payment, _ = only(world)
    assert not world.keep(StatusReceived(PaymentId(payment), world.terminal.record(AMOUNT), "00"))


@pytest.mark.parametrize("taken_back", [True, False])
def test_an_unasked_status_is_durable_and_found_if_it_stands(taken_back: bool) -> None:
    world = World()
    world.pay()
    world.unasked(world.terminal.record(AMOUNT), taken_back=taken_back)
    world.boot()  # it is remembered
    world.start("charge-2")
    world.wait_until_idle()
    if taken_back:
        assert only(world)[1] is S.PAID
        return
    assert (world.payments.state, refusal(world)) == (PayState.MANUAL, Refusal.LOCKED)
    for line in world.terminal.lines:
        line.payment = line.payment.replace("ghost", only(world)[0])
    world.decide_by_the_book()
    world.start("charge-2")
    world.wait_until_idle()
    assert only(world)[1] is S.PAID


# -- bad input


@pytest.mark.parametrize(
    ("amount", "why"),
    [
        (Money(0), Refusal.AMOUNT_ZERO),
        (Money(-1), Refusal.AMOUNT_NEGATIVE),
        (Money(50_001), Refusal.ABOVE_LIMIT),
        (Money(4600, "CHF"), Refusal.WRONG_CURRENCY),
    ],
)
def test_a_bad_amount_is_refused_with_its_reason(amount: Money, why: Refusal) -> None:
    world = World()
    world.start(amount=amount)
    assert refusal(world) is why
    assert world.states() == []
    assert world.sent == []


def test_a_second_payment_while_one_is_open_is_refused() -> None:
    world = World(plan=Plan(at=At.HOST, cut="silence"))
    world.start()
    world.start("charge-2")
    assert refusal(world) is Refusal.OPEN_ATTEMPT
    world.wait_until_idle()
    assert len(world.sent) == 1


def test_another_terminal_than_the_commissioned_one_takes_no_payment() -> None:
    world = World()
    world.pay()
    world.terminal.tid = "11111111"
    world.start("charge-2")
    assert refusal(world) is Refusal.OTHER_TERMINAL
    world.order(PaymentOrderKind.ADOPT_TERMINAL)
    world.start("charge-2")
    world.wait_until_idle()
    assert only(world)[1] is S.PAID


def test_payment_in_an_exchanged_terminal_is_no_late_capture() -> None:
    world = World()
    world.pay()
    world.plan.outcome = Declined(5)
    world.start("charge-2")
    world.wait_until_idle()
    world.terminal.tid = "11111111"
    world.terminal.capture("of another town", world.terminal.record(AMOUNT))
    world.wait(2)
    world.order(PaymentOrderKind.ADOPT_TERMINAL)
    world.start("charge-2")
    world.wait_until_idle()
    assert only(world)[1] is S.PAID


@pytest.mark.parametrize("state", ["away", "busy", "day_due", "card"])
def test_a_terminal_that_is_not_ready_takes_no_payment(state: str) -> None:
    world = World()
    world.wait(1)
    told = world.payments.condition
    assert told is Condition.READY
    change = {"busy": Condition.BUSY, "day_due": Condition.END_OF_DAY_DUE, "card": Condition.CARD_INSIDE}
    world.payments = replace(world.payments, device_up=state != "away", condition=change.get(state, told))
    world.inbox.append(it.StartPayment(ChargeId("c"), AMOUNT))
    world.settle()
    assert refusal(world) is not None
    assert world.sent == []


def test_a_store_that_is_new_takes_no_payment_until_the_hub_has_spoken() -> None:
    world = World()
    world.payments = replace(world.payments, numbers_sure=False)
    world.start()
    assert refusal(world) is Refusal.NUMBERS_NOT_SURE
    world.inbox.append(it.NumbersSure())
    world.start()
    world.wait_until_idle()
    assert only(world)[1] is S.PAID


def test_stopping_before_anything_was_sent_sends_nothing() -> None:
    world = World()
    world.wait(1)
    world.inbox.append(it.StartPayment(ChargeId("c"), AMOUNT))
    world.inbox.append(it.CancelPayment(ChargeId("c")))
    world.settle()
    assert world.payments.state is PayState.IDLE
    assert world.sent == []


# -- taking back


def void(world: World) -> None:
    world.order(PaymentOrderKind.VOID, only(world)[0])
    world.wait(1)
    world.wait_until_idle()


def test_a_void_takes_the_payment_back_and_gets_its_own_slip_number() -> None:
    world = World()
    world.pay()
    void(world)
    payment, state = only(world)
    known = attempts.read(world.db, payment)
    assert known is not None
    assert (state, known.receipt_no, known.void_no) == (S.VOIDED, 1, 2)
    void(world)
    assert only(world)[1] is S.VOIDED
    assert world.terminal.net(payment) == 0


@pytest.mark.parametrize("cut", ["drop", "silence", "power"])
@pytest.mark.parametrize("at", [At.COMMAND, At.STATUS, At.PERSISTED, At.COMPLETION, At.TOLD])
def test_a_reversal_that_was_cut_is_asked_for_again(at: At, cut: str) -> None:
    world = World()
    world.pay()
    world.plan = Plan(at=at, cut=cut, command=Reverse)
    void(world)
    assert only(world)[1] is S.VOIDED


@pytest.mark.parametrize("code", [0xB5, 21, 0x83])
def test_a_reversal_refused_again_and_again_is_a_case(code: int) -> None:
    world = World()
    world.pay()
    world.reverse = lambda job, command: Declined(code)  # type: ignore[method-assign]
    void(world)
    assert world.payments.state is PayState.MANUAL
    world.decide_by_the_book()
    assert only(world)[1] is S.PAID


def test_a_refused_reversal_that_is_shown_as_done_is_done() -> None:
    world = World()
    world.pay()
    payment, _ = only(world)
    world.terminal.reverse(payment, world.terminal.lines[-1].shown)
    world.reverse = lambda job, command: Declined(0xB5)  # type: ignore[method-assign]
    world.check = lambda: None  # type: ignore[method-assign] - the book moved by hand while the record says paid
    void(world)
    assert only(world)[1] is S.VOIDED


def test_two_orders_for_one_void_reverse_once_and_end_both() -> None:
    world = World()
    world.pay()
    payment, _ = only(world)
    world.payments = replace(world.payments, next_try=world.mono + 3)
    world.order(PaymentOrderKind.VOID, payment)
    world.order(PaymentOrderKind.VOID, payment)
    world.wait(20)
    assert only(world)[1] is S.VOIDED
    assert world.payments.state is PayState.IDLE
    assert world.db.execute("SELECT count(*) FROM payment_order WHERE done = ''").fetchone() == (0,)


def test_void_of_what_was_taken_back_is_refused_after_a_restart() -> None:
    world = World()
    world.pay()
    payment, _ = only(world)
    world.payments = replace(world.payments, next_try=world.mono + 60)
    world.order(PaymentOrderKind.VOID, payment)
    world.inbox.append(it.DropCharge(ChargeId("charge-1")))
    world.settle()
    world.boot()
    world.wait(30)
    assert (only(world)[1], world.payments.state) == (S.VOIDED, PayState.IDLE)
    assert world.db.execute("SELECT count(*) FROM payment_order WHERE done = ''").fetchone() == (0,)


def test_a_void_that_waited_behind_an_end_of_day_is_refused() -> None:
    world = World()
    world.pay()
    payment, _ = only(world)
    world.payments = replace(world.payments, next_try=world.mono + 3)
    world.order(PaymentOrderKind.VOID, payment)
    world.db.execute("UPDATE payment_attempt SET day = 'handed in'")
    world.wait(20)
    assert world.payments.state is PayState.IDLE
    assert only(world)[1] is S.PAID
    assert world.db.execute("SELECT done FROM payment_order").fetchone() == ("handed in",)


def test_an_older_payment_that_shows_up_again_is_no_late_capture() -> None:
    world = World()
    world.pay()
    world.start("charge-2")
    world.wait_until_idle()
    world.plan.outcome = Declined(5)
    world.start("charge-3")
    world.wait_until_idle()
    world.terminal.hidden.add(1)  # the lookup shows only what stands, and the second was taken back by hand
    world.start("charge-4")
    world.wait_until_idle()
    assert only(world)[1] is S.PAID


def test_a_charge_withdrawn_while_it_is_paid_is_taken_back() -> None:
    world = World(plan=Plan(at=At.COMPLETION, cut="silence"))
    world.start()
    world.inbox.append(it.DropCharge(ChargeId("charge-1")))
    world.settle()
    world.boot()  # also when the program ends meanwhile
    world.wait_until_idle()
    assert only(world)[1] is S.VOIDED


def test_a_charge_withdrawn_after_it_was_paid_is_taken_back() -> None:
    world = World()
    world.pay()
    world.inbox.append(it.DropCharge(ChargeId("charge-1")))
    world.settle()
    world.wait_until_idle()
    assert only(world)[1] is S.VOIDED


# -- people


def test_a_case_locks_payments_until_two_people_have_closed_it() -> None:
    world = with_case()
    world.start("charge-2")
    assert refusal(world) is Refusal.LOCKED
    world.boot()
    assert world.payments.state is PayState.MANUAL
    world.decide_by_the_book()
    assert only(world)[1] is S.PAID
    assert world.payments.state is PayState.IDLE


@pytest.mark.parametrize(
    ("changed", "one_person", "closes"),
    [
        ({}, False, True),
        ({"second": "anna"}, False, False),
        ({"second": "anna"}, True, False),
        ({"second": "anna", "second_ms": 1_000 + 86_400_000}, True, True),
        ({"second": "anna", "second_ms": 1_000 + 86_400_000}, False, False),
        ({"second": ""}, False, False),
        ({"reason": " "}, False, False),
        ({"evidence": ""}, False, False),
        ({"verdict": S.UNKNOWN}, False, False),
    ],
)
def test_who_may_close_a_case(changed: dict[str, object], one_person: bool, closes: bool) -> None:
    world = with_case()
    said = replace(decision(S.PAID), one_person=one_person, **changed)
    world.order(PaymentOrderKind.CLOSE_CASE, only(world)[0], said)
    assert (only(world)[1] is S.PAID) == closes
    assert world.db.execute("SELECT count(*) FROM payment_order WHERE done = ''").fetchone() == (0,)


def test_people_can_close_a_case_while_the_terminal_is_away() -> None:
    world = World(plan=Plan(at=At.HOST, busy_s=1e9))
    world.start()
    world.wait(300)
    assert world.payments.state is PayState.UNKNOWN
    world.decide_by_the_book()
    assert only(world)[1] is S.PAID


# -- end-of-day


def test_an_end_of_day_by_order_hands_in_what_was_paid() -> None:
    world = World()
    world.pay()
    world.order(PaymentOrderKind.END_DAY)
    world.wait(3)
    row = world.db.execute("SELECT state, expected_cents, told_cents FROM payment_day").fetchone()
    assert row == ("closed", 4600, 4600)
    world.order(PaymentOrderKind.VOID, only(world)[0])
    world.wait(3)
    assert only(world)[1] is S.PAID, "after end-of-day nothing is reversed"


def test_the_terminal_that_asks_for_an_end_of_day_gets_one() -> None:
    world = World()
    world.terminal.day_due = True
    world.start()
    assert refusal(world) in (Refusal.DAY_DUE, Refusal.OPEN_ATTEMPT)
    world.wait(5)
    world.pay()
    assert only(world)[1] is S.PAID


def test_a_timed_end_of_day_runs_once_a_day() -> None:
    world = World(settings=Settings(end_of_day="09:01"))
    world.wait(50, 5)
    assert world.db.execute("SELECT count(*) FROM payment_day").fetchone() == (0,)
    world.wait(300, 5)
    world.boot()
    world.wait(300, 5)
    assert world.db.execute("SELECT count(*) FROM payment_day").fetchone() == (1,)
    world.wait(86_400, 600)
    assert world.db.execute("SELECT count(*) FROM payment_day").fetchone() == (2,)


@pytest.mark.parametrize("cut", ["drop", "silence", "power"])
@pytest.mark.parametrize("at", [At.COMMAND, At.STATUS, At.PERSISTED, At.COMPLETION, At.TOLD])
def test_an_end_of_day_that_was_cut_is_found_out(at: At, cut: str) -> None:
    world = World()
    world.pay()
    world.plan = Plan(at=at, cut=cut, command=EndDay)
    world.order(PaymentOrderKind.END_DAY)
    world.wait(5)
    world.wait_until_idle()
    row = world.db.execute("SELECT state, expected_cents, told_cents FROM payment_day").fetchone()
    assert row in (("closed", 4600, 4600), ("seen_closed", 4600, 4600))
    assert world.terminal.turnover() == 0


def test_sums_that_differ_are_said() -> None:
    world = World()
    world.pay()
    world.terminal.capture("somebody", world.terminal.record(Money(100)))
    world.order(PaymentOrderKind.END_DAY)
    world.wait(3)
    body = world.db.execute("SELECT body FROM payment_ledger ORDER BY seq DESC LIMIT 1").fetchone()
    assert body is not None
    assert '"why":"differs"' in str(body[0])
    assert '"cents":4700' in str(body[0])
    assert '"expected_cents":4600' in str(body[0])


def test_an_end_of_day_waits_for_the_open_case() -> None:
    world = with_case()
    world.order(PaymentOrderKind.END_DAY)
    world.wait(5)
    assert world.db.execute("SELECT count(*) FROM payment_day").fetchone() == (0,)
    world.decide_by_the_book()
    world.wait(15)
    assert world.db.execute("SELECT count(*) FROM payment_day").fetchone() == (1,)


def test_an_answer_to_nothing_changes_nothing() -> None:
    world = World()
    world.pay()
    before = world.payments
    world.inbox.append(it.TerminalAnswered("nobody's", Unknown(Problem.SILENT)))
    world.inbox.append(it.PaymentCommitted(world.outside.new_id()))
    world.settle()
    assert world.payments == before
