"""The watch on what we send finds each thing that must never be sent."""

import pytest

from kiosk.payments import events as it
from kiosk.payments.model import Attempt, Ending
from kiosk.payments.states import AttemptState
from kiosk.vocabulary.ids import ChargeId, OpId, PaymentId
from kiosk.vocabulary.payments import Money
from offline_cache.store.database import transaction
from tests.model.payment_rules import LineRules
from tests.model.payment_world import AMOUNT, REGISTER, World

PAY = "06 01 0A 04 00 00 00 00 46 00 49 09 78"
LOOK_UP = "06 20 05 12 34 56 03 03"
ID = PaymentId("0193bbbb-0000-7000-8000-000000000001")


class Line:
    def __init__(self) -> None:
        self.world, self.at_work = World(), False
        self.rules = LineRules(lambda: self.at_work, lambda: self.world.db)

    def begin(self, to: AttemptState = AttemptState.INTENT, amount: Money = AMOUNT) -> None:
        attempt = Attempt(id=ID, charge=ChargeId("c"), amount=amount, terminal_id="28004869", begun_ms=0)
        for number, state in enumerate((AttemptState.INTENT, to)):
            entry = OpId(f"0193bbbb-0000-7000-8000-00000000000{number + 2}")
            with transaction(self.world.db):
                REGISTER.write(self.world.db, self.world.outside, it.CommitAttempt(entry, attempt, Ending(to=state)))

    def wrote(self, *messages: str) -> None:
        for each in messages:
            self.rules.wrote(bytes.fromhex(each))


def test_a_payment_as_it_should_be_passes() -> None:
    line = Line()
    line.begin()
    line.wrote(LOOK_UP, PAY, "80 00 00", "84 66 00", "84 CC 00", "06", "06 06", "10 02 80 00 00 10 03 F5 1F 06")


@pytest.mark.parametrize(
    ("sent", "said"),
    [
        ("06 31 0A 04 00 00 00 00 46 00 49 09 78", "never sent: 0631"),
        ("06 22 0A 04 00 00 00 00 46 00 49 09 78", "never sent: 0622"),
        ("84 9C 00", "never sent: 849C"),
        ("84 9D 07 04 00 00 00 00 22 00", "never sent: 849D"),
        ("80 00", "no message"),
        (PAY, "not in the store"),
        ("06 30 0D 12 34 56 87 00 01 04 00 00 00 00 46 00", "not in the store"),
    ],
)
def test_what_is_never_sent_is_found(sent: str, said: str) -> None:
    with pytest.raises(AssertionError, match=said):
        Line().wrote(sent)


def test_a_payment_that_is_repeated_is_found() -> None:
    line = Line()
    line.begin()
    line.wrote(LOOK_UP, PAY)
    with pytest.raises(AssertionError, match="sent again"):
        line.wrote(LOOK_UP, PAY)
    with pytest.raises(AssertionError, match="sent again"):
        line.wrote("10 02 06 01 0A 04 00 00 00 00 46 00 49 09 78 10 03 00 00")


def test_a_payment_without_a_baseline_is_found() -> None:
    line = Line()
    line.begin()
    with pytest.raises(AssertionError, match="without a lookup"):
        line.wrote(PAY)


@pytest.mark.parametrize("state", [AttemptState.UNKNOWN, AttemptState.MANUAL])
def test_a_payment_beside_an_open_one_is_found(state: AttemptState) -> None:
    line = Line()
    line.begin(state)
    with pytest.raises(AssertionError, match=f"while one is {state.value}"):
        line.wrote(LOOK_UP, PAY)


def test_another_amount_is_found() -> None:
    line = Line()
    line.begin(amount=Money(4601))
    with pytest.raises(AssertionError, match="4600 cents are sent, 4601"):
        line.wrote(LOOK_UP, PAY)


def test_a_command_to_a_terminal_at_work_is_found() -> None:
    line = Line()
    line.begin()
    line.wrote(LOOK_UP)
    line.at_work = True
    with pytest.raises(AssertionError, match="at work"):
        line.wrote(PAY)


def test_end_of_day_and_reversal_beside_an_open_payment_are_found() -> None:
    line = Line()
    line.begin()
    with pytest.raises(AssertionError, match="while a payment is open"):
        line.wrote("06 50 03 12 34 56")
    with pytest.raises(AssertionError, match="that is intent"):
        line.wrote("06 30 0D 12 34 56 87 00 01 04 00 00 00 00 46 00")
