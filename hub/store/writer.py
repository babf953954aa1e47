"""The one thread that writes: all waiting writes in one transaction, one COMMIT, then the answers.

A group runs without savepoints. When one of its writes raises, the group is rolled back and run again with a savepoint
for each, so that only this one is undone: a write is a function over the connection and may be run twice.
"""

import asyncio
import queue
import threading
import time
from collections.abc import Callable
from concurrent.futures import Future
from typing import Any, NamedTuple

from sqlalchemy import Connection, Engine
from sqlalchemy.exc import DBAPIError

from hub.store.faults import StoreFailed
from hub.store.sql import in_transaction, run

GROUP_MAX = 256
"""Writes in one commit at most, so that nobody waits behind an endless group."""
GATHER_S = 0.0002
"""Pause before the group after one of several: whoever was just answered and asks again at once comes into this group,
and one commit for all costs half as much as two for half of them. Writes that come one by one go without it."""

Promise = asyncio.Future[Any] | Future[Any]


class _Job(NamedTuple):
    fn: Callable[[Connection], Any]
    promise: Promise


class _Outcome(NamedTuple):
    promise: Promise
    value: Any
    fault: BaseException | None


class Writer:
    """Owns the only connection that writes. ``put`` from any thread; ``close`` drains and ends it."""

    def __init__(self, engine: Engine, pause: Callable[[float], None] = time.sleep) -> None:
        self.listeners: list[Callable[[], None]] = []
        self.alive = True
        self._engine = engine
        self._pause = pause
        self._crowded = False
        self._inbox: queue.SimpleQueue[_Job | None] = queue.SimpleQueue()
        self._closing = threading.Lock()
        self._thread = threading.Thread(target=self._run, name="hub-writer", daemon=True)
        self._thread.start()

    def put(self, fn: Callable[[Connection], Any], promise: Promise) -> None:
        """Queue a write; ``promise`` gets its value when it is durable, or what went wrong."""
        with self._closing:
            if self.alive:
                self._inbox.put(_Job(fn, promise))
                return
        _settle([_Outcome(promise, None, StoreFailed("The store is closed."))])

    def close(self) -> None:
        """Finish what was queued, then end the thread."""
        with self._closing:
            if self.alive:
                self.alive = False
                self._inbox.put(None)
        self._thread.join()

    def _run(self) -> None:
        with self._engine.connect() as connection:
            while group := self._next_group():
                outcomes = self._commit(connection, group)
                _settle(outcomes)
                for wake in self.listeners:
                    wake()
                self._crowded = len(group) > 1

    def _next_group(self) -> list[_Job]:
        """All writes that wait now; empty = the end."""
        job = self._inbox.get()
        if self._crowded:
            self._pause(GATHER_S)
        group: list[_Job] = []
        while job is not None:
            group.append(job)
            if len(group) == GROUP_MAX or self._inbox.empty():
                return group
            job = self._inbox.get_nowait()
        if group:
            self._inbox.put(None)
        return group

    def _commit(self, connection: Connection, group: list[_Job]) -> list[_Outcome]:
        try:
            return _together(connection, group) or _one_by_one(connection, group)
        except (DBAPIError, _Broken) as fault:
            self._give_up()
            cause = fault.orig if isinstance(fault, DBAPIError) else fault
            failed = StoreFailed(f"The hub could not save: {cause}. Check the disk, then start the hub again.")
            return [_Outcome(job.promise, None, failed) for job in group]

    def _give_up(self) -> None:
        with self._closing:
            if self.alive:
                self.alive = False
                self._inbox.put(None)


class _Broken(Exception):
    """SQLite itself rolled the group back (disk full, I/O error)."""


def _together(connection: Connection, group: list[_Job]) -> list[_Outcome] | None:
    """Run and commit all writes; None = one raised, and nothing of the group was done."""
    with connection.begin() as transaction:
        try:
            return [_Outcome(job.promise, job.fn(connection), None) for job in group]
        except Exception as fault:
            if not in_transaction(connection):
                raise _Broken(str(fault)) from fault
            transaction.rollback()
            return None


def _one_by_one(connection: Connection, group: list[_Job]) -> list[_Outcome]:
    """Run and commit the writes that raise nothing."""
    with connection.begin():
        return [_attempt(connection, job) for job in group]


def _attempt(connection: Connection, job: _Job) -> _Outcome:
    """Run one write in its savepoint; whatever it raises belongs to its caller."""
    run(connection, "SAVEPOINT one")
    try:
        outcome = _Outcome(job.promise, job.fn(connection), None)
    except Exception as fault:
        if not in_transaction(connection):
            raise _Broken(str(fault)) from fault
        run(connection, "ROLLBACK TO one")
        outcome = _Outcome(job.promise, None, fault)
    run(connection, "RELEASE one")
    return outcome


def _settle(outcomes: list[_Outcome]) -> None:
    """Keep the promises: threads at once, event loops with one wake-up each."""
    loops: dict[asyncio.AbstractEventLoop, list[_Outcome]] = {}
    for outcome in outcomes:
        if isinstance(outcome.promise, asyncio.Future):
            loops.setdefault(outcome.promise.get_loop(), []).append(outcome)
        else:
            _keep([outcome])
    for loop, waiting in loops.items():
        if not loop.is_closed():
            loop.call_soon_threadsafe(_keep, waiting)


def _keep(outcomes: list[_Outcome]) -> None:
    for promise, value, fault in outcomes:
        if promise.cancelled():
            continue
        if fault is None:
            promise.set_result(value)
        else:
            promise.set_exception(fault)
