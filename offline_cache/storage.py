"""The storage thread: the only writer (and reader) of ``terminal.db``.

Effects go in, events come out after the commit that makes them true. What waits is committed together. After an error
of disk or file nothing is issued on that connection any more (a failed fsync must not be retried: Linux marks the
pages clean): every waiting fact is answered ``StoreFailed``, the file is closed, reopened or put into quarantine, and
it counts as well again only after a real commit.
"""

import queue
import time
from collections.abc import Callable
from concurrent.futures import Future
from pathlib import Path
from typing import Any, TypeVar

import apsw
import msgspec

from kiosk.owner_thread import NO_PLACE, OwnerThread, place_of
from kiosk.vocabulary.effects import CommitCancel, CommitPaper
from kiosk.vocabulary.events import Event, StoreFailed
from offline_cache import outbox, own_numbers, tickets
from offline_cache.database import (
    DatabaseFault,
    Trouble,
    close_quietly,
    fault_of,
    is_damage,
    open_database,
    quarantine,
    transaction,
)
from offline_cache.facts import StoreEffect, committed, ticket_of, to_redo, write
from offline_cache.notes import Note, deaths, ignore
from offline_cache.outside import Outside
from offline_cache.own_numbers import Standing
from offline_cache.terminal_layout import LAYOUT
from offline_cache.tickets import NotKept, Unfinished

T = TypeVar("T")
Post = Callable[[Event], None]
Opener = Callable[[Path], "apsw.Connection | DatabaseFault"]

_GROUP = 64
_REDO_MAX = 1000
_BEGUN_S = 5.0


class StoreReady(msgspec.Struct, frozen=True):
    """``terminal.db`` is open and what a crash left half done is settled."""

    newest_ms: int
    """Unix ms of the newest id: give it to ``IdMaker`` so that ids never go back."""
    unfinished: Unfinished
    paper_in_doubt: bool
    """Nobody knows what became of the last slip."""


class _Question(msgspec.Struct, frozen=True):
    """Work of another thread on the same connection."""

    run: Callable[[apsw.Connection], object]
    answer: "Future[Any]"


class _Stop(msgspec.Struct, frozen=True):
    """Finish what was asked before, then close."""


_Job = StoreEffect | _Question | _Stop


def open_terminal_db(path: Path) -> apsw.Connection | DatabaseFault:
    """Open ``terminal.db``."""
    return open_database(path, LAYOUT)


class StorageThread:
    """Owns ``terminal.db``. ``post`` takes the answers, ``owing`` is called when there is something new for the hub,
    ``stands`` when the standing with the hub has changed (slot, business day, outbox full).

    ``note`` writes to the event log: store-opened, store-failed, store-quarantined, store-rejected, store-bug.
    """

    def __init__(
        self,
        path: Path,
        post: Post,
        *,
        note: Note = ignore,
        owing: Callable[[], None] = lambda: None,
        stands: Callable[[Standing], None] = lambda standing: None,
        outside: Outside | None = None,
        opener: Opener = open_terminal_db,
        retry_s: float = 2.0,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        self.ready: Future[StoreReady | DatabaseFault] = Future()
        """Result of the first opening."""
        self.standing: Standing | None = None
        """As of the last commit; None before the first opening."""
        self.outside = outside or Outside()
        self._path, self._post, self._note, self._owing, self._stands = path, post, note, owing, stands
        self._opener, self._retry_s, self._clock = opener, retry_s, clock
        self._inbox: queue.SimpleQueue[_Job] = queue.SimpleQueue()
        self._db: apsw.Connection | None = None
        self._why, self._retry_at = "not open yet", 0.0
        self._settled, self._newest_debt = False, 0
        self._at_hand: list[StoreEffect | _Question] = []
        """Begun, and not answered yet."""
        self._redo: dict[CommitCancel | CommitPaper, None] = {}
        self.thread = OwnerThread("storage", self._run, deaths(note))

    def start(self) -> None:
        """Open the file in its own thread."""
        self.thread.start()

    def stop(self, timeout_s: float = 5.0) -> None:
        """Commit what was asked for before this call, close the file, end the thread."""
        self._inbox.put(_Stop())
        self.thread.join(timeout_s)

    def submit(self, effect: StoreEffect) -> None:
        """Make this durable; never blocks. The answer is posted."""
        self._inbox.put(effect)

    def ask(self, run: Callable[[apsw.Connection], T], timeout_s: float = 5.0) -> T | None:
        """Run this as part of a transaction of the storage thread; the answer comes after the commit.

        None: the store is away, the work broke a rule of it, or it was not begun in time (then it never will be).
        """
        answer: Future[T] = Future()
        self._inbox.put(_Question(run, answer))
        try:
            return answer.result(timeout_s)
        except TimeoutError:
            return None if answer.cancel() else _begun(answer)
        except apsw.Error:
            return None

    def _run(self) -> None:
        if self._at_hand:  # an earlier life of this thread ended over these
            self._break(NO_PLACE, self._take_at_hand(), damaged=False)
        elif self._db is None:  # else the work begins anew over the file that is open
            self._open()
        while True:
            batch = self._next_batch()
            stopping = any(isinstance(job, _Stop) for job in batch)
            self._at_hand = [job for job in batch if not isinstance(job, _Stop)]
            try:
                self._serve(self._at_hand)
            except Exception as error:  # noqa: BLE001 - the edge: a bug in who is told ends this round, not the thread
                self._note("store-bug", {"detail": place_of(error)})
                for job in self._take_at_hand():
                    self._fail(job, "bug")
            self._at_hand = []
            if stopping:
                break
        if self._db is not None:
            close_quietly(self._db)

    def _take_at_hand(self) -> "list[StoreEffect | _Question]":
        left, self._at_hand = self._at_hand, []
        return left

    def _next_batch(self) -> list[_Job]:
        """What waits now, at most one group; an empty one when it is time to try a broken store again."""
        batch: list[_Job] = []
        try:
            batch.append(self._inbox.get(timeout=self._retry_s if self._db is None else None))
            while len(batch) < _GROUP and not isinstance(batch[-1], _Stop):
                batch.append(self._inbox.get_nowait())
        except queue.Empty:
            pass
        return batch

    def _serve(self, batch: list[StoreEffect | _Question]) -> None:
        if self._db is None and self._clock() >= self._retry_at:
            self._open()
        if self._db is None:
            for job in batch:
                self._fail(job, self._why)
            return
        try:
            answers = self._commit(self._db, batch)
            self._look(self._db)
            new_debts = self._has_new_debts(self._db)
        except apsw.Error as error:
            self._break(f"{type(error).__name__}: {error}", batch, damaged=is_damage(error))
        except Exception as error:  # noqa: BLE001 - the edge: a bug ends this batch, not the store
            self._note("store-bug", {"detail": f"{type(error).__name__}: {error}"})
            self._break("bug", batch, damaged=False)
        else:
            for answer in answers:
                del self._at_hand[0]  # whatever ends this thread now: nobody hears of the opposite afterwards
                answer()
            if new_debts:
                self._owing()

    def _commit(self, db: apsw.Connection, batch: list[StoreEffect | _Question]) -> list[Callable[[], None]]:
        with transaction(db):
            return [self._apply(db, job) for job in batch]

    def _apply(self, db: apsw.Connection, job: StoreEffect | _Question) -> Callable[[], None]:
        """Write one fact; returns what is to be told once it is committed."""
        if isinstance(job, _Question):
            return self._answer(db, job)
        try:
            with db:  # a savepoint: a fact that breaks a constraint takes nothing else with it
                outcome = write(db, self.outside, job)
        except (apsw.ConstraintError, apsw.TooBigError, UnicodeEncodeError, OverflowError) as error:
            outcome = NotKept(str(error))
        if isinstance(outcome, NotKept):
            return self._rejecting(job, outcome.reason)
        event = committed(job, outcome)
        return (lambda: self._post(event)) if event is not None else _nothing

    def _answer(self, db: apsw.Connection, question: _Question) -> Callable[[], None]:
        answer = question.answer
        if not answer.set_running_or_notify_cancel():
            return _nothing
        try:
            with db:
                found = question.run(db)
        except apsw.ConstraintError as error:
            self._note("store-rejected", {"detail": str(error)})
            return _failing(answer, error)
        return lambda: answer.set_result(found)

    def _look(self, db: apsw.Connection) -> None:
        """After a commit: has the standing with the hub changed?"""
        standing = own_numbers.standing(db, self.outside)
        if standing != self.standing:
            self.standing = standing
            self._stands(standing)

    def _has_new_debts(self, db: apsw.Connection) -> bool:
        """Whoever put it there: a fact, the result of an order, or a restored hub that must hear the day again."""
        before, self._newest_debt = self._newest_debt, outbox.newest(db)
        return self._newest_debt != before

    def _rejecting(self, job: StoreEffect, reason: str) -> Callable[[], None]:
        def tell() -> None:
            self._note("store-rejected", {"ticket": ticket_of(job), "detail": reason})
            if not isinstance(job, CommitPaper):
                self._post(StoreFailed(ticket_of(job), reason))

        return tell

    def _break(self, why: str, batch: list[StoreEffect | _Question], *, damaged: bool) -> None:
        """Stop issuing, answer everybody, close, open anew (beside the damaged file when it is damaged)."""
        if self._db is not None:
            close_quietly(self._db)
        self._db, self._why = None, why
        self._note("store-failed", {"detail": why})
        for job in batch:
            self._fail(job, why)
        if damaged:
            self._quarantine()
        self._open()

    def _fail(self, job: StoreEffect | _Question, why: str) -> None:
        if isinstance(job, _Question):
            if not job.answer.cancelled():
                _failing(job.answer, apsw.IOError(why))()
            return
        redo = to_redo(job)
        if redo is not None and len(self._redo) < _REDO_MAX:
            self._redo[redo] = None
        if not isinstance(job, CommitPaper):
            self._post(StoreFailed(ticket_of(job), why))

    def _open(self) -> None:
        self._retry_at = self._clock() + self._retry_s
        try:
            self._try_open()
        except Exception as error:  # noqa: BLE001 - the edge: a bug leaves the store closed and is tried again
            self._note("store-bug", {"detail": f"{type(error).__name__}: {error}"})
            self._unopened(fault_of(self._path, error))

    def _try_open(self) -> None:
        opened = self._opener(self._path)
        if isinstance(opened, DatabaseFault) and opened.trouble is Trouble.DAMAGED:
            self._note("store-failed", {"detail": str(opened)})
            self._quarantine()
            opened = self._opener(self._path)
        if isinstance(opened, DatabaseFault):
            self._unopened(opened)
            return
        try:
            self._settle(opened)
        except apsw.Error as error:
            close_quietly(opened)
            self._unopened(fault_of(self._path, error))
            if is_damage(error):
                self._quarantine()

    def _unopened(self, fault: DatabaseFault) -> None:
        if self._why != str(fault):
            self._note("store-failed", {"detail": str(fault)})
        self._why = str(fault)
        if not self.ready.done():
            self.ready.set_result(fault)

    def _settle(self, db: apsw.Connection) -> None:
        """Prove that the store takes a commit; settle a crash (the first time) and what failed meanwhile."""
        with transaction(db):
            db.execute("UPDATE instance SET starts = starts + 1")
            own_numbers.set_clock(db, self.outside)
            left = Unfinished((), ())
            if not self._settled:
                outbox.begin_anew(db)
                left = tickets.unfinished(db, self.outside)
            for fact in self._redo:
                write(db, self.outside, fact)
            ready = StoreReady(tickets.newest_ms(db), left, tickets.paper_in_doubt(db))
        self._look(db)
        self._redo.clear()
        self._db, self._why, self._settled = db, "", True
        self._note("store-opened", {"cancelled": str(len(left.cancelled)), "unconfirmed": str(len(left.unconfirmed))})
        if not self.ready.done():
            self.ready.set_result(ready)
        self._owing()

    def _quarantine(self) -> None:
        try:
            aside = quarantine(self._path)
        except OSError as error:
            self._note("store-failed", {"detail": str(error)})
        else:
            self._note("store-quarantined", {"kept_as": aside.name})


def _begun(answer: "Future[T]") -> T | None:
    """Already on its way to the disk: what comes of it must be known."""
    try:
        return answer.result(_BEGUN_S)
    except (TimeoutError, apsw.Error):
        return None


def _failing(answer: "Future[Any]", error: apsw.Error) -> Callable[[], None]:
    def tell() -> None:
        if not answer.done() and (answer.running() or answer.set_running_or_notify_cancel()):
            answer.set_exception(error)

    return tell


def _nothing() -> None:
    return None
