"""One guard for every touch of the window.

A control fires when the finger is lifted inside the control it was put on (sliding off cancels); a second finger is
ignored while one is down; the same control, or the same spot after the screen changed, is deaf for 0.3 s after it fired
(EN 301 549 5.8). The first tap works: nothing needs to be woken.

The release of a finger may get lost (the wheel of a mouse turned meanwhile, a panel unplugged). So nothing waits for it
for ever: a new press of the only pointer, a press after ``LOST_S`` and another screen each prove that the old finger is
gone.
"""

from collections.abc import Callable
from math import hypot

DOUBLE_STRIKE_S = 0.3
LOST_S = 3.0
"""A finger that neither moved nor left for so long gives way to the next: lost, or a hand that rests on the panel."""


class TapGuard:
    """Decides which touches count. Positions in pixels, times in seconds of the given clock."""

    def __init__(self, clock: Callable[[], float], near_px: float) -> None:
        self._clock = clock
        self._near_px = near_px
        self._finger: object | None = None
        self._heard = 0.0
        """When the finger was put down or moved last."""
        self._target: str | None = None
        self._inside = False
        self._fired: tuple[str, float, float, float] | None = None

    @property
    def pressed(self) -> str | None:
        """The control to be drawn pressed now."""
        return self._target if self._inside else None

    def down(self, finger: object, target: str | None, x: float, y: float, *, only_pointer: bool = False) -> bool:
        """A finger is put on a control (None: beside all). False when it does not count.

        ``only_pointer``: it comes from a device that has no second one, so whatever was down before has left.
        """
        if self._finger is not None and not only_pointer and self._clock() - self._heard < LOST_S:
            return False
        self._finger, self._heard = finger, self._clock()
        self._target = None if target is not None and self._double(target, x, y) else target
        self._inside = self._target is not None
        return True

    def moved(self, finger: object, target: str | None) -> None:
        """The finger slid; it may come back."""
        if finger == self._finger:
            self._heard = self._clock()
            self._inside = self._target is not None and target == self._target

    def up(self, finger: object, target: str | None, x: float, y: float) -> str | None:
        """The finger is lifted: the control to fire, or None."""
        if finger != self._finger:
            return None
        fired = self._target if self._target is not None and target == self._target else None
        self.cancel()
        if fired is not None:
            self._fired = (fired, x, y, self._clock())
        return fired

    def cancel(self) -> None:
        """Forget the finger: it left, or another screen stands there."""
        self._finger = None
        self._target = None
        self._inside = False

    def keep_only(self, targets: set[str]) -> None:
        """The screen changed under the finger: a control that is no longer there cannot fire."""
        if self._target is not None and self._target not in targets:
            self._target = None
            self._inside = False

    def _double(self, target: str, x: float, y: float) -> bool:
        if self._fired is None:
            return False
        last, last_x, last_y, when = self._fired
        if self._clock() - when >= DOUBLE_STRIKE_S:
            return False
        return target == last or hypot(x - last_x, y - last_y) < self._near_px
