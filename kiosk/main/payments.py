"""The payment terminal's worker: hands commands of the payment machine to its device, and what the device says to the
store and to the machine.

Called on the threads of the core, the device and the storage; nothing here blocks but the keeper of facts, which is
what a driver waits for before it acknowledges money.
"""

from collections.abc import Callable, Mapping
from typing import Any, assert_never

from drivers.host.hosts import Hosts
from drivers.host.port import DeviceSaid, NotDurable
from kiosk.config import Device, Payment
from kiosk.main.device_routes import Keeper, KindRoute, no_events
from kiosk.payments import events as it
from kiosk.payments.model import Settings
from kiosk.vocabulary.events import Event
from kiosk.vocabulary.hardware.device_events import DeviceFact
from kiosk.vocabulary.hardware.devices import DeviceKind, DeviceState, DeviceStatus
from kiosk.vocabulary.hardware.problems import Problem
from kiosk.vocabulary.payments import (
    AbortRefused,
    Cancelled,
    PaymentBegun,
    PaymentOutcome,
    PrintReceived,
    StatusKept,
    StatusReceived,
    StatusUnasked,
    TerminalCondition,
    TerminalShows,
    TotalsReceived,
    UnaskedRefused,
)
from offline_cache.store.participant import Kept, NotKept
from offline_cache.store.storage import StorageThread

_UP = frozenset({DeviceState.READY, DeviceState.BUSY, DeviceState.NEEDS_ATTENTION})
FACTS: tuple[type[DeviceFact], ...] = (StatusReceived, StatusUnasked, TotalsReceived, PrintReceived)


class PaymentWorker:
    """``device`` is the name of the payment terminal in the configuration, "" = there is none. ``hosts`` is set once
    the devices are built, before anything is performed."""

    def __init__(
        self,
        device: str,
        storage: StorageThread,
        post: Callable[[Event], None],
    ) -> None:
        self._device, self._storage, self._post = device, storage, post
        self.hosts: Hosts | None = None
        self._up = False

    @property
    def route(self) -> KindRoute:
        """Who takes what a payment terminal reports."""
        return KindRoute(ended=self._ended, late=self._late, recovered=_recovered, said=self._said)

    @property
    def keepers(self) -> dict[type[DeviceFact], Keeper]:
        """Who keeps its facts."""
        return dict.fromkeys(FACTS, self._keep)

    def perform(self, effect: it.AskTerminal | it.CancelJob) -> None:
        """Hand a command over; never blocks. Without a device nothing is ever sent."""
        hosts = self.hosts
        match effect:
            case it.AskTerminal(job=job) if hosts is None or not self._device:
                self._ended(job, Cancelled(Problem.NOT_FOUND))
            case it.AskTerminal(job=job, command=command):
                assert hosts is not None
                hosts.submit(self._device, job, command)
            case it.CancelJob(job=job):
                if hosts is not None and self._device:
                    hosts.cancel(self._device, job)
            case _:
                assert_never(effect)

    def device_changed(self, status: DeviceStatus) -> None:
        """Its driver takes commands, or no longer. A state in between (busy) changes nothing."""
        if status.device != self._device or status.kind is not DeviceKind.PAYMENT_TERMINAL:
            return
        up = status.state in _UP
        if up != self._up:
            self._up = up
            self._post(it.DeviceLinked(up))

    def _ended(self, job: str, outcome: PaymentOutcome) -> None:
        self._post(it.TerminalAnswered(job, outcome))

    def _late(self, job: str, outcome: PaymentOutcome) -> None:
        self._post(it.TerminalAnsweredLate(job, outcome))

    def _keep(self, _device: str, _job: str, fact: DeviceFact) -> None:
        """Returns when it is durable; the machine hears of it before the driver goes on. Raises NotDurable."""
        match self._storage.keep(fact):
            case Kept(answer=answer):
                if answer is not None:
                    self._post(answer)
            case NotKept(reason=reason):
                raise NotDurable(reason)

    def _said(self, said: DeviceSaid) -> None:
        match said.event:
            case TerminalCondition() as told:
                self._post(it.ConditionTold(told))
            case PaymentBegun():
                self._post(it.TerminalTook(said.job))
            case TerminalShows() as shown:
                self._post(it.TerminalSaid(said.job, shown))
            case AbortRefused():
                self._post(it.TerminalSaid(said.job, None))
            case StatusKept() | UnaskedRefused():
                pass  # the store has told the machine already
            case _:
                no_events(said)


def _recovered(fact: Any, outcome: Any) -> None:
    """Nothing is ever recovered so: the machine asks for the last transaction itself."""
    raise RuntimeError(f"a payment was recovered: {type(fact).__name__}")


def payment_terminal_of(devices: Mapping[str, Device]) -> str:
    """The name of the first payment terminal that is not switched off; "" = there is none."""
    kind = DeviceKind.PAYMENT_TERMINAL
    return next((name for name, device in devices.items() if device.kind is kind and device.enabled), "")


def settings_of(payment: Payment) -> Settings:
    """The machine's settings from the configuration."""
    return Settings(
        limit_cents=payment.limit_cents,
        quiet_s=payment.quiet_s,
        end_of_day=payment.end_of_day,
        nothing_means_never=payment.nothing_means_never,
    )
