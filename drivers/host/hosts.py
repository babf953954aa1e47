"""All devices of a terminal: a host for each configured one, and the watch over their limits."""

import logging
import threading
from collections.abc import Mapping
from typing import Any

from drivers import registry
from drivers.host.clock import Clock, SystemClock
from drivers.host.host import DeviceHost, DriverFactory, HostCallbacks
from drivers.host.port import Driver
from kiosk.config import Device
from kiosk.owner_thread import OnDeath, OwnerThread, place_of
from kiosk.vocabulary.hardware.device_events import DeviceFact
from kiosk.vocabulary.hardware.devices import DeviceStatus
from kiosk.vocabulary.ids import JobId

_WATCH_S = 1.0
_log = logging.getLogger(__name__)


class Hosts:
    """Built from the configuration; ``start`` brings the devices up, ``stop`` lets go of them.

    A device with a model that does not exist is there too, failed, with a sentence that lists the models.
    Raises ValueError when there is no driver at all for a kind.
    """

    def __init__(
        self,
        devices: Mapping[str, Device],
        ends: HostCallbacks,
        clock: Clock | None = None,
        on_death: OnDeath | None = None,
    ) -> None:
        self._clock = clock or SystemClock()
        self._hosts = {name: _host(name, device, ends, self._clock) for name, device in devices.items()}
        self._over = threading.Event()
        self._on_death = on_death or _say_death
        self.thread = OwnerThread("device-watch", self._look, self._on_death)

    def __getitem__(self, device: str) -> DeviceHost[Any, Any]:
        """The host of a device. Raises KeyError."""
        return self._hosts[device]

    def __contains__(self, device: str) -> bool:
        """Whether this device is configured."""
        return device in self._hosts

    def statuses(self) -> dict[str, DeviceStatus]:
        """How all of them are."""
        return {name: host.status for name, host in self._hosts.items()}

    def start(self) -> None:
        """Start every device and the watch."""
        for host in self._hosts.values():
            host.start()
        self.thread.start()

    def submit(self, device: str, job_id: JobId, command: object) -> None:
        """Hand a command to a device; see DeviceHost.submit. Raises KeyError for a device that is not configured."""
        self._hosts[device].submit(job_id, command)

    def cancel(self, device: str, job_id: JobId) -> None:
        """See DeviceHost.cancel. Raises KeyError."""
        self._hosts[device].cancel(job_id)

    def recover(self, device: str, fact: DeviceFact) -> None:
        """See DeviceHost.recover; before ``start``. Raises KeyError."""
        self._hosts[device].recover(fact)

    def stop(self, timeout_s: float = 5.0) -> None:
        """Stop the watch and every device."""
        self._over.set()
        if self.thread.is_alive():
            self.thread.join(timeout_s)
        for host in self._hosts.values():
            host.stop(timeout_s)

    def _look(self) -> None:
        while not self._over.wait(_WATCH_S):
            for name, host in self._hosts.items():
                self._check(name, host)

    def _check(self, name: str, host: DeviceHost[Any, Any]) -> None:
        try:
            host.check()
        except Exception as bug:  # noqa: BLE001 - the edge: one device's bug must not leave the others unwatched
            self._on_death(f"device-watch of {name}", place_of(bug))


def _say_death(thread: str, detail: str) -> None:
    _log.error("the work of %s ended: %s", thread, detail)


def _host(name: str, device: Device, ends: HostCallbacks, clock: Clock) -> DeviceHost[Any, Any]:
    rows = [row for row in registry.rows() if row.kind is device.kind]
    if not rows:
        raise ValueError(f"there is no driver for {device.kind}")
    row = next((row for row in rows if row.model == device.model), rows[0])

    def driver() -> Driver[Any, Any]:
        return registry.build(device, clock.now)

    make = DriverFactory(driver=driver, refuse=row.refuse, unknown_outcome=row.unknown_outcome, limits=row.limits)
    return DeviceHost(name, device.kind, make, ends, clock, device.enabled)
