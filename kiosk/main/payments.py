"""The payment terminal's worker: hands commands of the payment machine to its device, and what the device says to the
machine. Its facts go to the store as those of any device (``kiosk.main.device_facts``).

Called on the threads of the core and the device; nothing here blocks.
"""

from collections.abc import Callable, Mapping
from typing import Any, assert_never

from drivers.host.hosts import Hosts
from drivers.host.port import DeviceSaid
from kiosk.config import Device, Payment
from kiosk.main.device_routes import KindRoute, no_events
from kiosk.payments import events as it
from kiosk.payments.model import Settings
from kiosk.vocabulary.events import Event
from kiosk.vocabulary.hardware.devices import DeviceKind, DeviceState, DeviceStatus
from kiosk.vocabulary.hardware.problems import Problem
from kiosk.vocabulary.ids import JobId
from kiosk.vocabulary.payments import (
    AbortRefused,
    Cancelled,
    PaymentBegun,
    PaymentOutcome,
    StatusKept,
    TerminalCondition,
    TerminalShows,
    UnaskedRefused,
)

_UP = frozenset({DeviceState.READY, DeviceState.BUSY, DeviceState.NEEDS_ATTENTION})


class PaymentWorker:
    """``device`` is the name of the payment terminal in the configuration, "" = there is none. ``hosts`` is set once
    the devices are built, before anything is performed."""

    def __init__(self, device: str, post: Callable[[Event], None]) -> None:
        self._device, self._post = device, post
        self.hosts: Hosts | None = None
        self._up = False

    @property
    def route(self) -> KindRoute:
        """Who takes what a payment terminal reports."""
        return KindRoute(ended=self._ended, late=self._late, recovered=_recovered, said=self._said)

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

    def _ended(self, job: JobId, outcome: PaymentOutcome) -> None:
        self._post(it.TerminalAnswered(job, outcome))

    def _late(self, job: JobId, outcome: PaymentOutcome) -> None:
        self._post(it.TerminalAnsweredLate(job, outcome))

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
