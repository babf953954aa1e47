"""Every driver against every mishap of its life, on real sockets and ptys."""

import socket
import threading

import pytest
from contract.benches import BENCHES, Setup, setups, thorough
from contract.trial import trial

from drivers import registry
from drivers.port import DriverFault
from drivers.sim.printer import PrinterPeer
from drivers.transport.chaos import Mishaps
from kiosk.vocabulary.devices import DeviceKind
from kiosk.vocabulary.problems import Problem

ROWS = setups("tcp", "pty")
BOTH = thorough("tcp", "pty")
TCP = thorough("tcp")


def each(some: list[Setup]) -> pytest.MarkDecorator:
    return pytest.mark.parametrize("setup", some, ids=[setup.id for setup in some])


def test_bench_for_every_row() -> None:
    own = {DeviceKind.SCANNER}  # takes no commands: test_contract_scanner
    assert {row.kind for row in registry.rows()} <= BENCHES.keys() | own
    names = [(row.kind, row.model) for row in registry.rows()]
    assert len(names) == len(set(names))


@each(ROWS)
def test_does_its_work(setup: Setup) -> None:
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
def test_what_a_printer_without_confirmations_prints_is_never_called_printed(setup: Setup) -> None:
    with trial(setup) as one:
        job = one.new_job()
        outcome = one.go(job)
        assert one.bench.claims_done(outcome) == setup.peer.startswith("by_")


@each(TCP)
def test_closed_before_opened(setup: Setup) -> None:
    with trial(setup) as one:
        driver = one.driver()
        driver.close()
        driver.close()


@each(BOTH)
def test_silent_from_the_start(setup: Setup) -> None:
    with trial(setup) as one:
        one.peer.switch(silent=True)
        job = one.new_job()
        outcome = one.go(job)
        one.peer.switch(silent=False)
        assert not one.bench.claims_done(outcome)
        one.judge(job, outcome)


@each(BOTH)
def test_falls_silent_after_opening(setup: Setup) -> None:
    with trial(setup) as one:
        job = one.new_job()
        outcome = one.go(job, before=lambda: one.peer.switch(silent=True))
        one.peer.switch(silent=False)
        assert not one.bench.claims_done(outcome)
        one.judge(job, outcome)


@each(BOTH)
def test_silence_is_unknown_never_well(setup: Setup) -> None:
    with trial(setup) as one:
        driver = one.driver()
        driver.open()
        one.peer.switch(silent=True)
        assert driver.poll().unknown
        driver.close()


@each(BOTH)
def test_answers_are_lost(setup: Setup) -> None:
    with trial(setup) as one:
        job = one.new_job()
        outcome = one.go(job, before=lambda: one.peer.switch(mute=True))
        one.peer.switch(mute=False)
        one.judge(job, outcome)


@each(BOTH)
def test_line_of_another_speed(setup: Setup) -> None:
    with trial(setup) as one:
        one.peer.switch(garbage=True)
        job = one.new_job()
        outcome = one.go(job)
        one.peer.switch(garbage=False)
        assert not one.bench.claims_done(outcome)
        one.judge(job, outcome)


@each(TCP)
def test_garbage_while_it_works(setup: Setup) -> None:
    with trial(setup) as one:
        job = one.new_job()
        outcome = one.go(job, before=lambda: one.peer.switch(garbage=True))
        one.peer.switch(garbage=False)
        assert not one.bench.claims_done(outcome)
        one.judge(job, outcome)


@each(BOTH)
def test_every_answer_twice(setup: Setup) -> None:
    with trial(setup) as one:
        one.peer.switch(twice=True)
        job = one.new_job()
        outcome = one.go(job)
        one.judge(job, outcome)


@each(TCP)
def test_slow_drip(setup: Setup) -> None:
    with trial(setup) as one:
        one.peer.switch(slow=True)
        job = one.new_job()
        outcome = one.go(job)
        one.peer.switch(slow=False)
        one.judge(job, outcome)


@each(TCP)
def test_one_byte_at_a_time(setup: Setup) -> None:
    with trial(setup) as one:
        job = one.new_job()
        outcome = one.go(job, one.bad_wire(Mishaps(piece=1)))
        assert one.bench.claims_done(outcome) == setup.peer.startswith("by_")
        one.judge(job, outcome)


@each(BOTH)
def test_nothing_is_taken(setup: Setup) -> None:
    with trial(setup) as one:
        job = one.new_job()
        start = one.clock.now()
        outcome = one.go(job, before=lambda: one.peer.switch(stalled=True))
        assert one.clock.now() - start < setup.spec.limits.execute_s, "a write deadline does not hold"
        one.peer.switch(stalled=False)
        one.judge(job, outcome)


@each(TCP)
def test_closed_by_another_thread_while_it_works(setup: Setup) -> None:
    with trial(setup) as one:
        driver = one.real_time_driver()
        driver.open()
        one.peer.switch(mute=True)
        ended = threading.Event()
        outcomes = []

        def run() -> None:
            outcomes.append(driver.execute(one.bench.command("X 900", False), lambda _: ended.set(), lambda _: None))
            ended.set()

        thread = threading.Thread(target=run)
        thread.start()
        ended.wait(3)
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


@each([setup for setup in BOTH if setup.bench.proves and setup.peer != "never"])
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


@each([setup for setup in TCP if setup.bench.proves])
@pytest.mark.parametrize(
    "switch",
    [{"paper_out": True}, {"cover_open": True}, {"cutter_error": True}, {"printer_error": True}, {"overheated": True}],
    ids=str,
)
def test_refuses_before_the_first_byte(setup: Setup, switch: dict[str, bool]) -> None:
    with trial(setup) as one:
        job = one.new_job()
        outcome = one.go(job, before=lambda: one.peer.switch(**switch))
        assert one.bench.claims_undone(outcome), outcome
        one.peer.switch(**dict.fromkeys(switch, False))
        one.judge(job, outcome)


@each([setup for setup in TCP if setup.bench.proves])
@pytest.mark.parametrize("switch", [{"paper_out_after_lines": 2}, {"cutter_jam": True}], ids=str)
def test_stops_in_the_middle(setup: Setup, switch: dict[str, int]) -> None:
    with trial(setup) as one:
        job = one.new_job()
        outcome = one.go(job, before=lambda: one.peer.switch(**switch))
        assert not one.bench.claims_done(outcome)
        assert not one.bench.claims_undone(outcome), "the rest waits in the printer and may come out"
        one.peer.switch(paper_out=False, cutter_error=False)
        one.judge(job, outcome)
