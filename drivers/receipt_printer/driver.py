"""The receipt printer behind the device port.

What an outcome may say (``kiosk.vocabulary.outcomes``):

* NotPrinted only while not one byte of the job left: refused by the status before, or the link broke at byte 0.
* Printed only when the printer itself answered a question that stood behind the job: ``GS ( H`` with the job's own
  mark, or ``GS r`` on a line without garbage and with a printer that still answers after it.
* Everything else is Unconfirmed. Also paper that ended in the middle: the rest waits in the printer's buffer and may
  come out when somebody puts in a new roll.
"""

from collections.abc import Callable
from enum import Enum
from hashlib import blake2b

import msgspec

from drivers.host.port import DriverFault, Job
from drivers.receipt_printer.condition import Condition
from drivers.receipt_printer.conversation import Conversation
from drivers.receipt_printer.job import PrintJob
from drivers.receipt_printer.look import Look
from drivers.receipt_printer.models import LONGEST_COMMAND, LONGEST_HEAD, Model
from drivers.receipt_printer.status import ASK_PAPER, ask_process_id
from drivers.transport import LinkFault, Transport
from kiosk.vocabulary.hardware.device_events import DeviceFact, SlipSending
from kiosk.vocabulary.hardware.devices import Identity, SelfTestReport, Status
from kiosk.vocabulary.hardware.problems import Problem
from kiosk.vocabulary.ids import JobId
from kiosk.vocabulary.outcomes import NotPrinted, Printed, PrintOutcome, Unconfirmed

_MAKER, _MODEL, _SERIAL = 66, 67, 68
_TEST_MARKS = (b"tst1", b"tst2")
_SLOWEST_MM_PER_S = 40.0
"""No receipt printer in use is slower than this."""
FILL = 2 * LONGEST_COMMAND
"""So many bytes end any command that may be half received: the longest of ours, and as much again for a job of another
version of this program."""
_SLOW = 500.0
"""Bytes a second that any line carries."""
_FINE_FROM = 3000.0
"""Bytes a second from which the number is sent as a picture: its 6 KB take two seconds then, and six at 9600 baud."""
LONGEST_JOB_S = 240.0
"""No job is waited for longer; the row's limits leave room for the questions before and behind it."""


class Confirms(Enum):
    """How a printer confirms a print; the values are the abilities in its Identity."""

    BY_MARK = "process_id"
    """``GS ( H`` function 48."""
    BY_SENSOR = "paper_sensor"
    """``GS r 1``."""
    NEVER = ""
    NOT_KNOWN = "?"


class PrinterSettings(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Settings of a printer. ``answers``: off for a printer wired one way (then no print is ever confirmed).

    ``answer_s``: a usual printer has answered a status request by then; a late answer is waited for twice as long, and
    four times from a printer that was late before. While a slip prints, the printer is asked this often whether it
    stopped. ``write_s`` and ``print_s``: time for a job to leave and for its slip to come out (a long slip is given
    more), on top of the time its bytes take at ``bytes_per_s``: the slowest part of the way, often a serial line behind
    a print server. For a ``serial://`` address that is the line's own speed unless it is set; where nobody knows it, a
    job is waited for as on a slow line and sent as on a quick one (the number as a picture).
    """

    answers: bool = True
    answer_s: float = 0.5
    write_s: float = 3.0
    print_s: float = 8.0
    bytes_per_s: float | None = None


class EscposPrinter:
    """One printer on one link. ``now`` gives monotonic seconds."""

    def __init__(self, link: Transport, model: Model, settings: PrinterSettings, now: Callable[[], float]) -> None:
        self._link, self._model, self._settings, self._now = link, model, settings, now
        self._talk = Conversation(link, now, settings.answer_s)
        self._look = Look(self._talk, settings.answer_s)
        self._confirms = Confirms.NOT_KNOWN if settings.answers else Confirms.NEVER
        self._broken: LinkFault | None = None

    def open(self) -> Identity:
        """Connect, hear whether it is a printer, find out what it can. Raises DriverFault."""
        from drivers.receipt_printer import escpos_render

        escpos_render.warm_up(self._model)
        self._link.open()
        if not self._settings.answers:
            self._talk.fill_up(FILL)
            return Identity(model=self._model.title)
        # A head cut in two would take the first question for the size of a picture: of zeros it makes an empty one.
        self._talk.fill_up(LONGEST_HEAD)
        self._talk.drain()
        self._prove()
        self._settle()
        if not (maker := self._talk.info(_MAKER)):
            return Identity(model=self._model.title, abilities=self._abilities())
        return Identity(maker, self._talk.info(_MODEL), self._talk.info(_SERIAL), self._abilities())

    def poll(self, job: Job) -> Status:
        """Ask the four real-time states. A silent printer is unknown, not well. Raises DriverFault."""
        return self._status()

    def _status(self) -> Status:
        if self._broken is not None:
            raise self._broken
        self._talk.drain()
        if not self._settings.answers:
            return Status(unknown=True, detail="wired one way")
        condition = self._look.at_it()
        if not condition.stopped:
            self._settle()
        return condition.status

    def execute(self, command: PrintJob, job: Job) -> PrintOutcome:
        """Print one slip; see the module for what the outcome says. It can be cancelled until its first byte leaves:
        half a slip cannot be called back."""
        from drivers.receipt_printer.escpos_render import part, prepare

        speed = self._settings.bytes_per_s
        fine = speed is None or speed >= _FINE_FROM
        slip, mark = prepare(command.document, self._model, fine=fine), mark_of(command.job_id)
        try:
            refused = self._why_not() or (Problem.CANCELLED if job.cancelled() else None)
            if refused is not None:
                return NotPrinted(refused)
            job.progress(SlipSending())
            # A printer that never confirms leaves every slip in doubt: it would cut an empty strip before each.
            cut_off = command.after_doubt and self._confirms is not Confirms.NEVER
            data = (part(self._model) if cut_off else b"") + slip.data + self._question(mark)
            deadline = self._send(data, slip.mm)
        except LinkFault as fault:
            self._broken = fault
            return Unconfirmed(fault.problem) if fault.sent else NotPrinted(fault.problem)
        outcome = self._outcome(mark, deadline)
        self._talk.end()
        return outcome

    def recover(self, fact: DeviceFact) -> PrintOutcome:
        """A printer remembers no jobs: nobody can say."""
        return Unconfirmed(Problem.SILENT)

    def self_test(self) -> SelfTestReport:
        """Status and abilities, as codes for the technician's page."""
        status = self._status()
        problems = tuple(f"problem.{problem}" for problem in status.problems)
        return SelfTestReport(not problems and not status.unknown, (*problems, *self._abilities()))

    def close(self) -> None:
        """Let go of the link."""
        self._link.close()

    # -- status and abilities

    def _prove(self) -> None:
        """A printer answers all four requests and says nothing else; a rest of an earlier talk is forgiven once.

        Silence may be a command of a broken job that it is still reading: then everything we ask is taken for data.
        """
        condition = self._look.at_it()
        if self._talk.skipped:
            self._talk.fill_up(LONGEST_HEAD)
            self._talk.begin()
            condition = self._look.at_it()
        elif condition.status.unknown:
            self._talk.fill_up(FILL)
            condition = self._look.at_it()
        if self._talk.skipped:
            raise DriverFault(
                Problem.WRONG_DEVICE,
                "what answers is not an ESC/POS printer, or the line's speed (baud) is another than the printer's",
            )
        if condition.status.unknown:
            raise DriverFault(Problem.SILENT, "connected, but the printer does not answer: is it switched on?")

    def _why_not(self) -> Problem | None:
        """Why a job must not be sent now. Raises LinkFault."""
        if self._broken is not None:
            return self._broken.problem
        self._talk.drain()
        if not self._settings.answers:
            return None
        condition = self._look.at_it()
        if condition.stopped:
            return condition.reason
        if self._confirms in (Confirms.NOT_KNOWN, Confirms.NEVER):
            self._settle()
        return None

    def _settle(self) -> None:
        """Find out what is not known yet, and wait for answers still owed: both are answered only while it is well."""
        wait_s = self._settings.answer_s
        if self._confirms is Confirms.NOT_KNOWN:
            self._confirms = self._tested()
        elif self._confirms is Confirms.NEVER:
            self._confirms = self._heard_late()
        if self._confirms is Confirms.BY_SENSOR and self._talk.owed:
            heard = self._talk.senses_paper(wait_s) and self._talk.quiet_for(wait_s)
            self._talk.owed = 0 if heard else self._talk.owed

    def _tested(self) -> Confirms:
        """Ask what it can. No answer may mean that the test became data of a half-received command (many printers
        answer status requests even inside of one): then that is filled up, and what it can is asked again."""
        for mark in _TEST_MARKS:
            by_mark, by_sensor = self._talk.confirmations(mark, 2 * self._settings.answer_s)
            if by_mark or by_sensor:
                return Confirms.BY_MARK if by_mark else Confirms.BY_SENSOR
            if mark is not _TEST_MARKS[-1]:
                self._talk.fill_up(FILL)
        return Confirms.NEVER

    def _heard_late(self) -> Confirms:
        """A printer that was busy with something long answers the test long after it was given up."""
        if self._talk.confirmed.intersection(_TEST_MARKS):
            return Confirms.BY_MARK
        return Confirms.BY_SENSOR if self._talk.sensed else Confirms.NEVER

    def _abilities(self) -> tuple[str, ...]:
        real_time = ("real_time",) if self._settings.answers else ()
        known = self._confirms not in (Confirms.NEVER, Confirms.NOT_KNOWN)
        return (*real_time, self._confirms.value) if known else real_time

    # -- one job

    def _question(self, mark: bytes) -> bytes:
        """What is asked behind the job, to be answered when all of it is on paper."""
        match self._confirms:
            case Confirms.BY_MARK:
                return ask_process_id(mark)
            case Confirms.BY_SENSOR:
                return ASK_PAPER
            case _:
                return b""

    def _send(self, data: bytes, mm: float) -> float:
        """The whole job in one go: a status request in the middle would be eaten as part of a command. Returns until
        when its slip is waited for: what is still on its way by then counts as lost."""
        settings = self._settings
        write_s = settings.write_s + len(data) / (settings.bytes_per_s or _SLOW)
        job_s = min(LONGEST_JOB_S, write_s + max(settings.print_s, mm / _SLOWEST_MM_PER_S))
        deadline = self._now() + job_s
        self._talk.begin(deadline)
        self._link.write(data, min(write_s, job_s))
        return deadline

    def _outcome(self, mark: bytes, deadline: float) -> PrintOutcome:
        """Every byte has left: from here on a broken link is doubt."""
        try:
            match self._confirms:
                case Confirms.BY_MARK:
                    return self._await(lambda: mark in self._talk.confirmed, deadline) or Printed()
                case Confirms.BY_SENSOR:
                    return self._sense(deadline)
                case _:
                    return Unconfirmed(Problem.SILENT)
        except LinkFault as fault:
            self._broken = fault
            return Unconfirmed(fault.problem)

    def _await(self, confirmed: Callable[[], bool], deadline: float) -> Unconfirmed | None:
        """Wait for the answer, looking now and then whether the printer stopped; None when it came.

        Silence before the deadline says nothing: the questions may still stand behind the job. Only a printer that
        says twice that it stopped has stopped.
        """
        before = seen = None
        while self._now() < deadline:
            self._talk.listen(confirmed, self._settings.answer_s)
            before, seen = seen, None if confirmed() else self._look.glance(confirmed)
            if confirmed():
                return None
            if before is not None and seen is not None and before.stopped and seen.stopped:
                return Unconfirmed(seen.reason)
        return Unconfirmed(Problem.SILENT if seen is None else Problem.TIMED_OUT)

    def _sense(self, deadline: float) -> PrintOutcome:
        """``GS r`` names no job: its answer counts only when nothing else can have caused that byte."""
        was_owed = self._talk.owed
        self._talk.owed += 1
        unconfirmed = self._await(lambda: not self._talk.owed, deadline)
        if unconfirmed is not None:
            return unconfirmed
        self._talk.end()
        after = self._look_until(deadline)
        if was_owed or self._talk.skipped or after.status.unknown:
            return Unconfirmed(Problem.SILENT)
        out = Problem.PAPER_OUT in after.status.problems
        return Unconfirmed(Problem.PAPER_OUT) if out else Printed()

    def _look_until(self, deadline: float) -> Condition:
        """How it is; on a slow line it may take until the deadline to know."""
        condition = self._look.at_it()
        while condition.status.unknown and self._now() < deadline:
            condition = self._look.at_it()
        return condition


def mark_of(job_id: JobId) -> bytes:
    """The job's own mark for ``GS ( H``: four printable characters, so that a late answer is known as such."""
    number = int.from_bytes(blake2b(job_id.encode(), digest_size=8).digest(), "big")
    return bytes(0x21 + number // 94**place % 94 for place in range(4))
