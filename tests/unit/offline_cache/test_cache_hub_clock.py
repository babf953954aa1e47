from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kiosk.wire import LAST_MS
from offline_cache.http.breaker import Breaker
from offline_cache.store.hub_clock import Arrival, HubClock, Offset, boot_s, read_boot_id
from tests.unit.offline_cache.cache_helpers import Clock

HUB_MS = 1_795_500_000_000


def test_before_anything_is_learnt_the_wall_clock_speaks_and_says_so() -> None:
    clock = Clock(wall=1000.5)
    assert clock.hub_clock().now() == Arrival(1_000_500, False)


def test_the_hubs_time_belongs_to_the_middle_of_the_exchange() -> None:
    clock = Clock(boot=100.0)
    mine = clock.hub_clock()
    mine.learn(HUB_MS, 1.0)
    assert mine.now() == Arrival(HUB_MS + 500, True)
    clock.pass_by(3600)
    clock.wall = 5.0  # whatever the wall clock does
    assert mine.now() == Arrival(HUB_MS + 500 + 3_600_000, True)


def test_better_clock_sample_stays_until_aged_and_a_set_hub_is_followed() -> None:
    clock = Clock(boot=100.0)
    mine = clock.hub_clock()
    mine.learn(HUB_MS, 0.002)
    mine.learn(HUB_MS - 200, 1.0)  # half a second of error, and it agrees within that
    assert mine.now().ms == HUB_MS + 1
    mine.learn(HUB_MS + 90_000, 1.0)
    assert mine.now().ms == HUB_MS + 90_500, "too far away for an error: the hub's clock was set"
    clock.pass_by(20_000)  # 50 ppm of 20,000 s are a second
    mine.learn(HUB_MS + 90_000 + 20_000_300, 1.0)
    assert mine.now().ms == HUB_MS + 90_000 + 20_000_800


def test_times_only_grow_but_do_not_wait_for_a_clock_that_was_set() -> None:
    clock = Clock(boot=100.0)
    mine = clock.hub_clock()
    mine.learn(HUB_MS, 0.0)
    before = mine.now().ms
    mine.learn(HUB_MS - 5_000, 0.0)
    assert mine.now().ms == before, "five seconds are waited for"
    mine.learn(HUB_MS - 3_600_000, 0.0)
    assert mine.now().ms == HUB_MS - 3_600_000, "an hour is not"


def test_wall_clock_set_back_is_held_but_not_against_a_sure_time() -> None:
    clock = Clock(boot=100.0, wall=4_000_000_000.0)
    mine = clock.hub_clock()
    assert mine.now().ms == 4_000_000_000_000
    clock.wall = 1000.0
    assert mine.now() == Arrival(4_000_000_000_000, False)
    mine.learn(HUB_MS, 0.0)
    assert mine.now() == Arrival(HUB_MS, True)


def test_an_offset_outlives_the_program_and_not_the_boot() -> None:
    clock = Clock(boot=100.0)
    first = clock.hub_clock("boot a")
    first.learn(HUB_MS, 0.0)
    kept = first.offset()
    assert kept == Offset("boot a", HUB_MS - 100_000)
    clock.pass_by(60)
    again = clock.hub_clock("boot a")
    again.restore(kept)
    assert again.now() == Arrival(HUB_MS + 60_000, True)
    rebooted = Clock(boot=5.0, wall=77.0).hub_clock("boot b")
    rebooted.restore(kept)
    assert rebooted.now() == Arrival(77_000, False)
    nameless = clock.hub_clock("")
    nameless.restore(Offset("", 1))
    assert not nameless.now().sure
    assert nameless.offset() is None


def test_nonsense_is_not_learnt() -> None:
    mine = Clock(wall=7.0).hub_clock()
    mine.learn(0, 1.0)
    mine.learn(HUB_MS, -1.0)
    mine.learn(LAST_MS + 1, 0.0)
    mine.learn(2**53, 0.0)
    assert mine.now() == Arrival(7000, False)


def test_no_time_is_later_than_the_last_one_that_can_be_told() -> None:
    clock = Clock(boot=100.0, wall=1e15)
    mine = clock.hub_clock()
    assert mine.now() == Arrival(LAST_MS, False)
    mine.learn(LAST_MS, 0.0)
    clock.pass_by(3600)
    assert mine.now() == Arrival(LAST_MS, True)
    kept = Clock(boot=100.0, wall=7.0).hub_clock()
    kept.not_before(2**53, 2**53)
    assert kept.now() == Arrival(LAST_MS, False), "a file written before there was a bound"


@given(
    st.lists(
        st.one_of(
            st.tuples(st.just("pass"), st.floats(0.0, 600.0)),
            st.tuples(st.just("wall"), st.floats(0.0, 4e9)),
            st.tuples(st.just("trip"), st.floats(0.0, 2.0)),
        ),
        max_size=40,
    )
)
def test_arrivals_grow_whatever_the_wall_clock_and_the_network_do(steps: list[tuple[str, float]]) -> None:
    """The hub's clock runs true: sure times are within half a round trip and never go back."""
    clock = Clock(boot=1000.0)
    mine, last, worst = clock.hub_clock(), 0, 0.0
    for what, much in steps:
        if what == "pass":
            clock.boot += much
        elif what == "wall":
            clock.wall = much
        else:
            told_ms = HUB_MS + int(clock.boot * 1000)  # the whole trip on the way back: as wrong as it can be
            clock.boot += much
            mine.learn(told_ms, much)
            worst = max(worst, much * 500)
        told = mine.now()
        if told.sure:
            assert told.ms >= last
            last = told.ms
            assert abs(told.ms - (HUB_MS + clock.boot * 1000)) <= worst + 50e-6 * clock.boot * 1000 + 2


def test_this_computer_has_a_boot(tmp_path: Path) -> None:
    assert len(read_boot_id()) == 36
    assert read_boot_id(tmp_path / "none") == ""
    assert boot_s() > 0
    assert HubClock().now().ms > 1_700_000_000_000


@pytest.mark.parametrize(
    ("told", "is_open"),
    [
        ("bb", False),
        ("bbgbb", False),
        ("bbb", True),
        ("bbbg", True),
        ("bbbgbg", True),
        ("bbbgg", False),
        ("bbbggbb", False),
    ],
)
def test_three_failures_in_a_row_open_and_two_good_probes_in_a_row_close(told: str, is_open: bool) -> None:
    breaker = Breaker()
    changes = [breaker.told(each == "g") for each in told]
    assert breaker.is_open is is_open
    assert sum(changes) == (1 if is_open else 2 if "bbb" in told else 0)
