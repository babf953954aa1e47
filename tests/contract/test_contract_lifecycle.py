"""Every driver against every mishap of its life, on real sockets and ptys."""

import socket
import threading

import pytest

from drivers import registry
from drivers.host.port import DriverFault
from drivers.sim.printer import PrinterPeer
from drivers.transport.chaos import Mishaps
from kiosk.vocabulary.hardware.device_events import DeviceEvent
from kiosk.vocabulary.hardware.problems import Problem
from tests.contract.benches import BENCHES, LISTENERS, Setup, setups, thorough
from tests.contract.kinds.receipt_printer import PrinterBench
from tests.contract.mishaps import Claim, Mishap, When, cases
from tests.contract.trial import trial
from tests.device_jobs import RecordedJob

ROWS = setups("tcp", "pty")
BOTH = thorough("tcp", "pty")
TCP = thorough("tcp")
CASES = cases()


def each(some: list[Setup]) -> pytest.MarkDecorator:
    return pytest.mark.parametrize("setup", some, ids=[setup.id for setup in some])


def test_every_row_has_its_cases() -> None:
    models = [row.model for row in registry.rows()]
    assert len(models) == len(set(models)), "a bench goes by its model"
    assert set(models) | {"test_till"} == BENCHES.keys() | LISTENERS


@each(ROWS)
def test_command_is_done(setup: Setup) -> None:
    with trial(setup) as one:
        job = one.new_job()
        outcome = one.go(job)
        assert one.peer.rest()
        assert one.bench.times_done(one.peer, job) == 1, outcome
        if setup.peer.startswith("by_"):
            assert one.bench.claims_done(outcome)
        else:
            assert not one.bench.claims_done(outcome), "nobody confirmed it"


@each(ROWS)
def test_nobody_there(setup: Setup) -> None:
    with trial(setup) as one:
        one.peer.switch(absent=True)
        driver = one.driver()
        with pytest.raises(DriverFault) as fault:
            driver.open()
        assert fault.value.problem is Problem.NOT_FOUND
        assert one.peer.url.partition("//")[2] in fault.value.detail
        driver.close()
        driver.close()


@each(TCP)
def test_close_before_open_does_not_raise(setup: Setup) -> None:
    with trial(setup) as one:
        driver = one.driver()
        driver.close()
        driver.close()


@pytest.mark.parametrize(("setup", "mishap"), CASES, ids=[f"{mishap.name}-{setup.id}" for setup, mishap in CASES])
def test_mishap(setup: Setup, mishap: Mishap) -> None:
    with trial(setup) as one:
        job, began = one.new_job(), one.clock.now()
        if mishap.when is When.START:
            one.peer.switch(**mishap.on)
        outcome = one.go(job, before=lambda: one.peer.switch(**(mishap.on if mishap.when is When.COMMAND else {})))
        assert one.clock.now() - began < setup.spec.limits.execute_s, "a deadline of the driver does not hold"
        one.peer.switch(**mishap.rest)
        done, undone = one.bench.claims_done(outcome), one.bench.claims_undone(outcome)
        assert mishap.claim is Claim.ANYTHING or not done, outcome
        assert mishap.claim is not Claim.UNDONE or undone, outcome
        assert mishap.claim is not Claim.DOUBT or not undone, outcome
        one.judge(job, outcome, mishap.name)


@each(BOTH)
def test_silence_is_unknown_never_well(setup: Setup) -> None:
    with trial(setup) as one:
        driver = one.driver()
        driver.open()
        one.peer.switch(silent=True)
        assert driver.poll(one.job()).unknown
        driver.close()


@each(TCP)
def test_one_byte_at_a_time(setup: Setup) -> None:
    with trial(setup) as one:
        job = one.new_job()
        outcome = one.go(job, one.bad_wire(Mishaps(piece=1)))
        assert one.bench.claims_done(outcome) == setup.peer.startswith("by_")
        one.judge(job, outcome)


@each(BOTH)
def test_cancel_at_every_look(setup: Setup) -> None:
    """Cancelled before the first look nothing is done; later the outcome says what is true."""
    with trial(setup) as one:
        looks, at = 1, 0
        while at <= looks:
            job = RecordedJob(one.new_job(), cancel_at=at, keep=one.journal.keep)
            outcome = one.go(job.id, job=job)
            assert at or outcome == setup.spec.refuse(Problem.CANCELLED)
            one.judge(job.id, outcome, f"cancelled at look {at}")
            looks, at = job.looks, at + 1
        assert at > 1, "the driver never looks"


class _Telling(RecordedJob):
    """Says when the driver has begun."""

    def __init__(self, began: threading.Event) -> None:
        super().__init__("X 900")
        self._began = began

    def progress(self, event: DeviceEvent) -> None:
        self._began.set()


@each(TCP)
def test_closed_by_another_thread_while_it_works(setup: Setup) -> None:
    with trial(setup) as one:
        driver = one.real_time_driver()
        driver.open()
        one.peer.switch(mute=True)
        began = threading.Event()
        outcomes = []

        def run() -> None:
            outcomes.append(driver.execute(one.bench.command("X 900", False), _Telling(began)))
            began.set()

        thread = threading.Thread(target=run)
        thread.start()
        began.wait(3)
        driver.close()
        thread.join(300)
        assert not thread.is_alive()
        assert isinstance(outcomes[0], one.bench.outcomes)
        assert not one.bench.claims_done(outcomes[0])


@each([setup for setup in TCP if setup.bench.proves])
@pytest.mark.parametrize("greeting", [b"HTTP/1.1 400 Bad Request\r\n\r\n", b"SSH-2.0-OpenSSH_9.2\r\n", b"\xff" * 40])
def test_another_device(setup: Setup, greeting: bytes) -> None:
    """Something else listens at this address: it is said so, and not a byte of a job is sent."""
    with socket.create_server(("127.0.0.1", 0)) as server, trial(setup) as one:
        answering = threading.Thread(target=_answer, args=(server, greeting), daemon=True)
        answering.start()
        driver = one.real_time_driver(f"tcp://127.0.0.1:{server.getsockname()[1]}")
        with pytest.raises(DriverFault) as fault:
            driver.open()
        driver.close()
        answering.join(300)
        assert fault.value.problem is Problem.WRONG_DEVICE


def _answer(server: socket.socket, greeting: bytes) -> None:
    link, _ = server.accept()
    with link:
        while link.recv(100):
            link.sendall(greeting)


@each([setup for setup in BOTH if isinstance(setup.bench, PrinterBench) and setup.peer != "never"])
def test_power_fails_in_the_middle(setup: Setup) -> None:
    with trial(setup) as one:
        assert isinstance(one.peer, PrinterPeer)
        for lost_at in (1, 5, 40, 90, 120):
            job = one.new_job()

            def fail(at: int = lost_at) -> None:
                one.peer.switch(power_off_after_bytes=at + 12)

            outcome = one.go(job, before=fail)
            one.peer.switch(power_off_after_bytes=None, power_off=False)
            assert not one.bench.claims_done(outcome)
            one.judge(job, outcome, lost_at)
