"""``kiosk hub compact``: a file of before gets small, and is as it was when that cannot be."""

from collections import namedtuple
from pathlib import Path

import pysqlite3
import pytest

from hub.operations.compact import compact
from hub.store import space
from hub.store.engine import Store
from hub.store.faults import StoreRefused
from kiosk.cli import main
from tests.unit.hub.test_hub_migrations import old_file


@pytest.fixture
def large(tmp_path: Path) -> Path:
    """A file of an older hub, brought to today's schema, half of it free pages."""
    path = old_file(tmp_path, "0001")
    store = Store(path)
    store.write_now(lambda c: c.exec_driver_sql("CREATE TABLE big (a)"))
    store.write_now(lambda c: c.exec_driver_sql("INSERT INTO big VALUES (zeroblob(20000000))"))
    store.write_now(lambda c: c.exec_driver_sql("DROP TABLE big"))
    assert not store.read_now(space.can_shrink)
    assert store.read_now(space.spare_bytes) > 10_000_000
    store.close()
    for copy in tmp_path.glob("*.before-*"):
        copy.unlink()
    return path


def tickets(path: Path) -> list[tuple[object, ...]]:
    raw = pysqlite3.connect(str(path))
    found = raw.execute("SELECT * FROM ticket ORDER BY id").fetchall()
    raw.close()
    assert found
    return list(found)


def test_a_file_of_before_is_written_anew_and_shrinks_from_then_on(large: Path, capsys) -> None:
    before, size = tickets(large), large.stat().st_size
    assert main(["hub", "compact", "--data", str(large.parent)]) == 0
    assert f"{size} bytes before" in capsys.readouterr().out
    assert large.stat().st_size < 2_000_000
    assert tickets(large) == before
    assert sorted(path.name for path in large.parent.iterdir()) == ["hub.db", "hub.lock"]
    store = Store(large)
    assert store.read_now(space.can_shrink)
    store.close()


def test_what_stands_in_the_log_only_is_not_lost(large: Path) -> None:
    """The hub was killed: its last commits are in the log beside the file."""
    raw = pysqlite3.connect(str(large))
    raw.execute("UPDATE site SET town = 'Nach dem Absturz'")
    raw.commit()
    copies = {name: large.with_name(name).read_bytes() for name in ("hub.db", "hub.db-wal")}
    raw.close()
    for name, content in copies.items():
        large.with_name(name).write_bytes(content)
    compact(large.parent)
    again = pysqlite3.connect(str(large))
    assert again.execute("SELECT town FROM site").fetchone() == ("Nach dem Absturz",)
    again.close()


def test_a_file_that_somebody_uses_is_left_alone(large: Path) -> None:
    other = pysqlite3.connect(str(large))
    other.execute("SELECT * FROM site").fetchall()
    size = large.stat().st_size
    with pytest.raises(StoreRefused, match="Another program uses"):
        compact(large.parent)
    assert large.stat().st_size == size
    assert not large.with_name("hub.db.compacting").exists()
    other.close()


def test_a_full_disk_is_known_before(large: Path, monkeypatch) -> None:
    usage = namedtuple("usage", "free")
    monkeypatch.setattr("hub.operations.compact.shutil.disk_usage", lambda _folder: usage(large.stat().st_size - 1))
    with pytest.raises(StoreRefused, match="Make room first"):
        compact(large.parent)


def test_a_damaged_file_and_no_file_are_refused(tmp_path: Path) -> None:
    with pytest.raises(StoreRefused, match="no hub in"):
        compact(tmp_path)
    (tmp_path / "hub.db").write_bytes(b"SQLite format 3\0" + b"x" * 5000)
    with pytest.raises(StoreRefused):
        compact(tmp_path)
    assert (tmp_path / "hub.db").read_bytes().endswith(b"x" * 5000)


def test_a_copy_that_is_put_back_can_shrink(large: Path, tmp_path: Path) -> None:
    to = tmp_path / "copy.db"
    assert main(["hub", "backup", str(to), "--data", str(large.parent)]) == 0
    assert main(["hub", "restore", str(to), "--above", "100", "--data", str(tmp_path / "new")]) == 0
    store = Store(tmp_path / "new" / "hub.db")
    assert store.read_now(space.can_shrink)
    store.close()
