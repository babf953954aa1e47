"""Follows the hub's catalogue: manifest, then what has changed since, else the whole as a snapshot.

A thread of its own, because unpacking and indexing a whole catalogue takes seconds and a heartbeat must not wait
for it. It asks every few minutes, and at once when a heartbeat's answer names a newer manifest. Whatever is refused
leaves the last good catalogue in force and is asked for again after a pause.
"""

import random
import threading
import time
from collections.abc import Callable
from datetime import UTC, date, datetime, tzinfo
from typing import TYPE_CHECKING, TypeVar, assert_never

import msgspec

from kiosk import wire
from kiosk.catalogue.faults import CatalogueFaults, Fault
from kiosk.config import Hub
from kiosk.owner_thread import OwnerThread
from kiosk.wire import CATALOGUE_FAULT_MAX
from offline_cache.catalogue.build import Mismatch
from offline_cache.catalogue.follow import Again, Follower, InStep, Outcome, Unpinned
from offline_cache.catalogue.manifest import moment
from offline_cache.catalogue.search_thread import CatalogueThread
from offline_cache.catalogue.store import NotStored
from offline_cache.http.answers import Away, Refused
from offline_cache.http.clients import client_maker
from offline_cache.store.notes import Note, deaths, ignore

if TYPE_CHECKING:
    from offline_cache.http.hub_client import HubClient

T = TypeVar("T")
Uniform = Callable[[float, float], float]


_MISMATCH = "changes: the digest is not the hub's"


class Rhythm(msgspec.Struct, frozen=True):
    """Seconds between questions."""

    poll_s: float = 300.0
    refused_s: float = 300.0
    longest_refused_s: float = 3600.0
    first_pause_s: float = 0.5
    longest_pause_s: float = 60.0


class CatalogueSync:
    """The thread that fetches. ``told`` gets the day of a catalogue that may be out of date, None when it is not.

    ``now`` is the wall clock in Unix seconds; the hub's clock goes before it once a heartbeat has brought it.
    Notes: catalogue-refused, catalogue-old, catalogue-unpinned, hub-refused.
    """

    def __init__(
        self,
        hub: Hub,
        catalogue: CatalogueThread,
        *,
        told: Callable[[date | None], None] = lambda day: None,
        zone: tzinfo = UTC,
        note: Note = ignore,
        rhythm: Rhythm | None = None,
        now: Callable[[], float] = time.time,
        uniform: Uniform = random.uniform,
    ) -> None:
        self._hub, self._catalogue, self._told, self._zone = hub, catalogue, told, zone
        self._note, self._rhythm, self._now, self._uniform = note, rhythm or Rhythm(), now, uniform
        self._make_client = client_maker(hub, 3.0, 10.0, 20.0)
        self._follower = Follower(hub, catalogue, note)
        self._ahead_s = 0.0
        self._named = 0
        """Number of the newest manifest that a heartbeat named: one that is refused is not asked for with each."""
        self._as_of: date | None = None
        self._refused = self._away = self._again = 0
        self._reason = ""
        self._wake = threading.Event()
        self._stopping = threading.Event()
        self._client: HubClient | None = None
        self.thread = OwnerThread("catalogue-sync", self._run, deaths(note))

    def start(self) -> None:
        """Begin with a question."""
        self._follower = Follower(self._hub, self._catalogue, self._note)
        self.thread.start()

    def stop(self, timeout_s: float = 5.0) -> None:
        """Give up what is under way and end the thread."""
        self._stopping.set()
        self._wake.set()
        if self._client is not None:
            self._client.abandon()
        self.thread.join(timeout_s)

    def heard(self, answer: wire.HeartbeatAnswer) -> None:
        """What the hub said about its manifest and its clock; from any thread."""
        if answer.hub_ms:
            self._ahead_s = answer.hub_ms / 1000 - self._now()
        if answer.manifest_seq > max(self._follower.newest, self._named):
            self._named = answer.manifest_seq
            self._wake.set()

    def reached(self) -> None:
        """The hub answers again: what could not be asked is asked now; from any thread."""
        if self._away:
            self._wake.set()

    @property
    def seq(self) -> int:
        """Of the manifest that is followed."""
        return self._follower.seen.seq

    @property
    def codes(self) -> tuple[str, ...]:
        """What staff should know, as codes of the heartbeat."""
        if not self._hub.signers:
            return ("catalogue_unpinned",)
        old = ("catalogue_old",) if self._as_of is not None else ()
        return (*old, "catalogue_refused") if self._refused else old

    @property
    def reason(self) -> str:
        """Why the newest catalogue is not in force here, for the heartbeat; "" = it is."""
        return self._reason if self._refused else ""

    def _run(self) -> None:
        self._client = client = self._make_client()
        self._guarded(self._say_age, None)
        while not self._stopping.is_set():
            self._wake.clear()
            pause = self._guarded(lambda: self._settle(self._follower.follow(client)), self._rhythm.refused_s)
            self._guarded(self._say_age, None)
            self._wake.wait(pause)
        client.close()

    def _guarded(self, duty: Callable[[], T], otherwise: T) -> T:
        try:
            return duty()
        except Exception as error:  # noqa: BLE001 - the edge: a bug ends this duty, not the thread
            self._note("network-bug", {"place": "catalogue", "detail": type(error).__name__})
            return otherwise

    def _settle(self, outcome: Outcome) -> float:
        """Write down what came of it; seconds until the next question."""
        self._again = self._again + 1 if isinstance(outcome, Again) else 0
        match outcome:
            case InStep():
                self._refused = self._away = 0
                return self._rhythm.poll_s * self._uniform(0.8, 1.2)
            case Again():
                return self._pause(self._again)
            case Away(retry_after_s=asked):
                self._away += 1
                return max(asked, self._pause(self._away))
            case Unpinned():
                self._note("catalogue-unpinned", {})
            case Refused():
                self._note("hub-refused", {"status": str(outcome.status), "code": outcome.fault.code})
            case Fault():
                self._note("catalogue-refused", {"detail": str(outcome), "faults": "1"})
            case Mismatch():
                self._note("catalogue-refused", {"detail": _MISMATCH, "faults": "1"})
            case CatalogueFaults() | NotStored():
                pass  # the store has said it
            case _:
                assert_never(outcome)
        self._reason = _told(outcome)
        self._away = 0
        self._refused += 1
        longest = min(self._rhythm.longest_refused_s, self._rhythm.refused_s * 2.0 ** min(self._refused - 1, 20))
        return longest * self._uniform(0.8, 1.2)

    def _pause(self, fails: int) -> float:
        """Full jitter, so that the terminals of a site spread out."""
        longest = min(self._rhythm.longest_pause_s, self._rhythm.first_pause_s * 2.0 ** min(fails, 20))
        return max(self._rhythm.first_pause_s / 5, self._uniform(0.0, longest))

    def _say_age(self) -> None:
        """Past ``expires`` the catalogue stays in force, and pages say of which day it is."""
        expires, issued = (moment(text) for text in (self._follower.seen.expires, self._follower.seen.issued))
        now = datetime.fromtimestamp(self._now() + self._ahead_s, UTC)
        old = expires is not None and issued is not None and now > expires
        as_of = issued.astimezone(self._zone).date() if old and issued is not None else None
        if as_of == self._as_of:
            return
        self._as_of = as_of
        if as_of is not None:
            self._note("catalogue-old", {"as_of": as_of.isoformat()})
        self._told(as_of)


def _told(outcome: Unpinned | Refused | Fault | Mismatch | CatalogueFaults | NotStored) -> str:
    """The reason on one line, with place and remedy, as short as a heartbeat carries it."""
    match outcome:
        case CatalogueFaults(faults=(first, *rest)):
            text = f"{first} (+{len(rest)})" if rest else str(first)
        case NotStored(reason=reason):
            text = reason
        case Refused():
            text = f"{outcome.status} {outcome.fault.code}: {outcome.fault.message}"
        case Mismatch():
            text = _MISMATCH
        case Unpinned():
            text = ""  # its own note says it
        case _:
            text = str(outcome)
    line = " ".join("".join(letter if letter.isprintable() else " " for letter in text).split())
    return line if len(line) <= CATALOGUE_FAULT_MAX else line[: CATALOGUE_FAULT_MAX - 1] + "…"
