"""Runs the gates and the test groups, prints one summary, exits 0 only when all are green."""

import argparse
import os
import subprocess
import sys
import time
from collections.abc import Sequence

from proving.book import Book, line_of
from proving.groups import GATES, GROUPS, full_steps, run_all, standard_steps, steps_of_files
from proving.load import beside_load
from proving.reach import changed_files, reached
from proving.steps import BIN, ROOT, Result, commit, run

FULL_LANES = 2
FULL_BOOK = Book(ROOT / "build" / "full.jsonl")
SLOWEST = 10


def main() -> int:
    """Parse, run, sum up."""
    parser = argparse.ArgumentParser(prog="scripts/test", description="Proves the product.")
    how = parser.add_mutually_exclusive_group()
    how.add_argument("--full", nargs="?", const="all", metavar="GROUP", help="large counts, for one group or all")
    how.add_argument("--only", metavar="GROUP", help="one group at the standard size, without the gates")
    how.add_argument("--changed", action="store_true", help="the files of tests that the change against main can reach")
    how.add_argument(
        "--beside-load", nargs="?", const="all", metavar="GROUP", help="beside four endless loops, one group or all"
    )
    parser.add_argument("--coverage", action="store_true", help="measure which code the tests run; takes much longer")
    options = parser.parse_args()
    env = environment("full" if options.full else "standard")
    only = next((name for name in (options.only, options.full, options.beside_load) if name not in (None, "all")), None)
    groups = [g for g in GROUPS if (ROOT / "tests" / g).is_dir() and only in (None, g)]
    if not groups:
        parser.error(f"no group {only}; there are: {', '.join(GROUPS)}")
    began = time.monotonic()
    for old in ROOT.glob(".coverage*"):
        old.unlink()
    results = [run(step, env) for step in (() if only or options.beside_load else GATES)]
    if options.full:
        results += run_full(groups, env)
    elif options.beside_load:
        results += beside_load(groups, env)
    elif options.changed:
        results += run_changed(env, coverage=options.coverage)
    else:
        results += run_all(standard_steps(groups, coverage=options.coverage), env)
    return summary(results, time.monotonic() - began, coverage=options.coverage)


def environment(size: str) -> dict[str, str]:
    """What the steps run in. A run starts some hundred Python processes: each module is compiled once for all of them,
    in a folder of its own, also where the caller's environment says that nothing is to be written."""
    ours = {
        "KIOSK_TEST_SIZE": size,
        "PYTHONWARNINGS": "default",
        "PYTHONPYCACHEPREFIX": str(ROOT / "build" / "pycache"),
    }
    return {name: value for name, value in os.environ.items() if name != "PYTHONDONTWRITEBYTECODE"} | ours


def run_full(groups: Sequence[str], env: dict[str, str]) -> list[Result]:
    """The large counts, two files at a time; what was green at this very commit is not done again."""
    at = commit()
    done = {line.step for line in FULL_BOOK.lines(at) if line.ok}
    for name in sorted(done):
        print(f"already green at this commit: {name}")

    def note(result: Result) -> None:
        FULL_BOOK.note(line_of(at, result))

    left = [step for step in full_steps(groups) if step.name not in done]
    return run_all(left, env, FULL_LANES, note)


def run_changed(env: dict[str, str], *, coverage: bool) -> list[Result]:
    """What the change can reach, or everything where that is not known."""
    changed = changed_files(ROOT)
    files = reached(ROOT, changed)
    print(f"{len(changed)} files differ: {', '.join(changed[:12])}{' ...' if len(changed) > 12 else ''}")
    if files is None:
        print("one of them may reach everything")
        return run_all(standard_steps(GROUPS, coverage=coverage), env)
    for group, some in files.items():
        print(f"tests/{group}: {len(some)} files")
    order = [group for group in GROUPS if group in files]
    return run_all(steps_of_files({group: files[group] for group in order}, coverage=coverage), env)


def summary(results: Sequence[Result], seconds: float, *, coverage: bool) -> int:
    """The last words: each step, what did not run, the slowest tests, and one line that counts."""
    print("\n=== summary")
    width = max((len(result.step.name) for result in results), default=0) + 2
    for result in results:
        counts = ", ".join(f"{n} {word}" for word, n in result.counts.items())
        times = f"{result.seconds:6.1f} s, processor {result.processor:6.1f} s"
        print(f"{'ok  ' if result.ok else 'FAIL'} {result.step.name:{width}} {times}  {counts}")
    for skip in (skip for result in results for skip in result.skips):
        print(f"skipped {skip}")
    for took, name in sorted((each for result in results for each in result.slow), reverse=True)[:SLOWEST]:
        print(f"slow {took:6.1f} s  {name}")
    if coverage:
        print(f"coverage of all code with branches: {_covered()} %")
    passed, failed, skipped = (sum(r.counts.get(w, 0) for r in results) for w in ("passed", "failed", "skipped"))
    failed += sum(not r.ok and not r.counts.get("failed") for r in results)
    processor = sum(result.processor for result in results)
    print(f"took {seconds / 60:.1f} minutes, {processor / 60:.1f} minutes of processor time")
    print(f"{passed} passed, {failed} failed, {skipped} skipped")
    return 0 if all(result.ok for result in results) else 1


def _covered() -> str:
    words = ("combine", "-q"), ("report", "--format=total")
    told = [
        subprocess.run([BIN / "coverage", *each], cwd=ROOT, check=False, capture_output=True, text=True)
        for each in words
    ]
    return told[-1].stdout.strip() or "?"


if __name__ == "__main__":
    sys.exit(main())
