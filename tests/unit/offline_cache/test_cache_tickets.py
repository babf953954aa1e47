from collections.abc import Iterator
from pathlib import Path

import apsw
import msgspec
import pytest

from kiosk.vocabulary.ids import uuid7
from kiosk.vocabulary.tickets import PaperState
from kiosk.wire import CancelFact, PaperFact, TicketFact
from offline_cache.store import outbox, tickets
from offline_cache.store.context import StoreContext
from offline_cache.store.participant import Kept, NotKept
from offline_cache.store.tickets import OUTBOX_FULL
from tests.unit.offline_cache.cache_helpers import hear, intent, numbered, opened, outside, ticket_id, waiting


@pytest.fixture
def db(tmp_path: Path) -> Iterator[apsw.Connection]:
    connection = opened(tmp_path / "terminal.db")
    yield connection
    connection.close()


@pytest.fixture
def world() -> StoreContext:
    return outside()


def row(db: apsw.Connection, n: int) -> tuple[object, ...]:
    found = db.execute("SELECT state, series, n, paper, jobs FROM ticket WHERE id = ?", (ticket_id(n),)).fetchone()
    assert found is not None
    return tuple(found)


def test_a_ticket_from_tap_to_paper(db: apsw.Connection, world: StoreContext) -> None:
    assert tickets.intend(db, world, intent(1)) == Kept()
    assert tickets.number(db, world, numbered(1)) == Kept()
    assert row(db, 1) == ("numbered", "A", 1, "asked", 1)
    assert tickets.paper(db, world, ticket_id(1), PaperState.PRINTED) == Kept()
    assert row(db, 1) == ("numbered", "A", 1, "printed", 1)
    (report,) = outbox.batch(db, 0).ops
    assert (report.lane, report.kind) == (ticket_id(1), "paper")
    assert msgspec.json.decode(report.body, type=PaperFact) == PaperFact(id=ticket_id(1), outcome="printed")
    hear(db, 200)
    assert waiting(db) == []


def test_every_fact_may_come_twice(db: apsw.Connection, world: StoreContext) -> None:
    for _ in range(2):
        assert tickets.intend(db, world, intent(1)) == Kept()
    for _ in range(2):
        assert tickets.number(db, world, numbered(1)) == Kept()
    for _ in range(2):
        assert tickets.paper(db, world, ticket_id(1), PaperState.NOT_PRINTED, "paper_out") == Kept()
    before = outbox.batch(db, 0)
    assert tickets.paper(db, world, ticket_id(1), PaperState.NOT_PRINTED, "paper_out") == Kept()
    assert outbox.batch(db, 0) == before
    for _ in range(2):
        assert tickets.cancel(db, world, ticket_id(1)) == Kept()
    assert waiting(db) == [(ticket_id(1), "paper"), (ticket_id(1), "cancel")]


def test_contradictions_change_nothing(db: apsw.Connection, world: StoreContext) -> None:
    tickets.intend(db, world, intent(1))
    tickets.number(db, world, numbered(1))
    assert tickets.number(db, world, numbered(1, count=99)) == NotKept("already numbered A 0 1")
    assert row(db, 1)[2] == 1
    assert tickets.intend(db, world, intent(1)) == NotKept("already numbered")
    tickets.cancel(db, world, ticket_id(1))
    assert tickets.number(db, world, numbered(1)) == NotKept("cancelled")
    assert tickets.intend(db, world, intent(1)) == NotKept("already cancelled")
    assert tickets.paper(db, world, ticket_id(9), PaperState.PRINTED) == NotKept("unknown ticket")


def test_a_cancel_of_an_unheard_id_leaves_a_tombstone(db: apsw.Connection, world: StoreContext) -> None:
    assert tickets.cancel(db, world, ticket_id(5)) == Kept()
    assert tickets.number(db, world, numbered(5)) == NotKept("cancelled")
    assert waiting(db) == [(ticket_id(5), "cancel")]


def test_a_repeated_cancel_is_not_owed_again(db: apsw.Connection, world: StoreContext) -> None:
    tickets.cancel(db, world, ticket_id(5))
    assert msgspec.json.decode(outbox.batch(db, 0).ops[0].body, type=CancelFact) == CancelFact(ticket_id(5))
    hear(db, 200)
    assert tickets.cancel(db, world, ticket_id(5)) == Kept()
    assert waiting(db) == []


def test_printed_stays_printed_and_a_reprint_mends_not_printed(db: apsw.Connection, world: StoreContext) -> None:
    tickets.number(db, world, numbered(1))
    tickets.paper(db, world, ticket_id(1), PaperState.NOT_PRINTED, "paper_out")
    tickets.paper(db, world, ticket_id(1), PaperState.ASKED)
    tickets.paper(db, world, ticket_id(1), PaperState.PRINTED)
    tickets.paper(db, world, ticket_id(1), PaperState.NOT_PRINTED, "paper_out")
    assert row(db, 1)[3:] == ("printed", 2)
    told = [msgspec.json.decode(op.body, type=PaperFact).outcome for op in outbox.batch(db, 0).ops]
    assert told == ["not_printed", "printed"], "the newest comes last"


def test_the_visitors_word_mends_an_unconfirmed_slip(db: apsw.Connection, world: StoreContext) -> None:
    tickets.number(db, world, numbered(1))
    tickets.paper(db, world, ticket_id(1), PaperState.UNCONFIRMED, "silent")
    assert tickets.paper(db, world, ticket_id(1), PaperState.PRINTED) == Kept()
    told = [msgspec.json.decode(op.body, type=PaperFact) for op in outbox.batch(db, 0).ops]
    assert [(fact.outcome, fact.problem) for fact in told] == [("unconfirmed", "silent"), ("printed", "")]


def test_a_start_settles_what_a_crash_left(db: apsw.Connection, world: StoreContext) -> None:
    tickets.intend(db, world, intent(1))
    tickets.intend(db, world, intent(2))
    tickets.number(db, world, numbered(2))
    tickets.intend(db, world, intent(3))
    tickets.number(db, world, numbered(3))
    tickets.paper(db, world, ticket_id(3), PaperState.PRINTED)
    left = tickets.unfinished(db, world)
    assert left == tickets.Unfinished((ticket_id(1),), (ticket_id(2),))
    assert row(db, 1)[0] == "cancelled"
    assert row(db, 2)[3] == "unconfirmed"
    assert (ticket_id(1), "cancel") in waiting(db)
    assert (ticket_id(2), "paper") in waiting(db)
    assert tickets.unfinished(db, world) == tickets.Unfinished((), ())


def test_own_numbers_are_unique_and_hub_numbers_are_the_hubs_affair(db: apsw.Connection, world: StoreContext) -> None:
    tickets.number(db, world, numbered(1, count=7))
    assert tickets.number(db, world, numbered(2, count=7)) == Kept()
    tickets.number(db, world, numbered(3, count=7, slot=3))
    with pytest.raises(apsw.ConstraintError):
        tickets.number(db, world, numbered(4, count=7, slot=3))


def test_an_own_number_is_owed_with_its_arrival_by_the_same_call(db: apsw.Connection, world: StoreContext) -> None:
    tickets.intend(db, world, intent(1))
    tickets.number(db, world, numbered(1, count=17, slot=3))
    (told,) = outbox.batch(db, 0).ops
    assert (told.lane, told.kind) == (ticket_id(1), "ticket")
    assert msgspec.json.decode(told.body, type=TicketFact) == TicketFact(
        id=ticket_id(1),
        service="perso",
        series="A",
        slot=3,
        n=17,
        business_day="2026-11-23",
        arrival_ms=world.clock.now().ms,
        arrival_sure=False,
        tapped_at="2026-11-23T09:12:00+01:00",
    )
    tickets.number(db, world, numbered(1, count=17, slot=3))
    assert len(waiting(db)) == 1, "told once"


def test_a_full_outbox_takes_no_new_work_and_finishes_what_was_begun(db: apsw.Connection) -> None:
    world = outside(limit=3)
    tickets.intend(db, world, intent(9))
    for n in (1, 2, 3):
        tickets.cancel(db, world, ticket_id(n))
    assert tickets.intend(db, world, intent(8)) == NotKept(OUTBOX_FULL)
    assert tickets.intend(db, world, intent(9)) == Kept()
    assert tickets.number(db, world, numbered(9, slot=3)) == Kept()
    assert tickets.paper(db, world, ticket_id(9), PaperState.PRINTED) == Kept()
    assert len(waiting(db)) == 5
    hear(db, 200)
    assert tickets.intend(db, world, intent(8)) == Kept()


def test_a_ticket_reads_back(db: apsw.Connection, world: StoreContext) -> None:
    for ticket in (numbered(1), numbered(2, count=17, slot=3)):
        tickets.number(db, world, ticket)
        assert tickets.read(db, ticket.id) == ticket
    tickets.intend(db, world, intent(3))
    tickets.cancel(db, world, ticket_id(1))
    assert [tickets.read(db, ticket_id(n)) for n in (1, 3, 4)] == [None, None, None]


def test_a_new_day_forgets_the_old_one_but_not_what_is_owed(db: apsw.Connection, world: StoreContext) -> None:
    for n in (1, 2, 3):
        tickets.number(db, world, numbered(n, day="2026-11-20"))
        tickets.paper(db, world, ticket_id(n), PaperState.PRINTED)
    hear(db, 200, 200, 503)
    tickets.number(db, world, numbered(4))
    assert tickets.forget_before(db, "2026-11-23") == 2
    assert [r[0] for r in db.execute("SELECT id FROM ticket ORDER BY id")] == [ticket_id(3), ticket_id(4)]
    assert waiting(db) == [(ticket_id(3), "paper")]


def test_the_last_slip_is_in_doubt_until_one_after_it_is_on_paper(db: apsw.Connection, world: StoreContext) -> None:
    seen = []
    for n, state in enumerate(("printed", "unconfirmed", "not_printed", "printed", "screen_only"), 1):
        tickets.intend(db, world, intent(n))
        tickets.number(db, world, numbered(n))
        tickets.paper(db, world, ticket_id(n), PaperState(state))
        seen.append(tickets.paper_in_doubt(db))
    assert seen == [False, True, True, False, False]


def test_the_newest_id_tells_its_time(db: apsw.Connection, world: StoreContext) -> None:
    assert tickets.newest_ms(db) == 0
    for ms in (1_700_000_000_000, 1_800_000_000_000):
        tickets.cancel(db, world, str(uuid7(ms, 0, 0)))
    assert tickets.newest_ms(db) == 1_800_000_000_000
    db.execute("UPDATE ticket SET id = ? WHERE id = ?", ("z" * 36, str(uuid7(1_800_000_000_000, 0, 0))))
    assert tickets.newest_ms(db) == 0
