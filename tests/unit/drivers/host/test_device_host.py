"""The host's law: one owner thread, states on change only, no job twice, a hung call given up."""

import ctypes
import threading
import time
from collections.abc import Callable, Iterator

import pytest

from drivers.host.port import DriverFault
from kiosk.vocabulary.hardware.devices import DeviceState, Status
from kiosk.vocabulary.hardware.problems import Problem
from kiosk.vocabulary.outcomes import NotPrinted, Printed, Unconfirmed
from tests.unit.drivers.host.host_helpers import PATIENCE, Room, advance_until


@pytest.fixture
def room() -> Iterator[Room]:
    one = Room()
    yield one
    one.end()


def test_comes_up_and_says_each_state_once(room: Room) -> None:
    host = room.ready()
    advance_until(room, 2, lambda: room.script.polled >= 4)
    assert room.ear.states == ["connecting", "ready"]
    assert host.identity.maker == "Maker"


def _said(room: Room, state: DeviceState) -> Callable[[], bool]:
    return lambda: room.ear.statuses[-1].state is state


def test_disabled_device_is_never_opened(room: Room) -> None:
    host = room.host(enabled=False)
    host.start()
    host.check()
    host.submit("j1", "slip")
    assert room.ear.states == ["disabled"]
    assert room.ear.outcomes == [("j1", NotPrinted(Problem.LINK_LOST))]
    assert room.script.made == 0


def test_job_is_done_once_and_a_repeated_id_gets_the_remembered_outcome(room: Room) -> None:
    host = room.ready()
    host.submit("j1", "slip")
    room.ear.until(lambda: room.ear.outcomes)
    room.ear.until_state(DeviceState.READY)
    host.submit("j1", "slip")
    assert room.ear.outcomes == [("j1", Printed()), ("j1", Printed())]
    assert room.script.executed == ["slip"]
    assert room.ear.states == ["connecting", "ready", "busy", "ready"]


def test_id_under_way_is_not_doubled(room: Room) -> None:
    room.script.hang_in = "execute"
    host = room.ready()
    host.submit("j1", "slip")
    assert room.script.hanging.wait(300)
    host.submit("j1", "slip")
    room.script.release.set()
    room.ear.until(lambda: room.ear.outcomes)
    room.ear.until_state(DeviceState.READY)
    assert room.ear.outcomes == [("j1", Printed())]
    assert room.script.executed == ["slip"]


@pytest.mark.parametrize(
    ("problem", "state"),
    [
        (Problem.PAPER_OUT, DeviceState.NEEDS_ATTENTION),
        (Problem.PAPER_NEAR_END, DeviceState.READY),
        (Problem.OVERHEATED, DeviceState.READY),
        (Problem.SILENT, DeviceState.NEEDS_ATTENTION),
    ],
)
def test_problems_become_states(room: Room, problem: Problem, state: DeviceState) -> None:
    room.script.status = Status((problem,))
    room.host().start()
    assert room.ear.until_state(state).problems == (problem,)


def test_lost_link_goes_offline_and_comes_back_by_itself(room: Room) -> None:
    room.ready()
    room.script.poll_fault = DriverFault(Problem.LINK_LOST, "cable")
    advance_until(room, 2, _said(room, DeviceState.OFFLINE))
    lost = room.ear.until_state(DeviceState.OFFLINE)
    assert (lost.problems, lost.detail) == ((Problem.LINK_LOST,), "cable")
    room.script.poll_fault = None
    advance_until(room, 1, _said(room, DeviceState.READY))
    back = room.ear.until_state(DeviceState.READY)
    assert back.generation > lost.generation, "a new generation at each opening"
    assert room.script.made == 2, "never the old handle again"


def test_backs_off_from_one_to_thirty_seconds(room: Room) -> None:
    room.script.open_fault = DriverFault(Problem.NOT_FOUND, "no port")
    room.host().start()
    room.ear.until_state(DeviceState.OFFLINE)
    pauses = []
    for _ in range(7):
        made, waited = room.script.made, 0.0
        while room.script.made == made and waited < 60:
            room.clock.advance(1.0)
            waited += 1.0
            _until_noticed(room)
        pauses.append(waited)
    assert pauses == [1.0, 2.0, 4.0, 8.0, 16.0, 30.0, 30.0]
    assert room.ear.states == ["connecting", "offline"], "one fault is said once, however often it is tried"


def _until_noticed(room: Room) -> None:
    """Only where the owner thread is sure to come back to its waiting."""
    host, end = room.hosts[0], time.monotonic() + PATIENCE
    while not room.clock.is_noticed():
        assert time.monotonic() < end
        with host._lock:
            host._lock.wait(0.01)


def test_nothing_waits_for_a_device_that_is_away(room: Room) -> None:
    room.script.open_fault = DriverFault(Problem.NOT_FOUND)
    host = room.host()
    host.start()
    room.ear.until_state(DeviceState.OFFLINE)
    tried = room.script.made
    host.submit("j1", "slip")
    assert room.ear.outcomes == [("j1", NotPrinted(Problem.NOT_FOUND))]
    advance_until(room, 0, lambda: room.script.made > tried)
    assert room.script.executed == []


def test_hung_command_is_given_up_and_the_next_generation_works(room: Room) -> None:
    room.script.hang_in = "execute"
    host = room.ready()
    host.submit("j1", "slip")
    assert room.script.hanging.wait(300)
    room.clock.advance(59)
    host.check()
    assert room.ear.outcomes == []
    room.clock.advance(2)
    host.check()
    assert room.ear.outcomes == [("j1", Unconfirmed(Problem.HUNG))]
    assert room.ear.until_state(DeviceState.FAILED).problems == (Problem.HUNG,)
    room.clock.advance(2)
    host.check()
    room.ear.until_state(DeviceState.READY)
    host.submit("j2", "next")
    room.ear.until(lambda: len(room.ear.outcomes) == 2)
    said = len(room.ear.statuses)
    room.script.release.set()
    advance_until(room, 0, lambda: room.script.closed == 1)
    assert room.ear.outcomes == [("j1", Unconfirmed(Problem.HUNG)), ("j2", Printed())], "the first outcome stands"
    assert room.ear.late == [("j1", Printed())], "the late one is evidence"
    assert [status.state for status in room.ear.statuses[said:]] in ([], [DeviceState.READY])


@pytest.mark.parametrize("call", ["open", "poll", "close"])
def test_hung_call_of_any_kind(room: Room, call: str) -> None:
    room.script.hang_in = call
    if call == "close":
        room.script.poll_fault = DriverFault(Problem.LINK_LOST)
    host = room.host()
    host.start()
    assert room.script.hanging.wait(300)
    room.script.poll_fault = None
    room.clock.advance(16)
    host.check()
    room.ear.until_state(DeviceState.FAILED)
    room.clock.advance(40)
    host.check()
    room.ear.until_state(DeviceState.READY)


def test_abandoned_threads_are_bounded(room: Room) -> None:
    host = room.host()
    host.start()
    for _ in range(8):
        room.script.hang_in = "poll"
        room.script.hanging.clear()
        room.clock.advance(40)
        host.check()
        if not room.script.hanging.wait(0.3):
            break
        room.clock.advance(40)
        host.check()
    assert len([one for one in host._abandoned if one.alive]) <= 4


@pytest.mark.parametrize("place", ["open", "poll", "execute"])
def test_a_drivers_bug_is_a_state_and_never_tells_what_it_read(room: Room, place: str) -> None:
    bug = ValueError("visitor's secret")
    setattr(room.script, f"{place}_fault", bug)
    host = room.host()
    host.start()
    if place == "execute":
        room.ear.until_state(DeviceState.READY)
        host.submit("j1", "slip")
        room.ear.until(lambda: room.ear.outcomes == [("j1", Unconfirmed(Problem.BUG))])
    failed = room.ear.until_state(DeviceState.FAILED)
    assert failed.problems == (Problem.BUG,)
    assert "secret" not in failed.detail
    assert failed.detail.startswith("ValueError at host_helpers.py:")
    setattr(room.script, f"{place}_fault", None)
    advance_until(room, 1, _said(room, DeviceState.READY))


def test_a_driver_that_raises_a_fault_from_a_command_leaves_doubt(room: Room) -> None:
    host = room.ready()
    room.script.execute_fault = DriverFault(Problem.LINK_LOST)
    host.submit("j1", "slip")
    room.ear.until(lambda: room.ear.outcomes == [("j1", Unconfirmed(Problem.LINK_LOST))])
    room.ear.until_state(DeviceState.OFFLINE)


def test_line_of_commands_is_bounded(room: Room) -> None:
    room.script.hang_in = "execute"
    host = room.ready()
    host.submit("j0", "slip")
    assert room.script.hanging.wait(300)
    for n in range(1, 30):
        host.submit(f"j{n}", "slip")
    refused = [job for job, outcome in room.ear.outcomes if outcome == NotPrinted(Problem.TIMED_OUT)]
    assert refused == [f"j{n}" for n in range(17, 30)]


def test_stop_lets_a_running_command_finish_and_refuses_the_rest(room: Room) -> None:
    room.script.hang_in = "execute"
    host = room.ready()
    host.submit("j1", "slip")
    assert room.script.hanging.wait(300)
    host.submit("j2", "slip")
    room.script.release.set()
    assert host.stop()
    assert ("j1", Printed()) in room.ear.outcomes
    assert room.ear.until_state(DeviceState.DISABLED)
    assert dict(room.ear.outcomes)["j2"] in (NotPrinted(Problem.LINK_LOST), Printed())
    assert room.script.closed == 1


@pytest.mark.filterwarnings("ignore::pytest.PytestUnhandledThreadExceptionWarning")
def test_a_thread_that_is_killed_is_missed_and_the_device_comes_back(room: Room) -> None:
    """Its thread is ended from outside while a command runs: the outcome is in doubt, then the device works on."""
    host, script, ear = room.ready(), room.script, room.ear
    script.hang_in = "execute"
    host.submit("job", "print")
    assert script.hanging.wait(PATIENCE)
    (thread,) = [each for each in threading.enumerate() if each.name.startswith("printer-")]
    assert thread.ident is not None
    ctypes.pythonapi.PyThreadState_SetAsyncExc(ctypes.c_ulong(thread.ident), ctypes.py_object(SystemExit))
    script.release.set()
    thread.join(PATIENCE)
    host.check()
    ear.until(lambda: ear.outcomes == [("job", Unconfirmed(Problem.BUG))])
    assert ear.until_state(DeviceState.FAILED).problems == (Problem.BUG,)
    room.clock.advance(60)
    host.check()
    ear.until_state(DeviceState.READY)
