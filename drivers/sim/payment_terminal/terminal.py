"""The inside of the simulated payment terminal (a ``peer.Device``): runs its processes over a framing, in time.

``clock`` gives seconds that only grow, ``wall`` the time of day: a test holds both.
"""

import time
from collections.abc import Callable
from datetime import datetime

from drivers.sim.payment_terminal import messages, payment, service, texts
from drivers.sim.payment_terminal.apdu import POSITIVE, Apdu, negative
from drivers.sim.payment_terminal.cards import Card
from drivers.sim.payment_terminal.fields import PARSE_ERROR, UNKNOWN_FIELD, BadMessage
from drivers.sim.payment_terminal.link import FramingName, TerminalLink
from drivers.sim.payment_terminal.machine import Machine
from drivers.sim.payment_terminal.orders import (
    ABORT,
    DIAGNOSIS,
    EURO,
    LOG_OFF,
    RESET,
    EndOfDay,
    Initialisation,
    Order,
    Payment,
    Registration,
    RepeatReceipt,
    Reversal,
    SetTime,
    Simple,
    StatusEnquiry,
    password_of,
    read,
)
from drivers.sim.payment_terminal.settings import Settings
from drivers.sim.payment_terminal.steps import Await, Did, Pause, Process, Reply, Say, Step, Touch
from drivers.sim.payment_terminal.switches import PaymentFaults

_NEVER = float("inf")
_BUSY, _WRONG_PASSWORD, _NOT_REGISTERED, _WRONG_CURRENCY = 0x9C, 0x37, 0x6B, 0x6F
_OK = Apdu(POSITIVE)


class PaymentTerminal:
    """See the module. Used by one thread at a time."""

    def __init__(
        self,
        settings: Settings = Settings(),
        framing: FramingName = "plain",
        clock: Callable[[], float] = time.monotonic,
        wall: Callable[[], datetime] = datetime.now,
    ) -> None:
        self.machine = Machine(settings, wall)
        self.link = TerminalLink(settings, framing, clock, lambda: self.running)
        self.unexpected: list[Apdu] = []
        """Answers to nothing."""
        self._clock = clock
        self._boots = self._restarts = self._stale = False
        self._process_connection = 0
        self._down_until = -_NEVER
        self._process: Process[None] | None = None
        self._step: Step | None = None
        self._until = _NEVER
        self._planned: tuple[float, Did] | None = None
        self._owed = 0
        self._arriving = False
        """The message that waits for an answer has not been acknowledged by the serial link yet."""

    @property
    def faults(self) -> PaymentFaults:
        """Switches as they stand."""
        self.machine.switches = self.link.spoils(self.machine.switches)
        return self.machine.switches

    @faults.setter
    def faults(self, value: PaymentFaults) -> None:
        self.machine.switches = value
        self.link.spoil(value)

    @property
    def running(self) -> bool:
        """Whether a process runs."""
        return self._process is not None

    @property
    def awaited(self) -> frozenset[Touch]:
        """What it waits for a person to do; empty while it waits for nobody."""
        return self._step.touches if isinstance(self._step, Await) else frozenset()

    @property
    def down(self) -> bool:
        """Whether it is starting up."""
        return self._clock() < self._down_until

    def receive(self, data: bytes) -> bytes:
        """Take bytes; what it says at once."""
        now = self._clock()
        if now < self._down_until:
            return b""
        self.plugged()
        self._catch_up(now)
        for message in self.link.receive(data, now):
            self._heard(message, now)
        return self.work(now)

    def work(self, now: float) -> bytes:
        """Do what is due; what it says by itself."""
        if now >= self._down_until:
            self._catch_up(now)
        return self.link.leaving(now)

    def due_in(self, now: float) -> float | None:
        """Seconds until ``work`` wants to be called again; None = only after bytes."""
        if now < self._down_until and not self.link.waiting:
            return self._down_until - now
        due = [self._until - now] if self._until < _NEVER else []
        due += [self._planned[0] - now] if self._planned else []
        due += [0.0] if self._boots else []
        link = self.link.due_in(now)
        due += [link] if link is not None else []
        return max(0.0, min(due)) if due else None

    def has_work(self) -> bool:
        """Whether it will do something without hearing from anybody: waiting for an answer or a person is none."""
        return bool(self.link.waiting or self._planned or self._boots or isinstance(self._step, Pause))

    def plugged(self) -> None:
        """Somebody is connected. May be called again and again."""
        if self.link.plugged():
            self._stale = self.machine.settings.forgets_registration

    def unplugged(self) -> None:
        """The connection ended. What runs goes on."""
        self.link.ended()
        self._owed = 0
        if isinstance(self._step, Say) and self.machine.settings.notices_drop:
            self._until = self._clock()

    def power_lost(self) -> None:
        """What runs is broken off; the book stays. What becomes of a payment is settled when it is on again."""
        self._drop_process()
        self._boots = True
        self.link.ended()
        self.machine.forget_registration()

    def reboot(self, seconds: float) -> None:
        """Restart: power is lost and comes back after so long; a TCP connection closes."""
        now = self._clock()
        self.power_lost()
        self._down_until = now + seconds
        self.machine.text = texts.OUT_OF_ORDER
        if not self.link.is_serial:
            self.link.close(now)

    def touch(self, touch: Touch, card: Card | None = None) -> bool:
        """Somebody does this; whether it was waited for (a card can be taken out at any time)."""
        now = self._clock()
        if touch in self.awaited:
            self._planned = None
            self._resume(Did(touch, card), now)
            return True
        if touch is Touch.REMOVE and self.machine.card_inside is not None:
            self.machine.card_inside = None
            return True
        return False

    def say_unasked(self, cents: int | None = None) -> bool:
        """A status information without a command (see ``payment.unasked``); False while something else runs."""
        if self._process is not None:
            return False
        self.link.counter.begin(Apdu(0x040F))
        self._start(payment.unasked(self.machine, cents), self._clock())
        return True

    def _catch_up(self, now: float) -> None:
        """Do all whose time has come."""
        if self._boots:
            self._boots = False
            self.machine.settle_after_restart()
            self.machine.end_process()
        if not self.link.work(now) and isinstance(self._step, Say):
            self._resume(None, now)
        self._arriving = self._arriving and self.link.unacknowledged
        if isinstance(self._step, Say) and self._arriving:
            self._until = now + self._step.wait_s  # the time for an answer begins when the frame has arrived
        self._go_on(now)

    def _heard(self, message: Apdu, now: float) -> None:
        if not message.is_answer:
            self._command(message, now)
        elif isinstance(self._step, Say) and self._may_talk():
            self._resume(message, now)
        elif self._owed:
            self._owed -= 1
        else:
            self.unexpected.append(message)

    def _command(self, message: Apdu, now: float) -> None:
        if message.command == ABORT:
            self._abort(now)
            return
        if self._stale and self._process is None:
            self._stale = False
            self.machine.forget_registration()
        order = read(message)
        if isinstance(order, BadMessage):
            self.link.send(negative(order.code), now)
        elif self._process is not None:
            self._say_busy(order, now)
        elif isinstance(order, Registration) and order.currency not in (None, EURO):
            self.link.send(Apdu(0x841E, bytes([_WRONG_CURRENCY]) + (order.currency or b"")), now)
        elif code := self._forbidden(order):
            self.link.send(negative(code), now)
        else:
            self._obey(order, now)

    def _abort(self, now: float) -> None:
        """06 B0: while a card or PIN is waited for it is the stop key; without a process it is answered and nothing."""
        waiting = bool(self.awaited & {Touch.INSERT, Touch.PIN})
        if self._process is not None and not (waiting and self.machine.settings.abort == "waiting"):
            self.link.send(negative(UNKNOWN_FIELD), now)
            return
        self.link.send(_OK, now)
        if waiting:
            self.touch(Touch.ABORT)

    def _say_busy(self, order: Order, now: float) -> None:
        open_question = isinstance(self._step, Say) and self._may_talk()
        told = self.machine.settings.busy_answer == "status"
        if not isinstance(order, StatusEnquiry) or open_question or not told:
            self.link.send(negative(_BUSY), now)
            return
        self.link.send(_OK, now)
        self.link.send(messages.status_report(self.machine, order, _BUSY), now)
        self._owed += 1

    def _forbidden(self, order: Order) -> int:
        """The error code of an order that is refused at once; 0 = it is not."""
        settings, password = self.machine.settings, password_of(order)
        if settings.checks_password and password not in (None, settings.password):
            return _WRONG_PASSWORD
        if self.machine.switches.busy and not isinstance(order, StatusEnquiry):
            return _BUSY
        if isinstance(order, Payment | Reversal | EndOfDay) and self.machine.registration is None:
            return _NOT_REGISTERED
        if isinstance(order, Payment | Reversal) and order.currency not in (None, EURO):
            return _WRONG_CURRENCY
        if isinstance(order, Payment) and settings.refuses == "at_once" and self.machine.status not in (0, 0xDC):
            return self.machine.status
        missing = order.cents if isinstance(order, Payment) else order.receipt if isinstance(order, Reversal) else 0
        return PARSE_ERROR if missing is None else 0

    def _obey(self, order: Order, now: float) -> None:
        if isinstance(order, SetTime) and not service.set_time(self.machine, order):
            self.link.send(negative(PARSE_ERROR), now)
            return
        self.link.send(_OK, now)
        if isinstance(order, Simple) and order.command == LOG_OFF:
            self.machine.forget_registration()
        self._restarts = isinstance(order, Simple) and order.command == RESET
        process = self._process_for(order)
        if process is not None:
            self._start(process, now)

    def _process_for(self, order: Order) -> Process[None] | None:
        m = self.machine
        match order:
            case Registration():
                return service.register(m, order)
            case Payment():
                return payment.pay(m, order)
            case Reversal():
                return payment.reverse(m, order)
            case RepeatReceipt():
                return service.repeat_receipt(m, order)
            case StatusEnquiry():
                return service.tell_status(m, order)
            case EndOfDay():
                return service.end_of_day(m, order)
            case Initialisation():
                return service.initialise(m, order)
            case Simple(command=command) if command == DIAGNOSIS:
                return service.diagnose(m)
            case Simple(command=command) if command == RESET:
                return service.complete(m)
            case SetTime() if m.settings.time_set_completes:
                return service.complete(m)
            case SetTime() | Simple():
                return None

    def _may_talk(self) -> bool:
        here = self._process_connection == self.link.connection or self.machine.settings.follows_connection
        return self.link.connected and here

    def _start(self, process: Process[None], now: float) -> None:
        self._process, self._process_connection = process, self.link.connection
        self._resume(None, now)

    def _resume(self, reply: Reply, now: float) -> None:
        """Go on with the process until it waits for something that is not there yet."""
        self._planned, self._until = None, _NEVER
        while self._process is not None:
            try:
                self._step = self._process.send(reply)
            except StopIteration:
                self._end()
                return
            match self._step:
                case Say(message=message, wait_s=wait_s):
                    if not self._may_talk() and self.machine.settings.notices_drop:
                        reply = None
                        continue
                    if self._may_talk():
                        self.link.send(message, now)
                        self._arriving = True
                    self._until = now + wait_s
                case Pause(seconds=seconds):
                    self._until = now + seconds
                case Await(touches=touches, wait_s=wait_s):
                    self._until = now + wait_s
                    self._plan(self.machine.scripted(touches), now)
            return

    def _plan(self, did: Did | None, now: float) -> None:
        script = self.machine.script
        if did is not None and script is not None:
            self._planned = (now + script.after_s, did)

    def _go_on(self, now: float) -> None:
        while self._process is not None:
            if self._planned is not None and self._planned[0] <= now:
                self._resume(self._planned[1], now)
            elif self._until <= now:
                self._resume(None, now)
            else:
                return

    def _end(self) -> None:
        self._process = self._step = None
        self.machine.end_process()
        if self._restarts:
            self._restarts = False
            self.reboot(self.machine.settings.reboot_s)

    def _drop_process(self) -> None:
        if self._process is not None:
            self._process.close()
        self._process = self._step = self._planned = None
        self._until = _NEVER
