"""The link is cut at every single byte, in both directions: by our side, and by the peer.

At the standard size this is done for one model of each protocol on a socket, save within a slip's picture; ptys, the
other models and the till that only tests know are cut at sampled bytes. At the full size (``KIOSK_TEST_SIZE=full``) it
is done for all of them.
"""

import os
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor

import pytest

from drivers.transport.chaos import Mishaps
from tests.contract.benches import Setup, setups, thorough
from tests.contract.trial import Counting, Trial, trial

FULL = os.environ.get("KIOSK_TEST_SIZE") == "full"
ALL = [*dict.fromkeys((*thorough("tcp", "pty"), *setups("tcp", "pty")))]
EVERY = ALL if FULL else [setup for setup in thorough("tcp") if setup.peer not in ("never", "by_dialogue")]
SOME = [setup for setup in dict.fromkeys((*setups("tcp", "pty"), *thorough("pty"))) if setup not in EVERY]


SIDE_BY_SIDE = 2
"""Benches of one setup at work at once: driver and peer wait for each other, for nothing else."""
OF_A_BENCH = 10
ENDS, APART = 500, 16
"""Bytes at either end of a long job that are cut one by one at the standard size, and how far apart the others are:
6 KB of a slip are the dots of its number, all in one command."""


def each(some: list[Setup]) -> pytest.MarkDecorator:
    return pytest.mark.parametrize("setup", some, ids=[setup.id for setup in some])


def _traffic(setup: Setup) -> Counting:
    with trial(setup) as one:
        link = Counting(one.link())
        one.go(one.new_job(), link)
        return link


def _steps(total: int, setup: Setup) -> Sequence[int]:
    if setup not in EVERY:
        return range(0, total + 1, max(1, total // 4))
    if FULL or total <= 2 * ENDS:
        return range(total + 1)
    return [*range(ENDS), *range(ENDS, total - ENDS, APART), *range(total - ENDS, total + 1)]


def _at_each(setup: Setup, steps: Sequence[int], cut: Callable[[Trial, int], None]) -> None:
    """Every step once, on several benches side by side. A peer keeps every slip it drew, so none lives for long."""
    shares = min(len(steps), max(SIDE_BY_SIDE, len(steps) // OF_A_BENCH))

    def share(first: int) -> None:
        with trial(setup) as one:
            for at in steps[first::shares]:
                cut(one, at)

    with ThreadPoolExecutor(SIDE_BY_SIDE) as pool:
        list(pool.map(share, range(shares)))


@each(EVERY + SOME)
def test_cut_while_writing(setup: Setup) -> None:
    def cut(one: Trial, at: int) -> None:
        job = one.new_job()
        one.judge(job, one.go(job, one.bad_wire(Mishaps(cut_write=at))), f"cut before written byte {at}")

    _at_each(setup, _steps(_traffic(setup).written_bytes, setup), cut)


@each(EVERY + SOME)
def test_cut_while_reading(setup: Setup) -> None:
    def cut(one: Trial, at: int) -> None:
        job = one.new_job()
        one.judge(job, one.go(job, one.bad_wire(Mishaps(cut_read=at))), f"cut before read byte {at}")

    _at_each(setup, _steps(_traffic(setup).read_bytes, setup), cut)


@each(EVERY)
def test_peer_hangs_up(setup: Setup) -> None:
    def cut(one: Trial, at: int) -> None:
        job = one.new_job()
        one.peer.switch(cut_after=at)
        outcome = one.go(job)
        one.peer.switch(cut_after=None)
        one.judge(job, outcome, f"peer hung up after {at} bytes")

    _at_each(setup, _steps(_traffic(setup).written_bytes, setup), cut)


@each(EVERY)
def test_one_answer_byte_lost_or_doubled(setup: Setup) -> None:
    def lose_and_double(one: Trial, at: int) -> None:
        for mishaps in (Mishaps(drop_read=at), Mishaps(double_read=at)):
            job = one.new_job()
            one.judge(job, one.go(job, one.bad_wire(mishaps)), mishaps)

    _at_each(setup, range(_traffic(setup).read_bytes), lose_and_double)
