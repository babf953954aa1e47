"""The job that a driver gets when a test calls it without a host, and what a host's calls are collected in."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from drivers.host.host import HostCallbacks
from drivers.host.port import NotDurable
from kiosk.vocabulary.hardware.device_events import DeviceEvent, DeviceFact


class RecordedJob:
    """A ``port.Job`` that notes what the driver says. ``cancel_at``: cancelled from this look on (None = never).
    ``keep`` makes a fact durable, or raises."""

    def __init__(
        self, job_id: str = "", cancel_at: int | None = None, keep: Callable[[Any], None] = lambda fact: None
    ) -> None:
        self._id, self._cancel_at, self._keep = job_id, cancel_at, keep
        self.looks = 0
        self.told: list[DeviceEvent] = []
        self.emitted: list[DeviceEvent] = []
        self.facts: list[DeviceFact] = []

    @property
    def id(self) -> str:
        return self._id

    def cancelled(self) -> bool:
        self.looks += 1
        return self._cancel_at is not None and self.looks > self._cancel_at

    def progress(self, event: DeviceEvent) -> None:
        self.told.append(event)

    def emit(self, event: DeviceEvent) -> None:
        self.emitted.append(event)

    def persist(self, fact: DeviceFact) -> None:
        self._keep(fact)
        self.facts.append(fact)


def refuse_facts(device: str, job: str, fact: DeviceFact) -> None:
    """A keeper for hosts whose drivers keep no facts."""
    raise NotDurable(f"{device}: nobody keeps {fact}")


def quiet_ends() -> HostCallbacks:
    """Ends of a host to which nobody listens; replace what a test wants to hear."""
    return HostCallbacks(
        emit=lambda event: None,
        finished=lambda ended: None,
        late=lambda ended: None,
        recovered=lambda found: None,
        progress=lambda said: None,
        unsolicited=lambda said: None,
        persist=refuse_facts,
    )


__all__ = ["RecordedJob", "quiet_ends", "refuse_facts"]
