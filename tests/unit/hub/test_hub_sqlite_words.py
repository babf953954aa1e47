"""SQL of the hub that only SQLite understands: none in the hot set, and elsewhere no more than there was.

A word that is counted here may go, and then its count is lowered; a new one belongs into ``hub/store/dialect.py``.
"""

import ast
import re
from collections import Counter
from collections.abc import Callable, Iterator
from functools import cache
from pathlib import Path
from typing import NamedTuple

import pytest
from sqlalchemy.dialects import postgresql, sqlite

from hub.store.tables import metadata

HUB = Path(__file__).parents[3] / "hub"
TABLE = HUB / "store/dialect.py"
STEPS = HUB / "store/migrations/versions"
"""What was done to SQLite files stays as it was done."""
HOT = {"issue.py", "calling.py", "states.py", "events.py", "waiting.py"}

Find = Callable[[str], int]


def pattern(text: str) -> Find:
    words = re.compile(text)
    return lambda sql: len(words.findall(sql))


def of_several(sql: str) -> int:
    """``max(a, b)``: the aggregate of that name has one argument."""
    return sum(_arguments(sql[found.end() :]) > 1 for found in re.finditer(r"\b(?:max|min)\(", sql))


def _arguments(rest: str) -> int:
    depth, many = 0, 1
    for letter in rest:
        if letter == ")" and not depth:
            break
        depth += (letter == "(") - (letter == ")")
        many += letter == "," and not depth
    return many


WORDS: dict[str, Find] = {
    "a place with a number (?1)": pattern(r"\?[0-9]"),
    "max or min of several values": of_several,
    "max, min or sum of a condition": pattern(r"\b(?:max|min|sum)\((?:[^()]|\([^()]*\))*?(?: IS | IN |[<>=])"),
    "IS, IS NOT between two values": pattern(r"\bIS (?:NOT )?(?!NOT\b|NULL\b|DISTINCT\b|TRUE\b|FALSE\b)[\w?({:']"),
    "a JSON function": pattern(r"\bjson_[a-z_]+\("),
    "a date function": pattern(r"\b(?:strftime|julianday|unixepoch|datetime|date|time)\('?[\w%?]"),
    "another function": pattern(
        r"\b(?:ifnull|iif|group_concat|total|typeof|instr|printf|hex|zeroblob|changes|last_insert_rowid|random)\("
    ),
    "OR REPLACE, OR IGNORE": pattern(r"\b(?:INSERT|UPDATE) OR [A-Z]+|\bREPLACE INTO\b"),
    "a literal of bytes": pattern(r"\b[xX]'[0-9a-fA-F]*'"),
    "GLOB, INDEXED BY, rowid": pattern(r"\bGLOB\b|\bINDEXED BY\b|\browid\b"),
    "PRAGMA, VACUUM, ATTACH": pattern(r"\b(?:PRAGMA|VACUUM|ATTACH|DETACH)\b"),
    "a table of SQLite": pattern(r"\bsqlite_(?:schema|master|sequence)\b"),
}
INDEXES = "an index of some rows"
"""``sqlite_where=``: elsewhere such an index would be over all rows, and a unique one forbid what is right."""
OLD = {
    "a place with a number (?1)": 87,
    "max or min of several values": 4,
    "max, min or sum of a condition": 1,
    "IS, IS NOT between two values": 1,
    "a JSON function": 29,
    "OR REPLACE, OR IGNORE": 1,
    "a literal of bytes": 1,
    "PRAGMA, VACUUM, ATTACH": 21,
    "a table of SQLite": 3,
    INDEXES: 20,
}


class Seen(NamedTuple):
    """What of a module the count looks at."""

    strings: tuple[str, ...]
    """A formatted value is ``{}``. Comments and descriptions are none."""
    indexes: int


def seen(path: Path) -> Seen:
    nodes = list(ast.walk(ast.parse(path.read_text("utf-8"))))
    described = {id(node.value) for node in nodes if isinstance(node, ast.Expr)}
    parts = {id(value) for node in nodes if isinstance(node, ast.JoinedStr) for value in node.values}
    skipped = described | parts
    strings = tuple(_text(node) for node in nodes if _is_text(node) and id(node) not in skipped)
    return Seen(strings, sum(isinstance(node, ast.keyword) and node.arg == "sqlite_where" for node in nodes))


def _is_text(node: ast.AST) -> bool:
    return isinstance(node, ast.JoinedStr) or (isinstance(node, ast.Constant) and isinstance(node.value, str))


def _text(node: ast.AST) -> str:
    if isinstance(node, ast.JoinedStr):
        return "".join(_text(each) if isinstance(each, ast.Constant) else "{}" for each in node.values)
    assert isinstance(node, ast.Constant)
    return str(node.value)


def modules() -> Iterator[Path]:
    return (path for path in sorted(HUB.rglob("*.py")) if path != TABLE and STEPS not in path.parents)


@cache
def found() -> dict[str, Counter[str]]:
    """By word: how often in which module."""
    counted: dict[str, Counter[str]] = {word: Counter() for word in (*WORDS, INDEXES)}
    for path in modules():
        name, module = str(path.relative_to(HUB)), seen(path)
        for word, find in WORDS.items():
            counted[word][name] += sum(map(find, module.strings))
        counted[INDEXES][name] += module.indexes
    return {word: +each for word, each in counted.items()}


@pytest.mark.parametrize("word", [*WORDS, INDEXES])
def test_sqlite_words_become_fewer(word: str) -> None:
    now, old = found()[word].total(), OLD.get(word, 0)
    assert now <= old, f"new words of SQLite alone ({word}): {dict(found()[word])}; see hub/store/dialect.py"
    assert now == old, f"{word}: now {now}, so lower the count in {Path(__file__).name}"


def test_hot_statements_are_free_of_sqlite_words() -> None:
    hot = [path for path in modules() if path.name in HOT]
    assert {path.name for path in hot} == HOT
    names = {str(path.relative_to(HUB)) for path in hot}
    assert not [(word, name) for word, counted in found().items() for name in counted if name in names]


@pytest.mark.parametrize(
    ("sql", "word"),
    [
        ("SELECT 1 WHERE a = ?1", "a place with a number (?1)"),
        ("SELECT max(a, coalesce(b, 0))", "max or min of several values"),
        ("SELECT min((SELECT a FROM b), ?)", "max or min of several values"),
        ("SELECT max(a IS NULL OR b = ?)", "max, min or sum of a condition"),
        ("WHERE a IS NOT b.c", "IS, IS NOT between two values"),
        ("WHERE a IS ?", "IS, IS NOT between two values"),
        ("WHERE json_extract(a, '$.b') = 1", "a JSON function"),
        ("WHERE strftime('%s', a) > 1", "a date function"),
        ("SELECT ifnull(a, 1)", "another function"),
        ("INSERT OR REPLACE INTO a VALUES (?)", "OR REPLACE, OR IGNORE"),
        ("SELECT x''", "a literal of bytes"),
        ("SELECT rowid FROM a", "GLOB, INDEXED BY, rowid"),
        ("PRAGMA user_version", "PRAGMA, VACUUM, ATTACH"),
        ("SELECT name FROM sqlite_schema", "a table of SQLite"),
    ],
)
def test_each_word_is_seen(sql: str, word: str) -> None:
    assert WORDS[word](sql) == 1


def test_what_other_databases_know_is_free() -> None:
    sql = (
        "SELECT coalesce(max(a), 0), min(b) FROM c WHERE d = ? AND e IS NOT NULL AND f IS NULL"
        " AND g IS NOT DISTINCT FROM h ON CONFLICT (a) WHERE b = 0 DO UPDATE SET a = excluded.a RETURNING a"
    )
    assert [word for word, find in WORDS.items() if find(sql)] == []


def test_times_have_64_bits_but_in_sqlite() -> None:
    times = [column for table in metadata.sorted_tables for column in table.columns if column.name.endswith("_ms")]
    assert len(times) > 50
    for column in times:
        assert str(column.type.compile(postgresql.dialect())) == "BIGINT", column
        assert str(column.type.compile(sqlite.dialect())) == "INTEGER", column
