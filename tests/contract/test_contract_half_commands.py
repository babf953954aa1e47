"""A link that breaks inside a job on a line that keeps the half: the next slip is one of its own, and confirmed.

Printers differ: most are silent while they read a picture, many answer status requests even there, so that nothing
shows that half a command waits. Virtual time, the simulated printer on the line itself.
"""

from __future__ import annotations

import os

import pytest

from drivers.host.port import DriverFault
from drivers.receipt_printer.driver import EscposPrinter, PrinterSettings
from drivers.receipt_printer.escpos_render import render
from drivers.receipt_printer.job import PrintJob
from drivers.receipt_printer.models import MODELS
from drivers.sim.printer import Abilities, Printer, PrinterFaults
from drivers.transport.chaos import ChaosTransport, Mishaps
from kiosk.paper import Big, Document, Kind, Pair, Qr, Text
from kiosk.vocabulary.outcomes import NotPrinted, Printed, PrintOutcome, Unconfirmed
from tests.contract.virtual_line import VirtualLine
from tests.device_jobs import RecordedJob

FULL = os.environ.get("KIOSK_TEST_SIZE") == "full"
pytestmark = pytest.mark.timeout(3600 if FULL else 300)
M80 = next(model for model in MODELS if model.name == "escpos_80")
KINDS = {"silent inside": False, "answers inside": True}
ABILITIES = {"by mark": {}, "by sensor": {"process_id": False}}


def ticket(number: str, lang: str) -> Document:
    greeting = "أهلا وسهلا" if lang == "ar" else "Guten Tag"
    label = "مكان الانتظار" if lang == "ar" else "Wartebereich"
    head = (Text(greeting, double=True), Text(number), Big(number))
    blocks = (*head, Pair(label, "A 1"), Qr(f"q{number}"), Text(f"Ende {number}"))
    return Document(kind=Kind.TICKET, lang=lang, blocks=blocks)


class Hall:
    """A printer on a serial line, and a new driver for each connection."""

    def __init__(self, inside: bool, abilities: dict[str, bool]) -> None:
        self.printer = Printer(Abilities(**abilities))
        self.printer.faults = PrinterFaults(answers_inside=inside)
        self.line = VirtualLine(self.printer)
        self.in_doubt = False

    def slip(self, number: str, lang: str, cut_at: int = -1) -> PrintOutcome:
        """One connection and one slip."""
        link = ChaosTransport(self.line, Mishaps(cut_write=cut_at), self.line.let)
        driver = EscposPrinter(link, M80, PrinterSettings(), self.line.now)
        try:
            driver.open()
            driver.poll(RecordedJob())
        except DriverFault as fault:
            return NotPrinted(fault.problem)
        outcome = driver.execute(PrintJob(number, ticket(number, lang), self.in_doubt), RecordedJob())
        self.in_doubt = self.in_doubt if isinstance(outcome, NotPrinted) else not isinstance(outcome, Printed)
        driver.close()
        return outcome

    def numbers(self) -> list[set[str]]:
        """The numbers on each strip of paper, also on the one that hangs."""
        strips = [*self.printer.slips, self.printer.hanging()]
        return [{text for text in strip.texts if text.startswith("A ")} for strip in strips]


def cuts(lang: str, around: int) -> list[int]:
    """Bytes of a connection before which it is cut: every one of a German job at full size, else every head's."""
    job = render(ticket("A 111", lang), M80)
    size, heads = around + len(job), (b"\x1dv0", b"\x1d(k", b"\x1b@", b"\x1dV")
    firsts = {around + job.find(head) for head in heads if head in job}
    in_heads = sorted({first + at for first in firsts for at in range(1, 10)})
    if FULL:
        return sorted({*range(0, size, 1 if lang == "de" else 7), *in_heads})
    return [*range(0, size, max(1, size // 8)), *in_heads[:: 2 if lang == "de" else 1]]


@pytest.mark.parametrize("abilities", ABILITIES.values(), ids=ABILITIES)
@pytest.mark.parametrize("inside", KINDS.values(), ids=KINDS)
@pytest.mark.parametrize("lang", ["de", "ar"])
def test_after_a_cut_anywhere(lang: str, inside: bool, abilities: dict[str, bool]) -> None:
    talk = len(b"".join(_traffic(inside, abilities)))
    for at in cuts(lang, talk):
        hall = Hall(inside, abilities)
        first = hall.slip("A 111", lang, cut_at=at)
        after = [hall.slip(number, lang) for number in ("A 222", "A 333")]
        assert after[1] == Printed(), f"cut before byte {at}: {first}, then {after}"
        assert after[0] == Printed() or isinstance(after[0], NotPrinted), f"cut before byte {at}: {after}"
        assert all(len(numbers) <= 1 for numbers in hall.numbers()), f"cut before byte {at}: {hall.numbers()}"


def _traffic(inside: bool, abilities: dict[str, bool]) -> list[bytes]:
    """What is written before the first byte of a job."""
    hall = Hall(inside, abilities)
    hall.slip("A 1", "de")
    return [data for data in hall.line.written if len(data) < 100]


def test_the_longest_command_fills_up_whatever_a_job_left_half() -> None:
    """Half a picture, cut behind each of its heads, on a printer that answers inside it."""
    job = render(ticket("A 111", "ar"), M80)
    for at in [found + 9 for found in range(len(job)) if job[found : found + 3] == b"\x1dv0"]:
        hall = Hall(True, {})
        hall.printer.receive(job[:at])
        hall.in_doubt = True
        assert hall.slip("A 222", "ar") == Printed()
        assert all(len(numbers) <= 1 for numbers in hall.numbers())


@pytest.mark.parametrize("inside", KINDS.values(), ids=KINDS)
def test_printer_found_open_is_tested_before_its_first_slip(inside: bool) -> None:
    """Its cover hid what it can: the slip after the half one waits for the test, and is cut off from it."""
    hall = Hall(inside, {})
    hall.slip("A 111", "ar", cut_at=len(render(ticket("A 111", "ar"), M80)) // 2)
    hall.printer.faults = PrinterFaults(answers_inside=inside, cover_open=True)
    driver = EscposPrinter(hall.line, M80, PrinterSettings(), hall.line.now)
    driver.open()
    hall.printer.faults = PrinterFaults(answers_inside=inside)
    job = PrintJob("A 222", ticket("A 222", "ar"), after_doubt=True)
    assert driver.execute(job, RecordedJob()) == Printed()
    assert all(len(numbers) <= 1 for numbers in hall.numbers())


def test_a_printer_that_never_confirms_is_not_asked_for_ever() -> None:
    hall = Hall(True, {"process_id": False, "gs_r": False})
    outcomes = [hall.slip(number, "de") for number in ("A 1", "A 2")]
    assert all(isinstance(outcome, Unconfirmed) for outcome in outcomes)
    assert len(hall.printer.slips) == 2
