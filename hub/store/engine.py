"""The store: one SQLite file, one writer thread with group commit, readers beside it.

The writer takes every write that is waiting, commits them together (WAL, ``synchronous=FULL``) and only then answers
them all: durability costs one fsync per group, not per write. A write that raises is undone alone.
"""

import asyncio
from collections.abc import Callable
from concurrent.futures import Future, ThreadPoolExecutor
from pathlib import Path
from typing import TypeVar

import pysqlite3
from sqlalchemy import Connection, Engine, create_engine
from sqlalchemy import event as hooks
from sqlalchemy.exc import DBAPIError

from hub.store.copies import APPLICATION_ID
from hub.store.faults import StoreFailed, StoreRefused
from hub.store.migrate import migrate
from hub.store.sql import run
from hub.store.writer import Writer

__all__ = ["APPLICATION_ID", "Store", "StoreFailed", "StoreRefused"]

T = TypeVar("T")

OLDEST_SQLITE = (3, 51, 3)

PRAGMAS = (
    "journal_mode = WAL",
    "synchronous = FULL",
    "foreign_keys = ON",
    "trusted_schema = OFF",
    "cell_size_check = ON",
    "busy_timeout = 20000",
    "mmap_size = 0",
    "temp_store = MEMORY",
    "recursive_triggers = ON",
)


class Store:
    """The hub's database: ``write`` and ``read`` for the server, ``write_now`` and ``read_now`` for commands and tests.

    A function given to these gets a SQLAlchemy ``Connection`` inside a transaction; it must not commit, must not keep
    the connection, and must not wait for anything. What it raises is raised to the caller, its changes undone. A write
    may be run twice (the first run undone): it changes nothing but the database and uses nothing up.
    """

    def __init__(self, path: Path, readers: int = 2) -> None:
        """Open the file at ``path`` (made when absent), migrate it, start the writer. Raises StoreRefused."""
        refuse_old_sqlite(pysqlite3.sqlite_version_info)
        path.parent.mkdir(parents=True, exist_ok=True)
        self.path = path
        self._engine = _engine(path, query_only=False)
        self._reading = _engine(path, query_only=True)
        try:
            with self._engine.begin() as connection:
                _own(connection, path)
            migrate(self._engine, path)
        except DBAPIError as fault:
            raise StoreRefused(
                f"{path} cannot be opened ({fault.orig}). Restore a copy of it, or ask for help."
            ) from fault
        self._closed = False
        self._writer = Writer(self._engine)
        self._readers = ThreadPoolExecutor(readers, "hub-reader")

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
        return await asyncio.get_running_loop().run_in_executor(self._readers, self.read_now, fn)

    def read_now(self, fn: Callable[[Connection], T]) -> T:
        """The same for a caller without an event loop."""
        with self._reading.connect() as connection, connection.begin():
            return fn(connection)

    def after_commit(self, wake: Callable[[], None]) -> None:
        """Have ``wake`` called in the writer's thread after each commit; it must be quick and must not raise."""
        self._writer.listeners.append(wake)

    @property
    def healthy(self) -> bool:
        """False once a commit failed or the store was closed."""
        return self._writer.alive

    def close(self) -> None:
        """Commit what waits, stop the threads, close the file. Safe to call twice."""
        self._closed = True
        self._writer.close()
        self._readers.shutdown()
        self._reading.dispose()
        self._engine.dispose()


def refuse_old_sqlite(version: tuple[int, int, int]) -> None:
    """Raise StoreRefused for a SQLite with the WAL-reset bug (present 3.7.0 to 3.51.2)."""
    if version < OLDEST_SQLITE:
        found = ".".join(map(str, version))
        raise StoreRefused(
            f"SQLite {found} can lose commits when a write-ahead log is reset (fixed in 3.51.3). "
            "Install the package pysqlite3 in the version of requirements.lock; it brings its own SQLite."
        )


def _engine(path: Path, *, query_only: bool) -> Engine:
    """An engine whose connections follow the recipe and begin writing at BEGIN, never half way."""
    engine = create_engine(
        f"sqlite:///{path}", module=pysqlite3, connect_args={"isolation_level": None, "check_same_thread": False}
    )
    begin = "BEGIN" if query_only else "BEGIN IMMEDIATE"
    pragmas = (*PRAGMAS, "query_only = ON") if query_only else (*PRAGMAS, "wal_autocheckpoint = 1000")

    @hooks.listens_for(engine, "connect")
    def _follow_recipe(raw: pysqlite3.Connection, _record: object) -> None:
        for pragma in pragmas:
            raw.execute(f"PRAGMA {pragma}")

    @hooks.listens_for(engine, "begin")
    def _begin(connection: Connection) -> None:
        run(connection, begin)

    return engine


def _own(connection: Connection, path: Path) -> None:
    """Refuse somebody else's database; mark a new one as ours."""
    found = connection.exec_driver_sql("PRAGMA application_id").scalar_one()
    tables = connection.exec_driver_sql("SELECT count(*) FROM sqlite_schema").scalar_one()
    if found != APPLICATION_ID and tables:
        raise StoreRefused(f"{path} is a database of another program. Give the hub a data folder of its own (--data).")
    connection.exec_driver_sql(f"PRAGMA application_id = {APPLICATION_ID}")
