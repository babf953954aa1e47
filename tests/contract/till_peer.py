"""The simulated till (see ``till``), a peer that speaks bytes on a real line, and the journal its terminal keeps."""

from __future__ import annotations

import msgspec

from drivers.host.port import NotDurable
from drivers.sim.lines import make_line
from drivers.sim.peer import LineFaults, Peer
from drivers.spec import DriverSpec, Limits
from kiosk.vocabulary.hardware.devices import DeviceKind
from tests.contract.till import (
    ChargeBegun,
    ChargeResult,
    Codec,
    Message,
    NotCharged,
    NoteTaken,
    TillDriver,
    TillSettings,
    Unknown,
    encode,
)

Fact = ChargeBegun | ChargeResult | NoteTaken


class Crash(BaseException):
    """The program dies here."""


class Journal:
    """Facts that outlive the program: each is kept when ``keep`` returns. ``fails_at`` and ``crashes_at`` count facts
    from 0: that one is not kept (NotDurable), or is kept and the program dies before anything else happens."""

    def __init__(self, *, fails_at: int | None = None, crashes_at: int | None = None) -> None:
        self._fails_at, self._crashes_at = fails_at, crashes_at
        self._count = 0
        self._lines: list[bytes] = []

    def keep(self, fact: Fact) -> None:
        at, self._count = self._count, self._count + 1
        if at == self._fails_at:
            raise NotDurable("no room")
        self._lines.append(msgspec.json.encode(fact))
        if at == self._crashes_at:
            raise Crash

    def facts(self) -> list[Fact]:
        return [msgspec.json.decode(line, type=Fact) for line in list(self._lines)]

    def has(self, *about: str) -> bool:
        """Whether ("result", charge) or ("note", number) is durable."""
        return about in {_about(fact) for fact in self.facts()}

    def in_doubt(self) -> list[Fact]:
        """Charges that were begun and have no result."""
        facts = self.facts()
        ended = {fact.charge for fact in facts if isinstance(fact, ChargeResult)}
        return [fact for fact in facts if isinstance(fact, ChargeBegun) and fact.charge not in ended]


def _about(fact: Fact) -> tuple[str, str]:
    match fact:
        case ChargeBegun(charge=charge):
            return "begun", charge
        case ChargeResult(charge=charge):
            return "result", charge
        case NoteTaken(number=number):
            return "note", number


class TillFaults(LineFaults, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """``note_before``: it says a note right before this message of a dialogue (0 = ACK), once. ``holds``: it keeps the
    result of a charge for itself until this is off."""

    note_before: int | None = None
    holds: bool = False


class Till:
    """The inside (a ``peer.Device``)."""

    def __init__(self) -> None:
        self.faults = TillFaults()
        self.asked: list[str] = []
        """Every CHARGE that was heard."""
        self.booked: list[str] = []
        self.results: dict[str, str] = {}
        self.journal: Journal | None = None
        self.broken_promises: list[str] = []
        """Answers that came though what they rest on was not durable."""
        self.notes: dict[str, str] = {}
        self.noted: list[str] = []
        self.done: list[str] = []
        self._codec = Codec()
        self._now = ""
        self._step = 0
        self._held = b""

    def note(self, text: str) -> bytes:
        number = str(len(self.notes) + len(self.noted) + 1)
        self.notes[number] = text
        return encode("NOTE", number, text)

    def receive(self, data: bytes) -> bytes:
        return b"".join(self._answer(message) for message in self._codec.feed(data))

    def work(self, now: float) -> bytes:
        out, self._held = (b"", self._held) if self.faults.holds else (self._held, b"")
        return out

    def due_in(self, now: float) -> float | None:
        return 0.0 if self._held and not self.faults.holds else None

    def unplugged(self) -> None:
        self._codec = Codec()
        self._give_up()

    def power_lost(self) -> None:
        self.unplugged()

    def _give_up(self) -> None:
        """A dialogue that breaks off before the booking comes to nothing."""
        if self._now:
            self.results.setdefault(self._now, "cancelled")
            self._now = ""

    def _answer(self, message: Message) -> bytes:
        match message:
            case ("HELLO",):
                self._give_up()
                return encode("READY", "Till 1") + self._again()
            case ("PING",):
                return self._again() + encode("PONG")
            case ("CHARGE", charge, _):
                self._give_up()
                self.asked.append(charge)
                self._now, self._step = charge, 0
                return self._say(encode("ACK", charge))
            case ("GO", charge) if charge == self._now:
                self._step += 1
                names = ("card", "pin")
                if self._step <= len(names):
                    return self._say(encode("STEP", charge, names[self._step - 1]))
                return self._book(charge, "approved")
            case ("ABORT", charge) if charge == self._now:
                self._step = 3
                return self._book(charge, "cancelled")
            case ("DONE", charge):
                self._promise("result", charge)
                self.done.append(charge)
            case ("NOTED", number):
                self._promise("note", number)
                self.noted.append(number)
                self.notes.pop(number, None)
            case ("QUERY", charge):
                state = self.results.get(charge, "never")
                return encode("TOLD", charge, state, self._ref(charge, state))
            case _:
                pass
        return b""

    def _book(self, charge: str, state: str) -> bytes:
        self._now, self.results[charge] = "", state
        if state == "approved":
            self.booked.append(charge)
        self._held += self._say(encode("RESULT", charge, state, self._ref(charge, state)))
        return b""

    def _say(self, message: bytes) -> bytes:
        if self.faults.note_before != self._step:
            return message
        self.faults = msgspec.structs.replace(self.faults, note_before=None)
        return self.note("paper low") + message

    def _again(self) -> bytes:
        """What was said and not answered."""
        notes = [encode("NOTE", *each) for each in self.notes.items()]
        open_ = [] if self.faults.holds else [each for each in self.results.items() if each[0] not in self.done]
        return b"".join([*notes, *(encode("RESULT", each, s, self._ref(each, s)) for each, s in open_)])

    def _promise(self, *about: str) -> None:
        if self.journal is not None and not self.journal.has(*about):
            self.broken_promises.append(f"answered before it was durable: {about}")

    def _ref(self, charge: str, state: str) -> str:
        return f"R{len(charge)}{charge[-1]}" if state == "approved" else ""


class TillPeer(Peer):
    """A till on a socket or pty."""

    def __init__(self, line: str) -> None:
        self.till = Till()
        super().__init__(self.till, make_line(line, 0, ""))

    def say_note(self, text: str) -> None:
        """Say it now, unasked; from any thread."""
        with self.lock:
            self.till._held += self.till.note(text)
        self._wake()


TILL = DriverSpec(
    kind=DeviceKind.RECEIPT_PRINTER,  # any kind will do: a host passes it through
    model="test_till",
    title="A till that only tests know",
    settings=TillSettings,
    build=TillDriver,
    refuse=NotCharged,
    unknown_outcome=Unknown,
    simulator=TillPeer,
    limits=Limits(execute_s=60.0, dialogue_s=180.0, every_s=0.02),
    facts=(ChargeBegun, ChargeResult, NoteTaken),
)
