"""A thread whose work ends too early begins it anew, whatever ended it; the program makes no other threads that own."""

import ctypes
import queue
import re
import threading
from pathlib import Path

import pytest

from kiosk.owner_thread import NO_PLACE, TOLD_S, AnsweringLoop, OwnerThread, ThreadWatch

ROOT = Path(__file__).resolve().parents[3]
LONG_S = 60.0
OF_ONE_ACT = {
    "kiosk/main/terminal.py": "the start: its fault ends the program",
    "kiosk/main/setup.py": "one enrolment",
    "offline_cache/http/deadline_call.py": "a worker that is left behind when it does not answer",
    "drivers/host/device_thread.py": "a device's thread: its host misses it",
    "drivers/sim/panel/server.py": "of the simulators",
    "kiosk/demo_page/server.py": "of the demo",
    "drivers/sim/peer.py": "of the simulators",
}


def kill(thread: OwnerThread) -> None:
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


def gone(thread: OwnerThread) -> None:
    """Wait until the thread is no more."""
    thread.join(LONG_S)
    assert not thread.is_alive()


@pytest.mark.filterwarnings("ignore::pytest.PytestUnhandledThreadExceptionWarning")
def test_a_thread_that_is_gone_is_started_anew_by_the_watch_and_says_so() -> None:
    deaths: queue.SimpleQueue[tuple[str, str]] = queue.SimpleQueue()
    lives, served = iter((True, False)), threading.Event()

    def work() -> None:
        if next(lives):
            raise ZeroDivisionError
        served.set()

    watch = ThreadWatch()
    thread = OwnerThread("worker", work, lambda name, detail: deaths.put((name, detail)), again_s=LONG_S)
    watch.add(thread)
    watch.look()
    assert not thread.is_alive(), "one that was never started is not missed"
    thread.start()
    assert deaths.get(timeout=LONG_S)[1].startswith("ZeroDivisionError at ")
    kill(thread)  # in the pause, where nothing catches it
    thread._pause.set()
    gone(thread)
    watch.look()
    assert served.wait(LONG_S)
    assert deaths.get(timeout=LONG_S) == ("worker", NO_PLACE)
    gone(thread)
    watch.look()
    assert not thread.is_alive(), "one that ended in order is not missed"
    assert deaths.empty()


def test_a_log_that_cannot_be_written_does_not_end_the_thread() -> None:
    lives, served = iter((True, False)), threading.Event()

    def work() -> None:
        if next(lives):
            raise ZeroDivisionError
        served.set()

    def full_disk(_name: str, _detail: str) -> None:
        raise OSError(28, "no space left")

    thread = OwnerThread("worker", work, full_disk, again_s=0.0)
    thread.start()
    assert served.wait(LONG_S)
    gone(thread)


def test_staff_are_told_of_deaths_for_a_day() -> None:
    now = [0.0]
    watch = ThreadWatch(lambda: now[0])
    watch.died("numbers", "KeyError at numbers.py:1")
    now[0] = 150.0
    watch.died("sync", "ValueError at sync.py:1")
    assert [(each.thread, watch.minutes_since(each)) for each in watch.deaths()] == [("numbers", 2), ("sync", 0)]
    now[0] = TOLD_S + 1
    assert [each.thread for each in watch.deaths()] == ["sync"]


def test_question_that_raises_is_failed_and_the_next_is_answered() -> None:
    said: queue.SimpleQueue[str] = queue.SimpleQueue()

    def answer(question: str) -> None:
        if question == "bad":
            raise ZeroDivisionError
        said.put(f"answered {question}")

    loop: AnsweringLoop[str] = AnsweringLoop(answer, lambda question, why: said.put(f"failed {question}: {why}"))
    for question in ("bad", "good"):
        loop.put(question)
    loop.end()
    loop.run()
    assert re.fullmatch(r"failed bad: ZeroDivisionError at test_owner_thread\.py:[0-9]+", said.get())
    assert said.get() == "answered good"


def test_a_question_whose_thread_was_killed_is_failed_by_the_next_life() -> None:
    said: queue.SimpleQueue[str] = queue.SimpleQueue()
    begun = threading.Event()

    def answer(question: str) -> None:
        if question == "endless":
            begun.set()
            while True:
                threading.Event().wait(0.01)
        said.put(f"answered {question}")

    loop: AnsweringLoop[str] = AnsweringLoop(answer, lambda question, why: said.put(f"failed {question}: {why}"))
    thread = OwnerThread("worker", loop.run, lambda _name, _detail: None, again_s=0.0)
    thread.start()
    loop.put("endless")
    loop.put("next")
    assert begun.wait(LONG_S)
    kill(thread)
    assert said.get(timeout=LONG_S) == f"failed endless: {NO_PLACE}"
    assert said.get(timeout=LONG_S) == "answered next"
    loop.end()
    gone(thread)


def test_no_thread_that_owns_something_is_made_without_it() -> None:
    made = {
        str(path.relative_to(ROOT))
        for room in ("kiosk", "offline_cache", "drivers", "screens", "hub")
        for path in (ROOT / room).rglob("*.py")
        if re.search(r"threading\.Thread\(|\(threading\.Thread", path.read_text("utf-8"))
    }
    assert made == {*OF_ONE_ACT, "kiosk/owner_thread.py"}
