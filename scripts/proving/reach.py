"""``scripts/test --changed``: the files of tests that a change can reach.

A changed Python file reaches the tests that import it, also through others. Any other file counts as the files around
it: data of a package as its modules, data of tests as the tests beside it, a document as the tests that name it. A file
of which this says nothing (``pyproject.toml``, the set-up) reaches everything.
"""

import subprocess
import tomllib
from collections.abc import Iterable, Sequence
from pathlib import Path

from proving.imports import Imports

SOURCES = ("kiosk", "hub", "drivers", "screens", "offline_cache", "tests", "scripts")
WORDS = (".md", ".txt", ".png")
"""Endings of documents and pictures: only a test that names one can depend on it."""


def changed_files(root: Path) -> list[str]:
    """What differs from the commit at which this branch left main; on main, what is not committed, or else the last
    commit.
    """
    head, base = _git(root, "rev-parse", "HEAD"), _git(root, "merge-base", "main", "HEAD")
    open_work = _git(root, "status", "--porcelain", "--untracked-files=all", "--no-renames")
    if not base or (base == head and not open_work):
        base = _git(root, "rev-parse", "HEAD~1") or head
    committed = _git(root, "diff", "--name-only", "--no-renames", base, "HEAD")
    uncommitted = [line[2:].strip().strip('"') for line in open_work.splitlines()]
    return sorted({*committed.splitlines(), *uncommitted})


def reached(root: Path, changed: Iterable[str]) -> dict[str, list[str]] | None:
    """For each group the files of tests that the change can reach; None = it can reach everything."""
    imports = Imports(root, _sources(root), [root / each for each in _python_path(root)])
    touched = set[Path]()
    for name in changed:
        around = _around(imports, root / name)
        if around is None:
            return None
        touched |= around
    tests = sorted(file for file in imports.files if file.name.startswith("test_") and root / "tests" in file.parents)
    groups: dict[str, list[str]] = {}
    for test in tests:
        if imports.reached_from(test) & touched:
            name = str(test.relative_to(root))
            groups.setdefault(name.split("/")[1], []).append(name)
    return groups


def _around(imports: Imports, file: Path) -> set[Path] | None:
    """The Python files that a changed file stands for; None = all there are."""
    if file in imports.files:
        return {file}
    if file.relative_to(imports.root).parts[0] in SOURCES and (beside := _nearest(imports, file)):
        return beside
    naming = {each for each, texts in imports.texts.items() if _named(file, texts, imports.root)}
    return naming if naming or file.suffix in WORDS else None


def _nearest(imports: Imports, file: Path) -> set[Path]:
    """The Python files of the nearest folder that has any, and those elsewhere that name the file."""
    for folder in file.parents:
        if folder == imports.root:
            break
        if beside := {each for each in imports.files if each.parent == folder}:
            return beside | {each for each, texts in imports.texts.items() if file.name in texts}
    return set()


def _named(file: Path, texts: Iterable[str], root: Path) -> bool:
    """Whether a text names the file, or is the name of the folder at the top that it lies in."""
    top = file.relative_to(root).parts[0]
    return any(file.name in text or text == top for text in texts)


def _sources(root: Path) -> Sequence[Path]:
    return [file for folder in SOURCES for file in (root / folder).rglob("*.py")]


def _python_path(root: Path) -> list[str]:
    settings = tomllib.loads((root / "pyproject.toml").read_text("utf-8"))
    return list(settings["tool"]["pytest"]["ini_options"]["pythonpath"])


def _git(root: Path, *words: str) -> str:
    told = subprocess.run(["git", *words], cwd=root, capture_output=True, text=True, check=False)
    return told.stdout.rstrip("\n") if told.returncode == 0 else ""
