"""How a terminal stands: that it is registered, who it is, its status, and what brings it back when it is not well."""

from collections.abc import Callable
from datetime import datetime

from drivers.host.port import DriverFault, Job
from drivers.payment_terminal import requests
from drivers.payment_terminal.codec.charsets import charset_of
from drivers.payment_terminal.codec.messages import Completion, StatusReport
from drivers.payment_terminal.codec.tlv import find
from drivers.payment_terminal.conditions import Repair, condition_of, repairs_for
from drivers.payment_terminal.conversation import Conversation, Listener, Lost
from drivers.payment_terminal.dialogue import Dialogue, End, Ended, Timers
from drivers.payment_terminal.listeners import Texts
from drivers.payment_terminal.records import terminal_id_of
from drivers.payment_terminal.requests import Request
from drivers.payment_terminal.settings import ZvtSettings
from kiosk.vocabulary.hardware.devices import Identity, Status
from kiosk.vocabulary.hardware.problems import Problem
from kiosk.vocabulary.payments import Condition, TerminalCondition

_BRIEF_S = 30.0
"""Registration and status enquiry are answered at once; a payment's T4 would be waited for in vain."""
_NOT_REGISTERED, _SYSTEM_ERROR = 0x6B, 0xFF
_WAITING = {
    Condition.BUSY: "busy",
    Condition.CARD_INSIDE: "a card is inside",
    Condition.END_OF_DAY_DUE: "end-of-day due",
}


class Standing:
    """Of one connection. ``wall`` gives the local date and time."""

    def __init__(
        self,
        conversation: Conversation,
        settings: ZvtSettings,
        texts: Texts,
        now: Callable[[], float],
        wall: Callable[[], datetime],
    ) -> None:
        self._conversation, self._settings, self._texts = conversation, settings, texts
        self._now, self._wall = now, wall
        self._brief = Timers(settings.t3_s, min(settings.t4_s, _BRIEF_S))
        self._long = Timers(settings.t3_s, settings.t4_s)
        self.registered = False
        self.terminal_id = ""
        self.identity = Identity()
        self._asked_at: float | None = None
        self._busy_at: float | None = None
        """When it was last too busy to register."""
        self._repaired_at: float | None = None
        self.status = _SYSTEM_ERROR
        """The last status byte, or the code with which an enquiry was refused."""
        self._told: TerminalCondition | None = None

    def register(self, listener: Listener) -> bool:
        """06 00, and who answers; False while the terminal is still busy with something earlier (``status``). Raises
        DriverFault, and NotDurable from the listener."""
        end = self._run(requests.registration(self._settings), self._brief, listener)
        if isinstance(end, Lost) or end.how in (End.NO_ANSWER, End.SILENT):
            raise self._fault()
        if end.how is not End.COMPLETED:
            self.status = _SYSTEM_ERROR if end.code is None else end.code
            if condition_of(self.status) is Condition.BUSY:
                self._busy_at = self._now()
                return False
            raise _refused(end.code)
        self.registered, self._busy_at = True, None
        if isinstance(end.completion, Completion):
            self._take(end.completion)
        self._conversation.proved = True
        self._startup(listener)
        return True

    def introduce(self, listener: Listener) -> None:
        """Its name and software, told with its status; the first poll asks for the status anew. Raises DriverFault, and
        NotDurable from the listener."""
        if isinstance(self.enquire(listener), Lost):
            raise self._fault()
        self._asked_at = None

    def look(self, job: Job, listener: Listener) -> Status:
        """How it is; asked anew when that is due. Silence is no status: the next call connects anew. Raises
        DriverFault, NotDurable."""
        if not self.registered:
            if not self._is_due(self._busy_at) or not self.register(listener):
                self._tell(job)
                return _as_status(Condition.BUSY, self.status)
            self._asked_at = None
        if not self._ask_if_due(job, listener):
            return Status((Problem.SILENT,), unknown=True)
        if self._repair(listener) and not self._ask_if_due(job, listener):
            return Status((Problem.SILENT,), unknown=True)
        return _as_status(condition_of(self.status), self.status)

    def enquire(self, listener: Listener) -> int | Lost:
        """05 01: the status byte; or the code with which the enquiry was refused, which comes to the same. Raises
        NotDurable from the listener."""
        end = self._run(requests.status_enquiry(self._settings), self._brief, listener)
        if isinstance(end, Lost):
            return end
        if end.how in (End.NO_ANSWER, End.SILENT):
            return Lost(Problem.SILENT, begun=True)
        self._asked_at = self._now()
        self.status = _SYSTEM_ERROR if end.code is None else end.code
        if isinstance(end.completion, StatusReport):
            self.status = end.completion.status
            self._know(end.completion)
        return self.status

    def hear(self, end: Ended | Lost) -> None:
        """A command ended; ask how the terminal is at the next poll, and register again where it says that it must."""
        self._asked_at = None
        if isinstance(end, Ended) and end.code == _NOT_REGISTERED:
            self.registered = False

    def _ask_if_due(self, job: Job, listener: Listener) -> bool:
        """Whether the status is known now. Raises DriverFault when the link itself is gone."""
        if self._is_due(self._asked_at):
            asked = self.enquire(listener)
            if isinstance(asked, Lost) and asked.problem is Problem.SILENT:
                return False
            if isinstance(asked, Lost):
                raise self._fault()
        self._tell(job)
        return True

    def _is_due(self, last: float | None) -> bool:
        """Whether it is time to ask again what was asked then."""
        return last is None or self._now() - last >= self._settings.enquiry_s

    def _tell(self, job: Job) -> None:
        condition = TerminalCondition(
            condition=condition_of(self.status), code=self.status, terminal_id=self.terminal_id
        )
        if condition != self._told:
            self._told = condition
            job.emit(condition)

    def _repair(self, listener: Listener) -> bool:
        """What can be done from here, now and then; whether anything was."""
        steps = repairs_for(self.status)
        due = self._repaired_at is None or self._now() - self._repaired_at >= self._settings.repair_s
        if not steps or not due:
            return False
        self._repaired_at = self._now()
        for step in steps:
            self._must_live(self._run(self._repair_request(step), self._long, listener))
        self._asked_at = None
        if Repair.SET_CLOCK in steps:
            self.register(listener)
        return True

    def _repair_request(self, step: Repair) -> Request:
        match step:
            case Repair.INITIALISE:
                return requests.initialisation(self._settings)
            case Repair.DIAGNOSE:
                return requests.diagnosis(self._settings)
            case Repair.SET_CLOCK:
                return requests.set_clock(self._settings, self._wall())

    def _startup(self, listener: Listener) -> None:
        """What the vendor wants behind each registration."""
        for step in self._settings.quirks.startup.split():
            kind = step.removeprefix("diagnose_")
            wanted = (
                requests.initialisation(self._settings)
                if step == "initialise"
                else requests.diagnosis(self._settings, int(kind))
            )
            self._must_live(self._run(wanted, self._long, listener))

    def _run(self, request: Request, timers: Timers, listener: Listener) -> Ended | Lost:
        dialogue = Dialogue(request, timers, may_end_early=request.control == requests.SET_CLOCK)
        return self._conversation.run(dialogue, request.control, listener)

    def _must_live(self, end: Ended | Lost) -> None:
        """A step that was refused shows in the next status; one that was not answered ends the connection."""
        if isinstance(end, Lost) or end.how in (End.NO_ANSWER, End.SILENT):
            raise self._fault()

    def _fault(self) -> DriverFault:
        return self._conversation.broken or DriverFault(Problem.SILENT, "no answer")

    def _take(self, completion: Completion) -> None:
        """Its number, and the character set it agreed to: without its word, it is CP437 (section 9.4)."""
        self.terminal_id = terminal_id_of(completion.fields)
        self.identity = Identity(model="ZVT payment terminal", serial=self.terminal_id)
        if self._texts.fixed:
            return
        agreed = find(completion.fields.tlvs, 0x27, 0x14) or find(completion.fields.tlvs, 0x14)
        named = charset_of(agreed.value[-1]) if agreed is not None and agreed.value else None
        self._texts.charset = named or "cp437"

    def _know(self, report: StatusReport) -> None:
        """Name and software of the device; and 1F79 = 1: it has started anew and wants to be registered again."""
        tlvs = report.fields.tlvs
        name = find(tlvs, 0xE4, 0x1F40)
        software = report.software or getattr(find(tlvs, 0xE4, 0x1F41), "value", b"")
        model = name.value.decode("ascii", "replace") if name is not None else self.identity.model
        abilities = (software.decode("ascii", "replace"),) if software else ()
        self.identity = Identity(model=model, serial=self.terminal_id, abilities=abilities)
        started = find(tlvs, 0x1F79)
        if started is not None and started.value == b"\x01":
            self.registered = False


def _refused(code: int | None) -> DriverFault:
    told = f"registration refused with code {code or 0:02X}"
    match code:
        case 0x37:
            return DriverFault(Problem.BAD_CONFIG, f"{told}: the password (settings, password) is another")
        case 0x6F:
            return DriverFault(Problem.BAD_CONFIG, f"{told}: the terminal has another currency (settings, currency)")
        case _:
            return DriverFault(Problem.PAYMENT_TERMINAL_ERROR, told)


def _as_status(condition: Condition, code: int) -> Status:
    told = f"status {code:02X}"
    match condition:
        case Condition.READY:
            return Status()
        case Condition.BUSY | Condition.CARD_INSIDE | Condition.END_OF_DAY_DUE:
            return Status(detail=f"{told}: {_WAITING[condition]}")
        case Condition.NEEDS_INITIALISATION | Condition.OUT_OF_ORDER:
            return Status((Problem.PAYMENT_TERMINAL_ERROR,), detail=told)
