"""Every step on a real file of the hub that was before it."""

from pathlib import Path

import pysqlite3
import pytest

from hub.counter import calling, transfer, undo
from hub.counter.calling import Act, Done
from hub.reports import cancel
from hub.store.engine import APPLICATION_ID, Store
from hub.tickets import waiting
from hub.tickets.issue import Ask, Issued, issue
from tests.unit.hub.test_hub_store import schema

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
    assert store.write_now(lambda c: cancel.cancel(c, "rathaus", buried, NOW)) == "cancelled"
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


def changed_file(folder: Path, revision: str, *statements: str) -> Path:
    """The same, with something in it that no act of that hub wrote."""
    path = old_file(folder, revision)
    raw = pysqlite3.connect(str(path))
    for statement in statements:
        raw.execute(statement)
    raw.commit()
    raw.close()
    return path


def act(op: str, after_s: int, **more: str) -> Act:
    """An act so long after the last one of the old hub."""
    return Act(site="rathaus", counter="p1", op=op, now_ms=1_795_518_362_000 + after_s * 1000, **more)


def test_act_of_the_old_hub_can_be_undone(tmp_path: Path) -> None:
    store = Store(old_file(tmp_path, "0015"))
    undone = store.write_now(lambda c: undo.undo(c, act("undo-1", 5), "operation-2"))
    here = store.read_now(lambda c: calling.current(c, "rathaus", "p1"))
    listed = store.read_now(lambda c: waiting.waiting_list(c, "rathaus"))
    store.close()
    assert isinstance(undone, undo.Undone), undone
    assert here is not None
    assert here.label == "B 001"
    assert [t.label for t in listed] == ["A 001", "B 002", "B 003", "A 003"]


def test_ticket_of_the_old_hub_can_be_transferred(old: Path) -> None:
    store = Store(old)
    a_001 = "0193aaaa-0000-7000-8000-000000000002"
    done = store.write_now(lambda c: transfer.transfer(c, act("transfer-1", 60, ticket=a_001, queue="fahrzeuge")))
    counts = {queue.series: queue.waiting for queue in store.read_now(lambda c: waiting.queues_now(c, "rathaus"))}
    store.close()
    assert isinstance(done, Done)
    assert counts == {"A": 1, "B": 3}


def test_row_in_the_state_transferred_waits(tmp_path: Path) -> None:
    gone = "UPDATE ticket SET state = 'transferred' WHERE series = 'A' AND n = 3"
    store = Store(changed_file(tmp_path, "0015", gone, "UPDATE queue SET waiting = waiting - 1 WHERE id = 'meldung'"))
    listed = store.read_now(lambda c: waiting.waiting_list(c, "rathaus"))
    counts = {queue.series: queue.waiting for queue in store.read_now(lambda c: waiting.queues_now(c, "rathaus"))}
    store.close()
    assert [t.label for t in listed] == ["B 002", "B 003", "A 003"]
    assert counts == {"A": 1, "B": 2}


def test_transferred_row_whose_number_somebody_has_is_over(tmp_path: Path) -> None:
    """A 003 went round: the later one waits with it."""
    gone = "UPDATE ticket SET state = 'transferred' WHERE series = 'A' AND n = 3"
    again = (
        "INSERT INTO ticket (site_id, id, state, day, series, slot, round, n, queue_id, service_id, lang, priority,"
        " ahead, arrival_ms, issued_ms, tapped_at, token)"
        " SELECT site_id, replace(id, '6', '8'), 'waiting', day, series,"
        " slot, 1, n, queue_id, service_id, lang, priority, 0, arrival_ms, issued_ms, '', replace(token, '6', '8')"
        " FROM ticket WHERE state = 'transferred'"
    )
    store = Store(changed_file(tmp_path, "0015", gone, again))
    sql = "SELECT state, count(*) FROM ticket WHERE series = 'A' AND slot = 0 AND n = 3 GROUP BY state ORDER BY state"
    states = store.read_now(lambda c: c.exec_driver_sql(sql).all())
    running = "SELECT count(*) FROM interval i JOIN ticket t ON t.id = i.ticket_id WHERE t.state = 'expired'"
    open_ones = store.read_now(lambda c: c.exec_driver_sql(running + " AND i.ended_ms IS NULL").scalar_one())
    store.close()
    assert [tuple(row) for row in states] == [("expired", 1), ("waiting", 1)]
    assert open_ones == 0
