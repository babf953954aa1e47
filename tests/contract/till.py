"""A request/response device that only tests know: a till that charges a card, with everything a payment will need.

The dialogue, one line each (``Codec``): the terminal asks ``CHARGE``, the till answers ``ACK`` and ``STEP`` (card, PIN)
and waits for ``GO`` or ``ABORT`` after each; then it books and says ``RESULT`` until it hears ``DONE``, also after a
new connecting. It may say ``NOTE`` at any time and says it again until ``NOTED``. ``QUERY`` asks what became of a
charge.
"""

from __future__ import annotations

from collections.abc import Callable

import msgspec

from drivers.host.port import DriverFault, Job, NotDurable
from drivers.transport.base import LinkFault, Transport
from kiosk.vocabulary.hardware.device_events import DeviceEvent, DeviceFact
from kiosk.vocabulary.hardware.devices import Identity, SelfTestReport, Status
from kiosk.vocabulary.hardware.problems import Problem

LONGEST = 200
_CHUNK, _WRITE_S = 4096, 2.0

Message = tuple[str, ...]


def encode(*words: str) -> bytes:
    """One message: words between bars, a check sum, a line end."""
    text = "|".join(words).encode()
    return b"%s*%02X\n" % (text, sum(text) & 0xFF)


class Codec:
    """Sans-io, for both ends: lines whose check sum is right; all else is dropped."""

    def __init__(self) -> None:
        self._kept = b""

    def feed(self, data: bytes) -> list[Message]:
        *lines, self._kept = (self._kept + data).split(b"\n")
        self._kept = self._kept[-LONGEST:]
        return [message for line in lines if (message := _decoded(line))]


def _decoded(line: bytes) -> Message:
    text, star, check = line.rpartition(b"*")
    right = star and text.isascii() and check == b"%02X" % (sum(text) & 0xFF)
    return tuple(text.decode().split("|")) if right else ()


class Charge(msgspec.Struct, frozen=True):
    """The command."""

    id: str
    cents: int


class Charged(msgspec.Struct, frozen=True):
    ref: str


class NotCharged(msgspec.Struct, frozen=True):
    """Certainly no money moved."""

    problem: Problem


class Unknown(msgspec.Struct, frozen=True):
    problem: Problem


Outcome = Charged | NotCharged | Unknown


class TillStep(DeviceEvent, frozen=True):
    """Progress: what the visitor is to do."""

    name: str


class TillNote(DeviceEvent, frozen=True):
    """Said unasked."""

    number: str
    text: str


class LateResult(DeviceEvent, frozen=True):
    """The result of a charge that nobody waits for any more. Said unasked."""

    charge: str
    state: str


class ChargeBegun(DeviceFact, frozen=True):
    """Durable before the till hears of the charge."""

    charge: str


class ChargeResult(DeviceFact, frozen=True):
    """Durable before the till may forget it."""

    charge: str
    state: str
    ref: str


class NoteTaken(DeviceFact, frozen=True):
    """Durable before the note is answered."""

    number: str
    text: str


class TillSettings(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Seconds until a usual answer is here, until a charge has its result if no step renews it, and between two looks
    at the clock."""

    answer_s: float = 2.0
    result_s: float = 30.0
    look_s: float = 5.0


class TillDriver:
    """See the module. ``now`` gives monotonic seconds."""

    def __init__(self, link: Transport, settings: TillSettings, now: Callable[[], float]) -> None:
        self._link, self._settings, self._now = link, settings, now
        self._codec, self._inbox = Codec(), list[Message]()
        self._taken = set[str]()
        """Notes that were kept in this connecting: said again, they are only answered again."""
        self._broken: LinkFault | None = None

    def open(self) -> Identity:
        self._link.open()
        self._link.write(b"\n" + encode("HELLO"), _WRITE_S)  # the line end finishes what an earlier talk left half
        ready = self._await("READY")
        if ready is None:
            raise DriverFault(Problem.SILENT, "connected, but no till answers")
        return Identity(model=ready[1])

    def poll(self, job: Job) -> Status:
        if self._broken is not None:
            raise self._broken
        self._send("PING")
        pong = self._await("PONG", job)
        return Status() if pong else Status((Problem.SILENT,), unknown=True)

    def execute(self, command: Charge, job: Job) -> Outcome:
        begun = False
        try:
            if self._broken is not None:
                return NotCharged(self._broken.problem)
            job.persist(ChargeBegun(command.id))
            if job.cancelled():
                return NotCharged(Problem.CANCELLED)
            job.progress(TillStep("begins"))
            self._send("CHARGE", command.id, str(command.cents))
            begun = True
            return self._dialogue(command.id, job)
        except NotDurable:
            return Unknown(Problem.STORE_FAILED) if begun else NotCharged(Problem.STORE_FAILED)
        except LinkFault as fault:
            self._broken = fault
            return Unknown(fault.problem) if begun or fault.sent else NotCharged(fault.problem)

    def recover(self, fact: DeviceFact) -> Outcome:
        match fact:
            case ChargeResult(state=state, ref=ref):
                return _outcome(state, ref)
            case ChargeBegun(charge=charge):
                self._send("QUERY", charge)
                told = self._await("TOLD")
                return _outcome(told[2], told[3]) if told and told[1] == charge else Unknown(Problem.SILENT)
            case _:
                return Unknown(Problem.SILENT)

    def self_test(self) -> SelfTestReport:
        return SelfTestReport(True)

    def close(self) -> None:
        self._link.close()

    def _dialogue(self, charge: str, job: Job) -> Outcome:
        deadline, aborted = self._now() + self._settings.result_s, False
        while self._now() < deadline:
            match self._next(deadline):
                case ("STEP", of, name) if of == charge:
                    job.progress(TillStep(name))
                    deadline = self._now() + self._settings.result_s
                    aborted = aborted or job.cancelled()
                    self._send("ABORT" if aborted else "GO", charge)
                case ("ACK", of) if of == charge:
                    aborted = aborted or job.cancelled()
                    self._send("ABORT" if aborted else "GO", charge)
                case ("RESULT", of, state, ref) if of == charge:
                    self._keep_result(charge, state, ref, job)
                    return _outcome(state, ref)
                case None:
                    pass
                case other:
                    self._unasked(other, job)
        return Unknown(Problem.TIMED_OUT)

    def _keep_result(self, charge: str, state: str, ref: str, job: Job) -> None:
        job.persist(ChargeResult(charge, state, ref))
        self._send("DONE", charge)

    def _unasked(self, message: Message, job: Job) -> None:
        match message:
            case ("NOTE", number, _) if number in self._taken:
                self._send("NOTED", number)
            case ("NOTE", number, text):
                job.persist(NoteTaken(number, text))
                self._taken.add(number)
                self._send("NOTED", number)
                job.emit(TillNote(number, text))
            case ("RESULT", charge, state, ref):
                self._keep_result(charge, state, ref, job)
                job.emit(LateResult(charge, state))
            case _:
                pass  # an answer that came too late for its question; the till says again what matters

    def _await(self, word: str, job: Job | None = None) -> Message | None:
        """The answer; what comes before it unasked is taken where there is a job, else the till will say it again."""
        deadline = self._now() + self._settings.answer_s
        while self._now() < deadline:
            message = self._next(deadline)
            if message is not None and message[0] == word:
                return message
            if message is not None and job is not None:
                self._unasked(message, job)
        return None

    def _next(self, deadline: float) -> Message | None:
        if not self._inbox:
            wait_s = min(self._settings.look_s, max(0.0, deadline - self._now()))
            self._inbox += self._codec.feed(self._link.read(_CHUNK, wait_s))
        return self._inbox.pop(0) if self._inbox else None

    def _send(self, *words: str) -> None:
        self._link.write(encode(*words), _WRITE_S)


def _outcome(state: str, ref: str) -> Outcome:
    match state:
        case "approved":
            return Charged(ref)
        case "cancelled" | "never":
            return NotCharged(Problem.CANCELLED)
        case _:
            return Unknown(Problem.SILENT)
