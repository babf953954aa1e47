"""Which steps ended how at which commit: a run that was ended and is called again goes on after them."""

from pathlib import Path

import msgspec

from proving.steps import Result


class Line(msgspec.Struct, frozen=True):
    """One run of one step."""

    commit: str
    step: str
    turn: int
    ok: bool
    seconds: float
    processor: float
    counts: dict[str, int]


def line_of(commit: str, result: Result, turn: int = 1) -> Line:
    """What is kept of a result."""
    return Line(commit, result.step.name, turn, result.ok, result.seconds, result.processor, result.counts)


class Book:
    """Lines of JSON in a file."""

    def __init__(self, path: Path) -> None:
        self._path = path

    def lines(self, commit: str) -> list[Line]:
        """What was noted at this commit, oldest first; nothing for a tree that differs from its commit ("")."""
        if not commit or not self._path.exists():
            return []
        told = self._path.read_text("utf-8").splitlines()
        return [line for line in (msgspec.json.decode(each, type=Line) for each in told) if line.commit == commit]

    def note(self, line: Line) -> None:
        """Keep one; of a tree that differs from its commit nothing is kept."""
        if line.commit:
            self._path.parent.mkdir(parents=True, exist_ok=True)
            with self._path.open("a", encoding="utf-8") as file:
                file.write(msgspec.json.encode(line).decode() + "\n")
