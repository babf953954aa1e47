"""What a feature registers with the storage thread: its facts, what it settles at the start, what it publishes.

A participant is a value, written beside the functions it names and listed once (``participants`` beside this).
Every function of it runs on the storage thread, inside a transaction of that thread; it never commits and never posts.
docs/adding.md adds one step by step.
"""

from collections.abc import Callable
from typing import Any, Generic, TypeVar

import apsw
import msgspec

from kiosk.vocabulary.events import Event
from kiosk.vocabulary.hardware.device_events import DeviceFact
from offline_cache.store.context import StoreContext

F = TypeVar("F", bound=msgspec.Struct)
P = TypeVar("P", bound=msgspec.Struct)


class Kept(msgspec.Struct, frozen=True):
    """The fact is in the file (perhaps it was there before). ``answer`` is posted once the group is committed."""

    answer: Event | None = None


class NotKept(msgspec.Struct, frozen=True):
    """The fact contradicts what is in the file, and nothing of it was written; or the file failed, and nobody knows."""

    reason: str


Written = Kept | NotKept


class FactRule(msgspec.Struct, Generic[F], frozen=True, kw_only=True):
    """How one kind of fact is made durable. A fact is a frozen struct; one that is written again must be hashable."""

    kind: type[F]
    write: Callable[[apsw.Connection, StoreContext, F], Written]
    """Write it, inside a savepoint; a constraint of the tables that it breaks becomes ``NotKept``. It refuses before it
    writes, and the same fact twice changes nothing."""
    failed: Callable[[F, str], Event | None] = lambda fact, reason: None
    """What to post when the fact was not kept, with the reason; None = nobody waits for it."""
    redo: Callable[[F], msgspec.Struct | None] = lambda fact: None
    """When the file failed and not the fact: the fact to write as soon as the file is open again."""
    subject: Callable[[F], str] = lambda fact: ""
    """The id of what the fact is about, for the event log."""


class AtStart(msgspec.Struct, frozen=True):
    """Base of what a participant found and settled at the start: its part of ``StoreReady``."""

    def fields(self) -> dict[str, str]:
        """What the event log says of it (store-opened)."""
        return {}

    def in_doubt(self) -> tuple[DeviceFact, ...]:
        """Facts of devices whose outcome nobody knows: each goes to ``recover`` of its device's driver."""
        return ()


class Published(msgspec.Struct, Generic[P], frozen=True):
    """A value that is read after every commit, for threads that do not wait for the disk."""

    kind: type[P]
    read: Callable[[apsw.Connection, StoreContext], P]


class Participant(msgspec.Struct, frozen=True, kw_only=True):
    """A feature that keeps something in ``terminal.db``.

    An opening is one transaction: ``opened`` of each participant in the order of the list, at the first opening
    ``settle`` of each, then the facts that are written again.
    """

    name: str
    """Small letters and underscores; its tables are counted by it, so it stays once it was delivered."""
    tables: tuple[str, ...] = ()
    """The SQL of every step of its own tables, oldest first; a delivered step never changes."""
    facts: tuple[FactRule[Any], ...] = ()
    publishes: tuple[Published[Any], ...] = ()
    opened: Callable[[apsw.Connection, StoreContext], None] = lambda db, outside: None
    """At every opening of the file, also after a fault and of a new file beside a damaged one."""
    settle: Callable[[apsw.Connection, StoreContext], AtStart | None] = lambda db, outside: None
    """At the first opening of a run, before anybody is served: end what a crash left half done."""
