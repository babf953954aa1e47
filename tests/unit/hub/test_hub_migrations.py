"""Every step on a real file of the hub that was before it."""

from pathlib import Path

import pysqlite3
import pytest
from unit.hub.test_hub_store import schema

from hub.queues import calling, handing_back, waiting
from hub.queues.calling import Act, Done
from hub.queues.issue import Ask, Issued, issue
from hub.store.engine import APPLICATION_ID, Store

OLD = Path(__file__).parent / "old"
NOW = 1_795_518_900_000
"""A quarter past the noon at which the old files were written."""


def old_file(folder: Path, revision: str) -> Path:
    """The file as the hub of that revision left it."""
    path = folder / "hub.db"
    raw = pysqlite3.connect(str(path))
    raw.executescript((OLD / f"hub-{revision}.sql").read_text())
    raw.execute(f"PRAGMA application_id = {APPLICATION_ID}")
    raw.close()
    return path


@pytest.fixture(params=sorted(path.stem.removeprefix("hub-") for path in OLD.glob("*.sql")))
def old(request: pytest.FixtureRequest, tmp_path: Path) -> Path:
    return old_file(tmp_path, request.param)


def test_an_old_file_gets_todays_tables(old: Path, store: Store) -> None:
    migrated = Store(old)
    assert migrated.read_now(schema) == store.read_now(schema)
    assert migrated.read_now(lambda c: c.exec_driver_sql("PRAGMA foreign_key_check").all()) == []
    assert migrated.read_now(lambda c: c.exec_driver_sql("PRAGMA integrity_check").scalar_one()) == "ok"
    migrated.close()


def test_the_hall_goes_on_where_it_was(old: Path) -> None:
    store = Store(old)
    assert [t.label for t in store.read_now(lambda c: waiting.waiting_list(c, "rathaus"))] == [
        "B 002",
        "B 003",
        "A 003",
    ]
    ask = Ask(site="rathaus", id="0193aaaa-0000-7000-8000-0000000000aa", service="ausweis", token="f" * 32, now_ms=NOW)
    issued = store.write_now(lambda c: issue(c, ask))
    assert isinstance(issued, Issued)
    assert issued.ticket.label == "A 004"
    act = Act(site="rathaus", counter="p1", op="operation-2", now_ms=NOW)
    again = store.write_now(lambda c: calling.call_next(c, act))
    assert isinstance(again, Done)
    assert again.ticket.label == "A 001", "an answer kept by the old hub is still the answer"
    buried = "0193aaaa-0000-7000-8000-000000000063"
    assert store.write_now(lambda c: handing_back.cancel(c, "rathaus", buried, NOW)) == "cancelled"
    store.close()


def test_the_old_file_is_kept_beside(old: Path) -> None:
    before = pysqlite3.connect(str(old))
    rows = before.execute("SELECT * FROM ticket ORDER BY id").fetchall()
    before.close()
    Store(old).close()
    (kept,) = old.parent.glob("hub.db.before-*")
    copy = pysqlite3.connect(str(kept))
    assert copy.execute("SELECT * FROM ticket ORDER BY id").fetchall() == rows
    copy.close()


def test_each_old_site_gets_keys_of_its_own(tmp_path: Path) -> None:
    path = old_file(tmp_path, "0001")
    raw = pysqlite3.connect(str(path))
    raw.execute("INSERT INTO site (id, town, name, created_ms) VALUES ('zweigstelle', 'M', 'Z', 0)")
    raw.commit()
    raw.close()
    store = Store(path)
    rows = store.read_now(lambda c: c.exec_driver_sql("SELECT generation, slip_key FROM instance").all())
    store.close()
    assert len(rows) == len({row[0] for row in rows}) == len({row[1] for row in rows}) == 2
    assert all(len(key) == 32 for _, key in rows)
