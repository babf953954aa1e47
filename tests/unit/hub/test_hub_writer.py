"""The writer: one commit for a group, its answers, and what happens to a write that raises."""

import asyncio
import threading
from collections.abc import Callable
from concurrent.futures import Future
from pathlib import Path

import pysqlite3
import pytest
from sqlalchemy import Connection, create_engine
from sqlalchemy.exc import IntegrityError

from hub import events
from hub.store.engine import Store
from hub.store.faults import StoreFailed
from hub.store.writer import GATHER_S, Timing, Writer
from hub.tickets.issue import Ask, Issued, issue

SITE = "rathaus"
ADD_SITE = "INSERT INTO site (id, town, name, created_ms) VALUES (?, 'Musterstadt', 'Rathaus', 0)"


def add_site(store: Store, ident: str) -> None:
    store.write_now(lambda c: c.exec_driver_sql(ADD_SITE, (ident,)))


def sites(store: Store) -> list[str]:
    return store.read_now(lambda c: list(c.exec_driver_sql("SELECT id FROM site ORDER BY id").scalars()))


class Plug:
    """A write that holds the writer until it is pulled."""

    def __init__(self, store: Store) -> None:
        self._store = store
        self._started, self._pulled = threading.Event(), threading.Event()

    async def put(self) -> asyncio.Task[bool]:
        """Returns when the writer is held."""
        task = asyncio.ensure_future(self._store.write(self._hold))
        await asyncio.sleep(0)
        assert await asyncio.to_thread(self._started.wait, 60)
        return task

    def pull(self) -> None:
        self._pulled.set()

    def _hold(self, _connection: Connection) -> bool:
        self._started.set()
        return self._pulled.wait(300)


async def in_one_group(store: Store, *writes: Callable[[Connection], object]) -> list[object]:
    """Hand all writes over while the writer is held: what each got, its value or what it raised."""
    plug = Plug(store)
    blocked = await plug.put()
    waiting = [asyncio.ensure_future(store.write(write)) for write in writes]
    await asyncio.sleep(0)
    plug.pull()
    await blocked
    return await asyncio.gather(*waiting, return_exceptions=True)


class Adding:
    """A write that adds a site and counts how often it is run."""

    def __init__(self, *idents: str) -> None:
        self.idents = idents
        self.runs = 0

    def __call__(self, connection: Connection) -> int:
        self.runs += 1
        for ident in self.idents:
            connection.exec_driver_sql(ADD_SITE, (ident,))
        return self.runs


def statements(store: Store) -> list[str]:
    """What the writer says to SQLite from now on."""
    said: list[str] = []
    store.write_now(lambda c: c.connection.dbapi_connection.set_trace_callback(said.append))  # type: ignore[union-attr]
    return said


def test_group_runs_each_write_once_and_without_savepoints(store: Store) -> None:
    writes = [Adding(ident) for ident in ("a", "b", "c")]
    said = statements(store)
    assert asyncio.run(in_one_group(store, *writes)) == [1, 1, 1]
    assert not [each for each in said if each.startswith(("SAVEPOINT", "ROLLBACK"))]
    assert said.count("BEGIN IMMEDIATE") == 2, "the plug's and the group's"


def test_write_that_raises_is_undone_alone(store: Store) -> None:
    """Three writes in one group: the one in the middle fails, the others are kept, each with one effect."""
    first, twice, last = Adding("a"), Adding("half", "a"), Adding("b")
    said = statements(store)
    answers = asyncio.run(in_one_group(store, first, twice, last))
    assert sites(store) == ["a", "b"]
    assert isinstance(answers[1], IntegrityError)
    assert (answers[0], answers[2]) == (first.runs, last.runs), "the answer is that of the run that was committed"
    assert (first.runs, twice.runs, last.runs) == (2, 2, 1), "together up to the fault, then each by itself"
    assert len([each for each in said if each.startswith("SAVEPOINT")]) == 3


def test_every_write_of_a_group_may_raise(store: Store) -> None:
    add_site(store, "a")
    answers = asyncio.run(in_one_group(store, Adding("a"), Adding("a")))
    assert [type(answer) for answer in answers] == [IntegrityError, IntegrityError]
    assert sites(store) == ["a"]
    assert store.healthy


def test_numbers_are_given_once_though_others_in_the_group_raise(hall) -> None:
    """Thirty numbers and three writes that raise in one group: 1 to 30, each with one wait and one event."""

    def raises(connection: Connection) -> None:
        connection.exec_driver_sql(ADD_SITE, (SITE,))

    def asks(number: int) -> Callable[[Connection], object]:
        ask = Ask(site=SITE, id=hall.uuid(number), service="ausweis", token=f"{number:032x}", now_ms=hall.clock())
        return lambda connection: issue(connection, ask)

    writes = [raises if number % 11 == 0 else asks(number) for number in range(1, 34)]
    answers = asyncio.run(in_one_group(hall.store, *writes))
    assert [each.ticket.n for each in answers if isinstance(each, Issued)] == list(range(1, 31))
    assert sum(isinstance(each, IntegrityError) for each in answers) == 3
    count = "SELECT (SELECT count(*) FROM interval), (SELECT waiting FROM queue WHERE series = 'A')"
    assert hall.see(lambda c: c.exec_driver_sql(count).one()) == (30, 30)
    assert len(hall.see(events.since, SITE, 0, kinds=(events.Kind.TICKET,))) == 30


def test_transaction_ended_by_sqlite_fails_its_group_and_reopens(tmp_path: Path) -> None:
    """``OR ROLLBACK`` undoes the whole group, as a full disk or an I/O error does: nothing of it is tried again."""
    store = Store(tmp_path / "hub.db", timing=Timing(pauses=(0.01,)))
    add_site(store, "a")
    first, later = Adding("b"), Adding("c")
    ends = ADD_SITE.replace("INSERT", "INSERT OR ROLLBACK")
    answers = asyncio.run(in_one_group(store, first, lambda c: c.exec_driver_sql(ends, ("a",)), later))
    assert [type(answer) for answer in answers] == [StoreFailed] * 3
    assert (first.runs, later.runs) == (1, 0)
    assert sites(store) == ["a"]
    until_healthy(store)
    add_site(store, "d")
    store.close()


def until_healthy(store: Store) -> None:
    """The writer opens the file in its own thread."""
    again = threading.Event()
    store.after_commit(again.set)
    assert store.healthy or again.wait(60)
    assert store.healthy


def test_writer_gathers_only_after_a_group_of_several(tmp_path: Path) -> None:
    """Writes that come one by one are not held up; after a group of several there is one short pause."""
    pauses: list[float] = []
    engine = create_engine(f"sqlite:///{tmp_path / 'any.db'}", module=pysqlite3)
    path = tmp_path / "any.db"
    writer = Writer(path, engine.connect, engine.connect(), timing=Timing(pause=pauses.append))

    def one() -> Future[None]:
        promise: Future[None] = Future()
        writer.put(lambda _c: None, promise)
        return promise

    one().result(5)
    one().result(5)
    assert pauses == []
    held, pulled, promise = threading.Event(), threading.Event(), Future[bool]()
    writer.put(lambda _c: held.set() or pulled.wait(300), promise)
    assert held.wait(300)
    both = one(), one()
    pulled.set()
    assert [each.result(5) for each in both] == [None, None]
    assert pauses == []
    one().result(5)
    one().result(5)
    assert pauses == [GATHER_S]
    writer.close()
    engine.dispose()


def test_waiting_writes_share_one_commit(store: Store) -> None:
    commits: list[None] = []
    store.after_commit(lambda: commits.append(None))
    plug = Plug(store)

    async def many() -> None:
        first = await plug.put()
        rest = [asyncio.ensure_future(store.write(lambda _c: None)) for _ in range(100)]
        await asyncio.sleep(0)
        plug.pull()
        await asyncio.gather(first, *rest)

    asyncio.run(many())
    store.close()
    assert len(commits) == 2


def test_answer_comes_after_the_commit(store: Store) -> None:
    """What a write answered is seen by a reader at once."""
    add_site(store, "a")
    assert sites(store) == ["a"]


def test_nobody_waits_for_a_cancelled_write(store: Store) -> None:
    async def cancel() -> None:
        plug = Plug(store)
        blocked = await plug.put()
        gone = asyncio.ensure_future(store.write(lambda c: c.exec_driver_sql(ADD_SITE, ("gone",)).rowcount))
        await asyncio.sleep(0)
        gone.cancel()
        plug.pull()
        await blocked
        assert await store.write(lambda _c: 7) == 7

    asyncio.run(cancel())


def test_failed_commit_fails_its_whole_group_and_the_file_is_opened_anew(tmp_path: Path) -> None:
    """A deferred constraint breaks COMMIT itself, as a full disk would."""
    store = Store(tmp_path / "hub.db", timing=Timing(pauses=(0.01,)))
    store.write_now(lambda c: c.exec_driver_sql("CREATE TABLE p (id INTEGER PRIMARY KEY)"))
    store.write_now(
        lambda c: c.exec_driver_sql("CREATE TABLE k (p INTEGER REFERENCES p (id) DEFERRABLE INITIALLY DEFERRED)")
    )
    with pytest.raises(StoreFailed, match=r"FOREIGN KEY constraint failed|nothing is saved now"):
        store.write_now(lambda c: c.exec_driver_sql("INSERT INTO k VALUES (1)"))
    until_healthy(store)
    add_site(store, "later")
    assert store.read_now(lambda c: c.exec_driver_sql("SELECT count(*) FROM k").scalar_one()) == 0
    store.close()
