"""``scripts/test --beside-load``: the tests on two cores that four endless loops want as well.

A test may be slow there, never red. The groups that meet real time run three times, the others once. A run that was
ended and is called again on the same commit goes on after the steps that were green; what was red stays on record.
"""

import os
import subprocess
import sys
from collections.abc import Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from datetime import UTC, datetime

from proving.book import Book, Line, line_of
from proving.groups import GROUPS, standard_steps
from proving.steps import ROOT, Result, Step, commit, run

LOOPS, CORES, TURNS, LANES = 4, 2, 3, 4
REAL_TIME = ("contract", "e2e", "faults", "browser", "kills")
"""Groups that meet deadlines of real devices, processes and browsers."""
BOOK = Book(ROOT / "build" / "beside-load.jsonl")
LOOP = """
import os
parent = os.getppid()
while os.getppid() == parent:
    for _ in range(10**6):
        pass
"""
"""Endless as long as we live: nobody is left with a loop whose starter was killed."""


def beside_load(groups: Sequence[str], env: dict[str, str]) -> list[Result]:
    """Run what is not yet green at this commit, and print what all of it came to."""
    at = commit()
    if not at:
        print("files differ from the commit: what is green now is not remembered")
    wanted = turns(groups)
    green = {(line.step, line.turn) for line in BOOK.lines(at) if line.ok}
    for step, turn in wanted:
        if (step.name, turn) in green:
            print(f"already green at this commit: {step.name}, run {turn}")
    left = [(step, turn) for step, turn in wanted if (step.name, turn) not in green]
    lines: list[Line] = []

    def one(work: tuple[Step, int]) -> Result:
        step, turn = work
        result = run(step._replace(name=f"{step.name}, run {turn}"), env)
        line = line_of(at, result._replace(step=step), turn)
        lines.append(line)
        BOOK.note(line)
        return result

    with endless_loops(), ThreadPoolExecutor(LANES) as pool:
        results = list(pool.map(one, left))
    print("\n" + report(at, BOOK.lines(at) if at else lines), flush=True)
    return results


def turns(groups: Sequence[str]) -> list[tuple[Step, int]]:
    """Every step with its runs, the ones that meet real time first."""
    real = [group for group in GROUPS if group in groups and group in REAL_TIME]
    other = [group for group in GROUPS if group in groups and group not in REAL_TIME]
    thrice = [(step, turn) for turn in range(1, TURNS + 1) for step in standard_steps(real)]
    return thrice + [(step, 1) for step in standard_steps(other)]


@contextmanager
def endless_loops() -> Iterator[None]:
    """Keep us and the loops on the first two cores, and the loops running."""
    before = os.sched_getaffinity(0)
    os.sched_setaffinity(0, sorted(before)[:CORES])
    loops = [subprocess.Popen([sys.executable, "-c", LOOP]) for _ in range(LOOPS)]
    try:
        yield
    finally:
        for loop in loops:
            loop.kill()
            loop.wait()
        os.sched_setaffinity(0, before)


def report(at: str, lines: Sequence[Line]) -> str:
    """A table for docs/proof.md."""
    rows = [
        f"{datetime.now(UTC):%Y-%m-%d}, commit {at[:7] or 'none'}, beside {LOOPS} endless loops on {CORES} cores:",
        "",
    ]
    rows += ["| Group | Green | Tests | Slowest run | Processor time of a run |", "| --- | ---: | ---: | ---: | ---: |"]
    for name in dict.fromkeys(line.step for line in lines):
        mine = [line for line in lines if line.step == name]
        green, tests = sum(line.ok for line in mine), max(line.counts.get("passed", 0) for line in mine)
        longest, most = max(line.seconds for line in mine), max(line.processor for line in mine)
        rows.append(f"| {name} | {green} of {len(mine)} | {tests} | {longest / 60:.1f} min | {most:.0f} s |")
    return "\n".join(rows)
