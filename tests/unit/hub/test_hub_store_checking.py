"""Damage is found at the start, not by the first visitor; a start does not wait for it for ever."""

from pathlib import Path

import pysqlite3
import pytest

from hub.store import checking
from hub.store.engine import Store
from hub.store.faults import StoreRefused, Trouble
from tests.unit.hub.small_disk import damage as spoil


def refused(path: Path) -> StoreRefused:
    with pytest.raises(StoreRefused) as found:
        Store(path, patient=True)
    return found.value


@pytest.mark.parametrize("table", ["ticket", "interval", "event", "counter_seq", "never_given_while_it_waits"])
def test_page_that_is_damaged_is_found_before_the_first_number(
    tmp_path: Path, founded_store: bytes, table: str
) -> None:
    path = tmp_path / "hub.db"
    path.write_bytes(founded_store)
    spoil(path, table)
    fault = refused(path)
    assert fault.trouble is Trouble.DAMAGED
    assert "kiosk hub restore" in str(fault)


def test_index_that_lacks_a_row_of_the_numbers(tmp_path: Path, founded_store: bytes) -> None:
    """Every page reads well, but the index that forbids a second queue of one letter does not know the first."""
    path = tmp_path / "hub.db"
    path.write_bytes(founded_store)
    raw = pysqlite3.connect(str(path), isolation_level=None)
    (sql,) = raw.execute("SELECT sql FROM sqlite_schema WHERE name = 'series_once'").fetchone()
    raw.execute("PRAGMA writable_schema = ON")
    raw.execute(
        "UPDATE sqlite_schema SET sql = replace(sql, 'removed_ms IS NULL', 'removed_ms = 5') WHERE name = 'series_once'"
    )
    raw.close()
    raw = pysqlite3.connect(str(path), isolation_level=None)
    raw.execute("REINDEX series_once")
    raw.execute("PRAGMA writable_schema = ON")
    raw.execute("UPDATE sqlite_schema SET sql = ? WHERE name = 'series_once'", (sql,))
    raw.close()
    raw = pysqlite3.connect(str(path))
    assert raw.execute("PRAGMA quick_check(1)").fetchone() == ("ok",)
    raw.close()
    assert "series_once" in str(refused(path))


def test_look_at_a_large_file_ends(tmp_path: Path, founded_store: bytes, caplog: pytest.LogCaptureFixture) -> None:
    """The clock stands at the end of the time from its first question on."""
    path = tmp_path / "hub.db"
    path.write_bytes(founded_store)
    store = Store(path)
    site = "INSERT INTO event (site_id, seq, kind, subject, body, at_ms) VALUES ('rathaus', ?, 'day', '', '{}', 0)"
    store.write_now(lambda c: c.exec_driver_sql(site, [(n,) for n in range(1000, 30_000)]))
    ticks = iter(range(10**6))
    look = lambda bound: store.read_now(lambda c: checking.damage(c, lambda: next(ticks), bound))  # noqa: E731
    assert look(0.5) == ""
    assert "not looked at to its end" in caplog.text
    caplog.clear()
    assert look(10**6) == ""
    assert caplog.text == ""
    assert store.read_now(lambda c: c.exec_driver_sql("SELECT count(*) FROM event").scalar_one()) > 29_000
    store.close()
