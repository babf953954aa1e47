"""What the driver concludes from a printer's answers, in a time of its own: no real waiting."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from drivers.host.port import DriverFault
from drivers.receipt_printer.condition import condition_of
from drivers.receipt_printer.driver import EscposPrinter, PrinterSettings, mark_of
from drivers.receipt_printer.escpos_render import render
from drivers.receipt_printer.job import PrintJob
from drivers.receipt_printer.models import MODELS
from drivers.sim.printer import Abilities, Printer, PrinterFaults
from drivers.transport import LinkFault
from kiosk.paper import Big, Document, Kind, Qr, Text
from kiosk.vocabulary.hardware.devices import Status
from kiosk.vocabulary.hardware.problems import Problem
from kiosk.vocabulary.outcomes import NotPrinted, Printed, Unconfirmed
from tests.device_jobs import RecordedJob

SLIP = Document(kind=Kind.TICKET, lang="de", blocks=(Text("Grüße"), Big("A 143"), Qr("A143"), Text("Ende")))
REQUEST_SIZE = 3


class Bench:
    """A simulated printer wired straight to the driver; waiting moves the clock."""

    def __init__(self, **abilities: bool) -> None:
        self.printer = Printer(Abilities(**abilities))
        self.time = 0.0
        self.heard = bytearray()
        self.writes: list[bytes] = []
        self.before_write: Callable[[bytes], None] = lambda data: None
        self.held_back: list[bytes] | None = None
        self.lose = False
        """Jobs vanish; the printer answers all else."""

    def open(self) -> None:
        self.heard.clear()

    def read(self, max_bytes: int, timeout_s: float) -> bytes:
        self.heard += self.printer.work(self.time)
        data = bytes(self.heard[:max_bytes])
        del self.heard[:max_bytes]
        if not data:
            self.time += timeout_s
        return data

    def write(self, data: bytes, timeout_s: float) -> None:
        self.before_write(data)
        self.writes.append(data)
        if self.lose and len(data) > 20:
            return
        answer = self.printer.receive(data) + self.printer.work(self.time)
        if self.held_back is not None:
            self.held_back.append(answer)
        else:
            self.heard += answer

    def close(self) -> None:
        pass

    def switch(self, **faults: object) -> None:
        self.printer.faults = PrinterFaults(**faults)  # type: ignore[arg-type]

    def driver(self, **settings: object) -> EscposPrinter:
        return EscposPrinter(self, MODELS[0], PrinterSettings(**settings), lambda: self.time)  # type: ignore[arg-type]

    def opened(self, **settings: object) -> EscposPrinter:
        driver = self.driver(**settings)
        driver.open()
        self.writes.clear()
        return driver

    def big_writes(self) -> list[bytes]:
        return [data for data in self.writes if len(data) > 20]


def run(driver: EscposPrinter, job: str = "j1", *, after_doubt: bool = False):
    return driver.execute(PrintJob(job, SLIP, after_doubt), RecordedJob())


def test_whole_job_in_one_write_after_a_look_and_with_its_own_mark() -> None:
    bench = Bench()
    driver = bench.opened()
    assert run(driver) == Printed()
    assert [len(data) for data in bench.writes[:4]] == [REQUEST_SIZE] * 4, "status before"
    [job] = bench.big_writes()
    assert job.startswith(b"\x1b@")
    assert job.endswith(b"\x1d(H\x06\x0000" + mark_of("j1"))
    assert bench.time < 0.01, "nothing was waited for"


def test_abilities_are_found_once_and_told() -> None:
    assert Bench().driver().open().abilities == ("real_time", "process_id")
    assert Bench(process_id=False).driver().open().abilities == ("real_time", "paper_sensor")
    assert Bench(process_id=False, gs_r=False).driver().open().abilities == ("real_time",)
    identity = Bench().driver().open()
    assert (identity.maker, identity.model, identity.serial) == ("EPSON", "TM-T88V", "SIM0001")


def test_what_hangs_in_the_printer_is_cut_off_where_doubt_is_rare() -> None:
    for abilities in ({}, {"process_id": False}):
        bench = Bench(**abilities)
        assert run(bench.opened(), after_doubt=True) == Printed()
        [job] = bench.big_writes()
        assert job.startswith(b"\x1b@\x1dVB"), "cut, and only then the slip"
        assert [bool(slip.texts) for slip in bench.printer.slips] == [False, True]
    one_way = Bench(process_id=False, gs_r=False)
    run(one_way.opened(), after_doubt=True)
    assert len(one_way.printer.slips) == 1


def test_sensor_confirms() -> None:
    assert run(Bench(process_id=False).opened()) == Printed()


def test_without_confirmation_never_printed() -> None:
    bench = Bench(process_id=False, gs_r=False)
    driver = bench.opened()
    driver.poll(RecordedJob())
    assert run(driver) == Unconfirmed(Problem.SILENT)
    assert len(bench.printer.slips) == 1


@pytest.mark.parametrize(
    ("faults", "problem"),
    [
        ({"paper_out": True}, Problem.PAPER_OUT),
        ({"cover_open": True}, Problem.COVER_OPEN),
        ({"cutter_error": True}, Problem.CUTTER_ERROR),
        ({"printer_error": True}, Problem.PRINTER_ERROR),
        ({"overheated": True}, Problem.OVERHEATED),
    ],
)
def test_refuses_before_a_byte_of_the_job(faults: dict[str, bool], problem: Problem) -> None:
    bench = Bench()
    driver = bench.opened()
    bench.switch(**faults)
    assert run(driver) == NotPrinted(problem)
    assert bench.big_writes() == []
    assert problem in driver.poll(RecordedJob()).problems


def test_near_end_still_prints() -> None:
    bench = Bench()
    driver = bench.opened()
    bench.switch(paper_near_end=True)
    assert driver.poll(RecordedJob()) == Status((Problem.PAPER_NEAR_END,))
    assert run(driver) == Printed()


def test_silence_is_unknown_and_nothing_is_sent_into_it() -> None:
    bench = Bench()
    driver = bench.opened()
    bench.held_back = []
    status = driver.poll(RecordedJob())
    assert status.unknown
    assert status.problems == (Problem.SILENT,)
    assert run(driver) == NotPrinted(Problem.SILENT)
    assert bench.big_writes() == []


def test_silent_at_open() -> None:
    bench = Bench()
    bench.held_back = []
    with pytest.raises(DriverFault) as fault:
        bench.driver().open()
    assert fault.value.problem is Problem.SILENT


def test_paper_out_in_the_middle_is_unconfirmed() -> None:
    bench = Bench()
    driver = bench.opened()
    bench.switch(paper_out_after_lines=1)
    assert run(driver) == Unconfirmed(Problem.PAPER_OUT)
    bench.switch()
    bench.printer.work(bench.time)
    assert len(bench.printer.slips) == 1, "the new roll brought the rest"


@pytest.mark.parametrize("late", [b"\x00", b"\x00\x00"])
def test_a_late_answer_to_an_earlier_job_confirms_nothing(late: bytes) -> None:
    """``GS r`` of job 1 is answered (perhaps doubled) while job 2 gets lost."""
    bench = Bench(process_id=False)
    driver = bench.opened()
    bench.switch(paper_out_after_lines=1)
    assert run(driver, "j1") == Unconfirmed(Problem.PAPER_OUT)
    bench.printer.power_lost()
    bench.switch()
    bench.lose = True
    bench.before_write = lambda data: bench.heard.extend(late if len(data) > 20 else b"")
    assert isinstance(run(driver, "j2"), Unconfirmed)


def test_a_slip_that_does_not_come_in_time_is_doubt() -> None:
    bench = Bench()
    driver = bench.opened()
    bench.lose = True
    assert run(driver) == Unconfirmed(Problem.TIMED_OUT)
    least = 3 + 8 + len(render(SLIP, MODELS[0])) / 500
    assert least <= bench.time < least + 4


def test_owed_answers_are_settled_when_the_printer_is_well_and_quiet() -> None:
    bench = Bench(process_id=False)
    driver = bench.opened()
    bench.switch(paper_out_after_lines=1)
    run(driver, "j1")
    bench.printer.power_lost()
    bench.switch()
    assert run(driver, "j2") == Unconfirmed(Problem.TIMED_OUT), "one answer is owed that will never come"
    driver.poll(RecordedJob())
    assert run(driver, "j3") == Printed()


def test_one_stray_byte_on_a_garbled_line_confirms_nothing() -> None:
    bench = Bench(process_id=False)
    driver = bench.opened()

    def noise(data: bytes) -> None:
        if len(data) > 20:
            bench.heard += b"\xf7\x00"
            bench.printer.power_lost()

    bench.before_write = noise
    assert isinstance(run(driver), Unconfirmed)


def test_a_mark_of_another_job_confirms_nothing() -> None:
    bench = Bench()
    driver = bench.opened()

    def stale(data: bytes) -> None:
        if len(data) > 20:
            bench.heard += b"\x37\x22" + mark_of("j0") + b"\x00"
            bench.held_back = []

    bench.before_write = stale
    assert isinstance(run(driver), Unconfirmed)


@pytest.mark.parametrize(("sent", "outcome"), [(0, NotPrinted), (1, Unconfirmed), (200, Unconfirmed)])
def test_a_link_that_breaks_in_the_job(sent: int, outcome: type) -> None:
    bench = Bench()
    driver = bench.opened()

    def cut(data: bytes) -> None:
        if len(data) > 20:
            raise LinkFault(Problem.LINK_LOST, "cut", sent)

    bench.before_write = cut
    assert run(driver) == outcome(Problem.LINK_LOST)
    with pytest.raises(LinkFault):
        driver.poll(RecordedJob())
    bench.before_write = lambda data: None
    assert run(driver, "j2") == NotPrinted(Problem.LINK_LOST), "half a job stands in the line: connect anew first"


def test_abilities_are_found_when_the_cover_is_shut_at_last() -> None:
    bench = Bench()
    bench.switch(cover_open=True)
    driver = bench.opened()
    assert driver.poll(RecordedJob()).problems == (Problem.COVER_OPEN,)
    bench.switch()
    driver.poll(RecordedJob())
    assert run(driver) == Printed()


def test_half_a_command_of_a_broken_job_is_filled_up_at_open() -> None:
    """Else the next job would be swallowed as the rest of a picture."""
    bench = Bench()
    bench.printer.receive(b"\x1dv0\x00\x48\x00\x28\x00" + bytes(100))
    driver = bench.opened()
    assert run(driver) == Printed()
    assert bench.printer.slips[-1].texts[-1] == "Ende"


def test_one_way_printer_prints_blind_and_says_so() -> None:
    bench = Bench(real_time=False, process_id=False, gs_r=False)
    driver = bench.opened(answers=False)
    assert driver.poll(RecordedJob()).unknown
    assert run(driver) == Unconfirmed(Problem.SILENT)
    assert len(bench.writes) == 1, "not one question was asked"
    assert len(bench.printer.slips) == 1


def test_self_test_tells_abilities_and_problems() -> None:
    bench = Bench()
    driver = bench.opened()
    assert driver.self_test().lines == ("real_time", "process_id")
    bench.switch(cover_open=True)
    report = driver.self_test()
    assert not report.passed
    assert report.lines[0] == "problem.cover_open"


@pytest.mark.parametrize(
    ("answers", "problems", "stopped"),
    [
        ((0x16, 0x12, 0x12, 0x12), (), False),
        ((0x1E, 0x16, 0x12, 0x12), (Problem.COVER_OPEN,), True),
        ((0x1E, 0x32, 0x12, 0x7E), (Problem.PAPER_OUT,), True),
        ((0x16, 0x12, 0x12, 0x1E), (Problem.PAPER_NEAR_END,), False),
        ((0x1E, 0x52, 0x1A, 0x12), (Problem.CUTTER_ERROR,), True),
        ((0x1E, 0x52, 0x32, 0x12), (Problem.PRINTER_ERROR,), True),
        ((0x1E, 0x52, 0x52, 0x1E), (Problem.OVERHEATED, Problem.PAPER_NEAR_END), True),
        ((0x1E, 0x12, 0x12, 0x12), (Problem.PRINTER_ERROR,), True),
    ],
)
def test_condition_from_the_four_answers(
    answers: tuple[int, ...], problems: tuple[Problem, ...], stopped: bool
) -> None:
    condition = condition_of(dict(enumerate(answers, 1)))
    assert condition.status.problems == problems
    assert condition.stopped is stopped


def test_marks_are_four_printable_characters_of_the_job_alone() -> None:
    marks = {mark_of(f"job-{n}") for n in range(2000)}
    assert len(marks) > 1995
    assert all(len(mark) == 4 and all(0x20 <= byte <= 0x7E for byte in mark) for mark in marks)
    assert mark_of("a") == mark_of("a")
