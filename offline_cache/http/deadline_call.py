"""A request to the hub with a hard deadline: a late one is abandoned, socket and thread.

The asking is done by a worker with a warm connection of its own. When it does not come back in time (a peer that
trickles, a name that does not resolve), its socket is shut, the worker is left to end by itself, and the next question
gets a fresh worker.
"""

import queue
import threading
from collections.abc import Callable
from concurrent.futures import Future
from typing import TYPE_CHECKING, Generic, TypeVar

from offline_cache.http.answers import Away, AwayReason
from offline_cache.store.notes import Note, ignore

if TYPE_CHECKING:
    from offline_cache.http.hub_client import HubClient

Q = TypeVar("Q")
A = TypeVar("A")
MakeClient = Callable[[], "HubClient"]

_LEFT_BEHIND_MAX = 4


class DeadlineCall(Generic[Q, A]):
    """Asks through ``ask(client, question)``. Belongs to one thread. ``warm_s`` is how long an idle connection may rest
    before it is used once (hubs close idle connections after some seconds)."""

    def __init__(
        self,
        name: str,
        make_client: MakeClient,
        ask: "Callable[[HubClient, Q], A]",
        *,
        warm_s: float | None = 4.0,
        note: Note = ignore,
    ) -> None:
        self._name, self._make_client, self._ask, self._warm_s, self._note = name, make_client, ask, warm_s, note
        self._worker: _Worker[Q, A] | None = None
        self._left: list[_Worker[Q, A]] = []

    def warm(self) -> None:
        """Have a worker with an open connection ready; one that died is replaced."""
        if self._worker is None or not self._worker.is_alive():
            self._worker = _Worker(self._name, self._make_client, self._ask, self._warm_s, self._note)
            self._worker.start()

    def __call__(self, question: Q, within_s: float) -> A | Away:
        """The answer, or Away when there is none within this many seconds."""
        self._left = [one for one in self._left if one.is_alive()]
        if len(self._left) >= _LEFT_BEHIND_MAX:
            return Away(AwayReason.ABANDONED, f"{len(self._left)} earlier questions still hang")
        self.warm()
        assert self._worker is not None
        answer = self._worker.put(question)
        try:
            return answer.result(max(0.0, within_s))
        except TimeoutError:
            self.close()
            return Away(AwayReason.TIMED_OUT, f"no answer within {within_s * 1000:.0f} ms")

    def close(self) -> None:
        """Leave the worker behind: its socket is shut and it ends by itself."""
        if self._worker is not None:
            self._worker.abandon()
            self._left.append(self._worker)
            self._worker = None


class _Worker(threading.Thread, Generic[Q, A]):
    def __init__(
        self,
        name: str,
        make_client: MakeClient,
        ask: "Callable[[HubClient, Q], A]",
        warm_s: float | None,
        note: Note,
    ) -> None:
        super().__init__(name=name, daemon=True)
        self._make_client, self._ask, self._warm_s, self._note = make_client, ask, warm_s, note
        self._inbox: queue.SimpleQueue[tuple[Q, Future[A | Away]] | None] = queue.SimpleQueue()
        self._client: HubClient | None = None
        self._abandoned = threading.Event()

    def put(self, question: Q) -> "Future[A | Away]":
        answer: Future[A | Away] = Future()
        self._inbox.put((question, answer))
        return answer

    def abandon(self) -> None:
        self._abandoned.set()
        self._inbox.put(None)
        if self._client is not None:
            self._client.abandon()

    def run(self) -> None:
        self._client = client = self._make_client()
        if self._abandoned.is_set():
            client.abandon()
        self._rest(client)
        while not self._abandoned.is_set():
            try:
                job = self._inbox.get(timeout=self._warm_s)
            except queue.Empty:
                self._rest(client)
                continue
            if job is not None:
                job[1].set_result(self._one(client, job[0]))
        client.close()

    def _rest(self, client: "HubClient") -> None:
        """Keep the connection open: whatever the answer is, the socket is warm."""
        if self._warm_s is not None and self._inbox.empty() and not self._abandoned.is_set():
            client.queues()

    def _one(self, client: "HubClient", question: Q) -> A | Away:
        try:
            return self._ask(client, question)
        except Exception as error:  # noqa: BLE001 - the edge: a bug ends this question, not the worker
            self._note("network-bug", {"place": self.name, "detail": type(error).__name__})
            return Away(AwayReason.GARBLED, "bug")
