"""docs/adding.md, "A page" and "A flow", followed to the letter."""

import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from tests.unit.docs.worked_example import ROOT, Step, follow, steps_of

LOST = "tests/flows/test_answers_that_never_come.py"
"""The table of lost answers, for all flows."""


def is_text(step: Step) -> bool:
    return step.path.endswith(".po")


def followed(title: str, into: Path) -> list[Step]:
    """The program with this section's changes, texts compiled."""
    steps = steps_of(title)
    follow([step for step in steps if not is_text(step)], into, "kiosk", "tests/flows")
    shutil.copy(ROOT / "tests" / "__init__.py", into / "tests")
    shutil.copy(ROOT / "pyproject.toml", into)
    shutil.copytree(ROOT / "kiosk" / "i18n" / "locale", into / "kiosk" / "i18n" / "locale")
    follow([step for step in steps if is_text(step)], into)
    (into / "scripts").mkdir()
    shutil.copy(ROOT / "scripts" / "compile_texts.py", into / "scripts")
    assert run(into, "scripts/compile_texts.py").returncode == 0
    return steps


def run(into: Path, *words: str) -> subprocess.CompletedProcess[str]:
    """A Python program in the copy; what the copy does not have comes from here."""
    path = os.pathsep.join(str(each) for each in (into, ROOT))
    return subprocess.run(
        [sys.executable, "-W", "error", *words],
        cwd=into,
        env={"PYTHONPATH": path, "PYTHONDONTWRITEBYTECODE": "1"},
        capture_output=True,
        text=True,
        timeout=600,
    )


@pytest.mark.parametrize(
    ("title", "proof", "own", "outside"),
    [("A page", "test_imprint.py", "kiosk/flows/browse/", 0), ("A flow", "test_fee.py", "kiosk/flows/fee/", 3)],
)
def test_adding_a_page_or_a_flow_as_the_page_says(
    title: str, proof: str, own: str, outside: int, tmp_path: Path
) -> None:
    steps = followed(title, tmp_path)
    (test,) = [step.path for step in steps if step.path.endswith(proof)]
    ended = run(tmp_path, "-m", "pytest", "-q", "-p", "no:cacheprovider", test, LOST)
    assert ended.returncode == 0, ended.stdout
    touched = {step.path for step in steps if not is_text(step) and not step.path.startswith(own)} - {test}
    assert len(touched) <= outside, touched
