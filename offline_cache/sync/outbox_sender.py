"""Sends the outbox to the hub, batch after batch; each operation is answered for itself."""

from collections.abc import Callable
from typing import TYPE_CHECKING, Protocol

from kiosk import wire
from offline_cache.http.answers import Answer, Away, Refused
from offline_cache.store.notes import Note, ignore
from offline_cache.store.outbox import Batch, Settled
from offline_cache.store.own_numbers import SlotStatus

if TYPE_CHECKING:
    from offline_cache.http.hub_client import HubClient

_THE_BATCH = (400, 413, 422)
"""Statuses of a whole request that speak of its content: a smaller batch finds the operation that is meant."""


class Owing(Protocol):
    """The outbox as the sync thread sees it (``StoreQueries``)."""

    @property
    def standing(self) -> SlotStatus | None:
        """Whose outbox it is."""

    def batch(self, limit: int = wire.BATCH_MAX) -> Batch:
        """What may go now."""

    def settle(self, answers: tuple[wire.OpAnswer, ...]) -> Settled | None:
        """Take the answers."""


class Drain:
    """A duty of the sync thread. ``pause`` says how many seconds to wait after so many failures in a row."""

    def __init__(
        self, outbox: Owing, pause: Callable[[int], float], *, look_again_s: float = 60.0, note: Note = ignore
    ) -> None:
        self._outbox, self._pause, self._look_again_s, self._note = outbox, pause, look_again_s, note
        self._limit = wire.BATCH_MAX
        self.fails = 0
        """Requests in a row that brought nothing forward."""

    def run(self, client: "HubClient") -> float:
        """Send one batch; returns in how many seconds to go on."""
        standing, batch = self._outbox.standing, self._outbox.batch(self._limit)
        if standing is None or not batch.ops:
            return min(batch.next_s, self._look_again_s)
        match client.sync(wire.SyncRequest(standing.generation, batch.ops)):
            case Answer(value=answer):
                return self._settle(batch.ops, answer.answers)
            case Refused(status=status, fault=fault) if status in _THE_BATCH:
                return self._smaller(batch.ops, status, fault)
            case Refused(status=status, fault=fault):
                self._note("hub-refused", {"status": str(status), "code": fault.code, "place": "outbox"})
                return self._wait()
            case Away(retry_after_s=asked_s):
                return max(asked_s, self._wait())

    def _settle(self, ops: tuple[wire.Op, ...], answers: tuple[wire.OpAnswer, ...]) -> float:
        asked = {each.op: each.kind for each in ops}
        ours = tuple(each for each in answers if each.op in asked)
        settled = self._outbox.settle(ours)
        if settled is None:
            return self._wait()
        for answer in settled.quarantined:
            fields = {"kind": asked[answer.op], "status": str(answer.status), "code": answer.code}
            self._note("outbox-quarantined", {"op": answer.op, **fields})
        if settled.stopped:
            self._note("hub-refused", {"place": "outbox", "code": "operation"})
        if settled.stopped or len(ours) < len(asked):
            return self._wait()
        self.fails, self._limit = 0, min(wire.BATCH_MAX, self._limit * 2)
        return 0.0

    def _smaller(self, ops: tuple[wire.Op, ...], status: int, fault: wire.Fault) -> float:
        """The hub cannot take this batch: halve it until it can, or until one operation is alone to blame."""
        if len(ops) == 1:
            return self._settle(ops, (wire.OpAnswer(ops[0].op, status, fault.code, fault.message),))
        self._limit = len(ops) // 2
        return 0.0

    def _wait(self) -> float:
        self.fails += 1
        return self._pause(self.fails)
