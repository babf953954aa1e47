"""Which touches count."""

from screens.tap_guard import DOUBLE_STRIKE_S, LOST_S, TapGuard


class Clock:
    now = 100.0

    def __call__(self) -> float:
        return self.now


def guarded() -> tuple[TapGuard, Clock]:
    clock = Clock()
    return TapGuard(clock, near_px=40), clock


def tap(guard: TapGuard, target: str | None, x: float = 10, y: float = 10, finger: object = 1) -> str | None:
    guard.down(finger, target, x, y)
    return guard.up(finger, target, x, y)


def test_the_first_tap_works() -> None:
    guard, _ = guarded()
    assert tap(guard, "draw") == "draw"


def test_it_fires_on_release_not_on_touch() -> None:
    guard, _ = guarded()
    guard.down(1, "draw", 10, 10)
    assert guard.pressed == "draw"
    assert guard.up(1, "draw", 10, 10) == "draw"
    assert guard.pressed is None


def test_sliding_off_cancels_and_coming_back_counts() -> None:
    guard, _ = guarded()
    guard.down(1, "draw", 10, 10)
    guard.moved(1, None)
    assert guard.pressed is None
    assert guard.up(1, None, 500, 500) is None
    guard.down(1, "draw", 10, 10)
    guard.moved(1, "other")
    guard.moved(1, "draw")
    assert guard.up(1, "draw", 10, 10) == "draw"


def test_sliding_onto_a_control_does_not_fire_it() -> None:
    guard, _ = guarded()
    guard.down(1, None, 10, 10)
    guard.moved(1, "draw")
    assert guard.up(1, "draw", 10, 10) is None


def test_a_second_finger_is_ignored() -> None:
    guard, _ = guarded()
    assert guard.down(1, "draw", 10, 10)
    assert not guard.down(2, "back", 300, 10)
    assert guard.up(2, "back", 300, 10) is None
    assert guard.up(1, "draw", 10, 10) == "draw"


def test_a_double_strike_fires_once() -> None:
    guard, clock = guarded()
    assert tap(guard, "draw") == "draw"
    clock.now += DOUBLE_STRIKE_S - 0.01
    assert tap(guard, "draw") is None
    clock.now += 0.02
    assert tap(guard, "draw") == "draw"


def test_a_double_strike_does_not_reach_what_appears_under_the_finger() -> None:
    guard, clock = guarded()
    assert tap(guard, "tile:all", 100, 100) == "tile:all"
    clock.now += 0.1
    assert tap(guard, "category:papers", 105, 98) is None
    assert tap(guard, "category:cars", 400, 98) == "category:cars"


def test_a_control_that_left_the_screen_cannot_fire() -> None:
    guard, _ = guarded()
    guard.down(1, "draw", 10, 10)
    guard.keep_only({"back"})
    assert guard.up(1, "draw", 10, 10) is None
    assert tap(guard, "back") == "back"


def test_fifty_presses_are_few_taps() -> None:
    guard, clock = guarded()
    fired = 0
    for _ in range(50):
        fired += tap(guard, "draw") == "draw"
        clock.now += 0.02
    assert fired == 4  # one second, one tap in 0.3 s


def test_lost_release_does_not_block_a_single_pointer() -> None:
    guard, _ = guarded()
    guard.down(1, "draw", 10, 10, only_pointer=True)
    assert guard.down(2, "back", 300, 10, only_pointer=True)
    assert guard.up(1, "draw", 10, 10) is None, "the old finger fires nothing any more"
    assert guard.up(2, "back", 300, 10) == "back"


def test_lost_touch_expires_and_a_moving_one_does_not() -> None:
    guard, clock = guarded()
    guard.down(1, "draw", 10, 10)
    clock.now += LOST_S - 0.1
    guard.moved(1, "draw")
    clock.now += LOST_S - 0.1
    assert not guard.down(2, "back", 300, 10)
    clock.now += 0.2
    assert tap(guard, "back", 300, 10, finger=3) == "back"
    assert guard.up(1, "draw", 10, 10) is None


def test_a_long_press_still_counts() -> None:
    guard, clock = guarded()
    guard.down(1, "draw", 10, 10)
    clock.now += 60
    assert guard.up(1, "draw", 10, 10) == "draw"
