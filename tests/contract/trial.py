"""One driver against one peer, and the law of outcomes judged on what the peer really has."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

import msgspec

from drivers.host.port import Driver, DriverFault
from drivers.sim.peer import Peer
from drivers.transport import Transport, transport_for
from drivers.transport.chaos import ChaosTransport, Mishaps
from tests.contract.benches import Setup
from tests.contract.held import HeldClock, HeldLink
from tests.contract.kinds.payment_terminal import PayingPeer
from tests.contract.till_peer import Journal, TillPeer
from tests.device_jobs import RecordedJob


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
    """A running peer and drivers for it, on a clock that only silence moves."""

    def __init__(self, setup: Setup, peer: Peer, journal: Journal) -> None:
        self.setup, self.bench, self.peer, self.count = setup, setup.bench, peer, 0
        self.journal = journal
        self.in_doubt = False
        self.clock = peer.virtual if isinstance(peer, PayingPeer) else HeldClock()

    def link(self) -> Transport:
        return HeldLink(transport_for(self.peer.url), self.peer, self.clock)

    def driver(self, link: Transport | None = None) -> Driver[Any, Any]:
        return self._built(link or self.link(), self.clock.now)

    def real_time_driver(self, url: str = "") -> Driver[Any, Any]:
        """On the machine's own clock, to this peer or another."""
        return self._built(transport_for(url or self.peer.url), time.monotonic)

    def _built(self, link: Transport, now: Callable[[], float]) -> Driver[Any, Any]:
        chosen = {**self.bench.settings, **self.bench.on_line.get(self.setup.line, {})}
        settings = msgspec.convert(chosen, self.setup.spec.settings)
        return self.setup.spec.build(link, settings, now)

    def job(self, job_id: str = "") -> RecordedJob:
        """What the driver gets with a call; its facts are durable at once."""
        return RecordedJob(job_id, keep=self._keep)

    def _keep(self, fact: Any) -> None:
        assert type(fact) in self.setup.spec.facts, f"{type(fact).__name__} is missing in the facts of the row"
        self.journal.keep(fact)

    def bad_wire(self, mishaps: Mishaps) -> Transport:
        return ChaosTransport(self.link(), mishaps, self.clock.wait)

    def new_job(self) -> str:
        self.count += 1
        return f"X {self.count:03d}"

    def go(
        self,
        job_id: str,
        link: Transport | None = None,
        before: Callable[[], None] | None = None,
        job: RecordedJob | None = None,
    ) -> Any:
        """open, poll, execute, poll, close. The outcome; a DriverFault before the command counts as refused."""
        driver = self.driver(link)
        outcome: Any = None
        try:
            driver.open()
            driver.poll(self.job())
            if before is not None:
                before()
            outcome = driver.execute(self.bench.command(job_id, self.in_doubt), job or self.job(job_id))
            assert isinstance(outcome, self.bench.outcomes), outcome
            if not self.bench.claims_undone(outcome):
                self.in_doubt = not self.bench.claims_done(outcome)
            driver.poll(self.job())
        except DriverFault as fault:
            return self.setup.spec.refuse(fault.problem) if outcome is None else outcome
        finally:
            driver.close()
            driver.close()
        return outcome

    def judge(self, job: str, outcome: Any, note: object = "") -> None:
        """The law. A second, undisturbed command is the barrier: when it is done, all before it is too."""
        works = any(self._works_again() for _ in range(self.bench.tries))
        assert works, f"{note}: after the mishap the device does not work again"
        times = self.bench.times_done(self.peer, job)
        assert times <= 1, f"{note}: done {times} times"
        assert not (self.bench.claims_done(outcome) and times == 0), (
            f"{note}: {outcome}, but the peer has nothing whole"
        )
        assert not (self.bench.claims_undone(outcome) and times), f"{note}: {outcome}, but the peer has it"
        assert not self.bench.mixed(self.peer), f"{note}: two commands in one result: {self.bench.mixed(self.peer)}"

    def _works_again(self) -> bool:
        last = self.new_job()
        self.go(last)
        self.peer.rest()
        self.clock.wait(self.bench.pause_s)
        return self.bench.times_done(self.peer, last) == 1


@contextmanager
def trial(setup: Setup) -> Iterator[Trial]:
    peer = setup.bench.peers(setup.spec)[setup.peer](setup.line)
    journal = Journal()
    if isinstance(peer, TillPeer):
        peer.till.journal = journal
    peer.start()
    try:
        yield Trial(setup, peer, journal)
    finally:
        peer.stop()
