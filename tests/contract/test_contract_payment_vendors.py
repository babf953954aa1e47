"""The driver with the settings of a vendor against the simulated terminal with that vendor's habits, on both framings.

Neither knows the other: what fits here is the protocol. One thread, and a time that only waiting moves.
"""

from __future__ import annotations

from typing import Any, NamedTuple

import msgspec
import pytest

from drivers.payment_terminal.driver import ZvtTerminal
from drivers.payment_terminal.settings import ZvtSettings
from drivers.sim.payment_terminal.machine import PaymentScript
from drivers.sim.payment_terminal.settings import VENDORS, Settings
from drivers.sim.payment_terminal.switches import PaymentFaults
from kiosk.vocabulary.ids import DayEndId, PaymentId
from kiosk.vocabulary.payments import (
    AlreadyReversed,
    Approved,
    Authorise,
    Cancelled,
    DayClosed,
    Declined,
    EndDay,
    LastFound,
    LookUpLast,
    Money,
    NothingFound,
    PaymentCommand,
    PrintReceived,
    Reverse,
    Reversed,
    StatusReceived,
    StatusUnasked,
    Unknown,
)
from tests.contract.payment_line import PaymentLine
from tests.device_jobs import RecordedJob

OURS: dict[str, dict[str, Any]] = {
    "standard": {},
    "feig": {"vendor": "feig_cvend"},
    "card_complete": {"vendor": "card_complete"},
    "hobex": {"vendor": "hobex"},
    "ccv": {"vendor": "ccv", "abort": "completes"},
    "pax": {"vendor": "pax", "abort": "key_only"},
    "valina": {},
}
"""The simulator's vendors and our settings for them. Its CCV ends an abort as the specification says."""
EVERY = pytest.mark.parametrize("vendor", VENDORS)
BOTH = pytest.mark.parametrize("framing", ["plain", "serial"])
AMOUNT = Money(2040)


class Till(NamedTuple):
    """A driver and the simulated terminal."""

    line: PaymentLine
    driver: ZvtTerminal
    job: RecordedJob

    def do(self, command: PaymentCommand, **switches: Any) -> Any:
        self.line.terminal.faults = PaymentFaults(**{"pays_by_itself": True, **switches})
        return self.driver.execute(command, self.job)

    @property
    def book(self) -> Any:
        return self.line.terminal.machine.book


def till(vendor: str, framing: str, **habits: Any) -> Till:
    line = PaymentLine(_with(VENDORS[vendor], **habits), framing)  # type: ignore[arg-type]
    ours = ZvtSettings(password="123456", framing="serial" if framing == "serial" else "tcp", **OURS[vendor])
    driver = ZvtTerminal(line, ours, line.now)
    driver.open()
    job = RecordedJob("p1")
    driver.poll(job)
    return Till(line, driver, job)


def _with(settings: Settings, **habits: Any) -> Settings:
    return msgspec.structs.replace(settings, **habits)


def pay(name: str = "p1") -> Authorise:
    return Authorise(payment=PaymentId(name), amount=AMOUNT)


@BOTH
@EVERY
def test_payment_is_found_reversed_and_handed_in(vendor: str, framing: str) -> None:
    one = till(vendor, framing)
    assert one.do(LookUpLast()) == NothingFound()
    paid = one.do(pay())
    assert isinstance(paid, Approved)
    assert one.book.balance == AMOUNT.cents
    found = one.do(LookUpLast())
    assert isinstance(found, LastFound)
    assert (found.record.receipt, found.record.trace) == (paid.record.receipt, paid.record.trace)
    back = Reverse(payment=PaymentId("p1"), receipt=paid.record.receipt or 0, amount=AMOUNT)
    assert isinstance(one.do(back), Reversed)
    assert one.book.balance == 0
    assert isinstance(one.do(back), AlreadyReversed | Declined)
    assert isinstance(one.do(pay("p2")), Approved)
    closed = one.do(EndDay(day=DayEndId("d1")))
    assert isinstance(closed, DayClosed)
    assert closed.totals.amount == AMOUNT
    assert one.line.terminal.unexpected == [], "we answered nothing that was not asked"


@EVERY
def test_receipts_have_their_umlauts(vendor: str) -> None:
    one = till(vendor, "plain", receipts=("merchant", "customer"))
    one.do(pay())
    lines = [line.text for fact in one.job.facts if isinstance(fact, PrintReceived) for line in fact.lines]
    if VENDORS[vendor].print_form == "none":
        assert lines == []
        return
    text = "\n".join(lines)
    assert "\ufffd" not in text
    assert any(letter in text for letter in "äöüÄÖÜß"), text


@BOTH
@EVERY
def test_refusal_and_stop_key_charge_nobody(vendor: str, framing: str) -> None:
    one = till(vendor, framing)
    declined = one.do(pay(), declined_code=5)
    assert isinstance(declined, Declined)
    assert declined.code == 5
    one.line.terminal.machine.scripts.append(PaymentScript(stops_at="card"))
    assert one.do(pay("p2")) == Cancelled(code=0x6C)
    assert one.book.balance == 0


@BOTH
@EVERY
def test_cancelled_while_a_card_is_waited_for(vendor: str, framing: str) -> None:
    one = till(vendor, framing)
    job = RecordedJob("p1", cancel_at=2)
    one.line.terminal.machine.scripts.append(PaymentScript(leaves_at="card"))
    outcome = one.driver.execute(pay(), job)
    assert isinstance(outcome, Cancelled), outcome
    assert one.book.balance == 0


@BOTH
@EVERY
def test_status_that_nobody_asked_for_is_taken_back(vendor: str, framing: str) -> None:
    one = till(vendor, framing)
    assert one.line.terminal.say_unasked(2040)
    one.driver.poll(one.job)
    one.line.let(5.0)
    one.driver.poll(one.job)
    assert StatusUnasked in {type(fact) for fact in one.job.facts}
    assert one.book.balance == 0


@BOTH
@pytest.mark.parametrize("habit", [{"other_amount": True}, {"other_terminal_id": True}], ids=["amount", "terminal"])
def test_wrong_payment_is_taken_back_and_unknown(framing: str, habit: dict[str, bool]) -> None:
    one = till("standard", framing)
    assert isinstance(one.do(pay(), **habit), Unknown)
    assert one.book.balance == 0


@BOTH
@EVERY
def test_clear_card_number_stays_in_the_codec(vendor: str, framing: str) -> None:
    one = till(vendor, framing, pan="clear")
    outcome = one.do(pay())
    assert isinstance(outcome, Approved)
    number = one.book.last.card.pan
    assert outcome.record.card_last4 == number[-4:]
    [status] = [fact for fact in one.job.facts if isinstance(fact, StatusReceived)]
    said = repr((outcome, one.job.facts, one.job.told, one.job.emitted))
    assert number not in said
    assert number not in status.raw
