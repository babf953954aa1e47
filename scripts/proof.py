"""Runs the gates and the test groups one after the other, prints one summary, exits 0 only when all are green."""

import argparse
import os
import re
import subprocess
import sys
import time
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import NamedTuple

ROOT = Path(__file__).resolve().parent.parent
BIN = Path(sys.executable).parent


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


GATES = (
    Step("lint", (str(BIN / "ruff"), "check", ".")),
    Step("format", (str(BIN / "ruff"), "format", "--check", "-q", ".")),
    Step("types", (str(BIN / "mypy"),)),
    Step("floors", (str(BIN / "lint-imports"),)),
)
GROUPS = (
    *("unit", "browser", "contract", "faults", "property", "e2e", "screens"),
    *("kills", "crash", "world", "soak", "model", "load", "flows"),
)
"""Folders under tests/, the longest first: whoever is done takes the next."""
SIDE_BY_SIDE = 3
"""Groups at a time: most tests wait for a deadline, a device or a browser."""
COUNTING = ("model", "world", "crash", "kills")
"""Groups that do the same thing many thousand times: coverage would double their time and see nothing new."""
LOGS = ROOT / "build" / "proof"
DONE = ROOT / "build" / "full.txt"
"""Which steps of the large counts were green at which commit: a run that was ended goes on after them."""


def pytest_step(group: str) -> Step:
    """One group of tests in a process of its own."""
    measured = () if group in COUNTING else ("-m", "coverage", "run")
    return Step(f"tests/{group}", (str(BIN / "python"), *measured, "-m", "pytest", "-q", f"tests/{group}"))


def full_steps(groups: list[str]) -> list[Step]:
    """Each file of tests in a process of its own; those with large counts print their seeds and how far they are."""
    files = [path for group in groups for path in sorted((ROOT / "tests" / group).rglob("test_*.py"))]
    names = [str(path.relative_to(ROOT)) for path in files]
    return [Step(name, (str(BIN / "python"), "-m", "pytest", "-q", "-s", name)) for name in names]


def run(step: Step, env: dict[str, str]) -> Result:
    """Run a step. Its output grows in a file and is shown when it has ended: whole when it is red, else seeds and end.
    The counts are read from pytest's last line."""
    log = LOGS / f"{step.name.replace('/', '-')}.txt"
    log.parent.mkdir(parents=True, exist_ok=True)
    print(f"... {step.name} (writes {log.relative_to(ROOT)})", flush=True)
    began = time.monotonic()
    with log.open("w", encoding="utf-8") as out:
        child = subprocess.Popen(step.command, cwd=ROOT, env=env, stdout=out, stderr=subprocess.STDOUT)
        _, status, used = os.wait4(child.pid, 0)
    child.returncode = os.waitstatus_to_exitcode(status)
    told = log.read_text("utf-8", errors="replace")
    lines = [line for line in told.splitlines() if line.strip()]
    counts = counts_of(lines[-1] if lines else "")
    skips = tuple(line.removeprefix("SKIPPED ") for line in lines if line.startswith("SKIPPED "))
    took, processor = time.monotonic() - began, used.ru_utime + used.ru_stime
    result = Result(step, child.returncode == 0, took, processor, counts, skips)
    seeds = [line for line in lines[:-3] if "seed" in line]
    shown = told if not result.ok else "\n".join((*seeds[:60], *lines[-3:])) + "\n"
    print(
        f"\n=== {step.name}: {'ok' if result.ok else 'FAILED'} after {took:.0f} s, processor {processor:.0f} s\n{shown}",
        flush=True,
    )
    return result


def run_groups(groups: list[str], env: dict[str, str]) -> list[Result]:
    """The standard size."""
    with ThreadPoolExecutor(SIDE_BY_SIDE) as pool:
        return list(pool.map(lambda group: run(pytest_step(group), env), groups))


def run_full(groups: list[str], env: dict[str, str]) -> list[Result]:
    """The large counts, two files at a time; what was green at this very commit is not done again."""
    commit = _commit()
    done = set(DONE.read_text("utf-8").splitlines() if DONE.exists() else ())
    steps = [step for step in full_steps(groups) if f"{commit} {step.name}" not in done]
    for name in sorted(line.split(" ", 1)[1] for line in done if commit and line.startswith(commit)):
        print(f"already green at this commit: {name}")

    def one(step: Step) -> Result:
        result = run(step, env)
        if result.ok and commit:
            with DONE.open("a", encoding="utf-8") as book:
                book.write(f"{commit} {step.name}\n")
        return result

    with ThreadPoolExecutor(2) as pool:
        return list(pool.map(one, steps))


def _commit() -> str:
    """The checked-out commit; "" when files differ from it or nobody knows."""
    words = ("git", "status", "--porcelain"), ("git", "rev-parse", "HEAD")
    told = [subprocess.run(each, cwd=ROOT, capture_output=True, text=True, check=False) for each in words]
    clean = all(each.returncode == 0 for each in told) and not told[0].stdout
    return told[1].stdout.strip() if clean else ""


def counts_of(line: str) -> dict[str, int]:
    """ "3 failed, 20 passed, 1 skipped in 4s" as numbers."""
    return {word: int(n) for n, word in re.findall(r"(\d+) (passed|failed|skipped|error)", line)}


def main() -> int:
    """Parse, run, sum up."""
    parser = argparse.ArgumentParser(prog="scripts/test", description="Proves the product.")
    parser.add_argument("--full", nargs="?", const="all", metavar="GROUP", help="large counts, for one group or all")
    parser.add_argument("--only", metavar="GROUP", help="one group at the standard size")
    options = parser.parse_args()
    env = os.environ | {"KIOSK_TEST_SIZE": "full" if options.full else "standard", "PYTHONWARNINGS": "default"}
    only = options.only or (options.full if options.full not in (None, "all") else None)
    groups = [g for g in GROUPS if (ROOT / "tests" / g).is_dir() and (only is None or g == only)]
    if only and not groups:
        parser.error(f"no group {only}; there are: {', '.join(GROUPS)}")
    for old in ROOT.glob(".coverage.*"):
        old.unlink()
    began = time.monotonic()
    results = [run(step, env) for step in (() if only else GATES)]
    if options.full:
        results += run_full(groups, env)
    else:
        results += run_groups(groups, env)
    return summary(results, time.monotonic() - began)


def summary(results: list[Result], seconds: float) -> int:
    """The last words: each step, coverage, and one line that counts."""
    subprocess.run([BIN / "coverage", "combine", "-q"], cwd=ROOT, check=False, capture_output=True)
    report = subprocess.run(
        [BIN / "coverage", "report", "--format=total"], cwd=ROOT, check=False, capture_output=True, text=True
    )
    print("\n=== summary")
    width = max((len(result.step.name) for result in results), default=0) + 2
    for result in results:
        counts = ", ".join(f"{n} {word}" for word, n in result.counts.items())
        times = f"{result.seconds:6.1f} s, processor {result.processor:6.1f} s"
        print(f"{'ok  ' if result.ok else 'FAIL'} {result.step.name:{width}} {times}  {counts}")
    for skip in (skip for result in results for skip in result.skips):
        print(f"skipped {skip}")
    if report.stdout.strip().isdigit():
        print(f"coverage of all code with branches: {report.stdout.strip()} %")
    passed, failed, skipped = (sum(r.counts.get(w, 0) for r in results) for w in ("passed", "failed", "skipped"))
    failed += sum(not r.ok and not r.counts.get("failed") for r in results)
    processor = sum(result.processor for result in results)
    print(f"took {seconds / 60:.1f} minutes, {processor / 60:.1f} minutes of processor time")
    print(f"{passed} passed, {failed} failed, {skipped} skipped")
    return 0 if all(result.ok for result in results) else 1


if __name__ == "__main__":
    sys.exit(main())
