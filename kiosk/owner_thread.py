"""A thread that owns something - a file, a connection, a device - and goes on until it is asked to end.

Whatever ends its work too early, a bug or somebody who ends it from outside, is written down, and the work begins anew
on the same thread after a pause. What was under way is lost; who waits for its answer has a deadline
(``kiosk.session.table``).
"""

import threading
import traceback
from collections.abc import Callable
from pathlib import Path

OnDeath = Callable[[str, str], None]
"""Name of the thread, and kind and place of what ended its work."""
AGAIN_S = 1.0


def owner_thread(name: str, work: Callable[[], None], on_death: OnDeath, again_s: float = AGAIN_S) -> threading.Thread:
    """A daemon thread, not started yet, that does ``work`` until it returns. ``on_death`` is called on that thread."""
    pause = threading.Event()

    def keep_going() -> None:
        while not _ended(name, work, on_death):
            pause.wait(again_s)

    return threading.Thread(target=keep_going, name=name, daemon=True)


def _ended(name: str, work: Callable[[], None], on_death: OnDeath) -> bool:
    try:
        work()
    except BaseException as death:  # noqa: BLE001 - the edge: a thread nobody misses would be missing for ever
        on_death(name, place_of(death))
        return False
    return True


def place_of(error: BaseException) -> str:
    """Kind and place of a bug, never its text: that may hold what a visitor typed."""
    frames = traceback.extract_tb(error.__traceback__)
    place = f" at {Path(frames[-1].filename).name}:{frames[-1].lineno}" if frames else ""
    return type(error).__name__ + place
