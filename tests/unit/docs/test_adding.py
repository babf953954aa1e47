"""docs/adding.md is followed to the letter."""

import shutil
import subprocess
import sys
from pathlib import Path

from tests.unit.docs.worked_example import ROOT, follow, steps_of

_RUN = """
import pathlib, runpy, sys
for name, each in runpy.run_path(sys.argv[1]).items():
    if name.startswith("test_"):
        folder = pathlib.Path(sys.argv[2], name)
        folder.mkdir()
        each(folder)
        print(name)
"""


def test_adding_a_store_participant_as_the_page_says(tmp_path: Path) -> None:
    steps = steps_of("A store participant")
    follow(steps, tmp_path, "kiosk", "offline_cache")
    (proof,) = [step.path for step in steps if step.path.startswith("tests/")]
    ended = subprocess.run(
        [sys.executable, "-W", "error", "-c", _RUN, proof, str(tmp_path)],
        cwd=tmp_path,
        env={"PYTHONPATH": str(tmp_path), "PYTHONDONTWRITEBYTECODE": "1"},
        capture_output=True,
        text=True,
        timeout=600,
    )
    assert ended.returncode == 0, ended.stderr
    assert "test_a_rating_outlives_the_program" in ended.stdout
    touched = {step.path for step in steps} - {"offline_cache/store/ratings.py", proof}
    assert len(touched) <= 4, touched


def test_adding_a_device_as_the_page_says(tmp_path: Path) -> None:
    steps = steps_of("A device")
    follow([step for step in steps if not step.path.endswith(".po")], tmp_path, "kiosk", "drivers", "tests/contract")
    for each in ("pyproject.toml", "tests/__init__.py", "tests/device_jobs.py"):
        shutil.copy(ROOT / each, tmp_path / each)
    proof = "tests/unit/drivers/test_document_box.py"
    only = "box_12 or document_box or every_row"
    suites = ("tests/contract/test_contract_lifecycle.py", "tests/contract/test_contract_every_byte.py")
    ended = subprocess.run(
        [sys.executable, "-m", "pytest", "-q", "-p", "no:cacheprovider", "-k", only, *suites, proof],
        cwd=tmp_path,
        env={"PYTHONPATH": str(tmp_path), "PYTHONDONTWRITEBYTECODE": "1"},
        capture_output=True,
        text=True,
        timeout=600,
    )
    assert ended.returncode == 0, ended.stdout
    own = ("drivers/document_box/", "drivers/sim/document_box/", "kiosk/main/document_boxes.py")
    cases = ("tests/contract/kinds/document_box.py", proof)
    touched = {step.path for step in steps if not step.path.endswith(".po") and not step.path.startswith(own + cases)}
    assert len(touched) <= 4, touched
