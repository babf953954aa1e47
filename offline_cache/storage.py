"""The storage thread: the only writer (and reader) of ``terminal.db``.

Effects go in, events come out after the commit that makes them true. What waits is committed together. After an error
of disk or file nothing is issued on that connection any more (a failed fsync must not be retried: Linux marks the
pages clean): every waiting fact is answered ``StoreFailed``, the file is closed, reopened or put into quarantine, and
it counts as well again only after a real commit.
"""

import queue
import threading
import time
from collections.abc import Callable
from concurrent.futures import Future, InvalidStateError
from pathlib import Path

import apsw
import msgspec

from kiosk.vocabulary.effects import CommitCancel, CommitIntent, CommitNumber, CommitPaper
from kiosk.vocabulary.events import CancelCommitted, Event, IntentCommitted, NumberCommitted, StoreFailed
from offline_cache import tickets
from offline_cache.database import (
    DatabaseFault,
    Trouble,
    close_quietly,
    fault_of,
    open_database,
    quarantine,
    transaction,
)
from offline_cache.notes import Note, ignore
from offline_cache.tickets import Kept, NotKept, Owed, Unfinished

StoreEffect = CommitIntent | CommitNumber | CommitPaper | CommitCancel
Post = Callable[[Event], None]
Opener = Callable[[Path], "apsw.Connection | DatabaseFault"]

_GROUP = 64
_REDO_MAX = 1000


class StoreReady(msgspec.Struct, frozen=True):
    """``terminal.db`` is open and what a crash left half done is settled."""

    newest_ms: int
    """Unix ms of the newest id: give it to ``IdMaker`` so that ids never go back."""
    unfinished: Unfinished


class _Question(msgspec.Struct, frozen=True):
    """Work of the sync thread on the same connection."""

    run: Callable[[apsw.Connection], object]
    answer: "Future[object]"


class _Stop(msgspec.Struct, frozen=True):
    """Finish what was asked before, then close."""


_Job = StoreEffect | _Question | _Stop


def open_terminal_db(path: Path) -> apsw.Connection | DatabaseFault:
    """Open ``terminal.db``."""
    return open_database(path, tickets.LAYOUT)


class StorageThread:
    """Owns ``terminal.db``. ``post`` takes the answers, ``owing`` is called when there is something new for the hub.

    ``note`` writes to the event log: store-opened, store-failed, store-quarantined, store-rejected, store-bug.
    """

    def __init__(
        self,
        path: Path,
        post: Post,
        *,
        note: Note = ignore,
        owing: Callable[[], None] = lambda: None,
        opener: Opener = open_terminal_db,
        retry_s: float = 2.0,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        self.ready: Future[StoreReady | DatabaseFault] = Future()
        """Result of the first opening."""
        self._path, self._post, self._note, self._owing = path, post, note, owing
        self._opener, self._retry_s, self._clock = opener, retry_s, clock
        self._inbox: queue.SimpleQueue[_Job] = queue.SimpleQueue()
        self._db: apsw.Connection | None = None
        self._why, self._retry_at = "not open yet", 0.0
        self._settled = False
        self._business_day = ""
        self._redo: dict[CommitCancel | CommitPaper, None] = {}
        self._thread = threading.Thread(target=self._run, name="storage", daemon=True)

    def start(self) -> None:
        """Open the file in its own thread."""
        self._thread.start()

    def stop(self, timeout_s: float = 5.0) -> None:
        """Commit what was asked for before this call, close the file, end the thread."""
        self._inbox.put(_Stop())
        self._thread.join(timeout_s)

    def submit(self, effect: StoreEffect) -> None:
        """Make this durable; never blocks. The answer is posted."""
        self._inbox.put(effect)

    def owed(self, limit: int = 20, timeout_s: float = 5.0) -> tuple[Owed, ...]:
        """What the hub must still hear, oldest first; () while the store is away."""
        found = self._ask(lambda db: tickets.owed(db, limit), timeout_s)
        return found if isinstance(found, tuple) else ()

    def heard(self, seq: int) -> None:
        """The hub has this one."""
        self._inbox.put(_Question(lambda db: tickets.heard(db, seq), Future()))

    def refused(self, seq: int, reason: str) -> None:
        """The hub will never take this one."""
        self._inbox.put(_Question(lambda db: tickets.refused(db, seq, reason), Future()))

    def _ask(self, run: Callable[[apsw.Connection], object], timeout_s: float) -> object:
        question = _Question(run, Future())
        self._inbox.put(question)
        try:
            return question.answer.result(timeout_s)
        except (TimeoutError, apsw.Error):
            return None

    def _run(self) -> None:
        self._open()
        while True:
            batch = self._next_batch()
            stopping = any(isinstance(job, _Stop) for job in batch)
            self._serve([job for job in batch if not isinstance(job, _Stop)])
            if stopping:
                break
        if self._db is not None:
            close_quietly(self._db)

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
        except apsw.Error as error:
            self._break(f"{type(error).__name__}: {error}", batch, damaged=_is_damage(error))
        except Exception as error:  # noqa: BLE001 - the edge: a bug ends this batch, not the store
            self._note("store-bug", {"detail": f"{type(error).__name__}: {error}"})
            self._break("bug", batch, damaged=False)
        else:
            for answer in answers:
                answer()
            if any(isinstance(job, CommitPaper | CommitCancel) for job in batch):
                self._owing()

    def _commit(self, db: apsw.Connection, batch: list[StoreEffect | _Question]) -> list[Callable[[], None]]:
        with transaction(db):
            return [self._apply(db, job) for job in batch]

    def _apply(self, db: apsw.Connection, job: StoreEffect | _Question) -> Callable[[], None]:
        """Write one fact; returns what is to be told once it is committed."""
        if isinstance(job, _Question):
            return _answering(job.answer, job.run(db))
        try:
            with db:  # a savepoint: a fact that breaks a constraint takes nothing else with it
                outcome = _write(db, job)
                if isinstance(job, CommitNumber) and isinstance(outcome, Kept):
                    self._new_day(db, job.ticket.business_day)
        except (apsw.ConstraintError, apsw.TooBigError, UnicodeEncodeError) as error:
            outcome = NotKept(str(error))
        if isinstance(outcome, NotKept):
            return self._rejecting(job, outcome.reason)
        event = _committed(job)
        return (lambda: self._post(event)) if event is not None else _nothing

    def _new_day(self, db: apsw.Connection, business_day: str) -> None:
        if business_day > self._business_day:
            self._business_day = business_day
            tickets.forget_before(db, business_day)

    def _rejecting(self, job: StoreEffect, reason: str) -> Callable[[], None]:
        def tell() -> None:
            self._note("store-rejected", {"ticket": _ticket_of(job), "detail": reason})
            if not isinstance(job, CommitPaper):
                self._post(StoreFailed(_ticket_of(job), reason))

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
            job.answer.set_exception(apsw.IOError(why))
            return
        redo = job if isinstance(job, CommitPaper) else CommitCancel(_ticket_of(job))
        if len(self._redo) < _REDO_MAX:
            self._redo[redo] = None
        if not isinstance(job, CommitPaper):
            self._post(StoreFailed(_ticket_of(job), why))

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
            if _is_damage(error):
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
            left = Unfinished((), ()) if self._settled else tickets.unfinished(db)
            for fact in self._redo:
                _write(db, fact)
            newest = tickets.newest_ms(db)
        self._redo.clear()
        self._db, self._why, self._settled = db, "", True
        self._note("store-opened", {"cancelled": str(len(left.cancelled)), "unconfirmed": str(len(left.unconfirmed))})
        if not self.ready.done():
            self.ready.set_result(StoreReady(newest, left))
        self._owing()

    def _quarantine(self) -> None:
        try:
            aside = quarantine(self._path)
        except OSError as error:
            self._note("store-failed", {"detail": str(error)})
        else:
            self._note("store-quarantined", {"kept_as": aside.name})


def _write(db: apsw.Connection, fact: StoreEffect) -> Kept | NotKept:
    match fact:
        case CommitIntent(ticket=intent):
            return tickets.intend(db, intent)
        case CommitNumber(ticket=numbered):
            return tickets.number(db, numbered)
        case CommitPaper(ticket=ticket, state=state, problem=problem):
            return tickets.paper(db, ticket, state, problem)
        case CommitCancel(ticket=ticket):
            return tickets.cancel(db, ticket)


def _committed(fact: StoreEffect) -> Event | None:
    match fact:
        case CommitIntent():
            return IntentCommitted(fact.ticket.id)
        case CommitNumber():
            return NumberCommitted(fact.ticket.id)
        case CommitCancel():
            return CancelCommitted(fact.ticket)
        case CommitPaper():
            return None


def _ticket_of(fact: StoreEffect) -> str:
    return fact.ticket.id if isinstance(fact, CommitIntent | CommitNumber) else fact.ticket


def _answering(answer: "Future[object]", value: object) -> Callable[[], None]:
    def tell() -> None:
        try:
            answer.set_result(value)
        except InvalidStateError:
            return

    return tell


def _nothing() -> None:
    return None


def _is_damage(error: apsw.Error) -> bool:
    return isinstance(error, apsw.CorruptError | apsw.NotADBError)
