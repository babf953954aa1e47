import multiprocessing
import os
import sqlite3
from multiprocessing.connection import Connection as Pipe
from pathlib import Path

import apsw
import pytest

from offline_cache.store.database import (
    DatabaseFault,
    Layout,
    Trouble,
    open_database,
    quarantine,
    sqlite_fault,
    transaction,
)

ONE = Layout(application_id=7, steps=("CREATE TABLE a(x INTEGER) STRICT",))
TWO = Layout(application_id=7, steps=(*ONE.steps, "ALTER TABLE a ADD COLUMN y TEXT; CREATE TABLE b(z TEXT) STRICT"))
BROKEN = Layout(application_id=7, steps=(*ONE.steps, "CREATE TABLE b(z TEXT) STRICT; CREATE TABLE b(z TEXT) STRICT"))


def opened(path: Path, layout: Layout = ONE) -> apsw.Connection:
    connection = open_database(path, layout)
    assert isinstance(connection, apsw.Connection), connection
    return connection


def refused(path: Path, layout: Layout = ONE) -> DatabaseFault:
    fault = open_database(path, layout)
    assert isinstance(fault, DatabaseFault)
    assert str(path) in str(fault)
    assert fault.remedy
    return fault


def test_the_recipe_is_in_force(tmp_path: Path) -> None:
    db = opened(tmp_path / "t.db")
    wanted = {
        "journal_mode": "wal",
        "synchronous": 2,
        "foreign_keys": 1,
        "trusted_schema": 0,
        "cell_size_check": 1,
        "mmap_size": 0,
        "locking_mode": "exclusive",
        "application_id": 7,
        "user_version": 1,
        "page_size": 4096,
    }
    assert {name: db.pragma(name) for name in wanted} == wanted
    with pytest.raises(apsw.SQLError):
        db.execute('SELECT "a string in double quotes"')
    assert (tmp_path / "t.db").stat().st_mode & 0o777 == 0o600


def test_only_committed_rows_are_there_after_reopening(tmp_path: Path) -> None:
    db = opened(tmp_path / "t.db")
    with transaction(db):
        db.execute("INSERT INTO a VALUES (1)")
    with pytest.raises(apsw.ConstraintError), transaction(db):
        db.execute("INSERT INTO a VALUES (2); INSERT INTO a VALUES ('text')")
    db.close()
    assert opened(tmp_path / "t.db").execute("SELECT x FROM a").fetchall() == [(1,)]


def test_migration_keeps_rows_copies_the_old_file_and_is_idempotent(tmp_path: Path) -> None:
    path = tmp_path / "t.db"
    db = opened(path)
    db.execute("INSERT INTO a VALUES (1)")
    db.close()
    for _ in range(2):
        db = opened(path, TWO)
        assert db.execute("SELECT x, y FROM a").fetchall() == [(1, None)]
        assert db.pragma("user_version") == 2
        db.close()
    copy = opened(tmp_path / "t.before-v2.db")
    assert copy.execute("SELECT * FROM a").fetchall() == [(1,)]


def test_a_broken_migration_leaves_the_file_as_it_was(tmp_path: Path) -> None:
    path = tmp_path / "t.db"
    opened(path).close()
    assert refused(path, BROKEN).trouble is Trouble.UNUSABLE
    db = opened(path)
    assert db.pragma("user_version") == 1
    assert db.execute("SELECT count(*) FROM sqlite_schema WHERE name = 'b'").fetchone() == (0,)


def test_a_newer_file_is_refused_and_untouched(tmp_path: Path) -> None:
    path = tmp_path / "t.db"
    opened(path, TWO).close()
    before = path.read_bytes()
    assert refused(path).trouble is Trouble.NEWER
    assert path.read_bytes() == before


def test_another_programs_file_is_refused_and_untouched(tmp_path: Path) -> None:
    path = tmp_path / "t.db"
    other = sqlite3.connect(path)
    other.execute("CREATE TABLE theirs(x)")
    other.commit()
    other.close()
    before = path.read_bytes()
    assert refused(path).trouble is Trouble.NOT_OURS
    assert path.read_bytes() == before


@pytest.mark.parametrize("damage", ["garbage", "torn", "page"])
def test_a_damaged_file_is_a_fault_and_can_be_put_aside(tmp_path: Path, damage: str) -> None:
    path = tmp_path / "t.db"
    db = opened(path)
    with transaction(db):
        db.executemany("INSERT INTO a VALUES (?)", [(n,) for n in range(5000)])
    db.close()
    data = bytearray(path.read_bytes())
    match damage:
        case "garbage":
            data[:] = os.urandom(len(data))
        case "torn":
            del data[len(data) // 2 :]
        case _:
            data[4096:8192] = os.urandom(4096)
    path.write_bytes(data)
    assert refused(path).trouble is Trouble.DAMAGED
    first = quarantine(path)
    assert first.read_bytes() == bytes(data)
    assert opened(path).execute("SELECT count(*) FROM a").fetchone() == (0,)
    path.write_bytes(b"")
    assert quarantine(path) != first


def test_an_unwritable_place_is_a_fault(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    assert refused(tmp_path / "file" / "t.db").trouble is Trouble.UNUSABLE
    (tmp_path / "folder.db").mkdir()
    assert refused(tmp_path / "folder.db").trouble is Trouble.UNUSABLE


def test_old_sqlite_is_refused_in_words(tmp_path: Path) -> None:
    fault = sqlite_fault(tmp_path / "t.db", 3_040_001)
    assert fault is not None
    assert "SQLite 3.40.1" in str(fault)
    assert "WAL-reset" in str(fault)
    assert sqlite_fault(tmp_path / "t.db", 3_051_003) is None


def test_no_file_is_opened_with_an_old_sqlite(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    opened(tmp_path / "t.db").close()
    before = (tmp_path / "t.db").read_bytes()
    monkeypatch.setattr(apsw, "SQLITE_VERSION_NUMBER", 3_051_002)
    fault = refused(tmp_path / "t.db")
    assert fault.trouble is Trouble.OLD_SQLITE
    assert "SQLite 3.51.2" in str(fault)
    assert refused(tmp_path / "new.db").trouble is Trouble.OLD_SQLITE
    assert {each.name for each in tmp_path.iterdir()} == {"t.db"}, "nothing is made, nothing is put aside"
    assert (tmp_path / "t.db").read_bytes() == before


def _hold(path: Path, pipe: Pipe) -> None:
    connection = open_database(path, ONE)
    pipe.send(isinstance(connection, apsw.Connection))
    pipe.recv()


def test_a_second_process_is_refused_until_the_first_is_gone(tmp_path: Path) -> None:
    path = tmp_path / "t.db"
    spawn = multiprocessing.get_context("spawn")
    ours, theirs = spawn.Pipe()
    holder = spawn.Process(target=_hold, args=(path, theirs))
    holder.start()
    try:
        assert ours.recv() is True
        assert refused(path).trouble is Trouble.IN_USE
    finally:
        holder.kill()
        holder.join(10)
    opened(path).close()
