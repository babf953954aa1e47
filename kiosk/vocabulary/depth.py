"""How deep lists and tables may stand in each other in what comes from outside: our bound, not the interpreter's.

Parsers call themselves for each level, and how many levels an interpreter allows differs between its versions (Python
3.13 takes what 3.11 refused). So the depth is looked at before a parser begins, in one pass that calls nothing.
"""

import re

import msgspec

DEEPEST = 64
"""Levels; the deepest honest message, file or catalogue has about ten."""

_BRACKETS = b"[]{}"
_NO_BRACKETS = bytes(set(range(256)) - set(_BRACKETS))
_TOML_OUTSIDE = re.compile(r'"""|\'\'\'|["\'#\[\]{}]')
_TOML_INSIDE = {
    '"""': re.compile(r'\\.|"{3,5}', re.DOTALL),
    "'''": re.compile("'{3,5}"),
    '"': re.compile(r'\\.|["\n]'),
    "'": re.compile("['\n]"),
    "#": re.compile("\n"),
}
"""What ends a string or comment that began so; an escape ends nothing."""


class TooDeep(msgspec.DecodeError, ValueError):
    """The text is refused before it is parsed."""

    def __init__(self) -> None:
        super().__init__(f"lists or tables are nested more than {DEEPEST} levels deep; refused before any recursion")


def shallow(data: bytes) -> bytes:
    """The same JSON text, when a parser may have it. Raises TooDeep.

    What is no JSON may pass: the parser stops at its first fault, and up to there strings end where this says.
    """
    if data.count(b"[") + data.count(b"{") <= DEEPEST:
        return data
    outside = b"".join(data.replace(b"\\\\", b"").replace(b'\\"', b"").split(b'"')[::2])
    depth = 0
    for byte in outside.translate(None, _NO_BRACKETS):
        depth += 1 if byte in b"[{" else -1
        if depth > DEEPEST:
            raise TooDeep
    return data


def shallow_toml(text: str) -> str:
    """The same TOML text, when a parser may have it. Raises TooDeep. Dotted keys are no levels here."""
    depth, at, inside = 0, 0, ""
    while found := (_TOML_INSIDE[inside] if inside else _TOML_OUTSIDE).search(text, at):
        token, at = found[0], found.end()
        if inside:
            inside = inside if token.startswith("\\") else ""
        elif token in _TOML_INSIDE:
            inside = token
        else:
            depth += 1 if token in "[{" else -1
            if depth > DEEPEST:
                raise TooDeep
    return text
