"""One command of the proof, run as a process of its own, with its times and counts."""

import os
import re
import subprocess
import sys
import time
from pathlib import Path
from typing import NamedTuple

ROOT = Path(__file__).resolve().parent.parent.parent
BIN = Path(sys.executable).parent
LOGS = ROOT / "build" / "proof"


class Step(NamedTuple):
    """One command of the proof."""

    name: str
    command: tuple[str, ...]


class Result(NamedTuple):
    """How a step ended."""

    step: Step
    ok: bool
    seconds: float
    """By the clock."""
    processor: float
    """Processor time in seconds, user and system, of the step and of every process below it that was waited for."""
    counts: dict[str, int]
    skips: tuple[str, ...]
    """pytest's line for each test that did not run here, with its reason."""
    slow: tuple[tuple[float, str], ...]
    """Seconds and names of the slowest tests, as pytest lists them."""


def run(step: Step, env: dict[str, str]) -> Result:
    """Run a step. Its output grows in a file and is shown when it has ended: whole when it is red, else seeds and end.
    The counts are read from pytest's last line."""
    log = LOGS / f"{re.sub('[^a-z0-9_.]+', '-', step.name)}.txt"
    log.parent.mkdir(parents=True, exist_ok=True)
    print(f"... {step.name} (writes {log.relative_to(ROOT)})", flush=True)
    began = time.monotonic()
    with log.open("w", encoding="utf-8") as out:
        child = subprocess.Popen(step.command, cwd=ROOT, env=env, stdout=out, stderr=subprocess.STDOUT)
        _, status, used = os.wait4(child.pid, 0)
    child.returncode = os.waitstatus_to_exitcode(status)
    told = log.read_text("utf-8", errors="replace")
    took, processor = time.monotonic() - began, used.ru_utime + used.ru_stime
    result = result_of(step, child.returncode == 0, took, processor, told)
    _show(result, told)
    return result


def result_of(step: Step, ok: bool, seconds: float, processor: float, told: str) -> Result:
    """What a step's output says of it."""
    lines = [line for line in told.splitlines() if line.strip()]
    skips = tuple(line.removeprefix("SKIPPED ") for line in lines if line.startswith("SKIPPED "))
    slow = tuple((float(s), name) for s, name in re.findall(r"^([\d.]+)s (?:call|setup) +(\S.*)$", told, re.MULTILINE))
    return Result(step, ok, seconds, processor, counts_of(lines[-1] if lines else ""), skips, slow)


def counts_of(line: str) -> dict[str, int]:
    """ "3 failed, 20 passed, 1 skipped in 4s" as numbers."""
    return {word: int(n) for n, word in re.findall(r"(\d+) (passed|failed|skipped|error)", line)}


def commit() -> str:
    """The checked-out commit; "" when files differ from it or nobody knows."""
    words = ("git", "status", "--porcelain"), ("git", "rev-parse", "HEAD")
    told = [subprocess.run(each, cwd=ROOT, capture_output=True, text=True, check=False) for each in words]
    clean = all(each.returncode == 0 for each in told) and not told[0].stdout
    return told[1].stdout.strip() if clean else ""


def _show(result: Result, told: str) -> None:
    lines = [line for line in told.splitlines() if line.strip()]
    seeds = [line for line in lines[:-3] if "seed" in line]
    shown = told if not result.ok else "\n".join((*seeds[:60], *lines[-3:])) + "\n"
    times = f"after {result.seconds:.0f} s, processor {result.processor:.0f} s"
    print(f"\n=== {result.step.name}: {'ok' if result.ok else 'FAILED'} {times}\n{shown}", flush=True)
