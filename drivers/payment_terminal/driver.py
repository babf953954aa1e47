"""The driver of a ZVT payment terminal (``port.Driver[PaymentCommand, PaymentOutcome]``).

It never decides about money: it does one command once, keeps what the terminal says before it acknowledges it, and
says how that ended. A payment whose end is not known bars the next one until the last transaction was looked up.
"""

from collections.abc import Callable
from datetime import datetime

from drivers.host.port import DriverFault, Job, NotDurable
from drivers.payment_terminal import plans, requests
from drivers.payment_terminal.conditions import IDLE
from drivers.payment_terminal.conversation import Conversation, Listener, Lost
from drivers.payment_terminal.dialogue import Dialogue, End, Ended, Timers
from drivers.payment_terminal.listeners import JobListener, NobodyListens, Texts
from drivers.payment_terminal.settings import ZvtSettings
from drivers.payment_terminal.standing import Standing
from drivers.transport.base import Transport
from kiosk.vocabulary.hardware.device_events import DeviceFact
from kiosk.vocabulary.hardware.devices import Identity, SelfTestReport, Status
from kiosk.vocabulary.hardware.problems import Problem
from kiosk.vocabulary.ids import PaymentId
from kiosk.vocabulary.payments import (
    MOST_CENTS,
    Authorise,
    Cancelled,
    Declined,
    EndDay,
    LastFound,
    LookUpLast,
    Money,
    NothingFound,
    PaymentCommand,
    PaymentOutcome,
    Reverse,
    Unknown,
)


class ZvtTerminal:
    """See the module. ``wall`` gives the local date and time for a terminal that asks for it."""

    def __init__(
        self,
        transport: Transport,
        settings: ZvtSettings,
        now: Callable[[], float],
        wall: Callable[[], datetime] = datetime.now,
    ) -> None:
        self._settings = settings
        quirks = settings.quirks
        self._conversation = Conversation(transport, settings, now)
        self._texts = Texts(quirks.charset, quirks.charset_fixed, settings.currency)
        self._standing = Standing(self._conversation, settings, self._texts, now, wall)
        self._timers = Timers(settings.t3_s, settings.t4_s)
        self._unsettled = False
        """The last payment's end is not known."""
        self._sent: set[PaymentId] = set()
        """Payments that were sent over this connection."""

    def open(self) -> Identity:
        """Connect and register. Where the terminal first says something that must be kept, or is still busy, that is
        left to the first poll. Raises DriverFault."""
        self._conversation.open()
        try:
            if self._standing.register(NobodyListens()):
                self._standing.introduce(NobodyListens())
        except NotDurable:
            return Identity()
        return self._standing.identity

    def poll(self, job: Job) -> Status:
        """Take what came unasked; ask how the terminal is when that is due, and bring it back where that can be done
        from here. Raises DriverFault, NotDurable."""
        self._whole()
        listener = JobListener(job, self._texts)
        self._conversation.listen(listener)
        return self._standing.look(job, listener)

    def execute(self, command: PaymentCommand, job: Job) -> PaymentOutcome:
        """Do one command, once."""
        if self._conversation.broken is not None:
            return Cancelled(self._conversation.broken.problem)
        if (refused := self._refusal(command)) is not None:
            return refused
        listener = JobListener(job, self._texts, command)
        if (unready := self._prepare(job)) is not None:
            return unready
        if job.cancelled():
            return Cancelled()
        try:
            return self._execute(command, listener)
        except NotDurable as fault:
            self._conversation.give_up(Problem.STORE_FAILED, str(fault))
            return Unknown(Problem.STORE_FAILED)

    def recover(self, fact: DeviceFact) -> PaymentOutcome:
        """Not used: what became of a payment is found out by ``LookUpLast``, when the terminal is idle."""
        return Unknown(Problem.LINK_LOST)

    def self_test(self) -> SelfTestReport:
        """Status enquiry and lookup, without moving money."""
        self._whole()
        try:
            return self._self_tested()
        except NotDurable:
            return SelfTestReport(False, ("the terminal has something to say first: try again",))

    def close(self) -> None:
        """Hang up. What the terminal does goes on."""
        self._conversation.close()

    def _whole(self) -> None:
        if self._conversation.broken is not None:
            raise self._conversation.broken

    def _refusal(self, command: PaymentCommand) -> Cancelled | Unknown | None:
        """The outcome of what is not sent at all. Each of these is a mistake of the program or of the configuration."""
        match command:
            case Authorise(payment=payment) if payment in self._sent:
                return Unknown(Problem.BUG)  # nothing is known here of what became of the first
            case Authorise() if self._unsettled:
                return Cancelled(Problem.BUG)
            case Authorise(amount=amount) | Reverse(amount=amount):
                problem = self._wrong_amount(amount)
                return None if problem is None else Cancelled(problem)
            case _:
                return None

    def _wrong_amount(self, amount: Money) -> Problem | None:
        if amount.currency != self._settings.currency:
            return Problem.BAD_CONFIG
        return None if 0 < amount.cents <= MOST_CENTS else Problem.BUG

    def _prepare(self, job: Job) -> Cancelled | Declined | None:
        """Take what lies there unanswered, and register where that is missing; the outcome if it cannot go on."""
        listener = JobListener(job, self._texts)
        try:
            self._conversation.listen(listener)
            if not self._standing.registered and not self._standing.register(listener):
                return Declined(self._standing.status)
        except NotDurable as fault:
            self._conversation.give_up(Problem.STORE_FAILED, str(fault))
            return Cancelled(Problem.STORE_FAILED)
        except DriverFault as fault:
            self._conversation.give_up(fault.problem, fault.detail)
            return Cancelled(fault.problem)
        return None

    def _execute(self, command: PaymentCommand, listener: JobListener) -> PaymentOutcome:
        settings, read, terminal_id = self._settings, self._texts.reader, self._standing.terminal_id
        match command:
            case Authorise(payment=payment, amount=amount, sync=sync):
                self._sent.add(payment)
                return self._pay(amount, sync, listener)
            case LookUpLast(payments_only=payments_only):
                return self._look_up(payments_only, listener)
            case Reverse(amount=amount, receipt=receipt, sync=sync):
                judge = plans.reversal(amount, terminal_id)
                end = self._run(requests.reversal(settings, receipt, amount.cents, sync), listener, judge)
                return _lost(end) if isinstance(end, Lost) else read.reversal(end)
            case EndDay():
                end = self._run(requests.end_of_day(settings), listener, plans.end_of_day)
                return _lost(end) if isinstance(end, Lost) else read.end_of_day(end)
            case _:
                raise TypeError(f"no command of a payment terminal: {type(command).__name__}")

    def _pay(self, amount: Money, sync: str | None, listener: JobListener) -> PaymentOutcome:
        self._unsettled = True
        judge = plans.payment(amount, self._standing.terminal_id)
        end = self._run(requests.authorisation(self._settings, amount.cents, sync), listener, judge)
        outcome = _lost(end) if isinstance(end, Lost) else self._texts.reader.authorisation(end)
        self._unsettled = isinstance(outcome, Unknown)
        return outcome

    def _look_up(self, payments_only: bool, listener: JobListener) -> PaymentOutcome:
        asked = self._standing.enquire(listener)
        if isinstance(asked, Lost):
            return _lost(asked)
        if asked not in IDLE:
            return Declined(asked)
        end = self._run(requests.lookup(self._settings, payments_only=payments_only), listener, plans.lookup)
        outcome = _lost(end) if isinstance(end, Lost) else self._texts.reader.lookup(end)
        if isinstance(outcome, LastFound | NothingFound):
            self._unsettled = False
        return outcome

    def _run(self, request: requests.Request, listener: Listener, judge: plans.Judge) -> Ended | Lost:
        dialogue = Dialogue(request, self._timers, judge, self._settings.quirks.abort)
        end = self._conversation.run(dialogue, request.control, listener)
        self._standing.hear(end)
        return end

    def _self_tested(self) -> SelfTestReport:
        status = self._standing.enquire(NobodyListens())
        if isinstance(status, Lost):
            return SelfTestReport(False, ("status enquiry: no answer",))
        lines = [f"terminal {self._standing.terminal_id or 'without a number'}", f"status {status:02X}"]
        end = self._run(requests.lookup(self._settings), NobodyListens(), plans.lookup)
        found = isinstance(end, Ended) and end.how is End.COMPLETED
        said = "a transaction" if found and isinstance(end, Ended) and end.last else "no transaction"
        lines.append(f"lookup of the last transaction: {said if found else 'not answered'}")
        return SelfTestReport(found and status in IDLE, tuple(lines))


def _lost(lost: Lost) -> Unknown | Cancelled:
    return Unknown(lost.problem) if lost.begun else Cancelled(lost.problem)
