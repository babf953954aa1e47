import shutil
from collections.abc import Iterator
from pathlib import Path

import apsw
import msgspec
import pytest

from kiosk import wire
from kiosk.vocabulary.labels import Label
from kiosk.vocabulary.slips import Slip, read_slip, service_mark
from kiosk.vocabulary.tickets import Numbered, PaperState
from offline_cache.store import outbox, own_numbers, tickets
from offline_cache.store.context import StoreContext
from offline_cache.store.database import transaction
from offline_cache.store.participant import NotKept
from offline_cache.store.schema import LAYOUT
from tests.unit.offline_cache.cache_helpers import (
    DAY,
    HUB,
    SLIP_KEY,
    Clock,
    give_slot,
    hear,
    intent,
    numbered,
    opened,
    outside,
    slot_answer,
    ticket_id,
    waiting,
)

OTHER_HUB = "cd" * 16
OLD_FILES = Path(__file__).with_name("files")


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
def world(clock: Clock) -> StoreContext:
    return outside(clock)


@pytest.fixture
def db(tmp_path: Path, world: StoreContext) -> Iterator[apsw.Connection]:
    connection = opened(tmp_path / "terminal.db")
    give_slot(connection, world)
    yield connection
    connection.close()


def draw(db: apsw.Connection, world: StoreContext, n: int, series: str = "A") -> Numbered | NotKept:
    with transaction(db):
        tickets.intend(db, world, intent(n))
        return own_numbers.draw(db, world, intent(n), series, "pass")


def label(db: apsw.Connection, world: StoreContext, n: int, series: str = "A") -> str:
    drawn = draw(db, world, n, series)
    assert isinstance(drawn, Numbered), drawn
    return str(drawn.label)


def test_a_number_of_our_own_is_whole_and_owed(db: apsw.Connection, world: StoreContext, clock: Clock) -> None:
    world.clock.learn(1_795_421_600_000, 0.0)
    drawn = draw(db, world, 1)
    assert isinstance(drawn, Numbered)
    assert (drawn.label, drawn.ahead, drawn.url, drawn.queue) == (Label("A", 3, 1), -1, "", "pass")
    assert (drawn.business_day, drawn.issued_at) == (DAY, "2026-11-23T08:13:20+00:00")
    assert read_slip(drawn.slip_code, SLIP_KEY) == Slip(
        id=ticket_id(1), label=drawn.label, business_day=DAY, arrival_s=1_795_421_600, service=service_mark("perso")
    )
    assert tickets.read(db, ticket_id(1)) == drawn
    (told,) = outbox.batch(db, 0).ops
    fact = msgspec.json.decode(told.body, type=wire.TicketFact)
    assert (fact.series, fact.slot, fact.n, fact.arrival_ms, fact.arrival_sure) == ("A", 3, 1, 1_795_421_600_000, True)
    assert db.execute("SELECT state, paper FROM ticket").fetchone() == ("numbered", "asked")


def test_the_last_time_a_hub_may_say_still_gives_a_whole_number(
    db: apsw.Connection, world: StoreContext, clock: Clock
) -> None:
    """A hub whose clock is out by millennia: the slip reads back, and the fact is one that it takes."""
    world.clock.learn(wire.LAST_MS, 0.0)
    clock.pass_by(3600)
    drawn = draw(db, world, 1)
    assert isinstance(drawn, Numbered)
    assert drawn.issued_at == "9000-01-01T00:00:00+00:00"
    slip = read_slip(drawn.slip_code, SLIP_KEY)
    assert isinstance(slip, Slip)
    assert (slip.id, slip.label) == (ticket_id(1), drawn.label)
    fact = msgspec.json.decode(outbox.batch(db, 0).ops[0].body, type=wire.TicketFact)
    assert fact.arrival_ms == wire.LAST_MS


def test_the_arrival_is_that_of_the_tap(db: apsw.Connection, world: StoreContext, clock: Clock) -> None:
    world.clock.learn(1_795_421_600_000, 0.0)
    with transaction(db):
        tickets.intend(db, world, intent(1))
    clock.pass_by(40)
    with transaction(db):
        own_numbers.draw(db, world, intent(1), "A", "pass")
    fact = msgspec.json.decode(outbox.batch(db, 0).ops[0].body, type=wire.TicketFact)
    assert fact.arrival_ms == 1_795_421_600_000


def test_own_numbers_are_gapless_and_idempotent_by_intent(db: apsw.Connection, world: StoreContext) -> None:
    assert [label(db, world, n) for n in (1, 2, 2, 3)] == ["A 03-01", "A 03-02", "A 03-02", "A 03-03"]
    assert label(db, world, 4, "B") == "B 03-01"
    assert len(waiting(db)) == 4


def test_an_intent_that_is_cancelled_or_numbered_already_costs_no_number(
    db: apsw.Connection, world: StoreContext
) -> None:
    tickets.cancel(db, world, ticket_id(1))
    tickets.number(db, world, numbered(2))
    assert draw(db, world, 1) == NotKept("already cancelled")
    assert draw(db, world, 2) == numbered(2)
    assert label(db, world, 3) == "A 03-01"


@pytest.mark.parametrize("series", ["I", "ABC", "", "a", "A1"])
def test_a_series_that_nobody_could_call_is_refused(db: apsw.Connection, world: StoreContext, series: str) -> None:
    assert isinstance(draw(db, world, 1, series), NotKept)


def test_after_9999_there_is_no_number(db: apsw.Connection, world: StoreContext) -> None:
    db.execute("INSERT INTO slot_counter VALUES ('A', 9998)")
    assert label(db, world, 1) == "A 03-9999"
    assert isinstance(draw(db, world, 2), NotKept)


def test_without_slot_or_business_day_there_is_no_number(tmp_path: Path, world: StoreContext) -> None:
    db = opened(tmp_path / "fresh.db")
    assert draw(db, world, 1) == NotKept("no slot")
    assert not own_numbers.slot_status(db, world).own_numbers
    give_slot(db, world, slot_answer(day=""))
    assert draw(db, world, 1) == NotKept("no business day heard of yet")
    own_numbers.hear_day(db, DAY)
    assert own_numbers.slot_status(db, world).own_numbers
    assert label(db, world, 1) == "A 03-01"
    db.close()


def test_a_copied_disk_gives_no_numbers_on_another_computer(db: apsw.Connection, world: StoreContext) -> None:
    elsewhere = outside(machine="m2")
    assert own_numbers.slot_status(db, elsewhere).slot == 0
    assert draw(db, elsewhere, 1) == NotKept("no slot")
    give_slot(db, elsewhere, slot_answer(slot=8))
    assert label(db, elsewhere, 1) == "A 08-01"


def test_copied_disk_is_detected_by_its_network_cards(tmp_path: Path) -> None:
    db = opened(tmp_path / "terminal.db")
    first, late = outside(machine="m:c1,c2"), outside(machine="m")
    give_slot(db, first)
    assert own_numbers.slot_status(db, outside(machine="m:c3")).slot == 0
    assert own_numbers.slot_status(db, outside(machine="m:c3")).slip_key == b""
    assert isinstance(draw(db, outside(machine="m:c3"), 1), NotKept)
    for here in (first, late, outside(machine="m:c2")):
        assert own_numbers.slot_status(db, here).slot == 3
    give_slot(db, late)
    assert own_numbers.slot_status(db, outside(machine="m:c3")).slot == 0, "cards that are away are not forgotten"
    db.close()


def test_a_terminal_from_before_cards_had_a_say_numbers_on_and_learns_them(tmp_path: Path) -> None:
    db = opened(tmp_path / "terminal.db")
    give_slot(db, outside(machine="m"))
    now = outside(machine="m:c1")
    assert label(db, now, 1) == "A 03-01"
    give_slot(db, now)
    assert label(db, now, 2) == "A 03-02"
    assert own_numbers.slot_status(db, outside(machine="m:c2")).slot == 0
    db.close()


def test_a_slot_for_another_file_is_not_taken(db: apsw.Connection, world: StoreContext) -> None:
    assert not own_numbers.take_slot(db, world, "0" * 32, slot_answer(slot=9))
    assert own_numbers.slot_status(db, world).slot == 3
    own_numbers.drop_slot(db)
    assert draw(db, world, 1) == NotKept("no slot")


@pytest.mark.parametrize("day", ["2026-11-22", DAY, "", "2026-13-45", "2027", "99999-01-01", "20261124", "x" * 200])
def test_only_a_later_day_begins_the_counters_anew(db: apsw.Connection, world: StoreContext, day: str) -> None:
    assert label(db, world, 1) == "A 03-01"
    assert not own_numbers.hear_day(db, day)
    assert label(db, world, 2) == "A 03-02"


def test_no_clock_begins_the_counters_anew(db: apsw.Connection, world: StoreContext, clock: Clock) -> None:
    assert label(db, world, 1) == "A 03-01"
    clock.pass_by(5 * 86_400)
    assert label(db, world, 2) == "A 03-02"
    hear(db, 200)
    assert own_numbers.hear_day(db, "2026-11-24")
    drawn = draw(db, world, 3)
    assert isinstance(drawn, Numbered)
    assert (str(drawn.label), drawn.business_day) == ("A 03-01", "2026-11-24")


def test_a_series_with_untold_numbers_goes_on_over_the_day(db: apsw.Connection, world: StoreContext) -> None:
    """After a night without the hub: who drew under yesterday's day this morning still waits."""
    assert label(db, world, 1) == "A 03-01"
    assert own_numbers.hear_day(db, "2026-11-24")
    assert label(db, world, 2) == "A 03-02"
    hear(db, 200)
    assert own_numbers.hear_day(db, "2026-11-25")
    assert label(db, world, 3) == "A 03-01"


AHEAD = "2045-07-18"


def test_a_day_that_was_ahead_is_left_for_the_right_one(db: apsw.Connection, world: StoreContext) -> None:
    """The hub's clock had been in the future. A late word of then changes nothing any more."""
    own_numbers.hear_day(db, AHEAD)
    assert label(db, world, 1) == "A 03-01"
    hear(db, 200)
    assert not own_numbers.leave_closed(db, ("2045-07-19",), "2026-11-24"), "another day than ours"
    assert not own_numbers.leave_closed(db, (AHEAD,), "nonsense")
    assert own_numbers.leave_closed(db, (AHEAD,), "2026-11-24")
    drawn = draw(db, world, 2)
    assert isinstance(drawn, Numbered)
    assert (str(drawn.label), drawn.business_day) == ("A 03-01", "2026-11-24")
    assert not own_numbers.hear_day(db, AHEAD)
    assert not own_numbers.leave_closed(db, (AHEAD,), "2026-11-24"), "said again and again"
    assert label(db, world, 3) == "A 03-02"
    hear(db, 200, 200)
    assert own_numbers.hear_day(db, "2026-11-25")
    assert label(db, world, 4) == "A 03-01"


def test_numbers_of_a_day_that_was_ahead_are_not_given_again_when_it_comes(
    db: apsw.Connection, world: StoreContext
) -> None:
    own_numbers.hear_day(db, "2026-11-26")
    assert [label(db, world, n) for n in (1, 2, 3)] == ["A 03-01", "A 03-02", "A 03-03"]
    hear(db, 200, 200, 200)
    own_numbers.leave_closed(db, ("2026-11-26",), "2026-11-24")
    own_numbers.hear_day(db, "2026-11-25")
    assert label(db, world, 4) == "A 03-01"
    hear(db, 200)
    assert own_numbers.hear_day(db, "2026-11-26", now=True)
    assert [label(db, world, n) for n in (5, 6)] == ["A 03-04", "A 03-05"]
    assert draw(db, world, 7, "B").label.n == 4  # type: ignore[union-attr]


def test_a_closed_day_is_forgotten_when_all_of_it_was_heard(db: apsw.Connection, world: StoreContext) -> None:
    for n in (1, 2):
        label(db, world, n)
        tickets.paper(db, world, ticket_id(n), PaperState.PRINTED)
    hear(db, 200, 200, 503)
    own_numbers.hear_day(db, "2026-11-24")
    assert [row[0] for row in db.execute("SELECT id FROM ticket")] == [ticket_id(2)]
    hear(db, 200, now_ms=60_000)
    own_numbers.hear_day(db, "2026-11-25")
    assert list(db.execute("SELECT id FROM ticket")) == []


def test_what_was_refused_for_good_is_dropped_after_a_month(
    db: apsw.Connection, world: StoreContext, clock: Clock
) -> None:
    """Staff have seen it every day; a lane that still grows stays whole."""
    day_ms = 86_400_000
    for n in (1, 2, 3):
        label(db, world, n)
    hear(db, 422)
    assert outbox.told(db, 0).quarantined == 3
    made_ms = int(db.execute("SELECT unixepoch(?) * 1000", (DAY,)).fetchone()[0])  # type: ignore[index,arg-type]
    db.execute("UPDATE outbox SET made_ms = ?", (made_ms,))
    tickets.paper(db, world, ticket_id(2), PaperState.PRINTED)
    db.execute("UPDATE outbox SET made_ms = ? WHERE kind = 'paper'", (made_ms + 20 * day_ms,))
    db.execute("UPDATE outbox SET state = 'new' WHERE lane = ?", (ticket_id(3),))
    own_numbers.hear_day(db, "2026-12-23")
    assert outbox.told(db, 0).quarantined == 4 - 1, "thirty days are not over"
    own_numbers.hear_day(db, "2026-12-24")
    assert waiting(db) == [(ticket_id(2), "ticket"), (ticket_id(3), "ticket"), (ticket_id(2), "paper")]
    db.execute("UPDATE ticket SET paper = 'printed'")
    own_numbers.hear_day(db, "2027-02-01")
    assert waiting(db) == [(ticket_id(3), "ticket")], "what the hub has not answered is told in the end"
    assert [row[0] for row in db.execute("SELECT id FROM ticket")] == [ticket_id(3)]


def test_a_restored_hub_is_told_every_story_of_the_day_from_its_beginning(
    db: apsw.Connection, world: StoreContext
) -> None:
    tickets.number(db, world, numbered(1))
    label(db, world, 2)
    label(db, world, 3)
    tickets.number(db, world, numbered(4, day="2026-11-20"))
    for n in (1, 2, 4):
        tickets.paper(db, world, ticket_id(n), PaperState.PRINTED)
    tickets.cancel(db, world, ticket_id(3))
    tickets.cancel(db, world, ticket_id(5))
    tickets.intend(db, world, intent(6))
    hear(db, 200, 200, 404, 503)  # the paper of ticket 1 is unknown to a hub that has lost it
    assert own_numbers.hear_hub(db, world, OTHER_HUB) == 5
    stories: dict[str, list[str]] = {}
    for lane, kind in waiting(db):
        stories.setdefault(lane, []).append(kind)
    assert stories == {
        ticket_id(1): ["ticket", "paper"],
        ticket_id(2): ["ticket", "paper"],
        ticket_id(3): ["ticket", "cancel"],
        ticket_id(4): ["ticket", "paper"],
        ticket_id(5): ["cancel"],
    }
    assert outbox.told(db, 0).quarantined == 0
    assert own_numbers.slot_status(db, world).slot == 0, "until the restored hub confirms it"
    give_slot(db, world, slot_answer(slot=23, hub=OTHER_HUB))
    assert label(db, world, 7) == "A 23-03", "the count goes on"


def test_restored_hub_is_told_the_numbers_it_had_given(db: apsw.Connection, world: StoreContext) -> None:
    db.execute("UPDATE instance SET hub_generation = '', slot = NULL, slip_key = NULL")
    tickets.number(db, world, numbered(1))
    assert own_numbers.hear_hub(db, world, OTHER_HUB) == 1
    assert waiting(db) == [(ticket_id(1), "ticket")]


def test_the_same_hub_is_told_nothing_again(db: apsw.Connection, world: StoreContext) -> None:
    label(db, world, 1)
    hear(db, 200)
    for generation in (HUB, "", HUB):
        assert own_numbers.hear_hub(db, world, generation) == 0
    assert waiting(db) == []
    assert own_numbers.slot_status(db, world).slot == 3


def test_what_was_learnt_of_the_clock_is_kept_for_this_boot(
    db: apsw.Connection, world: StoreContext, clock: Clock
) -> None:
    world.clock.learn(1_795_421_600_000, 0.0)
    own_numbers.keep_offset(db, world.clock.offset())
    label(db, world, 1)
    clock.pass_by(-10)
    restarted = outside(clock)
    own_numbers.set_clock(db, restarted)
    assert restarted.clock.now().sure
    assert restarted.clock.now().ms == 1_795_421_600_000, "not before the newest arrival"
    rebooted = outside(Clock(boot=5.0, wall=7.0), boot="another boot")
    own_numbers.set_clock(db, rebooted)
    assert not rebooted.clock.now().sure
    assert rebooted.clock.now().ms == 1_795_421_600_000
    before = db.total_changes()
    own_numbers.keep_offset(db, world.clock.offset())
    assert db.total_changes() == before, "nothing is written while it stays"


def test_a_file_of_the_first_layout_is_taken_over(tmp_path: Path, world: StoreContext) -> None:
    """A real file, as the program before this layout left it: owed reports, one of them refused."""
    path = tmp_path / "terminal.db"
    shutil.copy(OLD_FILES / "terminal-v1.db", path)
    db = opened(path)
    assert db.pragma("user_version") == len(LAYOUT.steps)
    assert own_numbers.slot_status(db, world) == own_numbers.SlotStatus(
        generation="e15111f220a2b48005ceffe5fc3ee2dc", business_day=DAY
    )
    assert db.execute("SELECT starts FROM instance").fetchone() == (3,)
    told = [(op.lane, op.kind, msgspec.json.decode(op.body)) for op in outbox.batch(db, 0).ops]
    assert told == [
        (ticket_id(3), "paper", {"id": ticket_id(3), "outcome": "printed", "problem": ""}),
        (ticket_id(4), "paper", {"id": ticket_id(4), "outcome": "not_printed", "problem": "paper_out"}),
        (ticket_id(4), "cancel", {"id": ticket_id(4)}),
        (ticket_id(5), "paper", {"id": ticket_id(5), "outcome": "screen_only", "problem": ""}),
        (ticket_id(7), "cancel", {"id": ticket_id(7)}),
    ]
    request = wire.SyncRequest("ab" * 16, outbox.batch(db, 0).ops)
    assert msgspec.json.decode(msgspec.json.encode(request), type=wire.SyncRequest) == request, "ids are UUIDs"
    assert db.execute("SELECT arrival_ms, arrival_sure FROM ticket WHERE id = ?", (ticket_id(2),)).fetchone() == (
        1_795_421_520_000,
        0,
    )
    left = tickets.unfinished(db, world)
    assert left == tickets.Unfinished((ticket_id(1),), (ticket_id(6),))
    assert tickets.read(db, ticket_id(2)) == numbered(2)
    give_slot(db, world)
    assert label(db, world, 9) == "A 03-01"
    db.close()
    kept = tmp_path / f"terminal.before-v{len(LAYOUT.steps)}.db"
    assert kept.read_bytes()[60:64] == b"\0\0\0\1"
