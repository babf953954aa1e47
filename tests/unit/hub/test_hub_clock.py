"""The hub's clock on injected clocks: what is believed, what is asked, and that nobody is lost by either."""

from collections.abc import Callable
from datetime import UTC, datetime
from typing import Any

import msgspec
import pytest

from hub import alarms, site_time, stored_clock
from hub.auth import sessions, throttle, tries
from hub.clock import DAY_MS, HEAR_MS, SETTLED_MS, HallClock, Kept, Verdict
from hub.counter import calling, manual_entry
from hub.counter.calling import Act
from hub.counter.manual_entry import ManualEntry
from hub.fleet import terminals
from hub.fleet.terminals import Known
from hub.reports.apply import Teller, apply_all
from hub.store.enums import AlarmKind, TicketState
from hub.tickets import business_day, clock_change, waiting
from kiosk.vocabulary.labels import Label
from kiosk.wire import Heartbeat, Op, TicketFact
from tests.unit.hub.sync_helpers import grant

NOON = 1_795_518_000_000
"""2026-11-24 12:00 in Berlin (UTC+1), Unix ms."""
MINUTE_MS = 60_000
HOUR_MS = 60 * MINUTE_MS
WEEK_MS = 7 * DAY_MS
FAR_MS = 7_000 * DAY_MS
"""To a day in 2046."""


class Machine:
    """Its two clocks: the boot clock runs, the wall clock may be set."""

    def __init__(self, wall_ms: int = NOON) -> None:
        self.wall_ms, self.boot_ms, self.boot_id = wall_ms, 5_000, "first"

    def go(self, ms: int) -> None:
        self.wall_ms += ms
        self.boot_ms += ms

    def off(self, ms: int) -> None:
        """Switched off for so long; the battery keeps the wall clock going."""
        self.wall_ms += ms
        self.boot_ms, self.boot_id = 5_000, self.boot_id + "+"

    def clock(self, kept: Kept | None = None, terminals: int = 0) -> HallClock:
        """Of a hub that starts now."""
        clock = HallClock(lambda: self.wall_ms, lambda: self.boot_ms / 1000, self.boot_id)
        clock.begin(kept or Kept(), terminals)
        return clock


@pytest.fixture
def machine() -> Machine:
    return Machine()


def test_small_steps_are_followed_both_ways(machine: Machine) -> None:
    clock = machine.clock()
    for step in (0, MINUTE_MS, -10 * MINUTE_MS, 23 * HOUR_MS, -3 * HOUR_MS):
        machine.go(1000)
        machine.wall_ms += step
        assert clock() == machine.wall_ms
        assert clock.verdict() is Verdict.NOTHING


@pytest.mark.parametrize("night", [datetime(2026, 3, 29, tzinfo=UTC), datetime(2026, 10, 25, tzinfo=UTC)])
def test_nothing_happens_in_the_nights_in_which_the_clocks_change(night: datetime) -> None:
    machine = Machine(round(night.timestamp() * 1000) - 4 * HOUR_MS)
    clock, seen = machine.clock(), []
    for _ in range(30):
        machine.go(HOUR_MS)
        seen.append(site_time.local_date(clock(), "Europe/Berlin"))
        assert clock.verdict() is Verdict.NOTHING
    assert seen == sorted(seen)
    assert len(set(seen)) == 3


def test_jump_of_days_is_asked_about_while_time_goes_on(machine: Machine) -> None:
    clock = machine.clock()
    machine.wall_ms += FAR_MS
    machine.go(5 * MINUTE_MS)
    assert clock() == NOON + 5 * MINUTE_MS
    doubt = clock.doubt()
    assert doubt is not None
    assert (doubt.wall_ms, doubt.now_ms, doubt.dismissed) == (machine.wall_ms, clock(), False)
    clock.dismiss()
    doubt = clock.doubt()
    assert doubt is not None
    assert doubt.dismissed
    machine.wall_ms -= FAR_MS
    assert (clock(), clock.doubt()) == (NOON + 5 * MINUTE_MS, None)


def test_a_restart_does_not_forget_the_doubt(machine: Machine) -> None:
    """The same boot: the boot clock still tells. Another boot: three weeks are no weekend."""
    clock = machine.clock()
    machine.wall_ms += 3 * WEEK_MS
    machine.go(MINUTE_MS)
    kept = clock.kept()
    assert kept.now_ms == NOON + MINUTE_MS
    assert machine.clock(kept)() == NOON + MINUTE_MS
    machine.off(MINUTE_MS)
    again = machine.clock(kept)
    assert (again(), again.verdict()) == (NOON + MINUTE_MS, Verdict.ASK)


@pytest.mark.parametrize(
    ("gap", "asked"), [(HOUR_MS, False), (3 * DAY_MS, False), (2 * WEEK_MS, False), (3 * WEEK_MS, True)]
)
def test_gap_at_the_start(machine: Machine, gap: int, asked: bool) -> None:
    """One machine alone: a night, a weekend, two weeks of holidays; three weeks are asked about."""
    kept = machine.clock().kept()
    machine.off(gap)
    clock = machine.clock(kept)
    assert clock.verdict() is (Verdict.ASK if asked else Verdict.NOTHING)
    assert clock() == (NOON if asked else NOON + gap)
    clock.believe()
    assert clock() == NOON + gap


def start_after_a_weekend(machine: Machine) -> HallClock:
    kept = machine.clock().kept()
    machine.off(3 * DAY_MS)
    return machine.clock(kept, terminals=3)


def test_terminals_are_heard_before_a_weekend_is_believed(machine: Machine) -> None:
    clock = start_after_a_weekend(machine)
    assert (clock(), clock.verdict()) == (NOON, Verdict.WAIT)
    clock.heard("t1", machine.wall_ms + HOUR_MS)
    assert clock.verdict() is Verdict.WAIT
    clock.heard("t2", machine.wall_ms)
    assert clock.verdict() is Verdict.BELIEVE


def test_terminals_that_say_nothing_do_not_hold_the_day_up(machine: Machine) -> None:
    clock = start_after_a_weekend(machine)
    machine.go(HEAR_MS)
    assert clock.verdict() is Verdict.BELIEVE


def test_two_terminals_contradict_a_start(machine: Machine) -> None:
    """One alone may have an empty battery."""
    clock = start_after_a_weekend(machine)
    clock.heard("t1", NOON)
    assert clock.verdict() is Verdict.WAIT
    clock.heard("t2", NOON + MINUTE_MS)
    assert clock.verdict() is Verdict.ASK
    machine.go(2 * HEAR_MS)
    assert clock.verdict() is Verdict.ASK


def test_terminals_with_empty_batteries_do_not_outvote_the_others(machine: Machine) -> None:
    clock = start_after_a_weekend(machine)
    for terminal in ("a", "b", "c", "d", "e"):
        clock.heard(terminal, 1 if terminal < "c" else machine.wall_ms)
    machine.go(HEAR_MS)
    assert clock.verdict() is Verdict.BELIEVE


def test_machine_without_a_battery_is_set_by_the_network_after_the_start(machine: Machine) -> None:
    """1970 at the start is no time: the hub goes on from where it was, and a weekend is believed when it comes."""
    kept = machine.clock().kept()
    machine.off(0)
    machine.wall_ms = 0
    clock = machine.clock(kept)
    machine.go(MINUTE_MS)
    assert (clock(), clock.verdict()) == (NOON + MINUTE_MS, Verdict.NOTHING)
    machine.wall_ms = NOON + 3 * DAY_MS
    assert clock.verdict() is Verdict.BELIEVE
    clock.believe()
    assert clock() == NOON + 3 * DAY_MS


def test_new_hub_on_a_machine_without_a_battery(machine: Machine) -> None:
    machine.wall_ms = 0
    clock = machine.clock()
    machine.wall_ms = NOON
    assert clock.verdict() is Verdict.BELIEVE


def test_clock_that_was_set_back_by_days_is_where_the_next_jump_begins(machine: Machine) -> None:
    """Once 2046 was believed by mistake; set back, it does not make 2046 right for ever."""
    clock = machine.clock()
    machine.wall_ms += FAR_MS
    clock.believe()
    machine.wall_ms -= FAR_MS
    assert clock() == machine.wall_ms
    machine.go(SETTLED_MS)
    assert clock() == machine.wall_ms
    machine.wall_ms += FAR_MS
    assert clock.verdict() is Verdict.ASK


def test_nothing_is_forgotten_by_a_clock_in_doubt(machine: Machine) -> None:
    clock = machine.clock()
    assert not clock.settled()
    machine.go(SETTLED_MS)
    assert clock.settled()
    machine.wall_ms += 2 * DAY_MS
    assert not clock.settled()
    clock.believe()
    assert not clock.settled(), "a mistake can be mended first"


# --- the steady clock


@pytest.mark.parametrize("step", [DAY_MS, -DAY_MS, HOUR_MS, -HOUR_MS, FAR_MS, -FAR_MS])
def test_steady_clock_goes_on_whatever_the_wall_clock_is_set_to(machine: Machine, step: int) -> None:
    clock = machine.clock()
    before = clock.steady_ms()
    machine.wall_ms += step
    machine.go(SETTLED_MS)
    clock()
    clock.believe()
    assert clock.steady_ms() == before + SETTLED_MS


@pytest.mark.parametrize("step", [DAY_MS, -DAY_MS, 0])
def test_steady_clock_goes_on_over_a_restart(machine: Machine, step: int) -> None:
    """The same boot: by the boot clock, whatever was done to the other one while the hub was stopped."""
    clock = machine.clock()
    machine.wall_ms += step
    machine.go(HOUR_MS)
    kept, before = clock.kept(), clock.steady_ms()
    machine.wall_ms -= 2 * step
    machine.go(MINUTE_MS)
    assert machine.clock(kept).steady_ms() == before + MINUTE_MS


def test_steady_clock_grows_by_a_night_that_the_machine_was_off(machine: Machine) -> None:
    clock = machine.clock()
    machine.wall_ms -= HOUR_MS
    machine.go(MINUTE_MS)
    kept, before = clock.kept(), clock.steady_ms()
    machine.off(10 * HOUR_MS)
    assert machine.clock(kept).steady_ms() == before + 10 * HOUR_MS


def test_steady_clock_never_goes_back_when_the_clock_is_set_back_while_off(machine: Machine) -> None:
    clock = machine.clock()
    kept, before = clock.kept(), clock.steady_ms()
    machine.off(-DAY_MS)
    assert machine.clock(kept).steady_ms() == before


def test_steady_clock_of_a_hub_that_had_none_begins_with_what_it_believed(machine: Machine) -> None:
    """The times of its sessions and tries are of the hub's time."""
    machine.go(HOUR_MS)
    assert machine.clock(Kept(NOON, "first", NOON - 5_000)).steady_ms() == NOON + HOUR_MS
    assert machine.clock(Kept(NOON + DAY_MS)).steady_ms() == NOON + DAY_MS


# --- the hall


class Believing:
    """The hall by a clock that is believed only as far as ``HallClock`` believes it."""

    def __init__(self, hall: Any) -> None:
        self.hall, self.machine = hall, Machine(hall.clock())
        self.clock = self.machine.clock()
        hall.clock = self.clock

    def draw(self, *services: str) -> list[str]:
        """One number a second."""
        drawn = []
        for service in services or ("ausweis",):
            self.machine.go(1000)
            drawn.append(self.hall.ticket(service).label)
        return drawn

    def keep_house(self) -> None:
        self.hall.do(business_day.turn_all, self.clock())

    def waiting(self) -> list[str]:
        return [ticket.label for ticket in self.hall.see(waiting.waiting_list, self.hall.site)]

    def day(self) -> str | None:
        found = self.hall.see(business_day.open_day, self.hall.site)
        assert found is None or isinstance(found, str)
        return found

    def believe(self) -> None:
        jump = self.clock.jump()
        self.hall.do(clock_change.leap, jump)
        self.clock.believe()

    def next(self, op: str, counter: str = "p1") -> str:
        label = self.hall.next(counter, op).ticket.label
        assert isinstance(label, str)
        return label


@pytest.fixture
def believing(hall: Any) -> Believing:
    return Believing(hall)


def test_who_came_first_is_called_first_though_the_clock_was_set_back(believing: Believing) -> None:
    machine = believing.machine
    believing.draw()
    machine.go(4 * MINUTE_MS)
    believing.draw()
    machine.wall_ms -= 10 * MINUTE_MS
    believing.draw("ausweis", "zulassung")
    assert [believing.next(f"o{n}") for n in range(4)] == ["A 001", "A 002", "A 003", "B 001"]


def told(believing: Believing, n: int, arrival_ms: int, day: str, ident: int = 900) -> str:
    """A number that a terminal gave itself comes in by its outbox."""
    hall = believing.hall
    fact = TicketFact(
        id=hall.uuid(ident + n),
        service="ausweis",
        series="A",
        slot=7,
        n=n,
        business_day=day,
        arrival_ms=arrival_ms,
    )
    op = Op(op=hall.uuid(2000 + ident + n), lane=fact.id, kind="ticket", body=msgspec.Raw(msgspec.json.encode(fact)))
    grant(hall, "t1", 7)
    teller = Teller(Known(hall.site, "t1", "t1"), believing.clock(), lambda: f"{ident + n:032x}")
    (answer,) = hall.do(apply_all, teller, (op,))
    assert answer.status == 200, answer
    return str(Label("A", 7, n))


def test_clock_set_back_keeps_a_terminal_number_behind_earlier_ones(
    believing: Believing,
) -> None:
    """A terminal learns the time from the hub: never one before the last arrival that the hub gave."""
    believing.draw()
    believing.machine.wall_ms -= 10 * MINUTE_MS
    latest = believing.hall.see(business_day.last_arrival, believing.hall.site)
    assert latest > believing.clock()
    own = told(believing, 1, latest, "2026-11-24")
    assert believing.waiting() == ["A 001", own]


def test_once_in_2046_and_back(believing: Believing) -> None:
    """Numbers go on in the day that is open, nobody expires, and the next day begins as ever."""
    machine = believing.machine
    believing.draw()
    machine.wall_ms += FAR_MS
    believing.keep_house()
    assert believing.draw() == ["A 002"]
    assert believing.day() == "2026-11-24"
    machine.wall_ms -= FAR_MS
    believing.keep_house()
    assert believing.waiting() == ["A 001", "A 002"]
    machine.go(DAY_MS)
    assert believing.draw() == ["A 001"]
    assert believing.day() == "2026-11-25"


def test_three_weeks_off_and_staff_say_that_it_is_right(believing: Believing) -> None:
    """Who came before they said so keeps number and place, the day of three weeks ago ends, nothing is doubled."""
    hall, machine = believing.hall, believing.machine
    believing.draw()
    kept = believing.clock.kept()
    machine.off(3 * WEEK_MS)
    believing.clock = hall.clock = machine.clock(kept)
    assert believing.draw("ausweis", "zulassung") == ["A 002", "B 001"]
    machine.go(5 * MINUTE_MS)
    assert believing.next("op-first") == "A 001", "of three weeks ago"
    assert believing.next("op-second") == "A 002"
    session = hall.do(_signed_in, hall.site, believing.clock.steady_ms())
    believing.draw("ausweis")
    believing.believe()
    assert believing.day() == "2026-12-15"
    assert believing.draw() == ["A 001"]
    assert believing.waiting() == ["B 001", "A 003", "A 001"]
    late = told(believing, 1, kept.now_ms + 3 * MINUTE_MS, "2026-11-24")
    assert believing.waiting() == ["B 001", late, "A 003", "A 001"], "drawn at a terminal before staff said so"
    here = hall.see(calling.current, hall.site, "p1")
    assert (here.label, here.state) == ("A 002", TicketState.CALLED)
    standing = {each.label: each for each in hall.see(waiting.waiting_list, hall.site)}
    assert believing.clock() - standing["B 001"].arrival_ms < 6 * MINUTE_MS, "its wait is not three weeks"
    assert hall.see(sessions.find, session, believing.clock.steady_ms()) is not None, (
        "nobody is signed out by the answer"
    )
    phone = hall.see(waiting.standing, standing["B 001"].token)
    assert (phone.today, phone.ahead) == (True, 0), "nor does the visitor's own page say that it is over"


def _signed_in(connection: Any, site: str, now_ms: int) -> str:
    connection.exec_driver_sql(
        "INSERT INTO user (site_id, id, login, name, role, password_hash, created_ms)"
        " VALUES (?, 'u1', 'anna', 'Anna', 'clerk', '$argon2id$x', 0)",
        (site,),
    )
    return sessions.begin(connection, site, "u1", now_ms)


# --- a day that is ahead


@pytest.fixture
def ahead(hall: Any) -> Any:
    """An older version, or somebody by mistake, believed 2046 for an hour: a visitor of before expired, one came by the
    wrong clock, two after it was set right."""
    hall.ticket()
    hall.clock.now_ms += FAR_MS
    hall.do(business_day.turn_all, hall.clock())
    hall.ticket("zulassung")
    hall.clock.now_ms -= FAR_MS - HOUR_MS
    hall.ticket()
    hall.clock.now_ms += MINUTE_MS
    hall.ticket("zulassung")
    return hall


def today_closed(hall: Any) -> bool:
    done = hall.do(
        clock_change.close_ahead, hall.site, site_time.local_date(hall.clock(), "Europe/Berlin"), hall.clock()
    )
    assert isinstance(done, bool)
    return done


def labels(hall: Any) -> list[str]:
    return [each.label for each in hall.see(waiting.waiting_list, hall.site)]


def test_day_that_is_ahead_is_seen_and_can_be_closed(ahead: Any) -> None:
    found = ahead.see(clock_change.ahead, ahead.site, ahead.clock())
    assert (found.day, found.today) == ("2046-01-23", "2026-11-24")
    before = labels(ahead)
    assert sorted(before) == ["A 001", "B 001", "B 002"]
    assert not ahead.do(clock_change.close_ahead, ahead.site, "2026-11-23", ahead.clock()), "another date was shown"
    assert today_closed(ahead)
    assert ahead.see(business_day.open_day, ahead.site) == "2026-11-24"
    assert labels(ahead) == before, "nobody is lost, nobody is moved"
    assert all(each.arrival_ms <= ahead.clock() for each in ahead.see(waiting.waiting_list, ahead.site))
    assert ahead.ticket().label == "A 002", "A 001 of this day is on paper already"
    assert labels(ahead)[-1] == "A 002"
    assert not today_closed(ahead)


def test_visitors_of_days_before_have_gone_home(ahead: Any) -> None:
    ahead.clock.forward(DAY_MS)
    fresh = ahead.ticket().label
    assert today_closed(ahead)
    assert ahead.see(business_day.open_day, ahead.site) == "2026-11-25"
    assert set(labels(ahead)) == {"B 001", fresh}, "who came by the wrong clock may have come today"
    assert ahead.ticket().label == "A 001", "a new day counts from the beginning"


def test_days_that_follow_are_opened_as_ever(ahead: Any) -> None:
    today_closed(ahead)
    ahead.clock.forward(DAY_MS)
    ahead.do(business_day.turn_all, ahead.clock())
    assert ahead.see(business_day.open_day, ahead.site) == "2026-11-25"
    assert labels(ahead) == []


def test_day_that_was_closed_because_it_was_ahead_goes_on_when_it_comes(hall: Any) -> None:
    """Its numbers are on paper: they are not given again."""
    hall.clock.forward(2 * DAY_MS)
    assert hall.ticket().label == "A 001"
    hall.clock.forward(-2 * DAY_MS)
    assert today_closed(hall)
    assert hall.ticket("zulassung").label == "B 001"
    hall.clock.forward(2 * DAY_MS)
    assert (hall.ticket().label, hall.see(business_day.open_day, hall.site)) == ("A 002", "2026-11-26")


def test_board_and_poll_show_the_calls_of_a_day_that_is_ahead(ahead: Any) -> None:
    called = ahead.next().ticket.label
    assert ahead.called() == [called]
    ahead.do(calling.no_show, Act(site=ahead.site, counter="p1", op="op-2", now_ms=ahead.clock()))
    assert [each.label for each in ahead.see(waiting.no_shows, ahead.site, 50)] == [called]


def test_clock_set_back_over_midnight_is_not_worth_a_word(hall: Any) -> None:
    hall.clock.now_ms = NOON + 12 * HOUR_MS
    hall.ticket()
    assert hall.see(business_day.open_day, hall.site) == "2026-11-25"
    assert hall.see(clock_change.ahead, hall.site, hall.clock() - 2 * HOUR_MS) is None
    assert hall.see(clock_change.ahead, hall.site, hall.clock() - 4 * HOUR_MS) is not None


def test_terminals_that_still_count_under_the_day_that_was_ahead_are_heard(ahead: Any) -> None:
    """A visitor of theirs waits when the arrival is of today, and is only recorded when it is not."""
    believing = Believing(ahead)
    today_closed(ahead)
    assert ahead.see(clock_change.closed_ahead, ahead.site) == (), "today was open before: counts go on"
    assert told(believing, 1, ahead.clock(), "2046-01-23") in labels(ahead)
    assert told(believing, 2, ahead.clock() - DAY_MS, "2046-01-23") not in labels(ahead)
    fact = ManualEntry(
        site=ahead.site, op="operation", text="A 07-1", id=ahead.uuid(77), token="e" * 32, now_ms=ahead.clock()
    )
    assert ahead.do(manual_entry.bring, fact).ticket.label == "A 07-01"
    believing.machine.go(DAY_MS)
    believing.keep_house()
    assert ahead.see(clock_change.closed_ahead, ahead.site) == ("2046-01-23",)


# --- times that were written by a clock that was ahead


@pytest.mark.parametrize("step", [DAY_MS, -DAY_MS, 11 * HOUR_MS, -11 * HOUR_MS])
def test_clock_that_is_set_makes_no_session_longer_or_shorter(believing: Believing, step: int) -> None:
    hall, clock = believing.hall, believing.clock
    token = hall.do(_signed_in, hall.site, clock.steady_ms())
    believing.machine.wall_ms += step
    believing.machine.go(sessions.IDLE_MS - 1)
    assert hall.see(sessions.find, token, clock.steady_ms()) is not None
    believing.machine.go(1)
    assert hall.see(sessions.find, token, clock.steady_ms()) is None


@pytest.mark.parametrize("step", [FAR_MS, DAY_MS, -DAY_MS, HOUR_MS])
def test_clock_that_is_set_makes_no_wait_longer_or_shorter(believing: Believing, step: int) -> None:
    """Wrong passwords by a clock that was ahead for a year, which is then set right; and the other way round."""
    hall, clock, machine = believing.hall, believing.clock, believing.machine
    machine.wall_ms += step
    clock.believe()
    keys = tries.keys_of_stranger("anna", "192.0.2.7")
    waits = [hall.do(tries.count, hall.site, keys, clock.steady_ms()).before.seconds for _ in range(6)]
    assert waits == [0, 0, 0, 0, 0, 15]
    machine.wall_ms -= step
    machine.go(14_000)
    assert hall.do(tries.count, hall.site, keys, clock.steady_ms()).before.seconds == 1
    machine.go(1_000)
    assert hall.do(tries.count, hall.site, keys, clock.steady_ms()).before.over


def test_session_of_the_future_ends(hall: Any) -> None:
    token = hall.do(_signed_in, hall.site, NOON + FAR_MS)
    assert hall.see(sessions.find, token, NOON + FAR_MS) is not None
    assert hall.see(sessions.find, token, NOON) is None
    token = hall.do(sessions.begin, hall.site, "u1", NOON)
    assert hall.see(sessions.find, token, NOON - 10 * MINUTE_MS) is not None


def test_lock_of_the_future_ends() -> None:
    """Too many tries in 2046: by the right clock the wait begins anew, once, and ends."""
    tries = throttle.Tries(throttle.PER_NAME.free + 1, NOON + FAR_MS)
    kept = throttle.by_this_clock(tries, NOON)
    wait = throttle.wait_ms(throttle.PER_NAME, kept, NOON)
    assert 0 < wait <= throttle.PER_NAME.longest_ms
    assert throttle.by_this_clock(kept, NOON + wait) == kept
    assert throttle.wait_ms(throttle.PER_NAME, kept, NOON + wait) == 0


def test_note_of_the_future_does_not_silence_an_alarm(hall: Any) -> None:
    def alarm(now_ms: int) -> None:
        hall.do(alarms.raise_alarm, hall.site, AlarmKind.NO_SLOT, "", now_ms)

    alarm(NOON + FAR_MS)
    hall.do(lambda c: c.exec_driver_sql("UPDATE alarm SET noted_ms = ?", (NOON + FAR_MS,)))
    alarm(NOON)
    assert len(hall.see(alarms.standing, hall.site)) == 1


def test_terminal_that_was_heard_in_the_future_is_away(hall: Any) -> None:
    beat: Callable[..., Any] = terminals.heard
    hall.do(beat, Known(hall.site, "t1", "t1"), Heartbeat(version="1", catalogue_version=1), NOON + 10 * MINUTE_MS)
    (now,) = hall.see(terminals.terminals_now, hall.site, NOON)
    assert now.away


def test_what_is_kept_is_read_at_the_next_start(hall: Any) -> None:
    kept, count = hall.see(stored_clock.read)
    assert (kept.now_ms, count) == (NOON, 0), "an older hub kept nothing: its newest event"
    hall.do(stored_clock.keep, Kept(NOON + 5, "boot", 17, NOON + 3, 9))
    assert hall.see(stored_clock.read) == (Kept(NOON + 5, "boot", 17, NOON + 3, 9), 0)
