from collections.abc import Iterator
from pathlib import Path

import apsw
import msgspec
import pytest
from cache_helpers import intent, numbered, ticket_id

from kiosk.vocabulary.ids import uuid7
from kiosk.vocabulary.tickets import PaperState
from kiosk.wire import PaperReport
from offline_cache import tickets
from offline_cache.database import open_database
from offline_cache.tickets import Kept, NotKept


@pytest.fixture
def db(tmp_path: Path) -> Iterator[apsw.Connection]:
    connection = open_database(tmp_path / "terminal.db", tickets.LAYOUT)
    assert isinstance(connection, apsw.Connection)
    yield connection
    connection.close()


def row(db: apsw.Connection, n: int) -> tuple[object, ...]:
    found = db.execute("SELECT state, series, n, paper, jobs FROM ticket WHERE id = ?", (ticket_id(n),)).fetchone()
    assert found is not None
    return tuple(found)


def kinds(db: apsw.Connection) -> list[tuple[str, str]]:
    return [(one.ticket, one.kind) for one in tickets.owed(db, 100)]


def test_a_ticket_from_tap_to_paper(db: apsw.Connection) -> None:
    assert tickets.intend(db, intent(1)) == Kept()
    assert tickets.number(db, numbered(1)) == Kept()
    assert row(db, 1) == ("numbered", "A", 1, "asked", 1)
    assert tickets.paper(db, ticket_id(1), PaperState.PRINTED) == Kept()
    assert row(db, 1) == ("numbered", "A", 1, "printed", 1)
    (report,) = tickets.owed(db, 10)
    assert msgspec.json.decode(report.body, type=PaperReport) == PaperReport(outcome="printed")
    tickets.heard(db, report.seq)
    assert tickets.owed(db, 10) == ()


def test_every_fact_may_come_twice(db: apsw.Connection) -> None:
    for _ in range(2):
        assert tickets.intend(db, intent(1)) == Kept()
    for _ in range(2):
        assert tickets.number(db, numbered(1)) == Kept()
    for _ in range(2):
        assert tickets.paper(db, ticket_id(1), PaperState.NOT_PRINTED, "paper_out") == Kept()
    before = tickets.owed(db, 10)
    assert tickets.paper(db, ticket_id(1), PaperState.NOT_PRINTED, "paper_out") == Kept()
    assert tickets.owed(db, 10) == before
    for _ in range(2):
        assert tickets.cancel(db, ticket_id(1)) == Kept()
    assert kinds(db) == [(ticket_id(1), "paper"), (ticket_id(1), "cancel")]


def test_contradictions_change_nothing(db: apsw.Connection) -> None:
    tickets.intend(db, intent(1))
    tickets.number(db, numbered(1))
    assert tickets.number(db, numbered(1, count=99)) == NotKept("already numbered A 0 1")
    assert row(db, 1)[2] == 1
    assert tickets.intend(db, intent(1)) == NotKept("already numbered")
    tickets.cancel(db, ticket_id(1))
    assert tickets.number(db, numbered(1)) == NotKept("cancelled")
    assert tickets.intend(db, intent(1)) == NotKept("already cancelled")
    assert tickets.paper(db, ticket_id(9), PaperState.PRINTED) == NotKept("unknown ticket")


def test_a_cancel_of_an_unheard_id_leaves_a_tombstone(db: apsw.Connection) -> None:
    assert tickets.cancel(db, ticket_id(5)) == Kept()
    assert tickets.number(db, numbered(5)) == NotKept("cancelled")
    assert kinds(db) == [(ticket_id(5), "cancel")]


def test_a_repeated_cancel_is_not_owed_again(db: apsw.Connection) -> None:
    tickets.cancel(db, ticket_id(5))
    tickets.heard(db, tickets.owed(db, 1)[0].seq)
    assert tickets.cancel(db, ticket_id(5)) == Kept()
    assert tickets.owed(db, 1) == ()


def test_printed_stays_printed_and_a_reprint_mends_not_printed(db: apsw.Connection) -> None:
    tickets.number(db, numbered(1))
    tickets.paper(db, ticket_id(1), PaperState.NOT_PRINTED, "paper_out")
    first = tickets.owed(db, 10)[0].seq
    tickets.paper(db, ticket_id(1), PaperState.ASKED)
    tickets.paper(db, ticket_id(1), PaperState.PRINTED)
    tickets.paper(db, ticket_id(1), PaperState.NOT_PRINTED, "paper_out")
    assert row(db, 1)[3:] == ("printed", 2)
    (report,) = tickets.owed(db, 10)
    assert report.seq > first
    tickets.heard(db, first)
    assert tickets.owed(db, 10) == (report,), "the answer to the older report must not wipe the newer one"


def test_a_start_settles_what_a_crash_left(db: apsw.Connection) -> None:
    tickets.intend(db, intent(1))
    tickets.intend(db, intent(2))
    tickets.number(db, numbered(2))
    tickets.intend(db, intent(3))
    tickets.number(db, numbered(3))
    tickets.paper(db, ticket_id(3), PaperState.PRINTED)
    left = tickets.unfinished(db)
    assert left == tickets.Unfinished((ticket_id(1),), (ticket_id(2),))
    assert row(db, 1)[0] == "cancelled"
    assert row(db, 2)[3] == "unconfirmed"
    assert (ticket_id(1), "cancel") in kinds(db)
    assert (ticket_id(2), "paper") in kinds(db)
    assert tickets.unfinished(db) == tickets.Unfinished((), ())


def test_own_numbers_are_unique_and_hub_numbers_are_the_hubs_affair(db: apsw.Connection) -> None:
    tickets.number(db, numbered(1, count=7))
    assert tickets.number(db, numbered(2, count=7)) == Kept()
    tickets.number(db, numbered(3, count=7, slot=3))
    with pytest.raises(apsw.ConstraintError):
        tickets.number(db, numbered(4, count=7, slot=3))


def test_a_refused_report_is_kept_out_of_the_way(db: apsw.Connection) -> None:
    tickets.cancel(db, ticket_id(1))
    tickets.cancel(db, ticket_id(2))
    tickets.refused(db, tickets.owed(db, 1)[0].seq, "http 422")
    assert kinds(db) == [(ticket_id(2), "cancel")]
    assert db.execute("SELECT refused FROM owed WHERE ticket = ?", (ticket_id(1),)).fetchone() == ("http 422",)


def test_a_new_day_forgets_the_old_one_but_not_what_is_owed(db: apsw.Connection) -> None:
    for n in (1, 2, 3):
        tickets.number(db, numbered(n, day="2026-11-20"))
        tickets.paper(db, ticket_id(n), PaperState.PRINTED)
    for one in tickets.owed(db, 2):
        tickets.heard(db, one.seq)
    tickets.number(db, numbered(4))
    assert tickets.forget_before(db, "2026-11-23") == 2
    assert [r[0] for r in db.execute("SELECT id FROM ticket ORDER BY id")] == [ticket_id(3), ticket_id(4)]
    assert kinds(db) == [(ticket_id(3), "paper")]


def test_the_newest_id_tells_its_time(db: apsw.Connection) -> None:
    assert tickets.newest_ms(db) == 0
    for ms in (1_700_000_000_000, 1_800_000_000_000):
        tickets.cancel(db, str(uuid7(ms, 0, 0)))
    assert tickets.newest_ms(db) == 1_800_000_000_000
    db.execute("UPDATE ticket SET id = ? WHERE id = ?", ("z" * 36, str(uuid7(1_800_000_000_000, 0, 0))))
    assert tickets.newest_ms(db) == 0
