"""The driver against scripted terminals: what it sends, keeps before it answers, and claims."""

from typing import Any

import pytest

from drivers.host.port import DriverFault, NotDurable
from drivers.payment_terminal.driver import ZvtTerminal
from drivers.payment_terminal.settings import ZvtSettings
from kiosk.vocabulary.hardware.problems import Problem
from kiosk.vocabulary.ids import DayEndId, PaymentId
from kiosk.vocabulary.payments import (
    AbortRefused,
    AlreadyReversed,
    Approved,
    Authorise,
    Cancelled,
    Condition,
    DayClosed,
    Declined,
    EndDay,
    LastFound,
    LookUpLast,
    Money,
    NothingFound,
    PaymentBegun,
    PrintFor,
    PrintLine,
    PrintReceived,
    Reverse,
    Reversed,
    StatusKept,
    StatusReceived,
    StatusUnasked,
    TerminalCondition,
    TerminalShows,
    TotalsReceived,
    UnaskedRefused,
    Unknown,
)
from tests.device_jobs import RecordedJob
from tests.unit.drivers.payment_terminal.scripted import (
    APPROVED,
    BEGUN,
    DECLINED,
    ENQUIRY,
    LOOKED_UP,
    PAID,
    READY,
    REGISTER,
    STOPPED,
    Scripted,
    commands,
)

PAY = Authorise(payment=PaymentId("p1"), amount=Money(2040))
LOOK = LookUpLast()
TAKE_BACK = Reverse(payment=PaymentId("p1"), receipt=470, amount=Money(2040))
CLOSE = EndDay(day=DayEndId("d1"))
BOTH = pytest.mark.parametrize("serial", [False, True], ids=["tcp", "serial"])


def run(
    script: str, command: Any, job: RecordedJob | None = None, *, serial: bool = False, **settings: Any
) -> tuple[Any, RecordedJob, Scripted]:
    """Open, then one command against this script."""
    peer, job = Scripted(READY, script, serial=serial), job or RecordedJob("p1")
    driver = peer.driver(ZvtSettings(**settings))
    driver.open()
    outcome = driver.execute(command, job)
    assert peer.left == []
    return outcome, job, peer


def failing_at(kind: type) -> RecordedJob:
    def keep(fact: Any) -> None:
        if isinstance(fact, kind):
            raise NotDurable("no room")

    return RecordedJob("p1", keep=keep)


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
        "04 0F 05 29 29 00 10 06",
        "04 0F 02 27 00",
    ],
    ids=["other amount", "other terminal", "other currency", "no result", "no amount"],
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
    assert isinstance(driver.execute(PAY, RecordedJob("p2")), Cancelled), "nothing is sent over a broken connection"
    assert len(commands(peer.heard, "06 01")) == 1


def test_payment_after_an_unknown_one_waits_for_a_lookup() -> None:
    peer = Scripted(READY, BEGUN, "< 06 0F 00\n> 80 00 00")
    driver = peer.driver()
    driver.open()
    assert isinstance(driver.execute(PAY, RecordedJob("p1")), Unknown)
    assert driver.execute(PAY, RecordedJob("p2")) == Cancelled(Problem.BUG)
    assert len(commands(peer.heard, "06 01")) == 1
    peer.add(LOOKED_UP, PAID)
    assert isinstance(driver.execute(LOOK, RecordedJob("l1")), LastFound)
    assert isinstance(driver.execute(PAY, RecordedJob("p3")), Approved)


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


def test_receipts_are_stored_before_they_are_acknowledged() -> None:
    block = "06 D3 17 06 15 1F 07 01 02 25 0F 09 01 40 07 04 4B 75 6E 64 09 01 00 07 01 99"
    script = BEGUN + f"< {block}\n> 80 00 00\n< 06 D1 05 41 45 4E 44 45\n> 80 00 00\n< 06 1E 01 6C\n> 80 00 00"
    outcome, job, _ = run(script, PAY)
    assert job.facts == [
        PrintReceived("p1", PrintFor.CUSTOMER, (PrintLine("Kund", 0x40), PrintLine("Ö", 0))),
        PrintReceived("p1", PrintFor.UNKNOWN, (PrintLine("ENDE", 0x41),)),
    ]
    assert isinstance(outcome, Cancelled)


def test_receipt_that_cannot_be_stored_is_printer_not_ready() -> None:
    script = BEGUN + "< 06 D1 02 00 41\n> 84 CC 00\n< 06 1E 01 6C\n> 80 00 00"
    assert run(script, PAY, failing_at(PrintReceived))[0] == Unknown(Problem.STORE_FAILED)


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
