"""What a terminal's key may write: its own numbers and tickets, on days that there were, at times that there were."""

import msgspec
import pytest

from hub import alarms
from hub.errors import Code, Refused
from hub.fleet import terminals
from hub.fleet.terminals import Known
from hub.reports.apply import Teller, apply_all
from hub.store.enums import AlarmKind, TicketState
from hub.tickets import slots
from hub.tickets.issue import Ask, issue
from hub.tickets.slots import Wanted
from hub.web.common.texts import sayer
from kiosk.wire import Heartbeat
from tests.unit.hub.sync_helpers import (
    DAY,
    DAY_MS,
    MINUTE,
    find,
    labels,
    op,
    outcomes,
    own,
    restored,
    slip_of,
    told,
    uuid,
)

NOT_ITS_OWN = [(422, "not_its_own")]
GENERATION = {"t1": "1" * 32, "t2": "2" * 32}


@pytest.fixture
def two(hall):
    """Terminals t1 and t2, each with a slot of its own."""
    assert hall.do(terminals.add_terminal, hall.site, "t2", "Terminal 2", hall.clock()) is None
    hall.slots = {name: join(hall, name, GENERATION[name]) for name in ("t1", "t2")}
    assert hall.slots == {"t1": 1, "t2": 2}
    return hall


def join(hall, name: str, generation: str, machine: str = "") -> int | Code:
    wanted = Wanted(
        site=hall.site, terminal=name, generation=generation, machine=machine or name, now_ms=hall.clock.forward(1)
    )
    joined = hall.do(slots.join, wanted)
    return joined.code if isinstance(joined, Refused) else joined.slot


def raised(hall) -> list[tuple[str, str]]:
    return [(alarm.kind, alarm.subject) for alarm in hall.see(alarms.standing, hall.site)]


# --- numbers


@pytest.mark.parametrize("slot", [1, 77])
def test_number_of_a_slot_that_the_terminal_never_had(two, slot: int) -> None:
    """One of another terminal, one of nobody: refused alone, the rest of the request goes on, staff hear of it."""
    answers = told(two, own(two, 1, uuid(50), slot=slot), own(two, 2, uuid(51), slot=2), terminal="t2")
    assert outcomes(answers) == [*NOT_ITS_OWN, (200, "new")]
    assert labels(two) == ["A 02-01"]
    assert raised(two) == [(AlarmKind.NOT_ITS_OWN, "t2")]


def test_number_of_the_hub_is_given_by_the_hub(two) -> None:
    two.ticket()
    assert outcomes(told(two, own(two, 1, uuid(50), 900, slot=0), terminal="t2")) == NOT_ITS_OWN
    assert two.ticket().label == "A 002", "the counter stands where it stood"


def test_number_of_the_hub_told_again_under_another_one(two) -> None:
    first = two.ticket()
    assert outcomes(told(two, own(two, 1, first.id, 900, slot=0))) == NOT_ITS_OWN
    assert outcomes(told(two, own(two, 2, first.id, 1, slot=0))) == [(200, "known")]
    assert labels(two) == ["A 001"]


def test_ticket_of_another_terminal_is_not_renamed(two) -> None:
    """Who knows the id (it stands in the slip's code) would give the visitor a number that is on no paper."""
    first = two.ticket()
    assert outcomes(told(two, own(two, 1, first.id, slot=2), terminal="t2")) == NOT_ITS_OWN
    assert labels(two) == ["A 001"]


def test_number_is_not_asked_for_under_the_id_of_another_terminal(two) -> None:
    first = two.ticket()
    ask = Ask(site=two.site, id=first.id, service="ausweis", token="e" * 32, now_ms=two.clock.forward(1), terminal="t2")
    refused = two.do(issue, ask)
    assert isinstance(refused, Refused), "the answer would hold the code of its slip and the address of its page"
    assert refused.code is Code.NOT_ITS_OWN
    assert not isinstance(two.do(issue, msgspec.structs.replace(ask, terminal="t1")), Refused)


def test_one_alarm_for_many_requests(two) -> None:
    for number in range(5):
        told(two, own(two, number, uuid(50 + number), number + 1, slot=1), terminal="t2")
    assert len(raised(two)) == 1
    events = two.see(lambda c: c.exec_driver_sql("SELECT count(*) FROM event WHERE kind = 'alarm'").scalar_one())
    assert events == 1


# --- what became of tickets


@pytest.mark.parametrize(
    ("kind", "more"), [("cancel", {}), ("paper", {"outcome": "not_printed", "problem": "paper_out"})]
)
def test_ticket_of_another_terminal_is_left_alone(two, kind: str, more: dict[str, str]) -> None:
    first = two.ticket()
    assert outcomes(told(two, op(kind, first.id, 1, id=first.id, **more), terminal="t2")) == NOT_ITS_OWN
    ticket = find(two, first.id)
    assert (ticket.state, ticket.paper) == (TicketState.WAITING, "asked")
    assert raised(two) == [(AlarmKind.NOT_ITS_OWN, "t2")]
    assert [status for status, _ in outcomes(told(two, op(kind, first.id, 2, id=first.id, **more)))] == [200]


def test_slip_that_was_read_at_another_terminal_may_be_given_back_there(two) -> None:
    """The code on the slip is the proof: only whoever holds the paper has it."""
    first = two.ticket()
    scan = op("scan", uuid(90), 1, slip=slip_of(two, first.id, "A 001"), scanned_ms=0)
    assert outcomes(told(two, scan, terminal="t2")) == [(200, "known")]
    assert outcomes(told(two, op("cancel", first.id, 2, id=first.id), terminal="t2")) == [(200, "cancelled")]
    assert raised(two) == []


def test_terminal_that_enrolled_under_another_name_still_has_its_tickets(two) -> None:
    """The same database, and perhaps another computer around it: docs/operations.md tells technicians to do so."""
    first = two.ticket()
    assert two.do(terminals.add_terminal, two.site, "t9", "Terminal 1 neu", two.clock()) is None
    two.do(terminals.revoke, two.site, "t1", two.clock.forward(1))
    assert join(two, "t9", GENERATION["t1"], "new board") == 3
    drawn = iter(f"{n:032x}" for n in range(900, 999))
    ops = (own(two, 1, uuid(50), slot=1), op("cancel", first.id, 2, id=first.id))
    for generation, expected in (("3" * 32, [422, 422]), (GENERATION["t1"], [200, 200])):
        teller = Teller(Known(two.site, "t9", "t9"), two.clock.forward(1), lambda: next(drawn), generation)
        assert [each.status for each in two.do(apply_all, teller, ops)] == expected
    assert labels(two) == ["A 01-01"]


def test_database_is_known_by_its_heartbeat_too(two) -> None:
    """The slot that it gets anew carries the new name; the tickets carry the old one."""
    first = two.ticket()
    beat = Heartbeat(version="1", catalogue_version=0, generation=GENERATION["t1"])
    two.do(terminals.heard, Known(two.site, "t1", "t1"), beat, two.clock())
    assert two.do(terminals.add_terminal, two.site, "t9", "Terminal 1 neu", two.clock()) is None
    assert join(two, "t9", GENERATION["t1"], "t1") == 1, "the slot moved with the database"
    teller = Teller(Known(two.site, "t9", "t9"), two.clock.forward(1), lambda: "d" * 32, GENERATION["t1"])
    assert two.do(apply_all, teller, (op("cancel", first.id, 1, id=first.id),))[0].status == 200


# --- days and times


@pytest.mark.parametrize("day", ["0000-00-00", "2026-02-30", "2026-13-01", "1970-01-01", "2026-11-20"])
def test_day_that_was_none(two, day: str) -> None:
    fact = own(two, 1, uuid(50), slot=2, business_day=day)
    assert outcomes(told(two, fact, terminal="t2")) == [(422, "no_such_day")]
    days = two.see(lambda c: c.exec_driver_sql("SELECT day FROM business_day").scalars().all())
    assert days == [DAY]
    assert raised(two) == [(AlarmKind.NOT_ITS_OWN, "t2")]


@pytest.mark.parametrize("day", ["2026-11-25", "2027-01-01", "9999-12-31"])
def test_day_that_has_not_come_stays_a_question_of_clocks(two, day: str) -> None:
    """The terminal tells it again later, when the hub may have been set right; staff hear of it meanwhile."""
    fact = own(two, 1, uuid(50), slot=2, business_day=day)
    assert outcomes(told(two, fact, terminal="t2")) == [(409, "future_day")]
    assert raised(two) == [(AlarmKind.NOT_ITS_OWN, "t2")]


def test_arrival_that_cannot_have_been(two) -> None:
    for number, arrival_ms in enumerate((0, two.clock() - DAY_MS, two.clock() + 2 * DAY_MS, 2**53)):
        fact = own(two, number, uuid(50 + number), number + 1, slot=2, arrival_ms=arrival_ms)
        assert outcomes(told(two, fact, terminal="t2")) == [(422, "wrong_arrival")], arrival_ms
    assert labels(two) == []
    assert raised(two) == [(AlarmKind.NOT_ITS_OWN, "t2")]


def test_arrivals_of_honest_clocks(two) -> None:
    """The first minute of the day; a hub whose clock was set back since; a terminal that says that it does not know."""
    begins = two.clock() - 12 * 3600_000
    for number, (arrival_ms, sure) in enumerate(
        ((begins - MINUTE, True), (begins + 1, True), (two.clock() + DAY_MS // 2, True), (0, False))
    ):
        fact = own(two, number, uuid(50 + number), number + 1, slot=2, arrival_ms=arrival_ms, arrival_sure=sure)
        assert outcomes(told(two, fact, terminal="t2")) == [(200, "new")]
    assert raised(two) == []


def test_hub_whose_clock_was_set_back_over_midnight_is_no_judge(two) -> None:
    two.ticket()
    two.clock.forward(-DAY_MS)
    fact = own(two, 1, uuid(50), slot=2, arrival_ms=two.clock())
    assert outcomes(told(two, fact, terminal="t2")) == [(200, "new")]
    assert labels(two) == ["A 02-01", "A 001"]


def test_terminal_that_was_away_for_days(two) -> None:
    two.ticket()
    facts = [own(two, n, uuid(50 + n), n + 1, slot=2, arrival_ms=two.clock.forward(DAY_MS)) for n in range(4)]
    two.clock.forward(MINUTE)
    two.ticket()
    assert outcomes(told(two, *facts, terminal="t2")) == [(200, "new")] * 4
    assert labels(two) == ["A 02-04", "A 001"]
    assert raised(two) == []


# --- slips, whose key every terminal has


def test_slip_with_a_number_that_the_hall_never_gave(two) -> None:
    two.ticket()
    for number, label in enumerate(("A 900", "A 77-01")):
        scan = op("scan", uuid(90 + number), number, slip=slip_of(two, uuid(50), label), scanned_ms=0)
        assert outcomes(told(two, scan, terminal="t2")) == NOT_ITS_OWN
    scan = op("scan", uuid(93), 3, slip=slip_of(two, uuid(51), "A 01-01", "2026-02-28"), scanned_ms=0)
    assert outcomes(told(two, scan, terminal="t2")) == [(422, "no_such_day")]
    assert labels(two) == ["A 001"]
    assert two.ticket().label == "A 002"


# --- after a restore


def test_restored_hub_takes_what_the_life_before_may_have_given(two) -> None:
    """Until the day of the restore is over: a number that was forgotten, a slot that was given after the copy."""
    restored(two)
    facts = (own(two, 1, uuid(50), 7, slot=0), own(two, 2, uuid(51), slot=15))
    assert outcomes(told(two, *facts, terminal="t2")) == [(200, "new")] * 2
    assert outcomes(told(two, own(two, 3, uuid(52), slot=1), terminal="t2")) == NOT_ITS_OWN, "t1 has it"
    assert outcomes(told(two, own(two, 4, uuid(53), slot=21), terminal="t2")) == NOT_ITS_OWN, "nobody can have had it"
    early = own(two, 5, uuid(54), 2, slot=15, business_day="2026-11-23", arrival_ms=two.clock() - DAY_MS)
    assert outcomes(told(two, early, terminal="t2")) == [(200, "new")], "a day that the copy does not know"
    two.clock.forward(DAY_MS)
    two.ticket()
    late = own(two, 6, uuid(55), 900, slot=0, business_day="2026-11-25", arrival_ms=two.clock())
    assert outcomes(told(two, late, terminal="t2")) == NOT_ITS_OWN


def test_key_does_not_use_up_the_slots_of_the_others(two) -> None:
    """Each request with another database takes a slot out of use for the day; there are 99."""
    given = [join(two, "t2", f"{n:032x}") for n in range(slots.NEW_A_DAY + 5)]
    assert given.count(Code.TOO_MANY_SLOTS) == 6, "with the one it has"
    assert Code.NO_SLOT not in given, "most of the 99 are free"
    assert join(two, "t1", "9" * 32) not in (*given, Code.NO_SLOT)
    assert (AlarmKind.NO_SLOT, "t2") in raised(two)
    told = next(each for each in two.see(alarms.standing, two.site) if each.kind is AlarmKind.NO_SLOT)
    for lang in ("de", "en"):
        said = sayer(lang)(told.text_key, terminal="T", subject=told.subject)
        assert str(slots.NEW_A_DAY) in said
        assert "99" not in said
