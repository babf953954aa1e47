"""One driver against one peer, and the law of outcomes judged on what the peer really has."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

import msgspec
from contract.benches import Setup

from drivers.port import Driver, DriverFault
from drivers.sim.peer import Peer
from drivers.transport import Transport, transport_for
from drivers.transport.chaos import ChaosTransport, Mishaps


class Counting:
    """Counts the bytes of a link in both directions."""

    def __init__(self, inner: Transport) -> None:
        self.inner, self.read_bytes, self.written_bytes = inner, 0, 0

    def open(self) -> None:
        self.inner.open()

    def read(self, max_bytes: int, timeout_s: float) -> bytes:
        data = self.inner.read(max_bytes, timeout_s)
        self.read_bytes += len(data)
        return data

    def write(self, data: bytes, timeout_s: float) -> None:
        self.inner.write(data, timeout_s)
        self.written_bytes += len(data)

    def close(self) -> None:
        self.inner.close()


class Trial:
    """A running peer and drivers for it."""

    def __init__(self, setup: Setup, peer: Peer) -> None:
        self.setup, self.bench, self.peer, self.count = setup, setup.bench, peer, 0
        self.in_doubt = False

    def driver(self, link: Transport | None = None) -> Driver[Any, Any]:
        settings = msgspec.convert(self.setup.settings, self.setup.spec.settings)
        return self.setup.spec.build(link or transport_for(self.peer.url), settings, time.monotonic)

    def bad_wire(self, mishaps: Mishaps) -> Transport:
        return ChaosTransport(transport_for(self.peer.url), mishaps, time.sleep)

    def new_job(self) -> str:
        self.count += 1
        return f"X {self.count:03d}"

    def go(self, job: str, link: Transport | None = None, before: Callable[[], None] | None = None) -> Any:
        """open, poll, execute, poll, close. The outcome; a DriverFault before the command counts as refused."""
        driver = self.driver(link)
        outcome: Any = None
        try:
            driver.open()
            driver.poll()
            if before is not None:
                before()
            outcome = driver.execute(self.bench.command(job, self.in_doubt), lambda _: None, lambda _: None)
            assert isinstance(outcome, self.bench.outcomes), outcome
            if not self.bench.claims_undone(outcome):
                self.in_doubt = not self.bench.claims_done(outcome)
            driver.poll()
        except DriverFault as fault:
            return self.setup.spec.refuse(fault.problem) if outcome is None else outcome
        finally:
            driver.close()
            driver.close()
        return outcome

    def judge(self, job: str, outcome: Any, note: object = "") -> None:
        """The law. A second, undisturbed command is the barrier: when it is done, all before it is too."""
        assert any(self._works_again() for _ in range(6)), f"{note}: after the mishap the device does not work again"
        times = self.bench.times_done(self.peer, job)
        assert times <= 1, f"{note}: done {times} times"
        assert not (self.bench.claims_done(outcome) and times == 0), (
            f"{note}: {outcome}, but the peer has nothing whole"
        )
        assert not (self.bench.claims_undone(outcome) and times), f"{note}: {outcome}, but the peer has it"
        assert not self.bench.mixed(self.peer), f"{note}: two commands in one result: {self.bench.mixed(self.peer)}"

    def _works_again(self) -> bool:
        """On a loaded machine an answer may come after the short patience of these tests: then it is tried again."""
        last = self.new_job()
        self.go(last)
        return self.peer.wait_for(lambda: self.bench.times_done(self.peer, last) == 1, 3)


@contextmanager
def trial(setup: Setup) -> Iterator[Trial]:
    peer = setup.bench.peers(setup.spec.model)[setup.peer](setup.line)
    peer.start()
    try:
        yield Trial(setup, peer)
    finally:
        peer.stop()
