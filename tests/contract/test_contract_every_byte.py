"""The link is cut at every single byte, in both directions: by our side, and by the peer.

At the standard size this is done for one model of each protocol on a socket; ptys and the other models are cut at
sampled bytes. At the full size (``KIOSK_TEST_SIZE=full``) it is done for all of them.
"""

import os

import pytest
from contract.benches import Setup, setups, thorough
from contract.trial import Counting, Trial, trial

from drivers.transport import transport_for
from drivers.transport.chaos import Mishaps

FULL = os.environ.get("KIOSK_TEST_SIZE") == "full"
ALL = [*dict.fromkeys((*thorough("tcp", "pty"), *setups("tcp", "pty")))]
EVERY = ALL if FULL else [setup for setup in thorough("tcp") if setup.peer != "never"]
SOME = [setup for setup in dict.fromkeys((*setups("tcp", "pty"), *thorough("pty"))) if setup not in EVERY]


pytestmark = pytest.mark.timeout(1800 if FULL else 120)


def each(some: list[Setup]) -> pytest.MarkDecorator:
    return pytest.mark.parametrize("setup", some, ids=[setup.id for setup in some])


def _traffic(one: Trial) -> Counting:
    link = Counting(transport_for(one.peer.url))
    one.go(one.new_job(), link)
    return link


def _steps(total: int, setup: Setup) -> range:
    return range(total + 1) if setup in EVERY else range(0, total + 1, max(1, total // 4))


@each(EVERY + SOME)
def test_cut_while_writing(setup: Setup) -> None:
    with trial(setup) as one:
        for at in _steps(_traffic(one).written_bytes, setup):
            job = one.new_job()
            one.judge(job, one.go(job, one.bad_wire(Mishaps(cut_write=at))), f"cut before written byte {at}")


@each(EVERY + SOME)
def test_cut_while_reading(setup: Setup) -> None:
    with trial(setup) as one:
        for at in _steps(_traffic(one).read_bytes, setup):
            job = one.new_job()
            one.judge(job, one.go(job, one.bad_wire(Mishaps(cut_read=at))), f"cut before read byte {at}")


@each(EVERY)
def test_peer_hangs_up(setup: Setup) -> None:
    with trial(setup) as one:
        for at in _steps(_traffic(one).written_bytes, setup):
            job = one.new_job()
            one.peer.switch(cut_after=at)
            outcome = one.go(job)
            one.peer.switch(cut_after=None)
            one.judge(job, outcome, f"peer hung up after {at} bytes")


@each(EVERY)
def test_one_answer_byte_lost_or_doubled(setup: Setup) -> None:
    with trial(setup) as one:
        for at in range(_traffic(one).read_bytes):
            for mishaps in (Mishaps(drop_read=at), Mishaps(double_read=at)):
                job = one.new_job()
                one.judge(job, one.go(job, one.bad_wire(mishaps)), mishaps)
