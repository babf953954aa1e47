"""What a host gives its driver with each call: cancel, progress, facts, unasked messages; and what it asks after a
restart."""

import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

sys.path.insert(0, str(Path(__file__).parent))
from drivers.host.port import DriverFault, Job, NotDurable
from kiosk.vocabulary.hardware.device_events import CodeRead, PrintInDoubt, SlipSending
from kiosk.vocabulary.hardware.devices import DeviceState
from kiosk.vocabulary.hardware.problems import Problem
from kiosk.vocabulary.outcomes import NotPrinted, Printed, Unconfirmed
from tests.unit.drivers.host.host_helpers import PATIENCE, Room, advance_until


@pytest.fixture
def room() -> Iterator[Room]:
    one = Room()
    yield one
    one.end()


def test_running_command_reads_that_it_is_cancelled(room: Room) -> None:
    looks: list[bool] = []

    def work(job: Job) -> None:
        looks.append(job.cancelled())
        host.cancel("j1")
        looks.append(job.cancelled())

    room.script.in_execute = work
    host = room.ready()
    host.submit("j1", "slip")
    room.ear.until(lambda: room.ear.outcomes)
    assert looks == [False, True]
    assert room.ear.outcomes == [("j1", Printed())], "the outcome is what the driver says, not that it was cancelled"


def test_cancel_of_one_command_is_not_read_by_the_next(room: Room) -> None:
    looks: list[bool] = []
    room.script.in_execute = lambda job: looks.append(job.cancelled())
    room.script.hang_in = "execute"
    host = room.ready()
    host.submit("j1", "slip")
    assert room.script.hanging.wait(PATIENCE)
    host.cancel("j1")
    host.submit("j2", "slip")
    room.script.release.set()
    room.ear.until(lambda: len(room.ear.outcomes) == 2)
    assert looks == [True, False]


def test_waiting_command_that_is_cancelled_is_refused_and_never_done(room: Room) -> None:
    room.script.hang_in = "execute"
    host = room.ready()
    host.submit("j1", "first")
    assert room.script.hanging.wait(PATIENCE)
    host.submit("j2", "second")
    host.cancel("j2")
    assert room.ear.outcomes == [("j2", NotPrinted(Problem.CANCELLED))]
    room.script.release.set()
    room.ear.until(lambda: len(room.ear.outcomes) == 2)
    assert room.script.executed == ["first"]


@pytest.mark.parametrize("job", ["unknown", "ended"])
def test_cancel_of_what_is_not_under_way_changes_nothing(room: Room, job: str) -> None:
    host = room.ready()
    host.submit("ended", "slip")
    room.ear.until(lambda: room.ear.outcomes)
    host.cancel(job)
    host.submit("next", "slip")
    room.ear.until(lambda: len(room.ear.outcomes) == 2)
    assert room.ear.outcomes == [("ended", Printed()), ("next", Printed())]


def test_stop_and_giving_up_cancel_the_running_command(room: Room) -> None:
    looks: list[bool] = []
    room.script.in_execute = lambda job: looks.append(job.cancelled())
    room.script.hang_in = "execute"
    host = room.ready()
    host.submit("j1", "slip")
    assert room.script.hanging.wait(PATIENCE)
    room.clock.advance(61)
    host.check()
    room.script.release.set()
    room.ear.until(lambda: room.ear.late)
    assert looks == [True]


def test_progress_renews_the_deadline_of_a_long_dialogue(room: Room) -> None:
    """60 s for each step, 150 s in all (``LIMITS``)."""

    def work(job: Job) -> None:
        room.clock.advance(50)
        job.progress(SlipSending())
        room.clock.advance(50)
        host.check()

    room.script.in_execute = work
    host = room.ready()
    host.submit("j1", "slip")
    room.ear.until(lambda: room.ear.outcomes)
    assert room.ear.outcomes == [("j1", Printed())]
    assert room.ear.told == [("j1", SlipSending())]


def test_progress_without_end_is_given_up_all_the_same(room: Room) -> None:
    def work(job: Job) -> None:
        for _ in range(5):
            room.clock.advance(40)
            job.progress(SlipSending())
            host.check()

    room.script.in_execute = work
    host = room.ready()
    host.submit("j1", "slip")
    room.ear.until(lambda: room.ear.late)
    assert room.ear.outcomes == [("j1", Unconfirmed(Problem.HUNG))]
    assert room.ear.late == [("j1", Printed())]
    assert len(room.ear.told) == 4, "what an abandoned call tells is heard by nobody"


def test_fact_is_durable_when_persist_returns(room: Room) -> None:
    kept: list[int] = []

    def work(job: Job) -> None:
        job.persist(PrintInDoubt("t1"))
        kept.append(len(room.ear.facts))

    room.script.in_execute = work
    room.ready().submit("j1", "slip")
    room.ear.until(lambda: room.ear.outcomes)
    assert kept == [1]
    assert room.ear.facts == [("j1", PrintInDoubt("t1"))]


def test_fact_of_an_abandoned_call_is_kept(room: Room) -> None:
    room.script.hang_in = "execute"
    room.script.in_execute = lambda job: job.persist(PrintInDoubt("t1"))
    host = room.ready()
    host.submit("j1", "slip")
    assert room.script.hanging.wait(PATIENCE)
    room.clock.advance(61)
    host.check()
    room.script.release.set()
    room.ear.until(lambda: room.ear.late)
    assert room.ear.facts == [("j1", PrintInDoubt("t1"))]


def test_driver_that_cannot_persist_in_a_command_leaves_doubt(room: Room) -> None:
    room.ear.keeps_facts = False
    room.script.in_execute = lambda job: job.persist(PrintInDoubt("t1"))
    room.ready().submit("j1", "slip")
    room.ear.until(lambda: room.ear.outcomes)
    assert room.ear.outcomes == [("j1", Unconfirmed(Problem.STORE_FAILED))]
    assert room.ear.until_state(DeviceState.OFFLINE).problems == (Problem.STORE_FAILED,)


def test_driver_that_cannot_persist_in_a_poll_connects_anew(room: Room) -> None:
    room.ear.keeps_facts = False
    room.script.in_poll = lambda job: job.persist(PrintInDoubt("t1"))
    room.host().start()
    assert room.ear.until_state(DeviceState.OFFLINE).problems == (Problem.STORE_FAILED,)
    room.ear.keeps_facts = True
    room.script.in_poll = lambda job: None
    advance_until(room, 1, lambda: room.ear.statuses[-1].state is DeviceState.READY)


def test_refused_fact_raises_in_the_driver(room: Room) -> None:
    room.ear.keeps_facts = False
    raised: list[str] = []

    def work(job: Job) -> None:
        try:
            job.persist(PrintInDoubt("t1"))
        except NotDurable as fault:
            raised.append(str(fault))

    room.script.in_execute = work
    room.ready().submit("j1", "slip")
    room.ear.until(lambda: room.ear.outcomes)
    assert raised == ["the disk is full"]
    assert room.ear.outcomes == [("j1", Printed())], "a driver that can do without says itself how it ended"


def test_unasked_message_is_told_from_poll_and_in_the_middle_of_a_command(room: Room) -> None:
    said = iter((CodeRead("between"),))
    room.script.in_poll = lambda job: [job.emit(each) for each in said] and None
    room.script.in_execute = lambda job: job.emit(CodeRead("within"))
    room.ready().submit("j1", "slip")
    room.ear.until(lambda: room.ear.outcomes)
    assert room.ear.unsolicited == [("", CodeRead("between")), ("j1", CodeRead("within"))]


def test_doubts_are_settled_in_order_before_the_first_command(room: Room) -> None:
    asked: list[str] = []

    def recovers(fact: PrintInDoubt) -> Printed | Unconfirmed:
        asked.append(fact.ticket)
        return Printed() if fact.ticket == "t1" else Unconfirmed(Problem.SILENT)

    room.script.recovers = recovers  # type: ignore[assignment]
    host = room.host()
    for ticket in ("t1", "t2"):
        host.recover(PrintInDoubt(ticket))
    host.submit("j1", "slip")
    host.start()
    room.ear.until(lambda: room.ear.outcomes)
    assert asked == ["t1", "t2"]
    assert [(found.fact, found.outcome) for found in room.ear.recovered] == [
        (PrintInDoubt("t1"), Printed()),
        (PrintInDoubt("t2"), Unconfirmed(Problem.SILENT)),
    ]


def test_doubt_that_a_broken_link_left_open_is_asked_again(room: Room) -> None:
    asked: list[str] = []

    def recovers(fact: PrintInDoubt) -> Printed:
        asked.append(fact.ticket)
        if len(asked) == 1:
            raise DriverFault(Problem.LINK_LOST)
        return Printed()

    room.script.recovers = recovers  # type: ignore[assignment]
    host = room.host()
    host.recover(PrintInDoubt("t1"))
    host.start()
    room.ear.until_state(DeviceState.OFFLINE)
    advance_until(room, 1, lambda: bool(room.ear.recovered))
    assert asked == ["t1", "t1"]
    assert len(room.ear.recovered) == 1
