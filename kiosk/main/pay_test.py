"""``kiosk pay-test DEVICE``: one payment of a chosen amount from the command line, with the real machine, store and
driver, told step by step. The money is real; ``--void`` takes it back at the end.

The terminal must not run: it owns ``terminal.db`` and the device.
"""

import queue
import secrets
import sys
import time
from collections.abc import Callable
from datetime import datetime
from pathlib import Path
from zoneinfo import ZoneInfo

import msgspec

from drivers import registry
from drivers.host.host import HostCallbacks
from drivers.host.hosts import Hosts
from kiosk import config as configuration
from kiosk.config import ConfigFault, TerminalConfig
from kiosk.i18n.texts import Texts
from kiosk.main.device_facts import DeviceFacts
from kiosk.main.device_routes import DeviceRoutes, KindRoute, no_commands
from kiosk.main.payments import PaymentWorker, settings_of
from kiosk.payments import events as it
from kiosk.payments.machine import TABLE, step
from kiosk.payments.model import Finished, Moment, PaymentOrder, PaymentOrderKind, Payments, Refusal
from kiosk.payments.states import AttemptState, PayState
from kiosk.vocabulary.effects import Effect, StoreEffect
from kiosk.vocabulary.events import DeviceChanged, Event, Tick
from kiosk.vocabulary.hardware.devices import DeviceKind
from kiosk.vocabulary.ids import ChargeId, IdMaker, OpId
from kiosk.vocabulary.payments import Money, TerminalShows
from offline_cache.store.context import StoreContext
from offline_cache.store.database import DatabaseFault
from offline_cache.store.storage import StorageThread

PAID, NOT_PAID, WRONG = 0, 1, 2
READY_S = 60.0
"""How long the payment terminal may take to register and to become ready."""
TICK_S = 0.25
_WAITED_FOR = frozenset(
    {Refusal.NOT_RESTORED, Refusal.TERMINAL_AWAY, Refusal.TERMINAL_NOT_READY, Refusal.DAY_DUE, Refusal.OPEN_ATTEMPT}
)
"""Refusals that time may mend."""

Say = Callable[..., None]


class PayTest:
    """One run. ``say(key, **values)`` tells a step; texts ``pay_test.<key>``."""

    def __init__(
        self,
        config: TerminalConfig,
        device: str,
        data: Path,
        say: Say,
        *,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        self._config, self._say, self._clock = config, say, clock
        self._zone = ZoneInfo(config.site.timezone)
        self._ids = IdMaker(lambda: time.time_ns() // 1_000_000, secrets.randbits)
        self._inbox: queue.SimpleQueue[Event] = queue.SimpleQueue()
        self.payments = Payments(settings=settings_of(config.payment))
        self.storage = StorageThread(
            data / "terminal.db",
            self._inbox.put,
            facts=registry.facts(),
            outside=StoreContext(new_id=lambda: OpId(self._ids())),
        )
        self.worker = PaymentWorker(device, self._inbox.put)
        self.hosts = self.worker.hosts = Hosts({device: config.devices[device]}, self._ends())

    def open(self) -> DatabaseFault | None:
        """Open the store, then the device. A fault when the store cannot be used; then nothing was started."""
        self.storage.start()
        ready = self.storage.ready.result(READY_S)
        if isinstance(ready, DatabaseFault):
            self.storage.stop()
            return ready
        self._do(it.RestorePayments())
        if not self._config.hub.key:
            self._inbox.put(it.NumbersSure())  # no hub has this terminal's numbers: nobody else can have given some
        self.hosts.start()
        return None

    def close(self) -> None:
        """Let go of the device and the store."""
        self.hosts.stop()
        self.storage.stop()

    def settle(self) -> None:
        """Wait until what an earlier run left open has been found out, or waits for people."""
        self._run(lambda: self.payments.state in (PayState.IDLE, PayState.MANUAL))

    def pay(self, amount: Money) -> Finished | Refusal:
        """One payment, to its end; what people must decide is told as ``Refusal.LOCKED``."""
        charge, until = ChargeId(str(self._ids())), self._clock() + READY_S
        while True:
            self._inbox.put(it.StartPayment(charge, amount))
            self._run(lambda: self._answered(charge))
            refused = self.payments.refused
            if refused is None or refused.why not in _WAITED_FOR or self._clock() >= until:
                break
            self._run(lambda: True, least_s=1.0)
        if refused is not None:
            return refused.why
        self._run(self._over)
        return self._end()

    def void(self, done: Finished) -> Finished | Refusal:
        """Take it back."""
        order = PaymentOrder(
            id=str(self._ids()), kind=PaymentOrderKind.VOID, payment=done.attempt.id, paid=done.attempt
        )
        self._inbox.put(it.OrderTaken(order))
        self._run(lambda: self.payments.finished is None)
        self._run(self._over)
        return self._end()

    def _end(self) -> Finished | Refusal:
        return self.payments.finished or Refusal.LOCKED

    def _answered(self, charge: ChargeId) -> bool:
        refused, attempt = self.payments.refused, self.payments.attempt
        return (refused is not None and refused.charge == charge) or (attempt is not None and attempt.charge == charge)

    def _over(self) -> bool:
        return self.payments.state is PayState.MANUAL or (
            self.payments.state is PayState.IDLE
            and (self.payments.finished is not None or self.payments.refused is not None)
        )

    def _run(self, over: Callable[[], bool], least_s: float = 0.0) -> None:
        """Hear events until that holds."""
        until = self._clock() + least_s
        while True:
            try:
                self._hear(self._inbox.get(timeout=TICK_S))
            except queue.Empty:
                self._hear(Tick())
            if over() and self._clock() >= until:
                return

    def _hear(self, event: Event) -> None:
        if type(event) not in TABLE.events:
            return
        moment = Moment(self._clock(), datetime.now(self._zone), OpId(self._ids()))
        before, moved = self.payments.state, step(self.payments, event, moment)
        self.payments = moved.payments
        self._tell(event)
        if self.payments.state is not before:
            self._say("state", state=self.payments.state.value)
        for effect in moved.effects:
            self._do(effect)

    def _do(self, effect: Effect) -> None:
        match effect:
            case it.CommitAttempt(ending=ending):
                self._say("keeps", what=ending.to.value, why=ending.why)
                self.storage.submit(effect)
            case StoreEffect():
                self.storage.submit(effect)
            case it.AskTerminal(command=command):
                self._say("asks", command=type(command).__name__)
                self.worker.perform(effect)
            case it.CancelJob():
                self.worker.perform(effect)
            case _:
                raise TypeError(f"no worker for {type(effect).__name__}")

    def _tell(self, event: Event) -> None:
        match event:
            case it.TerminalAnswered(outcome=outcome):
                self._say("answered", outcome=type(outcome).__name__)
            case it.StatusStored(record=record):
                self._say("status", result=f"{record.result:02X}", trace=record.trace or 0)
            case it.TerminalSaid(shown=TerminalShows(code=code, text=text)):
                self._say("shows", code=f"{code:02X}", text=text)
            case it.ConditionTold(told=told):
                self._say("condition", condition=told.condition.value, terminal=told.terminal_id)
            case _:
                pass

    def _ends(self) -> HostCallbacks:
        unused = KindRoute(ended=no_commands, late=no_commands, recovered=no_commands, said=lambda said: None)
        kinds = {**dict.fromkeys(DeviceKind, unused), DeviceKind.PAYMENT_TERMINAL: self.worker.route}
        routes = DeviceRoutes(kinds)
        facts = DeviceFacts(self.storage.keep, self._inbox.put)
        return HostCallbacks(
            emit=self._changed,
            finished=routes.finished,
            late=routes.late,
            recovered=routes.recovered,
            progress=routes.said,
            unsolicited=routes.said,
            persist=facts.persist,
        )

    def _changed(self, event: DeviceChanged) -> None:
        status = event.status
        self._say("device", state=status.state.value, detail=status.detail or "-")
        self.worker.device_changed(status)


def run_pay_test(path: Path, data: Path, device: str, amount: str, lang: str, *, void: bool = False) -> int:
    """Pay and say. Exit code 0 = paid (and taken back, with ``void``), 1 = not, 2 = it could not be tried."""
    texts = Texts.load("terminal")

    def say(key: str, **values: object) -> None:
        sys.stdout.write(texts.say(lang, f"pay_test.{key}", None, **values).text + "\n")
        sys.stdout.flush()

    def wrong(text: str) -> int:
        sys.stderr.write(text + "\n")
        return WRONG

    config = configuration.read(path)
    if isinstance(config, ConfigFault):
        return wrong(str(config))
    money = read_amount(amount)
    if money is None:
        return wrong(texts.say(lang, "pay_test.no_amount", amount=amount).text)
    known = {name: each for name, each in config.devices.items() if each.kind is DeviceKind.PAYMENT_TERMINAL}
    if device not in known:
        names = ", ".join(sorted(known)) or "-"
        return wrong(texts.say(lang, "pay_test.no_device", device=device, path=str(path), names=names).text)
    enabled = msgspec.structs.replace(known[device], enabled=True)
    test = PayTest(msgspec.structs.replace(config, devices={device: enabled}), device, data, say)
    if (fault := test.open()) is not None:
        return wrong(str(fault))
    try:
        return _paid(test, money, say, void=void)
    finally:
        test.close()


def _paid(test: PayTest, money: Money, say: Say, *, void: bool) -> int:
    done = test.pay(money)
    if not (_said(done, say) and isinstance(done, Finished) and done.to is AttemptState.PAID):
        return NOT_PAID
    if not void:
        return PAID
    back = test.void(done)
    _said(back, say)
    return PAID if isinstance(back, Finished) and back.to is AttemptState.VOIDED else NOT_PAID


def _said(done: Finished | Refusal, say: Say) -> bool:
    match done:
        case Finished(to=to, why=why, code=code, receipt_no=number):
            say("ended", state=to.value, why=why, code="-" if code is None else f"{code:02X}", receipt=number)
            return True
        case Refusal() as why:
            say("refused", why=why.value)
            return False


def read_amount(text: str) -> Money | None:
    """An amount as people type it, "46" or "46.00" or "46,00"; None when it is none."""
    whole, mark, rest = text.strip().replace(",", ".").partition(".")
    if not whole.isascii() or not whole.isdigit() or len(whole) > 10 or (mark and not _is_cents(rest)):
        return None
    return Money(int(whole) * 100 + int(rest or 0))


def _is_cents(text: str) -> bool:
    return len(text) == 2 and text.isascii() and text.isdigit()
