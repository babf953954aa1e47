"""The one thread that writes: all waiting writes in one transaction, one COMMIT, then the answers.

A group runs without savepoints. When one of its writes raises, the group is rolled back and run again with a savepoint
for each, so that only this one is undone: a write is a function over the connection and may be run twice.

When the file is locked by another program the group waits for it. After an error of the disk nothing more is issued on
the connection: it is closed, every write is refused with the reason, and the file is opened anew with growing pauses
until it takes a commit. What cannot be mended here (a damaged file) ends the writer, and ``ended`` tells the process.

A bug outside of a write, or somebody who ends the thread from outside, is treated like an error of the disk: the writes
at hand are refused and the work begins anew over a new connection. When that happens again and again, the writer ends.
"""

import contextlib
import logging
import queue
import threading
import time
from collections import deque
from collections.abc import Callable
from pathlib import Path
from typing import Any, NamedTuple

from sqlalchemy import Connection, RootTransaction
from sqlalchemy.exc import SQLAlchemyError

from hub.log import event
from hub.store.faults import HOPELESS, StoreFailed, StoreRefused, Trouble, sentence, trouble_of
from hub.store.promises import Outcome, Promise, settle
from hub.store.sql import in_transaction, run
from kiosk.owner_thread import OwnerThread, ThreadWatch

GROUP_MAX = 256
"""Writes in one commit at most, so that nobody waits behind an endless group."""
GATHER_S = 0.0002
"""Pause before the group after one of several: whoever was just answered and asks again at once comes into this group,
and one commit for all costs half as much as two for half of them. Writes that come one by one go without it."""
PATIENCE_S = 20.0
"""A write waits so long for a file that another program has locked; then it is refused, with the reason."""
MOMENT = 0.25
"""This part of the patience passes before a locked file is called a trouble."""
LOCK_S = 0.05
"""Between two tries to begin, besides the time that SQLite itself waits for a lock."""
PAUSES_S = (1.0, 2.0, 4.0, 8.0, 16.0, 30.0)
"""Between tries to open the file again; the last one stays."""
WELL_S = 60.0
"""A store that failed again sooner than this begins with the pause it had come to."""
DEATHS_MAX = 5
"""So often within ``DEATHS_S`` the thread's work may be ended; then the process is begun anew instead."""
DEATHS_S = 600.0
LOGGER = logging.getLogger("hub.store")


class Timing(NamedTuple):
    """Seconds; tests make them short. ``pause`` sleeps."""

    patience: float = PATIENCE_S
    pauses: tuple[float, ...] = PAUSES_S
    pause: Callable[[float], None] = time.sleep


class _Job(NamedTuple):
    fn: Callable[[Connection], Any]
    promise: Promise
    at: float
    """Seconds, monotonic: since when it waits."""


class Writer:
    """Owns the only connection that writes. ``put`` from any thread; ``close`` drains and ends it.

    ``connect`` opens the file and returns the connection after a commit of its own; it may raise StoreRefused.
    ``first`` is one that is open already; None = begin with the tries, because of ``trouble``.
    """

    def __init__(
        self,
        path: Path,
        connect: Callable[[], Connection],
        first: Connection | None,
        trouble: Trouble | None = None,
        timing: Timing | None = None,
        watch: ThreadWatch | None = None,
    ) -> None:
        self.listeners: list[Callable[[], None]] = []
        self.ended: list[Callable[[Trouble], None]] = []
        """Called once, in the writer's thread, when it ends by a trouble that it cannot mend."""
        self.alive = True
        self.trouble = trouble
        """Why nothing is written now; None = all is well."""
        self._path, self._connect = path, connect
        self._timing = timing or Timing()
        self._watch = watch or ThreadWatch()
        self._deaths: deque[float] = deque(maxlen=DEATHS_MAX)
        self._connection: Connection | None = first
        self._at_hand: list[_Job] = []
        """Begun, and not answered yet."""
        self._crowded = False
        self._tries, self._well_at = 0, float("-inf")
        self._inbox: queue.SimpleQueue[_Job | None] = queue.SimpleQueue()
        self._closing = threading.Lock()
        self.thread = OwnerThread("hub-writer", self._run, self._died, again_s=0.0)
        self._watch.add(self.thread)
        self.thread.start()

    def put(self, fn: Callable[[Connection], Any], promise: Promise) -> None:
        """Queue a write; ``promise`` gets its value when it is durable, or what went wrong."""
        with self._closing:
            if self.alive:
                self._inbox.put(_Job(fn, promise, time.monotonic()))
                return
        settle([Outcome(promise, None, self.failure())])

    def close(self) -> None:
        """Finish what was queued, then end the thread."""
        with self._closing:
            if self.alive:
                self.alive = False
                self._inbox.put(None)
        self.thread.join()
        self._refuse(self._all_that_wait())

    def give_up(self, trouble: Trouble, text: str) -> None:
        """Any thread: somebody (a reader, too) met what cannot be mended. Writes are refused from now on."""
        with self._closing:
            if not self.alive:
                return
            self.alive, self.trouble = False, trouble
            self._inbox.put(None)
        LOGGER.critical("%s The hub ends.", text, extra=event("store.ended"))
        for tell in self.ended:
            tell(trouble)

    def failure(self) -> StoreFailed:
        """What is said to whoever wants to write or read now."""
        if self.trouble is None:
            return StoreFailed("The store is closed.")
        return StoreFailed(sentence(self._path, self.trouble, "nothing is saved now"), self.trouble)

    def _run(self) -> None:
        """The work of the thread, begun anew when something ended it; in the end nobody waits for an answer."""
        try:
            self._work()
        except BaseException as bug:
            LOGGER.critical("bug in the writer", exc_info=bug, extra=event("hub.bug"))
            raise
        self._refuse(self._all_that_wait())

    def _died(self, name: str, detail: str) -> None:
        """The work was ended too early: the writes at hand are refused, and the connection is trusted no more."""
        self._watch.died(name, detail)
        text = sentence(self._path, Trouble.BUG, f"the writer was ended ({detail})")
        LOGGER.error("%s", text, extra=event("hub.thread_died"))
        self._deaths.append(time.monotonic())
        if len(self._deaths) == DEATHS_MAX and self._deaths[-1] - self._deaths[0] < DEATHS_S:
            self.give_up(Trouble.BUG, text)
        self.trouble = Trouble.BUG
        self._let_go()
        group, self._at_hand = self._at_hand, []
        self._refuse(group)

    def _work(self) -> None:
        while True:
            self._connection = self._connection or self._reopened()
            if self._connection is None:
                return
            group = self._next_group()
            if not group:
                self._let_go()
                return
            try:
                self._serve(self._connection, group)
            except _Broken as fault:
                self._let_go()
                self._fall(fault, self._at_hand)
            self._at_hand = []

    def _let_go(self) -> None:
        connection, self._connection = self._connection, None
        if connection is not None:
            _drop(connection)

    def _serve(self, connection: Connection, group: list[_Job]) -> None:
        """Commit and answer. Raises _Broken for what is wrong with the file; then nobody of the group was answered."""
        transaction, group = self._begin(connection, group)
        outcomes = self._commit(connection, transaction, group)
        settle(outcomes)
        for wake in self.listeners:
            wake()
        self._crowded = len(group) > 1

    def _commit(self, connection: Connection, transaction: RootTransaction, group: list[_Job]) -> list[Outcome]:
        try:
            if (outcomes := self._together(connection, transaction, group)) is not None:
                return outcomes
            with connection.begin():
                return [self._attempt(connection, job) for job in group]
        except SQLAlchemyError as fault:
            raise self._broken(fault) from fault

    def _begin(self, connection: Connection, group: list[_Job]) -> tuple[RootTransaction, list[_Job]]:
        """Begin a transaction, however long another program holds the file; whoever waits too long for it is refused.

        Nothing of a write has been done before this, so waiting is no risk. Returns the writes that are left. A file
        that is held only for a moment (a large import is put in force) is no trouble that staff are shown.
        """
        since = time.monotonic()
        while True:
            try:
                begun = connection.begin()
            except SQLAlchemyError as fault:
                broken = self._broken(fault)
                if broken.trouble is not Trouble.LOCKED:
                    raise broken from fault
                if not self.alive or time.monotonic() - since >= self._timing.patience * MOMENT:
                    self._stand(broken)
                group = self._at_hand = self._still_patient(group + self._all_that_wait())
                if not (group or self.alive):
                    raise broken from fault
                self._timing.pause(LOCK_S)
            else:
                self._recover()
                return begun, group

    def _together(
        self, connection: Connection, transaction: RootTransaction, group: list[_Job]
    ) -> list[Outcome] | None:
        """Run and commit all writes; None = one raised, and nothing of the group was done."""
        with transaction:
            try:
                return [Outcome(job.promise, job.fn(connection), None) for job in group]
            except Exception as fault:  # noqa: BLE001 - run again by itself, it raises to its caller
                self._look_at(connection, fault)
                transaction.rollback()
                return None

    def _attempt(self, connection: Connection, job: _Job) -> Outcome:
        """Run one write in its savepoint; whatever it raises belongs to its caller."""
        run(connection, "SAVEPOINT one")
        try:
            outcome = Outcome(job.promise, job.fn(connection), None)
        except Exception as fault:  # noqa: BLE001 - it belongs to its caller
            self._look_at(connection, fault)
            run(connection, "ROLLBACK TO one")
            outcome = Outcome(job.promise, None, fault)
        run(connection, "RELEASE one")
        return outcome

    def _look_at(self, connection: Connection, fault: Exception) -> None:
        """Raise _Broken when a write failed by the file and not by itself (SQLite may have rolled back by then)."""
        if trouble_of(fault, self._path) is not None or not in_transaction(connection):
            raise self._broken(fault) from fault

    def _broken(self, fault: Exception) -> "_Broken":
        trouble = trouble_of(fault, self._path) or Trouble.DISK
        return _Broken(trouble, sentence(self._path, trouble, getattr(fault, "orig", fault)))

    def _next_group(self) -> list[_Job]:
        """All writes that wait now; empty = the end."""
        group = self._at_hand = []
        job = self._inbox.get()
        if self._crowded:
            self._timing.pause(GATHER_S)
        while job is not None:
            group.append(job)
            if len(group) == GROUP_MAX or self._inbox.empty():
                return group
            job = self._inbox.get_nowait()
        if group:
            self._inbox.put(None)
        return group

    def _all_that_wait(self) -> list[_Job]:
        """What is in the inbox; the end stays in it."""
        jobs: list[_Job] = []
        end = False
        while not self._inbox.empty():
            job = self._inbox.get_nowait()
            end = end or job is None
            jobs += [] if job is None else [job]
        if end:
            self._inbox.put(None)
        return jobs

    def _still_patient(self, group: list[_Job]) -> list[_Job]:
        """Refuse who has waited for long enough, or everybody when the store is being closed."""
        since = time.monotonic() - self._timing.patience
        over = [job for job in group if job.at <= since or not self.alive]
        self._refuse(over)
        return [job for job in group if job not in over]

    def _refuse(self, jobs: list[_Job]) -> None:
        settle([Outcome(job.promise, None, self.failure()) for job in jobs])

    def _stand(self, fault: "_Broken") -> None:
        """Nothing is written from now on, and that is said once."""
        if self.trouble is not fault.trouble:
            LOGGER.error("The hub cannot save. %s", fault, extra=event("store.failed"))
        self.trouble = fault.trouble

    def _recover(self) -> None:
        if self.trouble is not None and self.alive:
            LOGGER.warning("The hub saves again: %s", self._path, extra=event("store.saves"))
            self.trouble, self._well_at = None, time.monotonic()

    def _fall(self, fault: "_Broken", group: list[_Job]) -> None:
        if fault.trouble in HOPELESS:
            self.give_up(fault.trouble, str(fault))
        else:
            self._stand(fault)
        self._refuse(group)

    def _reopened(self) -> Connection | None:
        """Open the file anew, with pauses in which every write is refused; None = the store ends."""
        if time.monotonic() - self._well_at > WELL_S:
            self._tries = 0
        while self._refuse_for(self._pause_s()):
            self._tries += 1
            try:
                connection = self._connect()
            except StoreRefused as fault:
                self._fall(_Broken(fault.trouble or Trouble.DAMAGED, str(fault)), [])
            else:
                self._recover()
                for wake in self.listeners:
                    wake()
                return connection
        return None

    def _pause_s(self) -> float:
        """A file that is only locked may be free at any moment."""
        pauses = self._timing.pauses
        return pauses[0] if self.trouble is Trouble.LOCKED else pauses[min(self._tries, len(pauses) - 1)]

    def _refuse_for(self, seconds: float) -> bool:
        """Refuse every write for so long; False = the store ends."""
        until = time.monotonic() + seconds
        while (left := until - time.monotonic()) > 0:
            with contextlib.suppress(queue.Empty):
                job = self._inbox.get(timeout=left)
                if job is None:
                    return False
                self._refuse([job])
        return True


class _Broken(Exception):
    """The file cannot be used on this connection any more."""

    def __init__(self, trouble: Trouble, text: str) -> None:
        super().__init__(text)
        self.trouble = trouble


def _drop(connection: Connection) -> None:
    """Close it for good; an error on the way out changes nothing (what was committed stays committed)."""
    with contextlib.suppress(SQLAlchemyError):
        connection.invalidate()
    with contextlib.suppress(SQLAlchemyError):
        connection.close()
