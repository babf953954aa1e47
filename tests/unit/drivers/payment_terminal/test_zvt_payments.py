"""The driver and payments: what it keeps before it answers, and what it claims."""

from typing import Any

import pytest

from drivers.host.port import DriverFault
from kiosk.vocabulary.hardware.problems import Problem
from kiosk.vocabulary.ids import PaymentId
from kiosk.vocabulary.payments import (
    AbortRefused,
    Approved,
    Authorise,
    Cancelled,
    Declined,
    LastFound,
    Money,
    PaymentBegun,
    StatusKept,
    StatusReceived,
    StatusUnasked,
    TerminalShows,
    Unknown,
)
from tests.device_jobs import RecordedJob
from tests.unit.drivers.payment_terminal.scripted import (
    APPROVED,
    BEGUN,
    BOTH,
    DECLINED,
    LOOK,
    LOOKED_UP,
    NEXT,
    PAID,
    PAY,
    READY,
    STOPPED,
    Scripted,
    commands,
    failing_at,
    run,
)


@BOTH
def test_payment_is_kept_then_acknowledged_then_approved(serial: bool) -> None:
    outcome, job, peer = run(
        BEGUN + f"< 04 FF 01 0A\n> 80 00 00\n< {APPROVED}\n> 80 00 00\n< 06 0F 00\n> 80 00 00", PAY, serial=serial
    )
    assert isinstance(outcome, Approved)
    assert (outcome.record.receipt, outcome.record.trace, outcome.record.amount) == (470, 470, Money(2040))
    assert [type(fact) for fact in job.facts] == [StatusReceived]
    assert job.told == [PaymentBegun(), TerminalShows(0x0A), StatusKept(outcome.record, True)]
    assert peer.heard[4] == "06 01 10 04 00 00 00 00 20 40 49 09 78 19 44 02 0A 01 3C"


def test_acknowledgement_waits_for_the_fact() -> None:
    heard_at_persist: list[int] = []
    peer = Scripted(READY, PAID)

    def keep(fact: Any) -> None:
        peer._hear()
        heard_at_persist.append(len(peer.heard))

    driver = peer.driver()
    driver.open()
    driver.execute(PAY, RecordedJob("p1", keep=keep))
    assert heard_at_persist == [5], "registration, its end, enquiry, its end, 06 01, and no answer to the 04 0F"


def test_what_cannot_be_kept_is_refused_and_unknown() -> None:
    script = BEGUN + f"< {APPROVED}\n> 84 66 00\n< {STOPPED}\n> 84 66 00\n< 06 1E 01 6C\n> 80 00 00"
    outcome, _, _ = run(script, PAY, failing_at(StatusReceived))
    assert outcome == Unknown(Problem.STORE_FAILED)


@pytest.mark.parametrize(
    "said",
    [
        APPROVED.replace("20 40", "20 41"),
        APPROVED.replace("29 29 00 10 06", "29 29 00 10 07"),
        APPROVED.replace("49 09 78", "49 08 40"),
        APPROVED.replace("04 0F 18", "04 0F 13").replace("29 29 00 10 06 ", ""),
        "04 0F 05 29 29 00 10 06",
        "04 0F 02 27 00",
    ],
    ids=["other amount", "other terminal", "other currency", "no terminal", "no result", "no amount"],
)
def test_wrong_status_is_kept_refused_and_unknown(said: str) -> None:
    outcome, job, _ = run(BEGUN + f"< {said}\n> 84 66 00\n< 06 1E 01 6C\n> 80 00 00", PAY)
    assert outcome == Unknown(Problem.SILENT)
    assert [type(fact) for fact in job.facts] == [StatusReceived]


def test_declined_needs_the_end_of_the_dialogue() -> None:
    for end in ("06 1E 01 05", "06 0F 00"):
        outcome, job, _ = run(BEGUN + f"< {DECLINED}\n> 80 00 00\n< {end}\n> 80 00 00", PAY)
        assert isinstance(outcome, Declined)
        assert outcome.code == 5
        assert len(job.facts) == 1
    outcome, _, _ = run(BEGUN + f"< {DECLINED}\n> 80 00 00\ncut", PAY)
    assert outcome == Unknown(Problem.LINK_LOST)


def test_stop_key_is_cancelled() -> None:
    outcome, _, _ = run(BEGUN + f"< {STOPPED}\n> 80 00 00\n< 06 1E 01 6C\n> 80 00 00", PAY)
    assert outcome == Cancelled(code=0x6C)
    outcome, _, _ = run(BEGUN + "< 06 1E 01 6C\n> 80 00 00", PAY)
    assert outcome == Cancelled(code=0x6C)


def test_wrong_pin_then_approved_is_approved() -> None:
    wrong = DECLINED.replace("27 05", "27 37")
    outcome, job, _ = run(BEGUN + f"< {wrong}\n> 80 00 00\n< {APPROVED}\n> 80 00 00\n< 06 0F 00\n> 80 00 00", PAY)
    assert isinstance(outcome, Approved)
    assert len(job.facts) == 2


def test_approved_then_contradicted_is_unknown() -> None:
    approved = BEGUN + f"< {APPROVED}\n> 80 00 00\n"
    for more in ("< 06 1E 01 6C\n> 80 00 00", f"< {STOPPED}\n> 80 00 00\n< 06 0F 00\n> 80 00 00"):
        outcome, _, _ = run(approved + more, PAY)
        assert outcome == Unknown(Problem.SILENT)


def test_same_status_twice_is_kept_and_acknowledged_twice() -> None:
    outcome, job, _ = run(BEGUN + f"< {APPROVED}\n> 80 00 00\n< {APPROVED}\n> 80 00 00\n< 06 0F 00\n> 80 00 00", PAY)
    assert isinstance(outcome, Approved)
    assert len(job.facts) == 2


def test_completion_without_status_is_unknown() -> None:
    assert run(BEGUN + "< 06 0F 00\n> 80 00 00", PAY)[0] == Unknown(Problem.SILENT)


@BOTH
@pytest.mark.parametrize(
    ("said", "why"),
    [
        ("", Problem.SILENT),
        ("< 80 00 00\n", Problem.TIMED_OUT),
        (f"< 80 00 00\n< {APPROVED}\n> 80 00 00", Problem.TIMED_OUT),
    ],
    ids=["no answer", "taken", "acknowledged"],
)
def test_silence_is_unknown_and_ends_the_connection(serial: bool, said: str, why: Problem) -> None:
    peer = Scripted(READY, "> 06 01\n" + said, serial=serial)
    driver = peer.driver()
    driver.open()
    assert driver.execute(PAY, RecordedJob("p1")) == Unknown(why)
    with pytest.raises(DriverFault):
        driver.poll(RecordedJob())
    assert isinstance(driver.execute(NEXT, RecordedJob("p2")), Cancelled), "nothing is sent over a broken connection"
    assert len(commands(peer.heard, "06 01")) == 1


def test_payment_after_an_unknown_one_waits_for_a_lookup() -> None:
    peer = Scripted(READY, BEGUN, "< 06 0F 00\n> 80 00 00")
    driver = peer.driver()
    driver.open()
    assert isinstance(driver.execute(PAY, RecordedJob("p1")), Unknown)
    assert driver.execute(NEXT, RecordedJob("p2")) == Cancelled(Problem.BUG)
    assert len(commands(peer.heard, "06 01")) == 1
    peer.add(LOOKED_UP, PAID)
    assert isinstance(driver.execute(LOOK, RecordedJob("l1")), LastFound)
    assert isinstance(driver.execute(NEXT, RecordedJob("p3")), Approved)


@pytest.mark.parametrize(
    ("amount", "why"),
    [
        (Money(0), Problem.BUG),
        (Money(-1), Problem.BUG),
        (Money(10**12), Problem.BUG),
        (Money(1, "USD"), Problem.BAD_CONFIG),
    ],
)
def test_amount_that_cannot_be_charged_is_not_sent(amount: Money, why: Problem) -> None:
    outcome, _, peer = run("", Authorise(payment=PaymentId("p1"), amount=amount))
    assert outcome == Cancelled(why)
    assert commands(peer.heard, "06 01") == []


def test_refused_command_charges_nobody() -> None:
    assert run("> 06 01\n< 84 9C 00", PAY)[0] == Declined(0x9C)


def test_cut_before_the_first_byte_is_no_payment() -> None:
    peer = Scripted(READY, "cut")
    driver = peer.driver()
    driver.open()
    assert peer.left == []
    assert driver.execute(PAY, RecordedJob("p1")) == Cancelled(Problem.LINK_LOST)


@BOTH
def test_cancel_sends_an_abort_and_takes_the_terminals_word(serial: bool) -> None:
    script = BEGUN + f"> 06 B0\n< 80 00 00\n< {STOPPED}\n> 80 00 00\n< 06 1E 01 6C\n> 80 00 00"
    outcome, _, _ = run(script, PAY, RecordedJob("p1", cancel_at=2), serial=serial)
    assert outcome == Cancelled(code=0x6C)
    script = BEGUN + f"> 06 B0\n< 84 83 00\n< {APPROVED}\n> 80 00 00\n< 06 0F 00\n> 80 00 00"
    outcome, job, _ = run(script, PAY, RecordedJob("p1", cancel_at=2), serial=serial)
    assert isinstance(outcome, Approved)
    assert AbortRefused() in job.told


def test_terminal_that_cannot_be_stopped_is_not_asked() -> None:
    job = RecordedJob("p1", cancel_at=2)
    outcome, _, peer = run(BEGUN + "~ 3\n< 06 1E 01 6C\n> 80 00 00", PAY, job, vendor="global_payments")
    assert outcome == Cancelled(code=0x6C)
    assert commands(peer.heard, "06 B0") == []
    assert job.told.count(AbortRefused()) == 1


def test_abort_that_ends_silently_is_unknown_soon() -> None:
    job = RecordedJob("p1", cancel_at=2)
    outcome, _, peer = run(BEGUN + "> 06 B0\n< 80 00 00", PAY, job, vendor="ccv")
    assert outcome == Unknown(Problem.TIMED_OUT)
    assert peer.now < 15


def test_cancelled_before_it_is_sent_is_not_sent() -> None:
    outcome, _, peer = run("", PAY, RecordedJob("p1", cancel_at=0))
    assert outcome == Cancelled()
    assert commands(peer.heard, "06 01") == []


def test_intermediate_status_renews_the_wait() -> None:
    waits = "".join("~ 170\n< 04 FF 01 0A\n> 80 00 00\n" for _ in range(3))
    outcome, _, _ = run(BEGUN + waits + "< 04 FF 02 0E 05\n> 80 00 00\n~ 290\n< 06 1E 01 6C\n> 80 00 00", PAY)
    assert outcome == Cancelled(code=0x6C)


def test_cancel_after_the_money_moved_asks_for_nothing() -> None:
    peer = Scripted(READY, BEGUN, f"< {APPROVED}\n> 80 00 00\n~ 3\n< 06 0F 00\n> 80 00 00")
    driver = peer.driver()
    driver.open()
    kept: list[Any] = []
    job = RecordedJob("p1", keep=kept.append)
    job.cancelled = lambda: bool(kept)  # type: ignore[method-assign]
    assert isinstance(driver.execute(PAY, job), Approved)
    assert commands(peer.heard, "06 B0") == []


def test_terminal_may_not_make_a_visitor_wait_for_hours() -> None:
    outcome, _, peer = run(BEGUN + "< 04 FF 02 0E 99\n> 80 00 00", PAY)
    assert outcome == Unknown(Problem.TIMED_OUT)
    assert 590 < peer.now < 620


def test_end_of_day_inside_a_payment_is_kept_and_accepted() -> None:
    totals = "04 0F 3B 27 00 60 F0 F5 F3" + " 00" * 53
    outcome, job, _ = run(BEGUN + f"< {totals}\n> 80 00 00\n< {APPROVED}\n> 80 00 00\n< 06 0F 00\n> 80 00 00", PAY)
    assert isinstance(outcome, Approved)
    assert [type(fact) for fact in job.facts] == [StatusUnasked, StatusReceived]
    assert job.emitted == [], "nothing was refused"


def test_last_receipt_is_told_where_it_is_wanted() -> None:
    for sync, sent in (("0470", "06 05 1F 1F 02 04 70"), ("", "06 03 1F 1F 00")):
        command = Authorise(payment=PaymentId("p1"), amount=Money(2040), sync=sync)
        _, _, peer = run(PAID, command)
        assert commands(peer.heard, "06 01")[0].endswith(sent)


def test_nothing_is_sent_over_a_connection_that_broke() -> None:
    peer = Scripted(READY, "> 06 01")
    driver = peer.driver()
    driver.open()
    driver.execute(LOOK, RecordedJob("l1", cancel_at=0))
    driver.execute(PAY, RecordedJob("p1"))
    said = len(peer.heard)
    assert driver.execute(LOOK, RecordedJob("l2")) == Cancelled(Problem.SILENT)
    assert len(peer.heard) == said


def test_one_payment_is_never_sent_twice() -> None:
    peer = Scripted(READY, PAID)
    driver = peer.driver()
    driver.open()
    assert isinstance(driver.execute(PAY, RecordedJob("p1")), Approved)
    assert driver.execute(PAY, RecordedJob("p1 again")) == Unknown(Problem.BUG)
    assert len(commands(peer.heard, "06 01")) == 1


def test_end_that_was_heard_counts_though_the_link_breaks_under_it() -> None:
    outcome, _, _ = run(BEGUN + f"< {APPROVED}\n> 80 00 00\n< 06 0F 00\ncut", PAY)
    assert isinstance(outcome, Approved)
    outcome, _, _ = run(BEGUN + f"< {DECLINED}\n> 80 00 00\n< 06 1E 01 05\ncut", PAY)
    assert isinstance(outcome, Declined)
    outcome, _, _ = run(BEGUN + f"< {APPROVED}\ncut", PAY)
    assert outcome == Unknown(Problem.LINK_LOST), "kept, and never acknowledged"
