"""The store: one SQLite file, one writer thread with group commit, readers beside it.

The writer takes every write that is waiting, commits them together (WAL, ``synchronous=FULL``) and only then answers
them all: durability costs one fsync per group, not per write. A write that raises is undone alone. What becomes of a
store whose file is locked, whose disk is full or whose file is damaged: ``hub.store.writer``.
"""

import asyncio
import contextlib
import time
from collections.abc import Callable
from concurrent.futures import Future
from functools import partial
from pathlib import Path
from typing import TypeVar

import pysqlite3
from sqlalchemy import Connection, Engine, create_engine
from sqlalchemy import event as hooks
from sqlalchemy.exc import DBAPIError

from hub.store.checking import damage
from hub.store.copies import APPLICATION_ID, COMPANIONS
from hub.store.faults import HOPELESS, StoreFailed, StoreRefused, Trouble, sentence, trouble_of
from hub.store.migrate import migrate
from hub.store.sql import run
from hub.store.writer import Timing, Writer
from hub.worker_pool import WorkerPool
from kiosk import private
from kiosk.owner_thread import ThreadWatch

__all__ = ["APPLICATION_ID", "Store", "StoreFailed", "StoreRefused"]

T = TypeVar("T")

OLDEST_SQLITE = (3, 51, 3)
_READONLY = 8
"""SQLITE_READONLY: somebody wrote by ``read``, which is a fault of the program."""

PRAGMAS = (
    "journal_mode = WAL",
    "synchronous = FULL",
    "foreign_keys = ON",
    "trusted_schema = OFF",
    "cell_size_check = ON",
    "busy_timeout = 2000",
    "mmap_size = 0",
    "temp_store = MEMORY",
    "recursive_triggers = ON",
)
"""``busy_timeout`` (ms) is one try: the writer tries again, so that staff can read meanwhile what it waits for."""
_FIRST = ("auto_vacuum = INCREMENTAL",)
"""Before anything is written to a new file (``hub.store.space``); of no effect on one that is there."""
_WRITING = ("wal_autocheckpoint = 1000", "secure_delete = ON")
"""What is deleted is overwritten: no number or id is left in the file."""


class Store:
    """The hub's database: ``write`` and ``read`` for the server, ``write_now`` and ``read_now`` for commands and tests.

    A function given to these gets a SQLAlchemy ``Connection`` inside a transaction; it must not commit, must not keep
    the connection, and must not wait for anything. What it raises is raised to the caller, its changes undone. A write
    may be run twice (the first run undone): it changes nothing but the database and uses nothing up.
    """

    def __init__(
        self,
        path: Path,
        readers: int = 2,
        *,
        patient: bool = False,
        checked: bool = False,
        timing: Timing | None = None,
    ) -> None:
        """Open the file at ``path`` (made when absent), check and migrate it, start the writer. Raises StoreRefused.

        ``patient``: a file that is locked, or a disk that is full or fails, is no reason to refuse; everything raises
        StoreFailed with the reason until the file could be opened, which is tried again and again.
        ``checked``: a hub runs on this file and looked for damage when it started; the look would hold up its writes.
        """
        refuse_old_sqlite(pysqlite3.sqlite_version_info)
        self.path = path
        self._engine = _engine(path, query_only=False)
        self._reading = _engine(path, query_only=True)
        self._opened = self._closed = False
        self.watch = ThreadWatch()
        """Over the threads of this process; whoever serves calls its ``look``."""
        self._checked = checked
        timing = timing or Timing()
        first = self._first(0.0 if patient else timing.patience)
        if isinstance(first, StoreRefused) and (first.trouble in (None, *HOPELESS) or not patient):
            self._reading.dispose()
            self._engine.dispose()
            raise first
        found, trouble = (None, first.trouble) if isinstance(first, StoreRefused) else (first, None)
        self._writer = Writer(path, self._connect, found, trouble, timing, self.watch)
        self.readers = WorkerPool(readers, "hub-reader")
        """Whoever serves looks whether they hang."""

    async def write(self, fn: Callable[[Connection], T]) -> T:
        """Run ``fn`` in the writer's next group; returns when it is durable."""
        future: asyncio.Future[T] = asyncio.get_running_loop().create_future()
        self._writer.put(fn, future)
        return await future

    def write_now(self, fn: Callable[[Connection], T]) -> T:
        """The same for a caller without an event loop: blocks until durable."""
        future: Future[T] = Future()
        self._writer.put(fn, future)
        return future.result()

    async def read(self, fn: Callable[[Connection], T]) -> T:
        """Run ``fn`` on a reader's connection (``query_only``): it sees the last commit and blocks no writer."""
        if self._closed:
            raise StoreFailed("The store is closed.")
        return await self.readers.run(partial(self.read_now, fn))

    def read_now(self, fn: Callable[[Connection], T]) -> T:
        """The same for a caller without an event loop. Raises StoreFailed when it is the file that cannot be read."""
        if not self._opened:
            raise self._writer.failure()
        try:
            with self._reading.connect() as connection, connection.begin():
                return fn(connection)
        except DBAPIError as fault:
            trouble = trouble_of(fault, self.path)
            if trouble is None or getattr(fault.orig, "sqlite_errorcode", 0) == _READONLY:
                raise
            if trouble in HOPELESS:
                self._writer.give_up(trouble, sentence(self.path, trouble, fault.orig))
            self._reading.dispose()
            raise StoreFailed(sentence(self.path, trouble, fault.orig), trouble) from fault

    def after_commit(self, wake: Callable[[], None]) -> None:
        """Have ``wake`` called in the writer's thread after each commit; it must be quick and must not raise."""
        self._writer.listeners.append(wake)

    def at_the_end(self, tell: Callable[[Trouble], None]) -> None:
        """Have ``tell`` called, in any thread, when the store has met a trouble that this process cannot mend."""
        self._writer.ended.append(tell)

    @property
    def healthy(self) -> bool:
        """Whether a write would be committed now."""
        return self._writer.alive and self._writer.trouble is None

    @property
    def trouble(self) -> Trouble | None:
        """Why nothing is written now; None = all is well (or the store was closed in order)."""
        return self._writer.trouble

    def close(self) -> None:
        """Commit what waits, stop the threads, close the file. Safe to call twice."""
        self._closed = True
        self._writer.close()
        self.readers.close()
        self._reading.dispose()
        self._engine.dispose()

    def _first(self, patience_s: float) -> Connection | StoreRefused:
        """Open the file for the first time, waiting so long for another program that holds it."""
        until = time.monotonic() + patience_s
        while True:
            try:
                return self._connect()
            except StoreRefused as fault:
                if fault.trouble is not Trouble.LOCKED or time.monotonic() >= until:
                    return fault

    def _connect(self) -> Connection:
        """Open the file anew, for readers too; the first time check and migrate it. Returns after a commit.

        Raises StoreRefused; its ``trouble`` is None for a file that is not ours to open.
        """
        self._reading.dispose()
        self._engine.dispose()
        connection = None
        try:
            private.make(self.path.parent)
            private.create(self.path)  # SQLite gives log and index the mode of the file
            for ending in COMPANIONS:
                private.close(self.path.with_name(self.path.name + ending))
            if not self._opened:
                _prepare(self._engine, self.path, checked=self._checked)
            connection = self._engine.connect()
            _prove(connection)
        except (DBAPIError, pysqlite3.Error, OSError) as fault:
            _let_go(connection)
            trouble = trouble_of(fault, self.path) or Trouble.BUG
            cause = f"cannot be opened ({getattr(fault, 'orig', fault)})"
            raise StoreRefused(sentence(self.path, trouble, cause), trouble) from fault
        self._opened = True
        return connection


def refuse_old_sqlite(version: tuple[int, int, int]) -> None:
    """Raise StoreRefused for a SQLite with the WAL-reset bug (present 3.7.0 to 3.51.2)."""
    if version < OLDEST_SQLITE:
        found = ".".join(map(str, version))
        raise StoreRefused(
            f"SQLite {found} can lose commits when a write-ahead log is reset (fixed in 3.51.3). "
            "Install the package pysqlite3 in the version of requirements.lock; it brings its own SQLite."
        )


STATEMENTS = 1024
"""Prepared statements that a connection keeps, more than the hub has. Of a full cache the driver throws the newest one
away: statements that came later than the first hundred (its default) would be parsed anew each time, as the hot ones
were after a set-up in the same process, at 2.5 times the price of a number."""


def _engine(path: Path, *, query_only: bool) -> Engine:
    """An engine whose connections follow the recipe and begin writing at BEGIN, never half way."""
    engine = create_engine(
        f"sqlite:///{path}",
        module=pysqlite3,
        connect_args={"isolation_level": None, "check_same_thread": False, "cached_statements": STATEMENTS},
    )
    begin = "BEGIN" if query_only else "BEGIN IMMEDIATE"
    pragmas = (*PRAGMAS, "query_only = ON") if query_only else (*_FIRST, *PRAGMAS, *_WRITING)

    @hooks.listens_for(engine, "connect")
    def _follow_recipe(raw: pysqlite3.Connection, _record: object) -> None:
        for pragma in pragmas:
            raw.execute(f"PRAGMA {pragma}")

    @hooks.listens_for(engine, "begin")
    def _begin(connection: Connection) -> None:
        run(connection, begin)

    return engine


def _prepare(engine: Engine, path: Path, *, checked: bool) -> None:
    """Refuse what is not ours or is damaged; bring the file to today's schema."""
    with engine.begin() as connection:
        _own(connection, path)
        found = "" if checked else damage(connection)
    if found:
        raise StoreRefused(sentence(path, Trouble.DAMAGED, found), Trouble.DAMAGED)
    migrate(engine, path)


def _prove(connection: Connection) -> None:
    """Make a commit that reaches the disk: only that says that the store takes one."""
    with connection.begin():
        before = int(connection.exec_driver_sql("PRAGMA user_version").scalar_one())
        connection.exec_driver_sql(f"PRAGMA user_version = {(before + 1) % 2**31}")


def _let_go(connection: Connection | None) -> None:
    if connection is not None:
        with contextlib.suppress(DBAPIError):
            connection.invalidate()
            connection.close()


def _own(connection: Connection, path: Path) -> None:
    """Refuse somebody else's database; mark a new one as ours."""
    found = connection.exec_driver_sql("PRAGMA application_id").scalar_one()
    tables = connection.exec_driver_sql("SELECT count(*) FROM sqlite_schema").scalar_one()
    if found != APPLICATION_ID and tables:
        raise StoreRefused(f"{path} is a database of another program. Give the hub a data folder of its own (--data).")
    connection.exec_driver_sql(f"PRAGMA application_id = {APPLICATION_ID}")
