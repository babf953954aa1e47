"""Follows a section of docs/adding.md: makes its changes in a copy of the program."""

import re
import shutil
from pathlib import Path
from typing import NamedTuple

ROOT = Path(__file__).resolve().parents[3]
_STEP = re.compile(
    r"^(?:New file `(?P<new>[^`]+)`|In `(?P<old>[^`]+)`, (?P<where>above|below) `(?P<anchor>[^`]+)`):\n\n"
    r"```\w*\n(?P<text>.*?)^```$",
    re.MULTILINE | re.DOTALL,
)


class Step(NamedTuple):
    """A change: ``text`` becomes the file, or goes above or below the line that begins with ``anchor``."""

    path: str
    where: str
    anchor: str
    text: str


def steps_of(title: str) -> list[Step]:
    """What the section with this title tells the reader to do, in order."""
    page = (ROOT / "docs" / "adding.md").read_text("utf-8")
    (section,) = re.findall(rf"^## {re.escape(title)}\n(.*?)(?=^## |\Z)", page, re.MULTILINE | re.DOTALL)
    return [
        Step(found["new"] or found["old"], found["where"] or "", found["anchor"] or "", found["text"])
        for found in _STEP.finditer(section)
    ]


def follow(steps: list[Step], into: Path, *packages: str) -> None:
    """Copy these packages and change the copy."""
    for package in packages:
        shutil.copytree(ROOT / package, into / package, ignore=shutil.ignore_patterns("__pycache__", "fonts", "locale"))
    for step in steps:
        path = into / step.path
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(_changed(path.read_text("utf-8"), step) if step.where else step.text, "utf-8")


def _changed(before: str, step: Step) -> str:
    lines = before.splitlines(keepends=True)
    (at,) = [number for number, line in enumerate(lines) if line.lstrip().startswith(step.anchor)]
    at += step.where == "below"
    return "".join([*lines[:at], step.text, *lines[at:]])
