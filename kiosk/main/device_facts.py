"""The way of a device's facts to ``terminal.db`` and, after a restart, back to the driver."""

from collections.abc import Callable, Collection, Iterable

import msgspec

from drivers.host.port import NotDurable
from kiosk.vocabulary.events import Event
from kiosk.vocabulary.hardware.device_events import DeviceFact
from kiosk.vocabulary.ids import JobId
from offline_cache.store.participant import AtStart, Kept, NotKept, Written


class DeviceFacts:
    """``keep`` is the storage thread's: it returns after the commit. ``post`` takes what the participant answers."""

    def __init__(self, keep: Callable[[DeviceFact], Written], post: Callable[[Event], None]) -> None:
        self._keep, self._post = keep, post

    def persist(self, device: str, _job: JobId, fact: DeviceFact) -> None:
        """Keep a fact of this device; the calling thread, a device's own, waits for the commit.

        Raises NotDurable when it was not kept or nobody knows. Raises NotRegistered for a kind of fact that no store
        participant knows: its row does not name it, a bug of the driver.
        """
        match self._keep(msgspec.structs.replace(fact, device=device)):
            case Kept(answer=answer):
                if answer is not None:
                    self._post(answer)
            case NotKept(reason=reason):
                raise NotDurable(reason)


def in_doubt(settled: Iterable[AtStart], devices: Collection[str]) -> tuple[DeviceFact, ...]:
    """What the drivers of these devices are asked about at the start. The facts of a device that is configured no
    longer stay in the store, as unknown as they are."""
    return tuple(fact for each in settled for fact in each.in_doubt() if fact.device in devices)
