"""Slots of terminals: one database each, never two at once, none again on the day it was given back."""

import pytest
from sqlalchemy.exc import IntegrityError

from hub import alarms, hub_generation
from hub.errors import Code, Refused
from hub.fleet import terminals
from hub.store.enums import AlarmKind
from hub.tickets import slots

DAY_MS = 24 * 3600 * 1000


def generation(number: int) -> str:
    return f"{number:032x}"


def join(hall, terminal: str = "t1", number: int = 1, machine: str = "m1"):
    wanted = slots.Wanted(
        site=hall.site, terminal=terminal, generation=generation(number), machine=machine, now_ms=hall.clock.forward(1)
    )
    return hall.do(slots.join, wanted)


def slot(hall, terminal: str = "t1", number: int = 1, machine: str = "m1") -> int:
    joined = join(hall, terminal, number, machine)
    assert isinstance(joined, slots.Joined), joined
    return joined.slot


@pytest.fixture
def hall(hall):
    for number in range(2, 101):
        assert hall.do(terminals.add_terminal, hall.site, f"t{number}", f"Terminal {number}", hall.clock()) is None
    return hall


def test_the_same_database_keeps_its_slot_for_ever(hall) -> None:
    assert slot(hall, "t1", 1) == 1
    assert slot(hall, "t2", 2, "m2") == 2
    hall.clock.forward(30 * DAY_MS)
    assert slot(hall, "t1", 1) == 1


def test_what_a_terminal_needs_comes_with_the_slot(hall) -> None:
    joined = join(hall)
    life = hall.see(hub_generation.of, hall.site)
    assert joined == slots.Joined(1, life.slip_key, "2026-11-24", life.generation)
    assert len(life.slip_key) == 32


def test_a_wiped_terminal_gets_another_slot_and_the_old_one_rests(hall) -> None:
    assert slot(hall, "t1", 1) == 1
    assert slot(hall, "t1", 2) == 2
    assert slot(hall, "t2", 3, "m2") == 3
    hall.clock.forward(DAY_MS)
    assert slot(hall, "t3", 4, "m3") == 4, "slots that nobody had come first"
    assert hall.see(slots.slots_now, hall.site) == {"t1": 2, "t2": 3, "t3": 4}


def test_a_slot_is_not_given_again_on_the_day_it_was_given_back(hall) -> None:
    for number in range(1, 100):
        assert slot(hall, f"t{number}", number, f"m{number}") == number
    hall.do(terminals.revoke, hall.site, "t7", hall.clock())
    refused = join(hall, "t100", 100, "m100")
    assert isinstance(refused, Refused)
    assert refused.code is Code.NO_SLOT
    assert [a.kind for a in hall.see(alarms.standing, hall.site)] == [AlarmKind.NO_SLOT]
    hall.clock.forward(DAY_MS)
    assert slot(hall, "t100", 100, "m100") == 7


def test_the_slot_that_rested_longest_is_taken_first(hall) -> None:
    for number in range(1, 100):
        slot(hall, f"t{number}", number, f"m{number}")
    for terminal in ("t9", "t3"):
        hall.do(terminals.revoke, hall.site, terminal, hall.clock.forward(1000))
    hall.clock.forward(DAY_MS)
    assert slot(hall, "t100", 100, "m100") == 9


def test_a_cloned_disk_is_refused_and_staff_are_told(hall) -> None:
    slot(hall, "t1", 1, "m1")
    for terminal in ("t1", "t2"):
        refused = join(hall, terminal, 1, "m2")
        assert isinstance(refused, Refused)
        assert refused.code is Code.CLONED_DISK
    assert slot(hall, "t1", 1, "m1") == 1, "the one that had it goes on"
    (alarm,) = hall.see(alarms.standing, hall.site)
    assert (alarm.kind, alarm.subject, alarm.terminal) == (AlarmKind.CLONED_DISK, generation(1), "Terminal 1")


def test_a_copy_with_the_same_machine_id_is_told_by_its_network_cards(hall) -> None:
    assert slot(hall, "t1", 1, "m:c1,c2") == 1
    assert isinstance(join(hall, "t1", 1, "m:c3"), Refused)
    assert slot(hall, "t1", 1, "m:c2") == 1, "a card is away"
    assert slot(hall, "t1", 1, "m") == 1, "all of them are"
    refused = join(hall, "t1", 1, "m:c3")
    assert isinstance(refused, Refused), "they are not forgotten"
    assert refused.code is Code.CLONED_DISK
    assert hall.see(slots.slots_now, hall.site) == {"t1": 1}


def test_slot_from_before_nic_check_survives_and_clones_are_detected(hall) -> None:
    assert slot(hall, "t1", 1, "m") == 1
    assert slot(hall, "t1", 1, "m:c1") == 1
    assert isinstance(join(hall, "t1", 1, "m:c2"), Refused)
    assert slot(hall, "t1", 1, "m:c1") == 1


def test_after_new_network_cards_a_terminal_gets_a_new_slot(hall) -> None:
    assert slot(hall, "t1", 1, "m:c1") == 1
    hall.do(terminals.revoke, hall.site, "t1", hall.clock())
    assert slot(hall, "t2", 1, "m:c2") == 2


def test_a_database_enrolled_anew_on_its_machine_keeps_its_slot(hall) -> None:
    assert slot(hall, "t1", 1) == 1
    assert slot(hall, "t2", 1) == 1
    assert hall.see(slots.slots_now, hall.site) == {"t2": 1}


def test_an_old_disk_put_back_numbers_on_from_its_own_slot(hall) -> None:
    assert (slot(hall, "t1", 1), slot(hall, "t1", 2), slot(hall, "t1", 1)) == (1, 2, 1)


def test_an_old_copy_on_another_machine_gets_a_slot_of_its_own(hall) -> None:
    """Its counters may lag behind what the first machine printed."""
    assert slot(hall, "t1", 1, "m1") == 1
    assert slot(hall, "t1", 2, "m1") == 2
    assert slot(hall, "t2", 1, "m2") == 3


def test_a_revoked_terminal_gives_its_slot_back(hall) -> None:
    slot(hall, "t1", 1)
    hall.do(terminals.revoke, hall.site, "t1", hall.clock())
    assert hall.see(slots.slots_now, hall.site) == {}
    assert hall.see(slots.may_number, hall.site, 1), "its paper may be in the hall today"
    assert not hall.see(slots.may_number, hall.site, 2)


def test_two_databases_with_one_slot_are_forbidden_by_the_table(hall) -> None:
    slot(hall, "t1", 1)
    with pytest.raises(IntegrityError):
        hall.do(
            lambda c: c.exec_driver_sql(
                "INSERT INTO slot_grant (site_id, generation, slot, terminal_id, machine, granted_ms, granted_day)"
                " VALUES (?, ?, 1, 't2', 'm', 0, '')",
                (hall.site, generation(9)),
            )
        )


def test_an_alarm_stands_until_it_is_noted_and_rises_again_later(hall) -> None:
    slot(hall, "t1", 1, "m1")
    join(hall, "t2", 1, "m2")
    hall.do(alarms.note, hall.site, AlarmKind.CLONED_DISK, generation(1), None, hall.clock.forward(1))
    assert hall.see(alarms.standing, hall.site) == []
    join(hall, "t2", 1, "m2")
    assert hall.see(alarms.standing, hall.site) == [], "the note holds for a while"
    hall.clock.forward(alarms.AGAIN_MS + 1000)
    join(hall, "t2", 1, "m2")
    assert len(hall.see(alarms.standing, hall.site)) == 1
