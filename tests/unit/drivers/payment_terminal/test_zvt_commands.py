"""The driver and the other commands: lookup, reversal, end-of-day."""

import pytest

from kiosk.vocabulary.hardware.problems import Problem
from kiosk.vocabulary.payments import (
    AlreadyReversed,
    DayClosed,
    Declined,
    LastFound,
    LookUpLast,
    Money,
    NothingFound,
    Reversed,
    StatusReceived,
    StatusUnasked,
    TotalsReceived,
    UnaskedRefused,
    Unknown,
)
from tests.device_jobs import RecordedJob
from tests.unit.drivers.payment_terminal.scripted import (
    APPROVED,
    CLOSE,
    ENQUIRY,
    LOOK,
    LOOKED_UP,
    TAKE_BACK,
    commands,
    run,
)


def test_lookup_reads_without_keeping() -> None:
    outcome, job, _ = run(LOOKED_UP, LOOK)
    assert isinstance(outcome, LastFound)
    assert outcome.record.receipt == 470
    assert job.facts == []


def test_lookup_without_a_transaction_finds_nothing() -> None:
    script = ENQUIRY.format(status="F0") + "> 06 20\n< 80 00 00\n< 06 0F 00\n> 80 00 00"
    assert run(script, LOOK)[0] == NothingFound()


def test_lookup_waits_for_an_idle_terminal() -> None:
    for status in ("9C", "DC"):
        outcome, _, peer = run(ENQUIRY.format(status=status), LOOK)
        assert outcome == Declined(int(status, 16))
        assert commands(peer.heard, "06 20") == []


def test_lookup_of_payments_only_names_the_receipt() -> None:
    script = ENQUIRY.format(status="00") + "> 06 20 0B 00 00 00 03 03 06 04 1F 01 01 03\n< 80 00 00\n< 06 0F 00\n> 80"
    assert run(script, LookUpLast(payments_only=True))[0] == NothingFound()


def test_reversal_is_kept_and_said() -> None:
    asked = "> 06 30 10 00 00 00 87 04 70 04 00 00 00 00 20 40 49 09 78"
    script = f"{asked}\n< 80 00 00\n< {APPROVED}\n> 80 00 00\n< 06 0F 00\n> 80 00 00"
    outcome, job, _ = run(script, TAKE_BACK)
    assert isinstance(outcome, Reversed)
    assert [type(fact) for fact in job.facts] == [StatusReceived]


@pytest.mark.parametrize("said", ["< 84 B4 00", "< 80 00 00\n< 06 1E 01 B4\n> 80 00 00"])
def test_reversed_before_is_no_failure(said: str) -> None:
    assert run(f"> 06 30\n{said}", TAKE_BACK)[0] == AlreadyReversed()


def test_end_of_day_keeps_its_totals() -> None:
    totals = (
        "04 0F 4D 27 00 04 00 00 00 00 09 58 0B 00 09 82 0D 04 06 0C 08 17 06 60 F0 F5 F3 02 33 02 34"
        + " 00" * 14
        + " 02 00 00 00 00 09 58"
        + " 00" * 28
    )
    outcome, job, _ = run(f"> 06 50 03\n< 80 00 00\n< {totals}\n> 80 00 00\n< 06 0F 00\n> 80 00 00", CLOSE)
    assert isinstance(outcome, DayClosed)
    assert outcome.totals.amount == Money(958)
    assert (outcome.totals.first_receipt, outcome.totals.last_receipt) == (233, 234)
    assert [(kind.name, kind.count, kind.cents) for kind in outcome.totals.kinds] == [("Mastercard", 2, 958)]
    assert [type(fact) for fact in job.facts] == [TotalsReceived]


def test_status_in_the_middle_of_another_command_is_kept_and_refused() -> None:
    script = f"> 05 01\n< {APPROVED}\n> 84 66 00\n< 80 00 00\n< 06 0F 01 9C\n> 80 00 00"
    outcome, job, _ = run(script, LOOK)
    assert outcome == Declined(0x9C)
    assert [type(fact) for fact in job.facts] == [StatusUnasked]
    assert [type(event) for event in job.emitted] == [UnaskedRefused]


def test_payment_inside_an_end_of_day_is_kept_and_refused() -> None:
    totals = "04 0F 08 27 00 04 00 00 00 00 00"
    script = f"> 06 50\n< 80 00 00\n< {APPROVED}\n> 84 66 00\n< {totals} 00\n> 80 00 00\n< 06 0F 00\n> 80 00 00"
    script = script.replace("04 0F 08", "04 0F 09")
    outcome, job, _ = run(script, CLOSE)
    assert isinstance(outcome, DayClosed)
    assert [type(fact) for fact in job.facts] == [StatusUnasked, TotalsReceived]


@pytest.mark.parametrize("left", ["00 00", "20 40"])
def test_reversal_may_tell_what_is_left(left: str) -> None:
    said = APPROVED.replace("20 40", left)
    outcome, _, _ = run(f"> 06 30\n< 80 00 00\n< {said}\n> 80 00 00\n< 06 0F 00\n> 80 00 00", TAKE_BACK)
    assert isinstance(outcome, Reversed)


def test_reversal_of_another_amount_is_refused() -> None:
    said = APPROVED.replace("20 40", "10 00")
    outcome, _, _ = run(f"> 06 30\n< 80 00 00\n< {said}\n> 84 66 00\n< 06 1E 01 6C\n> 80 00 00", TAKE_BACK)
    assert outcome == Unknown(Problem.SILENT)


def test_only_payments_can_be_cancelled() -> None:
    outcome, _, peer = run(f"> 06 30\n< 80 00 00\n~ 2\n< {APPROVED}\n> 80 00 00\n< 06 0F 00\n> 80 00 00", TAKE_BACK,
                           RecordedJob("p1", cancel_at=1))  # fmt: skip
    assert isinstance(outcome, Reversed)
    assert commands(peer.heard, "06 B0") == []
