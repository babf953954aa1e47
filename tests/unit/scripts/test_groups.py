"""The steps of a standard run: every file of tests is in one of them, and in one only."""

from collections import Counter

from proving.groups import APART, GROUPS, standard_steps
from proving.steps import ROOT


def test_every_file_of_tests_is_run_once() -> None:
    run = Counter[str]()
    for step in standard_steps(GROUPS):
        for path in (ROOT / word for word in step.command if word.startswith("tests/")):
            files = [path] if path.is_file() else path.rglob("test_*.py")
            run.update(str(file.relative_to(ROOT)) for file in files)
    there = {str(file.relative_to(ROOT)) for file in (ROOT / "tests").rglob("test_*.py")}
    assert set(run) == there
    assert {file for file, times in run.items() if times > 1} == set()


def test_every_step_has_a_name_of_its_own() -> None:
    names = [step.name for step in standard_steps(GROUPS)]
    assert len(names) == len(set(names)), "a step's log is kept under its name"


def test_what_is_apart_is_there() -> None:
    assert all((ROOT / "tests" / group / name).exists() for group, apart in APART.items() for name in apart)
