"""A file that another program holds, a disk that is full, a page that is damaged: on real files, with a real second
process and a real small disk."""

import contextlib
import ctypes
import subprocess
import sys
import threading
from collections.abc import Callable, Iterator
from concurrent.futures import Future, wait
from pathlib import Path

import pytest
from sqlalchemy import Connection

from hub.store.engine import Store
from hub.store.faults import StoreFailed, StoreRefused, Trouble
from hub.store.writer import Timing
from tests.unit.hub.small_disk import Disk, damage

ADD_SITE = "INSERT INTO site (id, town, name, created_ms) VALUES (?, 'Musterstadt', 'Rathaus', 0)"
QUICK = Timing(patience=1.0, pauses=(0.05,))
HOLD = (
    "import sys, pysqlite3; c = pysqlite3.connect(sys.argv[1], isolation_level=None);"
    "c.execute(sys.argv[2]); print('held', flush=True); sys.stdin.readline(); c.execute('ROLLBACK'); print('free')"
)


def add_site(store: Store, ident: str) -> Future[int]:
    """A write that is under way."""
    future: Future[int] = Future()
    store._writer.put(lambda c: c.exec_driver_sql(ADD_SITE, (ident,)).rowcount, future)
    return future


def sites(store: Store) -> list[str]:
    return store.read_now(lambda c: list(c.exec_driver_sql("SELECT id FROM site ORDER BY id").scalars()))


def trouble_of(future: Future[int]) -> Trouble | None:
    fault = future.exception(60)
    assert isinstance(fault, StoreFailed)
    return fault.trouble


class Wake:
    """Wait for what the writer's thread does, instead of sleeping."""

    def __init__(self, store: Store) -> None:
        self._store, self._again = store, threading.Event()
        store.after_commit(self._again.set)

    def healthy(self) -> None:
        while not self._store.healthy:
            assert self._again.wait(60)
            self._again.clear()


@contextlib.contextmanager
def held(path: Path, how: str = "BEGIN IMMEDIATE") -> Iterator[subprocess.Popen[str]]:
    """Another program with an open edit in this file; a line to it ends the edit."""
    program = subprocess.Popen(
        [sys.executable, "-c", HOLD, str(path), how], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
    )
    try:
        assert program.stdout is not None
        assert program.stdout.readline() == "held\n"
        yield program
    finally:
        program.communicate("\n", timeout=60)


def let_go(program: subprocess.Popen[str]) -> None:
    assert program.stdin is not None
    program.stdin.write("\n")
    program.stdin.flush()
    assert program.stdout is not None
    assert program.stdout.readline() == "free\n"


@pytest.fixture
def file(tmp_path: Path, empty_store: bytes) -> Path:
    path = tmp_path / "hub.db"
    path.write_bytes(empty_store)
    return path


def test_locked_file_is_waited_for(file: Path) -> None:
    """A write that comes while another program holds the file is kept and done; the reason stands meanwhile."""
    store = Store(file, timing=QUICK._replace(patience=60))
    with held(file) as program:
        waits = add_site(store, "a")
        while store.trouble is None:
            assert not wait([waits], timeout=0.05).done
        assert (store.trouble, store.healthy) == (Trouble.LOCKED, False)
        assert sites(store) == [], "who only reads goes on"
        let_go(program)
        assert waits.result(60) == 1
    assert (store.trouble, store.healthy, sites(store)) == (None, True, ["a"])
    store.close()


def test_file_locked_for_longer_than_a_write_waits(file: Path) -> None:
    """Writes are refused with the reason, and when the other program lets go the store works again by itself."""
    store = Store(file, timing=QUICK)
    wake = Wake(store)
    with held(file) as program:
        assert trouble_of(add_site(store, "a")) is Trouble.LOCKED
        assert trouble_of(add_site(store, "b")) is Trouble.LOCKED
        let_go(program)
        wake.healthy()
    assert add_site(store, "c").result(60) == 1
    assert sites(store) == ["c"]
    store.close()


def test_store_closes_though_the_file_is_locked(file: Path) -> None:
    store = Store(file, timing=Timing(patience=600))
    with held(file):
        waits = add_site(store, "a")
        store.close()
        assert trouble_of(waits) is Trouble.LOCKED


def test_file_locked_at_the_start(file: Path) -> None:
    """A command says who is in the way; the hub comes up, says so too, and works when the other program lets go."""
    with held(file) as program:
        with pytest.raises(StoreRefused, match="Another program holds the file"):
            Store(file, timing=Timing(patience=0))
        store = Store(file, patient=True, timing=QUICK)
        wake = Wake(store)
        assert store.trouble is Trouble.LOCKED
        with pytest.raises(StoreFailed, match="Another program holds"):
            sites(store)
        let_go(program)
        wake.healthy()
    assert add_site(store, "a").result(60) == 1
    store.close()


def fat(connection: Connection) -> None:
    """More than fits into what a file has in reserve."""
    connection.exec_driver_sql("CREATE TABLE IF NOT EXISTS fat (a)")
    connection.exec_driver_sql("INSERT INTO fat VALUES (zeroblob(200000))")


def test_full_disk_heals_by_itself(disk: Disk, empty_store: bytes) -> None:
    """While it is full every write is refused with the reason; with room again the store works."""
    (disk.folder / "hub.db").write_bytes(empty_store)
    store = Store(disk.folder / "hub.db", timing=QUICK)
    wake = Wake(store)
    assert add_site(store, "before").result(60) == 1
    disk.fill()
    with pytest.raises(StoreFailed, match=r"The disk is full\. Make room") as caught:
        store.write_now(fat)
    assert caught.value.trouble is Trouble.FULL
    assert (store.trouble, store.healthy) == (Trouble.FULL, False)
    assert trouble_of(add_site(store, "refused")) is Trouble.FULL
    disk.empty()
    wake.healthy()
    assert add_site(store, "after").result(60) == 1
    assert sites(store) == ["after", "before"]
    store.close()


def test_full_disk_at_the_start_is_no_reason_for_a_copy(disk: Disk, empty_store: bytes) -> None:
    path = disk.folder / "hub.db"
    path.write_bytes(empty_store)
    disk.fill()
    with pytest.raises(StoreRefused, match="Make room") as caught:
        Store(path)
    assert "restore" not in str(caught.value)
    store = Store(path, patient=True, timing=QUICK)
    wake = Wake(store)
    assert store.trouble is Trouble.FULL
    with pytest.raises(StoreFailed, match="Make room"):
        sites(store)
    disk.empty()
    wake.healthy()
    assert add_site(store, "a").result(60) == 1
    store.close()


def test_file_that_may_not_grow_is_a_full_disk_too(file: Path) -> None:
    """The limit of SQLite itself (SQLITE_FULL), where nobody may mount: it ends with the connection it was set on."""
    store = Store(file, timing=QUICK)
    wake = Wake(store)
    store.write_now(lambda c: c.exec_driver_sql("PRAGMA max_page_count = 1"))
    with pytest.raises(StoreFailed) as caught:
        store.write_now(fat)
    assert caught.value.trouble is Trouble.FULL
    wake.healthy()
    store.write_now(fat)
    store.close()


def test_damaged_file_is_found_at_the_start(file: Path) -> None:
    damage(file, "ticket")
    with pytest.raises(StoreRefused, match=r"damaged.*kiosk hub restore") as caught:
        Store(file, patient=True)
    assert caught.value.trouble is Trouble.DAMAGED


@pytest.mark.parametrize("do", [Store.write_now, Store.read_now])
def test_damage_met_while_it_runs_ends_the_store(file: Path, do: Callable[..., object]) -> None:
    """Nothing that this process does would mend it: whoever watches is told, once."""
    store = Store(file, timing=QUICK)
    ended: list[Trouble] = []
    store.at_the_end(ended.append)
    damage(file, "ticket")
    with pytest.raises(StoreFailed, match="damaged"):
        do(store, lambda c: c.exec_driver_sql("SELECT sum(priority) FROM ticket").scalar_one())
    assert (ended, store.healthy, store.trouble) == ([Trouble.DAMAGED], False, Trouble.DAMAGED)
    assert trouble_of(add_site(store, "late")) is Trouble.DAMAGED
    store.close()


def saved(store: Store, ident: str) -> None:
    """Write until it is taken: meanwhile each write is refused, with the reason."""
    while (fault := add_site(store, ident).exception(60)) is not None:
        assert isinstance(fault, StoreFailed)
        assert fault.trouble is Trouble.BUG


def test_bug_in_the_writer_thread_fails_its_batch_and_it_restarts(file: Path) -> None:
    store = Store(file, timing=QUICK)
    faults = iter((KeyError("a listener that raises"), None))

    def broken() -> None:
        if (fault := next(faults, None)) is not None:
            raise fault

    store.after_commit(broken)
    assert add_site(store, "a").result(60) == 1
    saved(store, "b")
    assert store.healthy
    (death,) = store.watch.deaths()
    assert (death.thread, death.detail.partition(" at ")[0]) == ("hub-writer", "KeyError")
    assert sites(store) == ["a", "b"]
    store.close()


def test_a_bug_that_comes_again_and_again_ends_the_store(file: Path) -> None:
    store = Store(file, timing=QUICK)
    ended = threading.Event()
    store.at_the_end(lambda trouble: ended.set())

    def broken() -> None:
        raise KeyError("a listener that raises")

    store.after_commit(broken)
    for ident in "abcdefgh":
        add_site(store, ident).exception(60)
    assert ended.wait(60)
    assert trouble_of(add_site(store, "late")) is Trouble.BUG
    assert (store.healthy, store.trouble) == (False, Trouble.BUG)
    store.close()


def test_killed_writer_thread_leaves_nobody_waiting_and_restarts(file: Path) -> None:
    store = Store(file, timing=QUICK)
    begun = threading.Event()

    def endless(_connection: Connection) -> None:
        begun.set()
        while True:
            threading.Event().wait(0.01)

    future: Future[None] = Future()
    store._writer.put(endless, future)
    assert begun.wait(60)
    ident = store._writer.thread.ident
    assert ident is not None
    ctypes.pythonapi.PyThreadState_SetAsyncExc(ctypes.c_ulong(ident), ctypes.py_object(SystemExit))
    assert isinstance(future.exception(60), StoreFailed)
    saved(store, "a")
    assert [death.detail.partition(" at ")[0] for death in store.watch.deaths()] == ["SystemExit"]
    store.close()
