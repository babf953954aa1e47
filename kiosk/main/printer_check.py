"""``kiosk test-page``: the test page on each printer of a terminal, and in one sentence what came of it.

The file is read as it stands and nothing is written: a technician tries what was just edited, as any user.
"""

import secrets
import sys
import time
from contextlib import closing
from datetime import datetime
from enum import StrEnum
from pathlib import Path
from typing import NamedTuple
from zoneinfo import ZoneInfo

from drivers.host.port import DriverFault, NotDurable
from drivers.host.running_job import RunningJob
from drivers.receipt_printer.driver import Confirms
from drivers.receipt_printer.job import PrintJob
from drivers.registry import build
from kiosk import config as settings
from kiosk.config import ConfigFault, Device
from kiosk.i18n.texts import Texts
from kiosk.paper.document import Document
from kiosk.paper.printer_check import build_test_page
from kiosk.vocabulary.hardware.device_events import DeviceFact
from kiosk.vocabulary.hardware.devices import DeviceKind
from kiosk.vocabulary.hardware.problems import Problem
from kiosk.vocabulary.ids import JobId
from kiosk.vocabulary.outcomes import NotPrinted, Printed, PrintOutcome, Unconfirmed

OK, NO_PAPER, WRONG = 0, 1, 2
_CONFIRM = {Confirms.BY_MARK.value, Confirms.BY_SENSOR.value}


class Word(StrEnum):
    """What may be said of a page. Texts: ``test_page.<value>``."""

    PRINTED = "printed"
    SENT = "sent"
    """To a printer that never confirms: somebody has to look."""
    NOT_PRINTED = "not_printed"
    UNCONFIRMED = "unconfirmed"


class Came(NamedTuple):
    """What came of the page on one printer."""

    word: Word
    problem: Problem | None = None
    detail: str = ""


def run_test_page(path: Path, lang: str) -> int:
    """Print and say. Exit code 0 = all came out, 1 = not all did, 2 = nothing to print with."""
    config = settings.read(path)
    texts = Texts.load("terminal")
    if isinstance(config, ConfigFault):
        sys.stderr.write(f"{config}\n")
        return WRONG
    printers = [
        (name, device)
        for name, device in config.devices.items()
        if device.enabled and device.kind is DeviceKind.RECEIPT_PRINTER
    ]
    if not printers:
        sys.stderr.write(texts.say(lang, "test_page.no_printer", path=str(path)).text + "\n")
        return WRONG
    now = datetime.now(ZoneInfo(config.site.timezone))
    page = build_test_page(config.site, config.hub.name, now, texts, lang)
    code = OK
    for name, device in printers:
        came = _print(device, page)
        sys.stdout.write(_sentence(name, device, came, texts, lang) + "\n")
        code = code if came.word in (Word.PRINTED, Word.SENT) else NO_PAPER
    return code


def _print(device: Device, page: Document) -> Came:
    try:
        with closing(build(device, time.monotonic)) as driver:
            driver.open()
            confirms = not _CONFIRM.isdisjoint(driver.self_test().lines)
            # What the terminal left in the printer is not known here: it is cut off first.
            job = PrintJob(JobId(secrets.token_hex(8)), page, after_doubt=True)
            return _came(driver.execute(job, _alone(job.job_id)), confirms)
    except DriverFault as fault:
        return Came(Word.NOT_PRINTED, fault.problem, fault.detail)


def _alone(job_id: JobId) -> RunningJob:
    """The driver's view of a job that runs without a host: nobody cancels it, nobody follows it, nothing is kept."""

    def refuse(fact: DeviceFact) -> None:
        raise NotDurable("a test page keeps nothing")

    return RunningJob(
        job_id, cancelled=lambda: False, progress=lambda event: None, emit=lambda event: None, persist=refuse
    )


def _came(outcome: PrintOutcome, confirms: bool) -> Came:
    match outcome:
        case Printed():
            return Came(Word.PRINTED)
        case NotPrinted(problem=problem):
            return Came(Word.NOT_PRINTED, problem)
        case Unconfirmed(problem=Problem.SILENT) if not confirms:
            return Came(Word.SENT)
        case Unconfirmed(problem=problem):
            return Came(Word.UNCONFIRMED, problem)


def _may_be_held(device: Device, came: Came) -> bool:
    """A port is; a network printer that serves one connection at a time takes a second one and says nothing."""
    silent = came.problem is Problem.SILENT and came.word is Word.NOT_PRINTED
    return came.problem is Problem.PORT_BUSY or (silent and device.url.startswith("tcp:"))


def _sentence(name: str, device: Device, came: Came, texts: Texts, lang: str) -> str:
    why = texts.say(lang, f"problem.{came.problem}").text if came.problem else ""
    parts = [texts.say(lang, f"test_page.{came.word}", printer=name, why=why).text]
    if _may_be_held(device, came):
        parts.append(texts.say(lang, "test_page.terminal_runs").text)
    if came.detail:
        parts.append(f"({came.detail})")
    return " ".join(parts)
