"""Changes on their way into the records: a few and many are written alike, whatever happened before."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import Connection

from hub.catalogue.content import records, spool
from hub.catalogue.content.records import Change
from hub.catalogue.content.spool import Spool
from kiosk.catalogue.records import Key, sha256
from kiosk.wire import CHANGES_MAX

SITE = "rathaus"
NUMBER = CHANGES_MAX + 40


def changes(number: int = NUMBER, text: str = "a") -> Iterator[Change]:
    for n in range(number):
        body = f'{{"n":{n},"text":"{text * 90}"}}'.encode()
        gone = n % 7 == 3
        key = Key("service", f"s{n:04d}", "de")
        yield Change(key, None) if gone else Change(key, body, sha256(body))


def written(hall: Any, made: Spool, cursor: int = 10) -> int:
    def write(connection: Connection) -> int:
        return made.write(connection, SITE, cursor, 5)

    return int(hall.store.write_now(write))


def rows(hall: Any) -> list[tuple[Any, ...]]:
    return list(
        hall.store.read_now(
            lambda c: c.exec_driver_sql(
                "SELECT site_id, kind, id, lang, rev, sha256, body, deleted_ms FROM catalogue_record ORDER BY id"
            ).fetchall()
        )
    )


@pytest.fixture
def temporary(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    folder = tmp_path / "temporary"
    folder.mkdir()
    monkeypatch.setattr("tempfile.tempdir", str(folder))
    return folder


def test_many_are_written_as_few_are(hall: Any, temporary: Path) -> None:
    few, many = Spool(changes()), Spool(changes(), few_bytes=10_000)
    assert (few.count, many.count) == (NUMBER, NUMBER)
    assert [*few] == [*many] == [*changes()]
    assert len(list(temporary.iterdir())) == 1
    last = written(hall, few)
    expected = rows(hall)
    assert last == max(row[4] for row in expected) == 12
    hall.store.write_now(lambda c: c.exec_driver_sql("DELETE FROM catalogue_record"))
    assert written(hall, many) == last
    assert rows(hall) == expected
    for each in (few, many):
        each.close()
    assert list(temporary.iterdir()) == []


def test_what_is_there_already_is_written_over(hall: Any, temporary: Path) -> None:
    for text in ("a", "b"):
        made = Spool(changes(60, text), few_bytes=1000)
        written(hall, made, 20 if text == "b" else 10)
        hall.store.write_now(spool.let_go)
        made.close()
    assert {row[4] for row in rows(hall)} == {21}
    assert all(b"bbb" in row[6] for row in rows(hall) if row[7] is None)


def test_a_write_that_is_run_twice_and_two_in_one_transaction_are_right(hall: Any, temporary: Path) -> None:
    """The writer runs a group again when one of it raises; an attached file is not undone with the rest."""
    first, second = Spool(changes(60, "a"), few_bytes=1000), Spool(changes(60, "b"), few_bytes=1000)

    def fails(connection: Connection) -> None:
        first.write(connection, SITE, 10, 5)
        raise ValueError("afterwards")

    with pytest.raises(ValueError, match="afterwards"):
        hall.store.write_now(fails)
    assert rows(hall) == []

    def both(connection: Connection) -> int:
        first.write(connection, SITE, 10, 5)
        return second.write(connection, SITE, 20, 5)

    assert hall.store.write_now(both) == 21
    assert all(b"bbb" in row[6] for row in rows(hall) if row[7] is None)
    hall.store.write_now(spool.let_go)
    hall.store.write_now(spool.let_go)
    names = hall.store.write_now(lambda c: [row[1] for row in c.exec_driver_sql("PRAGMA database_list").fetchall()])
    assert "spool" not in names
    first.close()
    second.close()


def test_portions_are_bounded_by_number_and_bytes() -> None:
    found = [portion for portion, _ in records.portions(changes(2 * CHANGES_MAX + 1))]
    assert [found.count(portion) for portion in (1, 2, 3)] == [CHANGES_MAX, CHANGES_MAX, 1]
    large = [Change(Key("service", str(n), ""), b"x" * records.REV_BYTES, "") for n in range(3)]
    assert [portion for portion, _ in records.portions(large)] == [1, 2, 3]
