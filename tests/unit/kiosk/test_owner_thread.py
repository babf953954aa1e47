"""A thread whose work ends too early begins it anew, whatever ended it; the program makes no other threads that own."""

import ctypes
import queue
import re
import threading
from pathlib import Path

import pytest

from kiosk.owner_thread import OwnerThread

ROOT = Path(__file__).resolve().parents[3]
LONG_S = 60.0
OF_ONE_ACT = {
    "kiosk/main/terminal.py": "the start: its fault ends the program",
    "kiosk/main/setup.py": "one enrolment",
    "offline_cache/prompt.py": "a worker that is left behind when it does not answer",
    "drivers/generation.py": "a device's thread: its host misses it",
    "drivers/sim/panel.py": "of the simulators",
    "drivers/sim/peer.py": "of the simulators",
}


def kill(thread: threading.Thread) -> None:
    """End the thread from outside, at its next step."""
    assert thread.ident is not None
    ctypes.pythonapi.PyThreadState_SetAsyncExc(ctypes.c_ulong(thread.ident), ctypes.py_object(SystemExit))


@pytest.mark.parametrize("death", [ZeroDivisionError, MemoryError, SystemExit, KeyboardInterrupt])
def test_work_that_raises_begins_anew_and_is_written_down(death: type[BaseException]) -> None:
    deaths: queue.SimpleQueue[tuple[str, str]] = queue.SimpleQueue()
    rounds = iter((death("a secret"), death("a secret"), None))

    def work() -> None:
        if (fault := next(rounds)) is not None:
            raise fault

    thread = OwnerThread("worker", work, lambda name, detail: deaths.put((name, detail)), again_s=0.0)
    thread.start()
    thread.join(LONG_S)
    assert not thread.is_alive()
    for _ in range(2):
        name, detail = deaths.get(timeout=LONG_S)
        assert (name, detail.split(" at ")[0]) == ("worker", death.__name__)
        assert "secret" not in detail
        assert "test_owner_thread.py:" in detail
    assert deaths.empty()


def test_a_killed_thread_serves_the_next_question() -> None:
    asked: queue.SimpleQueue[int | None] = queue.SimpleQueue()
    answers: queue.SimpleQueue[int] = queue.SimpleQueue()
    deaths: queue.SimpleQueue[str] = queue.SimpleQueue()

    def work() -> None:
        while (question := asked.get()) is not None:
            answers.put(question)

    thread = OwnerThread("worker", work, lambda name, _detail: deaths.put(name), again_s=0.0)
    thread.start()
    asked.put(1)
    assert answers.get(timeout=LONG_S) == 1
    kill(thread)
    asked.put(2)
    assert deaths.get(timeout=LONG_S) == "worker"
    asked.put(3)
    last = answers.get(timeout=LONG_S)
    assert last == 3 or answers.get(timeout=LONG_S) == 3
    asked.put(None)
    thread.join(LONG_S)
    assert not thread.is_alive()


def test_no_thread_that_owns_something_is_made_without_it() -> None:
    made = {
        str(path.relative_to(ROOT))
        for room in ("kiosk", "offline_cache", "drivers", "screens")
        for path in (ROOT / room).rglob("*.py")
        if re.search(r"threading\.Thread\(|\(threading\.Thread", path.read_text("utf-8"))
    }
    assert made == {*OF_ONE_ACT, "kiosk/owner_thread.py"}
