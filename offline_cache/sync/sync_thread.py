"""The sync thread: keeps terminal and hub in step - heartbeat, slot, queues, and the outbox.

Each duty runs when it is due and says in how many seconds it wants to run again; another one is a line in ``_duties``.
While the hub is away only the heartbeat is sent. What is owed goes at least once: a report leaves the store only when
the hub has it (or will never take it). All times are those of the monotonic clock.
"""

import random
import threading
import time
from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING, Protocol

import msgspec

from kiosk import wire
from kiosk.config import Hub
from kiosk.owner_thread import OwnerThread
from kiosk.vocabulary.effects import CancelHelp, SendHelp
from kiosk.vocabulary.events import Event, HubChanged
from kiosk.vocabulary.hardware.problems import Problem
from offline_cache.http.answers import Answer
from offline_cache.http.clients import client_maker
from offline_cache.store.notes import Note, deaths, ignore
from offline_cache.sync.heartbeat import HeartbeatListeners, HeartbeatSender
from offline_cache.sync.help_calls import HelpThread
from offline_cache.sync.outbox_sender import Drain, Owing
from offline_cache.sync.slot_duty import SlotBook, SlotDuty

if TYPE_CHECKING:
    from offline_cache.http.hub_client import HubClient

NEVER = float("inf")
Uniform = Callable[[float, float], float]


@dataclass
class Duty:
    """Something to do with the hub. ``run`` says in how many seconds again (NEVER = when somebody says so)."""

    run: "Callable[[HubClient], float]"
    due: float = 0.0
    """Monotonic seconds."""

    def now(self) -> None:
        """Run at the next opportunity."""
        self.due = 0.0


class OutboxStore(Owing, SlotBook, Protocol):
    """Outbox and slot of this terminal (``StoreQueries``)."""


class Follows(Protocol):
    """Who fetches the catalogue (``CatalogueSync``)."""

    def heard(self, answer: wire.HeartbeatAnswer) -> None:
        """What the hub says is in force."""

    def reached(self) -> None:
        """The hub answers again."""


class Rhythm(msgspec.Struct, frozen=True):
    """Seconds between the duties."""

    heartbeat_s: float = 5.0
    probe_s: float = 2.0
    """Between heartbeats while the hub is away."""
    queues_s: float = 3.0
    first_pause_s: float = 0.5
    longest_pause_s: float = 60.0
    look_again_s: float = 60.0
    """Between looks at the outbox when nobody said that there is something."""
    refused_slot_s: float = 60.0


class SyncThread:
    """Owns the hub connection for everything that may wait. Also takes ``SendHelp`` and ``CancelHelp``
    (which may not; own thread).

    ``status`` says how the terminal is, ``queues`` gets the states of the queues (None = no longer known), ``hearers``
    what else the hub says with its heartbeat.
    """

    def __init__(
        self,
        hub: Hub,
        post: Callable[[Event], None],
        *,
        debts: OutboxStore,
        catalogue: Follows,
        status: Callable[[], wire.Heartbeat],
        queues: Callable[[wire.QueueStates | None], None],
        hearers: HeartbeatListeners | None = None,
        note: Note = ignore,
        rhythm: Rhythm | None = None,
        clock: Callable[[], float] = time.monotonic,
        uniform: Uniform = random.uniform,
    ) -> None:
        self._post, self._catalogue = post, catalogue
        self._queues, self._note, self._clock, self._uniform = queues, note, clock, uniform
        self._rhythm = rhythm or Rhythm()
        self._make_client = client_maker(hub, 3.0, 10.0, 20.0)
        self._help = HelpThread(client_maker(hub, 1.0, 2.5, 3.0), post, note=note)
        self._drain = Drain(debts, self._pause, look_again_s=self._rhythm.look_again_s, note=note)
        self._slot = SlotDuty(debts, self._pause, refused_s=self._rhythm.refused_slot_s, note=note)
        self._beat = HeartbeatSender(
            status, hearers or HeartbeatListeners(), reach=self._reach, answered=self._answered, note=note, clock=clock
        )
        self._heartbeat, self._slot_duty, self._outbox_duty = (
            Duty(self._send_heartbeat),
            Duty(self._slot.run),
            Duty(self._drain.run),
        )
        self._duties = [self._heartbeat, self._slot_duty, Duty(self._look_at_queues), self._outbox_duty]
        self._hub: HubChanged | None = None
        self._owing = threading.Event()
        self._wake = threading.Event()
        self._stopping = threading.Event()
        self._client: HubClient | None = None
        self.thread = OwnerThread("sync", self._run, deaths(note))

    @property
    def threads(self) -> tuple[OwnerThread, ...]:
        """For the watch."""
        return self.thread, self._help.thread

    def start(self) -> None:
        """Begin: heartbeat first."""
        self._help.start()
        self.thread.start()

    def stop(self, timeout_s: float = 5.0) -> None:
        """Give up what is under way and end the threads; the outbox keeps what it has."""
        self._stopping.set()
        self._wake.set()
        if self._client is not None:
            self._client.abandon()
        self._help.stop(timeout_s)
        self.thread.join(timeout_s)

    def submit(self, effect: SendHelp | CancelHelp) -> None:
        """Call a person, or take the call back; never blocks."""
        self._help.submit(effect)

    def owing(self) -> None:
        """There is something new for the hub; callable from any thread."""
        self._owing.set()
        self._wake.set()

    def _run(self) -> None:
        self._client = client = self._make_client()
        while not self._stopping.is_set():
            self._wake.clear()
            if self._owing.is_set() and self._drain.fails == 0:
                self._owing.clear()
                self._outbox_duty.now()
            for duty in self._duties:
                if self._may(duty) and duty.due <= self._clock() and not self._stopping.is_set():
                    duty.due = NEVER
                    duty.due = min(duty.due, self._clock() + self._do(duty, client))
            due = min(duty.due for duty in self._duties if self._may(duty))
            self._wake.wait(max(0.0, min(due - self._clock(), self._rhythm.look_again_s)))
        client.close()

    def _may(self, duty: Duty) -> bool:
        """While offline only the heartbeat is sent."""
        return duty is self._heartbeat or (self._hub is not None and self._hub.reachable)

    def _do(self, duty: Duty, client: "HubClient") -> float:
        try:
            return duty.run(client)
        except Exception as error:  # noqa: BLE001 - the edge: a bug ends this duty, not the thread
            self._note("network-bug", {"place": duty.run.__name__, "detail": type(error).__name__})
            return self._rhythm.heartbeat_s

    def _send_heartbeat(self, client: "HubClient") -> float:
        heard = self._beat(client)
        return self._rhythm.heartbeat_s if heard else self._rhythm.probe_s * self._uniform(0.75, 1.25)

    def _answered(self, answer: wire.HeartbeatAnswer) -> None:
        self._catalogue.heard(answer)
        if self._slot.is_wanted() and self._slot_duty.due == NEVER:
            self._slot_duty.now()

    def _reach(self, reachable: bool, problem: Problem | None) -> None:
        before, self._hub = self._hub, HubChanged(reachable, problem)
        if self._hub == before:
            return
        if reachable:
            self._catalogue.reached()
            self._drain.fails = 0
            for duty in self._duties:
                if duty is not self._heartbeat:
                    duty.now()
        else:
            self._queues(None)
        self._post(self._hub)

    def _look_at_queues(self, client: "HubClient") -> float:
        result = client.queues()
        if isinstance(result, Answer):
            self._queues(result.value)
        return self._rhythm.queues_s

    def _pause(self, fails: int) -> float:
        """Full jitter: anywhere between a little and twice as long as the time before, so that the terminals of a site
        spread out."""
        longest = min(self._rhythm.longest_pause_s, self._rhythm.first_pause_s * 2.0 ** min(fails, 20))
        return max(self._rhythm.first_pause_s / 5, self._uniform(0.0, longest))
