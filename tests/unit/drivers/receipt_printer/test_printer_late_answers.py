"""Status answers that come late, twice or by twos: each counts for its own question or for none. Virtual time."""

from __future__ import annotations

import itertools
from collections.abc import Callable

import pytest

from drivers.receipt_printer.driver import EscposPrinter, PrinterSettings
from drivers.receipt_printer.job import PrintJob
from drivers.receipt_printer.models import MODELS
from drivers.sim.printer import Abilities, Printer, PrinterFaults
from drivers.transport.chaos import ChaosTransport, Mishaps
from kiosk.paper import Big, Document, Kind, Text
from kiosk.vocabulary.hardware.devices import Status
from kiosk.vocabulary.hardware.problems import Problem
from kiosk.vocabulary.outcomes import NotPrinted, Printed
from tests.contract.virtual_line import VirtualLine
from tests.device_jobs import RecordedJob

SLIP = Document(kind=Kind.TICKET, lang="de", blocks=(Text("Grüße"), Big("A 143"), Text("Ende")))
WELL, OPEN = {}, {"cover_open": True}
COVER = Status((Problem.COVER_OPEN,))


def printer_on_line(**abilities: bool) -> tuple[Printer, VirtualLine]:
    printer = Printer(Abilities(**abilities))
    return printer, VirtualLine(printer)


def opened(line: VirtualLine) -> EscposPrinter:
    driver = EscposPrinter(line, MODELS[0], PrinterSettings(), line.now)
    driver.open()
    return driver


def run(driver: EscposPrinter, job: str = "j1"):
    return driver.execute(PrintJob(job, SLIP), RecordedJob())


@pytest.mark.parametrize("late_ms", [100, 499, 501, 600, 900, 1100, 1500, 1900])
def test_a_printer_that_answers_late_is_well_and_prints(late_ms: int) -> None:
    printer, line = printer_on_line()
    driver = opened(line)
    printer.faults = PrinterFaults(late_ms=late_ms)
    for _ in range(3):
        assert driver.poll(RecordedJob()) == Status()
        line.let(2.0)
    assert run(driver) == Printed()


@pytest.mark.parametrize("late_ms", [100, 600, 1500, 1900])
def test_a_cover_that_is_open_is_open_however_late_it_is_said(late_ms: int) -> None:
    printer, line = printer_on_line()
    driver = opened(line)
    printer.faults = PrinterFaults(late_ms=late_ms, cover_open=True)
    assert driver.poll(RecordedJob()) == COVER
    assert run(driver) == NotPrinted(Problem.COVER_OPEN)
    line.let(2.0)
    printer.faults = PrinterFaults(late_ms=late_ms)
    assert driver.poll(RecordedJob()) == Status()


@pytest.mark.parametrize("late_ms", [2100, 2500, 3000, 3500, 4200, 5000, 9000])
@pytest.mark.parametrize("cover_open", [False, True])
def test_a_printer_too_slow_to_say_how_it_is_is_unknown_never_wrong(late_ms: int, cover_open: bool) -> None:
    printer, line = printer_on_line()
    driver = opened(line)
    printer.faults = PrinterFaults(late_ms=late_ms, cover_open=cover_open)
    for _ in range(12):
        status = driver.poll(RecordedJob())
        assert status.unknown or status == (COVER if cover_open else Status())
        line.let(2.0)
    printer.faults = PrinterFaults(cover_open=cover_open)
    line.let(12.0)
    assert driver.poll(RecordedJob()) == (COVER if cover_open else Status()), "and quick again it is known at once"


@pytest.mark.parametrize("late_ms", [300, 600, 1200, 1800, 2400, 3600, 5200])
@pytest.mark.parametrize("before", range(5))
@pytest.mark.parametrize("switches", [WELL, OPEN], ids=["well", "cover open"])
def test_one_late_answer_changes_nothing(late_ms: int, before: int, switches: dict[str, bool]) -> None:
    """The answer to any of the four questions is the late one."""
    printer, line = printer_on_line()
    driver = opened(line)
    printer.faults = PrinterFaults(**switches)
    late_from(line, before, late_ms)
    right = COVER if switches else Status()
    for _ in range(4):
        status = driver.poll(RecordedJob())
        assert status.unknown or status == right
        line.let(2.0)
    assert driver.poll(RecordedJob()) == right
    assert run(driver) == (NotPrinted(Problem.COVER_OPEN) if switches else Printed())


@pytest.mark.parametrize("before", range(4))
def test_a_slip_asked_for_right_after_a_late_answer(before: int) -> None:
    printer, line = printer_on_line()
    driver = opened(line)
    late_from(line, before, 700)
    assert run(driver) == Printed()
    assert [slip.texts[-1] for slip in printer.slips] == ["Ende"]


@pytest.mark.parametrize("switches", [WELL, OPEN], ids=["well", "cover open"])
@pytest.mark.parametrize("line_faults", [{"paired": True}, {"twice": True}, {"paired": True, "twice": True}], ids=str)
def test_two_answers_in_one_read(switches: dict[str, bool], line_faults: dict[str, bool]) -> None:
    printer, line = printer_on_line()
    driver = opened(line)
    printer.faults = PrinterFaults(**line_faults, **switches)
    for _ in range(3):
        assert driver.poll(RecordedJob()) == (COVER if switches else Status())
    assert run(driver) == (NotPrinted(Problem.COVER_OPEN) if switches else Printed())


@pytest.mark.parametrize("switches", [WELL, OPEN, {"paper_out": True}, {"cutter_error": True}], ids=str)
def test_a_byte_lost_or_doubled_anywhere_in_the_answers(switches: dict[str, bool]) -> None:
    for mishap, at in itertools.product(("drop_read", "double_read"), range(8)):
        printer, line = printer_on_line()
        opened(line).close()
        printer.faults = PrinterFaults(**switches)
        bad = ChaosTransport(line, Mishaps(**{mishap: at}), line.let)
        driver = EscposPrinter(bad, MODELS[0], PrinterSettings(answers=True), line.now)
        right = {
            "cover_open": Problem.COVER_OPEN, "paper_out": Problem.PAPER_OUT, "cutter_error": Problem.CUTTER_ERROR,
        }.get(next(iter(switches), ""))  # fmt: skip
        driver.open()
        for _ in range(3):
            status = driver.poll(RecordedJob())
            assert status.unknown or status.problems == ((right,) if right else ()), (mishap, at)
            line.let(2.0)
        assert not driver.poll(RecordedJob()).unknown


def test_late_identity_text_is_not_taken_for_the_next_answer() -> None:
    """Maker, model and serial number are told apart by nothing but their order."""
    _, line = printer_on_line()
    late_write(line, lambda data: data == b"\x1dIC", 700)
    identity = EscposPrinter(line, MODELS[0], PrinterSettings(), line.now).open()
    assert identity.maker == "EPSON"
    assert identity.model in ("", "TM-T88V")
    assert identity.serial in ("", "SIM0001")


def test_a_test_that_is_answered_long_after_it_was_given_up_still_counts() -> None:
    for abilities, word in (({}, "process_id"), ({"process_id": False}, "paper_sensor")):
        _, line = printer_on_line(**abilities)
        late_write(line, lambda data: b"tst1" in data, 6_000)
        driver = opened(line)
        line.let(8.0)
        driver.poll(RecordedJob())
        driver.poll(RecordedJob())
        assert word in driver.self_test().lines
        assert run(driver) == Printed()


def late_from(line: VirtualLine, questions: int, late_ms: int) -> None:
    """The answer behind so many further status questions is late."""
    left = itertools.count(questions, -1)
    late_write(line, lambda data: data[:2] == b"\x10\x04" and next(left) == 0, late_ms)


def late_write(line: VirtualLine, which: Callable[[bytes], bool], late_ms: int) -> None:
    """What a certain write asks is answered late."""
    write = line.write

    def watched(data: bytes, timeout_s: float) -> None:
        if which(data):
            faults = line.device.faults
            line.device.faults = type(faults)(
                **{name: getattr(faults, name) for name in faults.__struct_fields__ if name != "late_once_ms"},
                late_once_ms=late_ms,
            )
        write(data, timeout_s)

    line.write = watched  # type: ignore[method-assign]


class NeverOffline(Printer):
    """A clone that never sets the offline bit."""

    def _real_time(self, n: int) -> bytes:
        return b"\x12" if n == 1 else super()._real_time(n)


def test_steady_contradiction_of_a_clone_is_believed_on_a_tidy_line() -> None:
    line = VirtualLine(NeverOffline())
    driver = opened(line)
    line.device.faults = PrinterFaults(cover_open=True)
    assert driver.poll(RecordedJob()) == COVER
    questions = len(line.written)
    line.let(2.0)
    assert driver.poll(RecordedJob()) == COVER
    assert len(line.written) == questions + 4, "and from then on it is asked no more often than others"
    line.device.faults = PrinterFaults()
    assert driver.poll(RecordedJob()) == Status()


def test_answers_that_contradict_each_other_on_an_untidy_line_say_nothing() -> None:
    line = VirtualLine(NeverOffline())
    driver = opened(line)
    line.device.faults = PrinterFaults(cover_open=True, twice=True)
    assert driver.poll(RecordedJob()).unknown
    assert run(driver) == NotPrinted(Problem.SILENT)
