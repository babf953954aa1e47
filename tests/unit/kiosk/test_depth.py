"""How deep a text from outside may be nested: exactly so deep, whatever its strings hold, and without recursion."""

import sys
import tomllib

import msgspec
import pytest

from kiosk.vocabulary.depth import DEEPEST, TooDeep, shallow, shallow_toml


def lists(levels: int) -> str:
    return "[" * levels + "]" * levels


@pytest.mark.parametrize(
    "around",
    [
        "%s",
        '["\\"[[[[", %s]',
        '["[\\\\", %s, "]]]]"]',
        '{"a\\\\\\"]": "[", "b": %s}',
        '[%s, [1], [2], {"x": "\\u005b"}]',
        '["äöü[[[", %s]',
    ],
)
def test_json_may_be_exactly_so_deep(around: str) -> None:
    extra = 0 if around == "%s" else 1
    good = (around % lists(DEEPEST - extra)).encode()
    assert msgspec.json.decode(shallow(good)) == msgspec.json.decode(good)
    with pytest.raises(TooDeep, match=f"more than {DEEPEST} levels"):
        shallow((around % lists(DEEPEST + 1 - extra)).encode())


def test_many_lists_beside_each_other_are_not_deep() -> None:
    flat = b"[" + b"[[1]]," * 5_000 + b"[]]"
    assert shallow(flat) == flat
    strings = msgspec.json.encode(["[[[[{{{{" * 100])
    assert shallow(strings) == strings


@pytest.mark.parametrize(
    "bomb", [b"[" * 3_000_000, b'{"a":' * 1_000_000, b'"' + b'\\"' * 1_000_000 + b"[" * 99, b"]" * 9 + b"[" * 9_000]
)
def test_no_text_takes_the_interpreter_with_it(bomb: bytes) -> None:
    """Refused by the bound or by the parser, at once, and never by a limit of the interpreter."""
    limit = sys.getrecursionlimit()
    sys.setrecursionlimit(1_000_000)
    try:
        with pytest.raises(msgspec.DecodeError):
            msgspec.json.decode(shallow(bomb))
    finally:
        sys.setrecursionlimit(limit)


@pytest.mark.parametrize(
    "around",
    [
        "a = %s",
        "# it's [[[[ a \"comment\n a = %s",
        "x = 'C:\\' # literal\na = %s",
        'x = "\\"[[["\na = %s',
        'x = """\n[[[ \\""" ]] """\na = %s',
        "x = '''a\\'''\na = %s",
        '[[queue]]\nx = ""\na = %s',
        "['[']\n\"[\" = 1\na = %s",
    ],
)
def test_toml_may_be_exactly_so_deep(around: str) -> None:
    good = around % lists(DEEPEST)
    assert tomllib.loads(shallow_toml(good)) == tomllib.loads(good)
    with pytest.raises(TooDeep):
        shallow_toml(around % lists(DEEPEST + 1))


def test_a_long_toml_file_is_looked_at_in_one_pass() -> None:
    quotes = "x = " + '\\"' * 50_000
    assert shallow_toml(quotes) == quotes
    unended = 'x = """' + '\\"' * 50_000 + "[" * 99
    assert shallow_toml(unended) == unended
