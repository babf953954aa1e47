"""Who imports whom, read from the source of product, tests and scripts without running any of it.

Counted as an import is also a text that names a module ("kiosk.cli" in a command) or a Python file ("visits_child.py"),
and the imports in a text that is a program for a child process. What is counted too much only makes more tests run.
"""

import ast
from collections.abc import Sequence
from functools import cached_property
from pathlib import Path

PROGRAM = "import "


class Imports:
    """The Python files below ``root``. ``roots``: folders in which absolute imports are looked up."""

    def __init__(self, root: Path, files: Sequence[Path], roots: Sequence[Path]) -> None:
        self.root, self.files, self._roots = root, frozenset(files), tuple(roots)
        self.texts: dict[Path, frozenset[str]] = {}
        """Every text in a file."""
        self._names: dict[Path, frozenset[str]] = {}
        for file in files:
            names, texts = _words(ast.parse(file.read_text("utf-8"), str(file)), _package(file, root))
            self._names[file], self.texts[file] = frozenset(names), frozenset(texts)

    @cached_property
    def direct(self) -> dict[Path, set[Path]]:
        """The files that each file needs at once."""
        needs = {}
        for file in self.files:
            named = {text for text in self.texts[file] if "." in text and len(text) < 100}
            found = {other for word in self._names[file] | named for other in self._found(word, file)}
            needs[file] = found | {folder / "conftest.py" for folder in file.parents} & self.files
        return needs

    def reached_from(self, file: Path) -> set[Path]:
        """The file and all that it needs, however far."""
        seen, left = {file}, [file]
        while left:
            new = self.direct[left.pop()] - seen
            seen |= new
            left += new
        return seen

    def _found(self, word: str, at: Path) -> set[Path]:
        """The files that a module's name or a file's name may mean."""
        bases = (*self._roots, at.parent, self.root)
        if word.endswith(".py"):
            return {base / word for base in bases} & self.files
        return self._modules.get(word, set()) | self._modules.get(str(at.parent / word), set())

    @cached_property
    def _modules(self) -> dict[str, set[Path]]:
        """The files of each module's name: its own and those of the packages around it. A file may also be asked for by
        its place, for who stands beside it.
        """
        found: dict[str, set[Path]] = {}
        for file in self.files:
            for base in self._roots:
                if base in file.parents:
                    found.setdefault(_dotted(file, base), set()).update(self._packages(file, base))
            found.setdefault(str(file.with_suffix("")), set()).add(file)
        return found

    def _packages(self, file: Path, base: Path) -> set[Path]:
        """The file and the ``__init__.py`` of each package around it, up to the base."""
        around = [folder for folder in file.parents if base in folder.parents]
        return {file} | {folder / "__init__.py" for folder in around} & self.files


def _dotted(file: Path, base: Path) -> str:
    parts = file.relative_to(base).with_suffix("").parts
    return ".".join(parts[:-1] if parts[-1] == "__init__" else parts)


def _package(file: Path, root: Path) -> list[str]:
    return list(file.relative_to(root).parent.parts)


def _words(tree: ast.AST, package: list[str]) -> tuple[set[str], set[str]]:
    """Names of imported modules (and of what is taken from them), and all texts."""
    names, texts = set[str](), set[str]()
    for node in ast.walk(tree):
        match node:
            case ast.Import():
                names |= {alias.name for alias in node.names}
            case ast.ImportFrom():
                above = package[: len(package) - node.level + 1] if node.level else []
                module = ".".join([*above, *([node.module] if node.module else [])])
                names |= {module} | {f"{module}.{alias.name}" for alias in node.names}
            case ast.Constant(value=str() as text):
                texts.add(text)
                names |= _imported_by(text)
    return names, texts


def _imported_by(text: str) -> set[str]:
    """The imports of a text that is a program."""
    if PROGRAM not in text:
        return set()
    try:
        tree = ast.parse(text)
    except (SyntaxError, ValueError):
        return set()
    return _words(tree, [])[0]
