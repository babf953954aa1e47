"""The driver and receipts: stored before they are acknowledged, in the right characters."""

from typing import Any

from drivers.payment_terminal.settings import ZvtSettings
from kiosk.vocabulary.hardware.problems import Problem
from kiosk.vocabulary.payments import (
    Cancelled,
    PrintFor,
    PrintLine,
    PrintReceived,
    Unknown,
)
from tests.device_jobs import RecordedJob
from tests.unit.drivers.payment_terminal.scripted import (
    BEGUN,
    ENQUIRY,
    PAY,
    Scripted,
    failing_at,
    run,
)


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


def printed(charset_answer: str, **settings: Any) -> str:
    """What a byte E4 becomes on paper."""
    register = f"> 06 00\n< 80 00 00\n< {charset_answer}\n> 80 00 00\n"
    peer = Scripted(register, ENQUIRY.format(status="00"), BEGUN, "< 06 D1 02 00 E4\n> 80 00 00\n< 06 1E 01 6C\n> 80")
    driver, job = peer.driver(ZvtSettings(**settings)), RecordedJob("p1")
    driver.open()
    driver.execute(PAY, job)
    [fact] = [each for each in job.facts if isinstance(each, PrintReceived)]
    return fact.lines[0].text


def test_character_set_is_the_one_the_terminal_agreed_to() -> None:
    agreed = "06 0F 07 06 05 27 03 14 01 01"
    assert printed(agreed, charset="iso8859_1") == "ä"
    assert printed("06 0F 00", charset="iso8859_1") == "Σ", "CP437 where it does not say"
    assert printed("06 0F 00", vendor="card_complete") == "ä", "fixed by the vendor"


def test_character_set_of_a_block_counts_unless_it_is_fixed() -> None:
    block = "06 D3 0A 06 08 14 01 01 25 03 07 01 E4"
    for settings, text in (({}, "ä"), ({"charset": "cp437", "charset_fixed": True}, "Σ")):
        _, job, _ = run(BEGUN + f"< {block}\n> 80 00 00\n< 06 1E 01 6C\n> 80 00 00", PAY, **settings)
        [fact] = job.facts
        assert isinstance(fact, PrintReceived)
        assert fact.lines == (PrintLine(text),)


def test_line_feeds_are_empty_lines() -> None:
    _, job, _ = run(BEGUN + "< 06 D1 02 FF 03\n> 80 00 00\n< 06 1E 01 6C\n> 80 00 00", PAY)
    assert job.facts == [PrintReceived("p1", PrintFor.UNKNOWN, (PrintLine(""),) * 3)]


def test_block_that_cannot_be_read_is_kept_as_it_is() -> None:
    _, job, _ = run(BEGUN + "< 06 D3 06 06 04 25 02 41 42\n> 80 00 00\n< 06 1E 01 6C\n> 80 00 00", PAY)
    [fact] = job.facts
    assert isinstance(fact, PrintReceived)
    assert "AB" in fact.lines[0].text
