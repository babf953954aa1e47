"""Tables that one feature brings by itself: counted by its name, so that features do not share one list of steps.

What every feature shares (``terminal_layout``) is counted by SQLite's ``user_version``; these by a row of ``part``.
"""

import apsw
import msgspec

_MAKE = "CREATE TABLE IF NOT EXISTS part(name TEXT PRIMARY KEY, version INTEGER NOT NULL) STRICT, WITHOUT ROWID"
_COUNT = "INSERT INTO part(name, version) VALUES (?, ?) ON CONFLICT(name) DO UPDATE SET version = excluded.version"


class Part(msgspec.Struct, frozen=True):
    """The name of a feature and the SQL of every step of its tables, oldest first. A delivered step never changes."""

    name: str
    steps: tuple[str, ...]


class Missing(msgspec.Struct, frozen=True):
    """A step that a file still lacks; ``number`` counts from 1."""

    part: Part
    number: int


def newer_than(connection: apsw.Connection, parts: tuple[Part, ...]) -> Part | None:
    """The part of which the file has more steps than this program knows; None when there is none."""
    known = _versions(connection)
    return next((part for part in parts if known.get(part.name, 0) > len(part.steps)), None)


def missing(connection: apsw.Connection, parts: tuple[Part, ...]) -> list[Missing]:
    """The steps that the file lacks, in order."""
    known = _versions(connection)
    return [
        Missing(part, number) for part in parts for number in range(known.get(part.name, 0) + 1, len(part.steps) + 1)
    ]


def take(connection: apsw.Connection, step: Missing) -> None:
    """Do one step and count it, inside the caller's transaction."""
    connection.execute(_MAKE)
    connection.execute(step.part.steps[step.number - 1])
    connection.execute(_COUNT, (step.part.name, step.number))


def _versions(connection: apsw.Connection) -> dict[str, int]:
    if connection.execute("SELECT 1 FROM sqlite_schema WHERE type = 'table' AND name = 'part'").fetchone() is None:
        return {}
    return {str(name): int(version) for name, version in connection.execute("SELECT name, version FROM part")}
