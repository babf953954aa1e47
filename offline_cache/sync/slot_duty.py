"""Asking the hub for the slot of this database: after each time the hub was away, and whenever there is none."""

from collections.abc import Callable
from typing import TYPE_CHECKING, Protocol

from kiosk import wire
from offline_cache.http.answers import Answer, Away, Refused
from offline_cache.store.notes import Note, ignore
from offline_cache.store.own_numbers import SlotStatus

if TYPE_CHECKING:
    from offline_cache.http.hub_client import HubClient

NEVER = float("inf")


class SlotBook(Protocol):
    """Where the slot is kept (``StoreQueries``)."""

    @property
    def standing(self) -> SlotStatus | None:
        """As of the last commit."""

    @property
    def machine(self) -> str:
        """Which computer this is."""

    def take_slot(self, generation: str, answer: wire.SlotAnswer) -> bool:
        """The hub gave it."""

    def drop_slot(self) -> None:
        """The hub will not give it."""


class SlotDuty:
    """A duty of the sync thread. ``pause`` as in ``Drain``."""

    def __init__(
        self, book: SlotBook, pause: Callable[[int], float], *, refused_s: float = 60.0, note: Note = ignore
    ) -> None:
        self._book, self._pause, self._refused_s, self._note = book, pause, refused_s, note
        self._fails = 0

    def is_wanted(self) -> bool:
        """There is a database without a slot."""
        return self._book.standing is not None and self._book.standing.slot == 0

    def run(self, client: "HubClient") -> float:
        """Ask; returns in how many seconds to ask again."""
        standing = self._book.standing
        if standing is None:
            return self._wait()
        match client.slot(wire.SlotRequest(standing.generation, self._book.machine)):
            case Answer(value=answer):
                kept = self._book.take_slot(standing.generation, answer)
                self._fails = 0 if kept else self._fails
                return NEVER if kept else self._wait()
            case Refused(status=status, fault=fault):
                self._note("slot-refused", {"status": str(status), "code": fault.code})
                if status == 409:  # a copied disk, or no slot left
                    self._book.drop_slot()
                return self._refused_s
            case Away(retry_after_s=asked_s):
                return max(asked_s, self._wait())

    def _wait(self) -> float:
        self._fails += 1
        return self._pause(self._fails)
