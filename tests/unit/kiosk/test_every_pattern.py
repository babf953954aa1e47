"""Every regular expression of the product: ``\\Z`` ends a text, and digits are those of ASCII.

``$`` also matches before a line end, so that "A\\n" passes for "A"; ``\\d`` takes the digits of every script, which no
number of ours is written in.
"""

import ast
import re
import warnings
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

with warnings.catch_warnings():
    warnings.simplefilter("ignore")
    import sre_constants
    import sre_parse

ROOT = Path(__file__).resolve().parents[3]
FOLDERS = ("kiosk", "hub", "drivers", "screens", "offline_cache")
FUNCTIONS = frozenset({"compile", "match", "fullmatch", "search", "sub", "subn", "split", "findall", "finditer"})
READING = frozenset({"kiosk/i18n/rtl.py", "screens/wrap.py"})
"""They lay out texts that were written long before: there a digit of any script is a digit."""


def literal(node: ast.expr) -> str | bytes | None:
    """A pattern as far as it stands in the source; what an f-string puts in is "x"."""
    match node:
        case ast.Constant(value=str() | bytes() as text):
            return text
        case ast.JoinedStr(values=parts):
            return "".join(str(part.value) if isinstance(part, ast.Constant) else "x" for part in parts)
        case ast.BinOp(op=ast.Add(), left=left, right=right):
            first, last = literal(left), literal(right)
            return f"{first if isinstance(first, str) else 'x'}{last if isinstance(last, str) else 'x'}"
    return None


def patterns(source: str) -> Iterator[tuple[int, str | bytes, bool]]:
    """Line, pattern, and whether it is told to be ASCII."""
    for node in ast.walk(ast.parse(source)):
        if not isinstance(node, ast.Call):
            continue
        ascii_only = any(isinstance(each, ast.Attribute) and each.attr in ("ASCII", "A") for each in ast.walk(node))
        match node.func:
            case ast.Attribute(value=ast.Name(id="re"), attr=name) if name in FUNCTIONS:
                if (text := literal(node.args[0])) is not None:
                    yield node.lineno, text, ascii_only
        for keyword in node.keywords:
            if keyword.arg == "pattern" and (text := literal(keyword.value)) is not None:
                yield node.lineno, text, False


def parts(parsed: Any) -> Iterator[tuple[Any, Any, bool]]:
    """Every part of a parsed pattern, with whether it stands in a class that also has all that is no letter."""
    for op, argument in parsed:
        if op is sre_constants.IN:
            letters = (sre_constants.CATEGORY, sre_constants.CATEGORY_NOT_WORD) in argument
            yield from ((inner, value, letters) for inner, value in argument)
        else:
            yield op, argument, False
            yield from (found for each in nested(argument) for found in parts(each))


def nested(argument: Any) -> Iterator[Any]:
    if isinstance(argument, sre_parse.SubPattern):
        yield argument
    elif isinstance(argument, tuple | list):
        for each in argument:
            yield from nested(each)


def faults(text: str | bytes, *, ascii_only: bool, reading: bool = False) -> list[str]:
    """What is wrong with a pattern. ``[^\\W\\d_]`` are the letters of all scripts, and right."""
    found = list(parts(sre_parse.parse(text)))
    ends = [each for each in found if each[:2] == (sre_constants.AT, sre_constants.AT_END)]
    digits = [each for each in found if each == (sre_constants.CATEGORY, sre_constants.CATEGORY_DIGIT, False)]
    wrong = ["$ matches before a line end"] if ends else []
    if digits and not (ascii_only or reading or isinstance(text, bytes)):
        wrong.append("\\d takes digits of every script")
    return wrong


def test_no_pattern_ends_before_a_line_end_or_takes_foreign_digits() -> None:
    wrong, seen = [], 0
    for folder in FOLDERS:
        for path in sorted((ROOT / folder).rglob("*.py")):
            name = str(path.relative_to(ROOT))
            for line, text, ascii_only in patterns(path.read_text("utf-8")):
                seen += 1
                found = faults(text, ascii_only=ascii_only, reading=name in READING)
                wrong += [f"{name}:{line}: {each}: {text!r}" for each in found]
    assert wrong == [], "\n".join(wrong)
    assert seen > 80


@pytest.mark.parametrize(
    ("pattern", "wrong"),
    [
        (r"^[A-Z]{1,2}$", 1),
        (r"^[A-Z]{1,2}\Z", 0),
        (r"(?:a|b(?=c$))", 1),
        (r"[$€]\$", 0),
        (r"\d+", 1),
        (r"[\d.]+", 1),
        (r"[^\W\d_]+", 0),
        (rb"\d+", 0),
        (r"(?<=\d) x$", 2),
    ],
)
def test_what_is_found(pattern: str | bytes, wrong: int) -> None:
    assert len(faults(pattern, ascii_only=False)) == wrong


def test_a_line_end_passes_nowhere_in_the_wire() -> None:
    """What the rule is for."""
    assert re.match(r"^[A-Z]{1,2}$", "A\n")
    assert not re.match(r"^[A-Z]{1,2}\Z", "A\n")
