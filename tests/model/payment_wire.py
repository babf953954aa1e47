"""The same world with the real driver and the simulated payment terminal, byte by byte, on a virtual clock.

The transport lets time pass while the driver waits: the simulator does what is due, and the driver reads it.
"""

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Any

from drivers.host.port import DriverFault, NotDurable
from drivers.host.running_job import RunningJob
from drivers.payment_terminal.driver import ZvtTerminal
from drivers.payment_terminal.settings import ZvtSettings
from drivers.sim.payment_terminal.book import Kind, stands
from drivers.sim.payment_terminal.settings import Settings as Habits
from drivers.sim.payment_terminal.switches import PaymentFaults
from drivers.sim.payment_terminal.terminal import PaymentTerminal
from drivers.transport.base import LinkFault
from kiosk.payments import events as it
from kiosk.payments.states import PayState
from kiosk.vocabulary.hardware.device_events import DeviceEvent, DeviceFact
from kiosk.vocabulary.hardware.problems import Problem
from kiosk.vocabulary.payments import Authorise, Cancelled, PaymentBegun, PaymentOutcome, TerminalCondition, Unknown
from tests.model.payment_dialogue import PowerCut
from tests.model.payment_rules import LineRules
from tests.model.payment_terminal import TerminalModel
from tests.model.payment_world import World

PASSWORD = "123456"


class VirtualLine:
    """A transport to a simulator in the same thread. ``now`` and ``wait_until`` are the virtual clock; ``rules`` watch
    what is written."""

    def __init__(
        self,
        terminal: PaymentTerminal,
        now: Callable[[], float],
        wait_until: Callable[[float], None],
        rules: LineRules,
    ) -> None:
        self._terminal, self._now, self._wait_until, self._rules = terminal, now, wait_until, rules
        self._arrived = bytearray()
        self._open = False

    def open(self) -> None:
        self._open = True
        self._arrived.clear()

    def read(self, max_bytes: int, timeout_s: float) -> bytes:
        until = self._now() + timeout_s
        while self._open:
            self._arrived += self._terminal.work(self._now())
            if self._terminal.link.hangs_up():
                self._hang_up()
            if self._arrived:
                got = bytes(self._arrived[:max_bytes])
                del self._arrived[:max_bytes]
                return got
            if self._now() >= until:
                return b""
            due = self._terminal.due_in(self._now())
            self._wait_until(min(until, self._now() + max(due, 0.001)) if due is not None else until)
        if self._arrived:
            got = bytes(self._arrived[:max_bytes])
            del self._arrived[:max_bytes]
            return got
        raise LinkFault(Problem.LINK_LOST, "hung up")

    def write(self, data: bytes, timeout_s: float) -> None:
        if not self._open:
            raise LinkFault(Problem.LINK_LOST, "hung up")
        self._arrived += self._terminal.work(self._now())
        self._rules.wrote(data)
        self._arrived += self._terminal.receive(data)
        if self._terminal.link.hangs_up():
            self._hang_up()

    def close(self) -> None:
        if self._open:
            self._hang_up()

    def _hang_up(self) -> None:
        self._open = False
        if not self._terminal.link.is_serial:  # nobody sees that the other end of a serial cable closed its port
            self._terminal.unplugged()


class BookOfSimulator(TerminalModel):
    """The simulator's own book, asked by the payments of our side: what it booked from a command on is that one's."""

    def __init__(self, now: Callable[[], float]) -> None:
        super().__init__(now)
        self.sim: PaymentTerminal | None = None
        self.begun: list[tuple[int, str]] = []

    def begins(self, payment: str) -> None:
        assert self.sim is not None
        self.begun.append((len(self.sim.machine.book.entries), payment))

    def net(self, payment: str) -> int:
        if self.sim is None:
            return 0
        entries = self.sim.machine.book.entries
        ends = [*(at for at, _ in self.begun[1:]), len(entries)]
        for (start, name), end in zip(self.begun, ends, strict=False):
            if name == payment:
                return sum(each.cents for each in entries[start:end] if stands(each))
        return 0

    def by_hand(self, payment: str) -> None:
        """Staff reverse it at the device, where it stands and the device is idle."""
        assert self.sim is not None
        if self.net(payment) and not self.sim.running:
            book = self.sim.machine.book
            newest = [each for each in book.entries if each.kind is Kind.PAYMENT and stands(each)][-1]
            book.reverse(newest.receipt, self.sim.machine.now(), "by hand")


@dataclass
class WireWorld(World):
    """``habits`` and ``framing`` are the terminal's; a person pays at once."""

    habits: Habits = field(default_factory=Habits)
    framing: str = "plain"
    power_cut_at_fact: int = 0
    """The power is cut at this fact of the driver, counted from 1."""
    fact_lost: bool = False

    def __post_init__(self) -> None:
        self.driver: ZvtTerminal | None = None
        self.facts = 0
        self.up = False
        self.dead = False
        super().__post_init__()

    def boot(self) -> None:
        if not isinstance(self.terminal, BookOfSimulator):
            self.terminal = BookOfSimulator(lambda: self.mono)
            wall = datetime(2026, 11, 30, 9, 0, tzinfo=UTC)
            sim = PaymentTerminal(
                self.habits,
                self.framing,  # type: ignore[arg-type]
                lambda: self.mono,
                lambda: wall + timedelta(seconds=self.mono),
            )
            sim.faults = PaymentFaults(pays_by_itself=True)
            self.terminal.sim = sim
            self.rules = LineRules(lambda: sim.running, lambda: self.db)
        if self.driver is not None:
            self.driver.close()
        self.driver, self.up = None, False
        super().boot()
        self.inbox.clear()

    @property
    def sim(self) -> PaymentTerminal:
        assert isinstance(self.terminal, BookOfSimulator)
        assert self.terminal.sim is not None
        return self.terminal.sim

    def poll(self) -> None:
        """What the host does about once a second: connect anew, ask how it is."""
        try:
            if self.driver is None:
                line = VirtualLine(self.sim, lambda: self.mono, self.pass_time, self.rules)
                framing: Any = "serial" if self.framing == "serial" else "tcp"
                settings = ZvtSettings(password=PASSWORD, framing=framing)
                self.driver = ZvtTerminal(line, settings, lambda: self.mono)
                self.driver.open()
            self.driver.poll(self.job(""))
            self.link(up=True)
        except (DriverFault, NotDurable):
            self.hang_up()

    def hang_up(self) -> None:
        if self.driver is not None:
            self.driver.close()
        self.driver = None
        self.link(up=False)

    def reverse_by_hand(self) -> None:
        """Staff take back what nobody knows of, at the device itself."""
        attempt = self.payments.attempt
        if self.payments.state in (PayState.UNKNOWN, PayState.MANUAL) and attempt is not None:
            assert isinstance(self.terminal, BookOfSimulator)
            self.terminal.by_hand(attempt.id)

    def link(self, *, up: bool) -> None:
        if up != self.up:
            self.up = up
            self.inbox.append(it.DeviceLinked(up))

    def pass_time(self, until: float) -> None:
        self.mono = max(self.mono, until)

    def job(self, ident: str) -> RunningJob:
        return RunningJob(
            ident,
            cancelled=lambda: False,
            progress=lambda event: self.said(ident, event),
            emit=lambda event: self.said(ident, event),
            persist=self.persist,
        )

    def said(self, job: str, event: DeviceEvent) -> None:
        match event:
            case TerminalCondition():
                self.inbox.append(it.ConditionTold(event))
            case PaymentBegun():
                self.inbox.append(it.TerminalTook(job))
            case _:
                pass

    def persist(self, fact: DeviceFact) -> None:
        self.facts += 1
        cut = self.power_cut_at_fact and self.facts == self.power_cut_at_fact
        if cut and self.fact_lost:
            self.power_cut_at_fact = 0
            raise PowerCut
        if not self.keep(fact):
            raise NotDurable("refused")
        if cut:
            self.power_cut_at_fact = 0
            raise PowerCut

    def drive(self, job: str, command: object) -> PaymentOutcome:
        assert isinstance(self.terminal, BookOfSimulator)
        if isinstance(command, Authorise):
            self.terminal.begins(command.payment)
            self.sent.append(command.payment)
        if self.driver is None:
            return Cancelled(Problem.LINK_LOST)
        try:
            return self.driver.execute(command, self.job(job))  # type: ignore[arg-type]
        except DriverFault as fault:
            self.hang_up()
            return Unknown(fault.problem)
