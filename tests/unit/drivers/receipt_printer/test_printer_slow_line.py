"""Long slips on slow and buffered lines: silence while a job is on its way says nothing. Virtual time."""

from __future__ import annotations

import pytest

from drivers import registry
from drivers.receipt_printer import driver as driver_module
from drivers.receipt_printer.driver import EscposPrinter, PrinterSettings
from drivers.receipt_printer.escpos_render import prepare
from drivers.receipt_printer.job import PrintJob
from drivers.receipt_printer.models import MODELS
from drivers.sim.printer import Abilities, Printer, PrinterFaults
from kiosk.config import Device
from kiosk.paper import Big, Document, Kind, Text
from kiosk.vocabulary.hardware.devices import DeviceKind
from kiosk.vocabulary.hardware.problems import Problem
from kiosk.vocabulary.outcomes import Printed, Unconfirmed
from tests.contract.virtual_line import VirtualLine
from tests.device_jobs import RecordedJob

M80 = MODELS[0]
LINES = tuple(Text("رقمك اليوم هو A 143 في الطابق الأرضي", double=True) for _ in range(9))
LONG = Document(kind=Kind.TICKET, lang="ar", blocks=(*LINES, Big("A 143"), Text("Ende")))
SHORT = Document(kind=Kind.TICKET, lang="de", blocks=(Text("Grüße"), Big("A 143"), Text("Ende")))


def opened(line: VirtualLine, **settings: float) -> EscposPrinter:
    driver = EscposPrinter(line, M80, PrinterSettings(**settings), line.now)
    driver.open()
    return driver


def run(driver: EscposPrinter, document: Document = LONG, job: str = "j1"):
    return driver.execute(PrintJob(job, document), RecordedJob())


@pytest.mark.parametrize("abilities", [{}, {"process_id": False}], ids=["by mark", "by sensor"])
@pytest.mark.parametrize(("speed", "buffer"), [(1920, 1 << 16), (960, 4096), (960, 1 << 20), (700, 1 << 16)])
def test_a_long_slip_on_a_slow_line_is_printed(speed: int, buffer: int, abilities: dict[str, bool]) -> None:
    printer = Printer(Abilities(**abilities))
    line = VirtualLine(printer, bytes_per_s=speed, buffer=buffer)
    driver = opened(line)
    size = len(prepare(LONG, M80).data)
    assert size > 25_000
    before = line.time
    assert run(driver) == Printed()
    assert line.time - before > size / speed, "and it did take so long"
    line.let(2.0)
    assert not driver.poll(RecordedJob()).problems
    assert run(driver, SHORT, "j2") == Printed()


def test_a_printer_that_says_it_stopped_is_believed_at_once() -> None:
    """Status requests are answered at once although the job stands in a buffer of the printer itself."""
    printer = Printer(Abilities(mm_per_s=20.0))
    line = VirtualLine(printer)
    driver = opened(line)
    printer.faults = PrinterFaults(paper_out_after_lines=3)
    before = line.time
    assert run(driver) == Unconfirmed(Problem.PAPER_OUT)
    assert line.time - before < 5


def test_a_long_slip_on_a_slow_head_is_printed() -> None:
    printer = Printer(Abilities(mm_per_s=42.0))
    lines = tuple(Text(f"Zeile {number}") for number in range(220))
    line = VirtualLine(printer)
    driver = opened(line, bytes_per_s=50_000.0)
    assert run(driver, Document(kind=Kind.TICKET, lang="de", blocks=lines)) == Printed()
    assert line.time > 18


@pytest.mark.parametrize("document", [SHORT, LONG], ids=["short", "long"])
def test_a_printer_that_fell_silent_is_given_up_when_its_job_must_be_out(document: Document) -> None:
    printer = Printer()
    line = VirtualLine(printer)
    driver = opened(line)
    die_in_the_job(line)
    before = line.time
    assert run(driver, document) == Unconfirmed(Problem.SILENT)
    patience = 3 + 8 + len(prepare(document, M80).data) / 500
    assert patience <= line.time - before < patience + 5


def die_in_the_job(line: VirtualLine) -> None:
    """The printer falls silent with the first write that is a job."""
    write = line.write

    def watched(data: bytes, timeout_s: float) -> None:
        if len(data) > 40:
            line.device.faults = PrinterFaults(silent=True)
        write(data, timeout_s)

    line.write = watched  # type: ignore[method-assign]


def test_no_job_is_waited_for_longer_than_the_host_allows() -> None:
    [limits] = {row.limits for row in registry.rows() if row.kind is DeviceKind.RECEIPT_PRINTER}
    assert limits.execute_s > driver_module.LONGEST_JOB_S + 30
    printer = Printer()
    line = VirtualLine(printer)
    driver = opened(line, bytes_per_s=10.0)
    die_in_the_job(line)
    assert run(driver) == Unconfirmed(Problem.SILENT)
    assert line.time < limits.execute_s


def test_a_serial_line_has_its_own_speed_unless_the_entry_says_another() -> None:
    def settings(url: str, **given: float):
        device = Device(kind=DeviceKind.RECEIPT_PRINTER, model="escpos_80", url=url, settings=dict(given))
        return registry.settings_of(registry.find(device.kind, device.model), device)

    assert settings("serial:///dev/ttyUSB0?baud=9600").bytes_per_s == 960
    assert settings("serial:///dev/ttyUSB0?baud=19200&bytesize=7&parity=E&stopbits=2").bytes_per_s == 19200 / 11
    assert settings("serial:///dev/ttyUSB0?baud=9600", bytes_per_s=300.0).bytes_per_s == 300
    assert settings("tcp://192.168.7.20:9100").bytes_per_s is None
