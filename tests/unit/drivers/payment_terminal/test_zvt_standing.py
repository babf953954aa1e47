"""The driver between commands: registration, status, repairs, and what comes unasked."""

from datetime import datetime
from typing import Any

import pytest

from drivers.host.port import DriverFault, NotDurable
from drivers.payment_terminal.driver import ZvtTerminal
from drivers.payment_terminal.settings import ZvtSettings
from kiosk.vocabulary.hardware.problems import Problem
from kiosk.vocabulary.ids import PaymentId
from kiosk.vocabulary.payments import (
    Approved,
    Authorise,
    Condition,
    Declined,
    Money,
    StatusUnasked,
    TerminalCondition,
    UnaskedRefused,
)
from tests.device_jobs import RecordedJob
from tests.unit.drivers.payment_terminal.scripted import (
    APPROVED,
    ENQUIRY,
    LOOKED_UP,
    NEXT,
    PAID,
    PAY,
    READY,
    REGISTER,
    Scripted,
    commands,
    failing_at,
)


def polled(script: str, job: RecordedJob, **settings: Any) -> tuple[ZvtTerminal, Scripted]:
    peer = Scripted(READY, ENQUIRY.format(status="00"), script)
    driver = peer.driver(ZvtSettings(**settings))
    driver.open()
    driver.poll(job)
    return driver, peer


def test_status_between_commands_is_durable_then_refused() -> None:
    job = RecordedJob()
    driver, peer = polled("", job)
    peer.add(f"< {APPROVED}\n> 84 66 00")
    driver.poll(job)
    driver.poll(job)
    assert peer.left == []
    assert [type(fact) for fact in job.facts] == [StatusUnasked]
    assert [type(event) for event in job.emitted] == [TerminalCondition, UnaskedRefused]


def test_unasked_status_that_cannot_be_kept_is_not_answered() -> None:
    driver, peer = polled("", RecordedJob())
    peer.add(f"< {APPROVED}")
    assert peer.left == []
    said = len(peer.heard)
    with pytest.raises(NotDurable):
        driver.poll(failing_at(StatusUnasked))
    assert peer.left == []
    assert len(peer.heard) == said
    job = RecordedJob()
    driver.poll(job)
    peer._act()
    assert peer.heard[said:] == ["84 66 00"]
    assert len(job.facts) == 1


def test_status_while_connecting_waits_for_the_first_poll() -> None:
    peer = Scripted(f"> 06 00\n< {APPROVED}")
    driver, job = peer.driver(), RecordedJob()
    driver.open()
    assert peer.heard[1:] == []
    peer.add("> 84 66 00\n" + READY)
    driver.poll(job)
    assert peer.left == []
    assert [type(fact) for fact in job.facts] == [StatusUnasked]


def test_terminal_that_is_still_busy_registers_later() -> None:
    busy = "> 06 00\n< 84 9C 00\n"
    peer = Scripted(busy, busy, busy, REGISTER, ENQUIRY.format(status="00"))
    driver, job = peer.driver(), RecordedJob()
    driver.open()
    assert driver.poll(job).detail == "status 9C: busy"
    assert len(commands(peer.heard, "06 00")) == 1, "it is not asked at every poll"
    peer.now += 9
    assert driver.poll(job).detail == "status 9C: busy"
    assert driver.execute(PAY, RecordedJob("p1")) == Declined(0x9C)
    peer.now += 9
    assert driver.poll(job).problems == ()
    assert peer.left == []
    told = [event.condition for event in job.emitted if isinstance(event, TerminalCondition)]
    assert told == [Condition.BUSY, Condition.READY]
    assert commands(peer.heard, "06 01") == []


def test_poll_tells_its_condition_and_nothing_else() -> None:
    job = RecordedJob()
    driver, peer = polled("", job)
    peer.add("< 04 FF 01 C9\n> 80 00 00")
    driver.poll(job)
    driver.poll(job)
    assert peer.left == []
    assert [type(event) for event in job.emitted] == [TerminalCondition]
    assert job.told == []


def test_condition_is_told_when_it_changes() -> None:
    job = RecordedJob()
    driver, peer = polled("", job, enquiry_s=1.0)
    peer.add("~ 2", ENQUIRY.format(status="F0"))
    while peer.left:
        driver.poll(job)
        peer.now += 0.5
    told = [event for event in job.emitted if isinstance(event, TerminalCondition)]
    assert [event.condition for event in told] == [Condition.READY, Condition.END_OF_DAY_DUE]
    assert told[0].terminal_id == "29001006"


def test_terminal_that_wants_initialisation_gets_it() -> None:
    peer = Scripted(
        READY,
        ENQUIRY.format(status="51"),
        "> 06 93 03 00 00 00\n< 80 00 00\n< 04 FF 01 CA\n> 80 00 00\n< 06 0F 00\n> 80 00 00",
        ENQUIRY.format(status="00"),
    )
    driver, job = peer.driver(), RecordedJob()
    driver.open()
    status = driver.poll(job)
    assert peer.left == []
    assert status.problems == ()
    told = [event.condition for event in job.emitted if isinstance(event, TerminalCondition)]
    assert told == [Condition.NEEDS_INITIALISATION, Condition.READY]


def test_silence_in_a_poll_is_unknown_then_a_fault() -> None:
    driver = Scripted(READY).driver()
    driver.open()
    status = driver.poll(RecordedJob())
    assert status.unknown
    assert status.problems == (Problem.SILENT,)
    with pytest.raises(DriverFault):
        driver.poll(RecordedJob())


def test_terminal_out_of_order_is_a_problem() -> None:
    peer = Scripted(READY, ENQUIRY.format(status="DF"))
    driver = peer.driver()
    driver.open()
    assert driver.poll(RecordedJob()).problems == (Problem.PAYMENT_TERMINAL_ERROR,)


@pytest.mark.parametrize(
    ("said", "why"),
    [
        ("< 84 37 00", Problem.BAD_CONFIG),
        ("< 84 6F 00", Problem.BAD_CONFIG),
        ("< 84 83 00", Problem.PAYMENT_TERMINAL_ERROR),
        ("", Problem.SILENT),
        ("< 15", Problem.WRONG_DEVICE),
        ("cut", Problem.LINK_LOST),
    ],
)
def test_registration_that_fails_says_why(said: str, why: Problem) -> None:
    with pytest.raises(DriverFault) as caught:
        Scripted("> 06 00", said).driver().open()
    assert caught.value.problem is why
    assert said != "< 15" or "framing" in caught.value.detail


def test_self_test_tells_number_status_and_lookup() -> None:
    peer = Scripted(READY, LOOKED_UP)
    driver = peer.driver()
    driver.open()
    report = driver.self_test()
    assert report.passed
    assert report.lines == ("terminal 29001006", "status 00", "lookup of the last transaction: a transaction")


def test_terminal_that_forgot_us_is_registered_again() -> None:
    peer = Scripted(READY, "> 06 01\n< 84 6B 00", REGISTER, PAID)
    driver = peer.driver()
    driver.open()
    assert driver.execute(PAY, RecordedJob("p1")) == Declined(0x6B)
    assert isinstance(driver.execute(NEXT, RecordedJob("p2")), Approved)
    assert peer.left == []


def test_terminal_that_started_anew_is_registered_again() -> None:
    status = "> 05 01\n< 80 00 00\n< 06 0F 07 00 06 04 1F 79 01 01\n> 80 00 00\n"
    peer = Scripted(READY, status, REGISTER, ENQUIRY.format(status="00"))
    driver = peer.driver()
    driver.open()
    driver.poll(RecordedJob())
    driver.poll(RecordedJob())
    assert peer.left == []


def test_repair_is_tried_now_and_then() -> None:
    failing = ENQUIRY.format(status="C2") + "> 06 70 00\n< 84 9C 00\n" + ENQUIRY.format(status="C2")
    peer = Scripted(READY, failing)
    driver = peer.driver()
    driver.open()
    assert driver.poll(RecordedJob()).problems == (Problem.PAYMENT_TERMINAL_ERROR,)
    for wait, script in ((300.0, ENQUIRY.format(status="C2")), (301.0, failing)):
        peer.now += wait
        peer.add(script)
        driver.poll(RecordedJob())
        assert peer.left == []


@pytest.mark.parametrize("end", ["< 06 0F 00\n> 80 00 00", "~ 5.1"], ids=["completed", "nothing more"])
def test_wrong_clock_is_set_and_the_terminal_registered_again(end: str) -> None:
    asked = "> 06 91 0B 00 00 00 AA 26 11 30 0C 20 15 59\n< 80 00 00\n"
    peer = Scripted(READY, ENQUIRY.format(status="62"), asked, end, REGISTER, ENQUIRY.format(status="00"))
    driver = ZvtTerminal(peer.link, ZvtSettings(), lambda: peer.now, lambda: datetime(2026, 11, 30, 20, 15, 59))
    driver.open()
    assert driver.poll(RecordedJob()).problems == ()
    assert peer.left == []


def test_maker_without_tags_gets_none() -> None:
    peer = Scripted(READY, PAID)
    driver = peer.driver(ZvtSettings(sends_tlv=False, answer_wait_s=0))
    driver.open()
    command = Authorise(payment=PaymentId("p1"), amount=Money(2040), sync="0470")
    assert isinstance(driver.execute(command, RecordedJob("p1")), Approved)
    assert peer.heard[0] == "06 00 08 00 00 00 BE 09 78 03 01"
    assert commands(peer.heard, "06 01") == ["06 01 0C 04 00 00 00 00 20 40 49 09 78 19 44"]


def test_vendor_that_prints_nothing_is_told_so() -> None:
    peer = Scripted(READY)
    peer.driver(ZvtSettings(vendor="hobex", password="123456", columns=32)).open()
    assert peer.heard[0] == "06 00 0D 12 34 56 3E 09 78 03 01 06 03 12 01 32"


def test_startup_of_a_vendor_follows_the_registration() -> None:
    done = "< 80 00 00\n< 06 0F 00\n> 80 00 00\n"
    steps = f"> 06 93\n{done}> 06 70 05 06 03 1B 01 03\n{done}> 06 70 05 06 03 1B 01 04\n{done}"
    peer = Scripted(REGISTER, steps, ENQUIRY.format(status="00"))
    peer.driver(ZvtSettings(vendor="ccv_opm_c60")).open()
    assert peer.left == []
