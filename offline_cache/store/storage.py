"""The storage thread: the only writer (and reader) of ``terminal.db``.

Facts go in, answers come out after the commit that makes them true. What waits is committed together. The thread knows
no feature: what a fact writes, what is answered, and what is settled at the start say the participants
(``offline_cache/store/participant.py``).

After an error of disk or file nothing is issued on that connection any more (a failed fsync must not be retried: Linux
marks the pages clean): every waiting fact is answered as failed, the file is closed, reopened or put into quarantine,
and it counts as well again only after a real commit.
"""

import queue
import time
from collections.abc import Callable, Iterable
from concurrent.futures import Future
from pathlib import Path
from typing import Any, Generic, TypeVar

import apsw
import msgspec

from kiosk.owner_thread import NO_PLACE, OwnerThread, place_of
from kiosk.vocabulary.effects import STORE_EFFECTS
from kiosk.vocabulary.events import Event
from offline_cache.store.context import StoreContext
from offline_cache.store.database import (
    DatabaseFault,
    Trouble,
    close_quietly,
    fault_of,
    is_damage,
    open_database,
    quarantine,
    transaction,
)
from offline_cache.store.notes import Note, deaths, ignore
from offline_cache.store.participant import AtStart, Kept, NotKept, Participant, Written
from offline_cache.store.participants import PARTICIPANTS
from offline_cache.store.schema import layout_of
from offline_cache.store.store_dispatch import NotRegistered, Register, register
from offline_cache.store.store_jobs import FactJob, Question, Stop, Work, begins, outcome_of

T = TypeVar("T")
S = TypeVar("S", bound=AtStart)
P = TypeVar("P", bound=msgspec.Struct)
Post = Callable[[Event], None]
Opener = Callable[[Path], "apsw.Connection | DatabaseFault"]

_GROUP = 64
_REDO_MAX = 1000


class StoreReady(msgspec.Struct, frozen=True):
    """``terminal.db`` is open and what a crash left half done is settled."""

    settled: tuple[AtStart, ...] = ()
    """What the participants tell, in their order."""

    def of(self, kind: type[S]) -> S:
        """What the participant that tells this kind has told. Raises NotRegistered when none does."""
        for each in self.settled:
            if isinstance(each, kind):
                return each
        raise NotRegistered(f"no store participant tells {kind.__qualname__} at the start")


class Listener(msgspec.Struct, Generic[P], frozen=True):
    """Who wants to hear of a published value when it has changed; called on the storage thread, never waits."""

    kind: type[P]
    call: Callable[[P], None]


def open_terminal_db(path: Path, participants: Iterable[Participant] = PARTICIPANTS) -> apsw.Connection | DatabaseFault:
    """Open ``terminal.db`` with the tables of these participants."""
    return open_database(path, layout_of(participants))


class StorageThread:
    """Owns ``terminal.db``. ``post`` takes the answers, ``listeners`` hear of published values that have changed (of
    all of them after each opening).

    ``note`` writes to the event log: store-opened, store-failed, store-quarantined, store-rejected, store-bug.
    ``facts``: the kinds that others than the core hand over (``keep``). Raises NotRegistered when the participants
    contradict each other, or leave an effect, one of these facts or a listener without its own.
    """

    def __init__(
        self,
        path: Path,
        post: Post,
        *,
        note: Note = ignore,
        participants: Iterable[Participant] = PARTICIPANTS,
        facts: Iterable[type] = (),
        listeners: tuple[Listener[Any], ...] = (),
        outside: StoreContext | None = None,
        opener: Opener | None = None,
        retry_s: float = 2.0,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        self.ready: Future[StoreReady | DatabaseFault] = Future()
        """Result of the first opening."""
        self.outside = outside or StoreContext()
        known = tuple(participants)
        self._register = _complete(register(known, (*STORE_EFFECTS, *facts)), listeners)
        self._path, self._post, self._note, self._listeners = path, post, note, listeners
        self._opener = opener or (lambda path: open_terminal_db(path, known))
        self._retry_s, self._clock = retry_s, clock
        self._inbox: queue.SimpleQueue[Work | Stop] = queue.SimpleQueue()
        self._db: apsw.Connection | None = None
        self._why, self._retry_at = "not open yet", 0.0
        self._settled = False
        self._at_hand: list[Work] = []
        """Begun, and not answered yet."""
        self._published: dict[type, msgspec.Struct] = {}
        self._redo: dict[msgspec.Struct, None] = {}
        self.thread = OwnerThread("storage", self._run, deaths(note))

    def start(self) -> None:
        """Open the file in its own thread."""
        self.thread.start()

    def stop(self, timeout_s: float = 5.0) -> None:
        """Commit what was asked for before this call, close the file, end the thread."""
        self._inbox.put(Stop())
        self.thread.join(timeout_s)

    def submit(self, fact: msgspec.Struct) -> None:
        """Make this durable; never blocks. The answer is posted. Raises NotRegistered when nobody knows such a fact."""
        self._inbox.put(FactJob(fact, self._register.rule_of(fact)))

    def keep(self, fact: msgspec.Struct, timeout_s: float = 5.0) -> Written:
        """Make this durable and wait for it: ``Kept`` comes after the commit, with the answer that is not posted.

        NotKept: it breaks a rule of the store, the store is away, it was not begun in time (then it never will be), or
        it was begun and nobody knows what came of it. Raises NotRegistered when nobody knows such a fact.
        """
        waiter: Future[Written] = Future()
        self._inbox.put(FactJob(fact, self._register.rule_of(fact), waiter))
        return outcome_of(waiter, timeout_s) or NotKept("not in time")

    def latest(self, kind: type[P]) -> P | None:
        """A published value as of the last commit, from any thread; None before the first opening."""
        value = self._published.get(kind)
        return value if isinstance(value, kind) else None

    def ask(self, run: Callable[[apsw.Connection], T], timeout_s: float = 5.0) -> T | None:
        """Run this as part of a transaction of the storage thread; the answer comes after the commit.

        None: the store is away, the work broke a rule of it, or it was not begun in time (then it never will be).
        """
        answer: Future[T] = Future()
        self._inbox.put(Question(run, answer))
        return outcome_of(answer, timeout_s)

    def _run(self) -> None:
        if self._at_hand:  # this thread ended before, over these
            self._break(NO_PLACE, self._take_at_hand(), damaged=False)
        elif self._db is None:  # else the work begins anew over the file that is open
            self._open()
        while True:
            batch = self._next_batch()
            stopping = any(isinstance(job, Stop) for job in batch)
            self._at_hand = [job for job in batch if not isinstance(job, Stop)]
            try:
                self._serve(self._at_hand)
            except Exception as error:  # noqa: BLE001 - the edge: a bug in a receiver ends this round, not the thread
                self._note_bug(error)
                for job in self._take_at_hand():
                    self._fail(job, "bug")
            self._at_hand = []
            if stopping:
                break
        if self._db is not None:
            close_quietly(self._db)

    def _take_at_hand(self) -> list[Work]:
        left, self._at_hand = self._at_hand, []
        return left

    def _next_batch(self) -> list[Work | Stop]:
        """What waits now, at most one group; an empty one when it is time to try a broken store again."""
        batch: list[Work | Stop] = []
        try:
            batch.append(self._inbox.get(timeout=self._retry_s if self._db is None else None))
            while len(batch) < _GROUP and not isinstance(batch[-1], Stop):
                batch.append(self._inbox.get_nowait())
        except queue.Empty:
            pass
        return batch

    def _serve(self, batch: list[Work]) -> None:
        if self._db is None and self._clock() >= self._retry_at:
            self._open()
        if self._db is None:
            for job in batch:
                self._fail(job, self._why)
            return
        try:
            answers = self._commit(self._db, batch)
            values = self._register.values(self._db, self.outside)
        except apsw.Error as error:
            self._break(f"{type(error).__name__}: {error}", batch, damaged=is_damage(error))
        except Exception as error:  # noqa: BLE001 - the edge: a bug ends this batch, not the store
            self._note_bug(error)
            self._break("bug", batch, damaged=False)
        else:
            self._tell(self._publish(values))
            for answer in answers:
                del self._at_hand[0]  # whatever ends this thread now: nobody hears of the opposite afterwards
                answer()

    def _commit(self, db: apsw.Connection, batch: list[Work]) -> list[Callable[[], None]]:
        with transaction(db):
            return [self._apply(db, job) for job in batch]

    def _apply(self, db: apsw.Connection, job: Work) -> Callable[[], None]:
        """Write one fact; returns what is to be told once it is committed."""
        if isinstance(job, Question):
            return self._answer(db, job)
        if job.waiter is not None and not begins(job.waiter):
            return _nothing
        written = self._write(db, job.fact)
        return lambda: self._tell_written(job, written)

    def _write(self, db: apsw.Connection, fact: msgspec.Struct) -> Written:
        try:
            return self._register.write(db, self.outside, fact)
        except apsw.Error:
            raise
        except Exception as error:  # noqa: BLE001 - the edge: a bug in one participant takes nothing from the others
            self._note_bug(error)
            return NotKept(type(error).__name__)

    def _tell_written(self, job: FactJob, written: Written) -> None:
        if isinstance(written, NotKept):
            fields = {"fact": type(job.fact).__name__, "id": job.rule.subject(job.fact), "detail": written.reason}
            self._note("store-rejected", fields)
        if job.waiter is not None:
            job.waiter.set_result(written)
            return
        event = written.answer if isinstance(written, Kept) else job.rule.failed(job.fact, written.reason)
        if event is not None:
            self._post(event)

    def _answer(self, db: apsw.Connection, question: Question) -> Callable[[], None]:
        answer = question.answer
        if not begins(answer):
            return _nothing
        try:
            with db:
                found = question.run(db)
        except apsw.ConstraintError as error:
            self._note("store-rejected", {"detail": str(error)})
            return _failing(answer, error)
        return lambda: answer.set_result(found)

    def _publish(self, values: dict[type, msgspec.Struct]) -> list[msgspec.Struct]:
        """Let other threads read these values; returns those that have changed."""
        before, self._published = self._published, values
        return [value for kind, value in values.items() if value != before.get(kind)]

    def _tell(self, values: Iterable[msgspec.Struct]) -> None:
        for value in values:
            for listener in self._listeners:
                if listener.kind is type(value):
                    self._call(listener, value)

    def _call(self, listener: Listener[Any], value: msgspec.Struct) -> None:
        try:
            listener.call(value)
        except Exception as error:  # noqa: BLE001 - the edge: a bug in who listens takes nothing from the others
            self._note_bug(error)

    def _note_bug(self, error: Exception) -> None:
        self._note("store-bug", {"detail": place_of(error)})

    def _break(self, why: str, batch: list[Work], *, damaged: bool) -> None:
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

    def _fail(self, job: Work, why: str) -> None:
        if isinstance(job, Question):
            _failing(job.answer, apsw.IOError(why))()
            return
        if job.waiter is not None and not begins(job.waiter):
            return
        redo = job.rule.redo(job.fact)
        if redo is not None and len(self._redo) < _REDO_MAX:
            self._redo[redo] = None
        if job.waiter is not None:
            job.waiter.set_result(NotKept(why))
        elif (event := job.rule.failed(job.fact, why)) is not None:
            self._post(event)

    def _open(self) -> None:
        self._retry_at = self._clock() + self._retry_s
        try:
            self._try_open()
        except Exception as error:  # noqa: BLE001 - the edge: a bug leaves the store closed and is tried again
            self._note_bug(error)
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
        except Exception:
            if opened is not self._db:
                close_quietly(opened)  # a bug in a participant: it is tried again, over a file that is free
            raise

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
            self._register.opened(db, self.outside)
            settled = () if self._settled else self._register.settle(db, self.outside)
            for fact in self._redo:
                self._write(db, fact)
        self._publish(self._register.values(db, self.outside))
        self._redo.clear()
        self._db, self._why, self._settled = db, "", True
        self._note("store-opened", {name: value for each in settled for name, value in each.fields().items()})
        if not self.ready.done():
            self.ready.set_result(StoreReady(settled))
        self._tell(self._published.values())

    def _quarantine(self) -> None:
        try:
            aside = quarantine(self._path)
        except OSError as error:
            self._note("store-failed", {"detail": str(error)})
        else:
            self._note("store-quarantined", {"kept_as": aside.name})


def _complete(registered: Register, listeners: tuple[Listener[Any], ...]) -> Register:
    """The same, unless somebody listens for what no participant publishes."""
    for listener in listeners:
        if listener.kind not in registered.published:
            raise NotRegistered(f"no store participant publishes {listener.kind.__qualname__}")
    return registered


def _failing(answer: "Future[Any]", error: apsw.Error) -> Callable[[], None]:
    def tell() -> None:
        if not answer.done() and begins(answer):
            answer.set_exception(error)

    return tell


def _nothing() -> None:
    return None
