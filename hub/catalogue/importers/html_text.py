"""Texts with HTML -> plain lines: blocks and rows become breaks, nh3 takes the rest of the tags out, words stay.

Blocks and tables are replaced before the tags are read: a browser's parser drops a cell that stands in no table, and
with it the gap between two words. A break is one of three control characters, which no XML file can hold. A ``<`` that
begins no complete tag is a letter.
"""

import html
import re
from collections.abc import Iterable

import nh3

from hub.catalogue.importers import plain_text
from hub.catalogue.importers.plain_text import Counts
from kiosk.catalogue.texts import ITEM_LIMIT, markup_in


def _set(names: str) -> frozenset[str]:
    return frozenset(names.split())


INLINE = _set("b strong i em sup sub a")
"""What stands inside a line; of ``a`` only the words stay, a terminal has no browser."""
CELLS = _set("td th w:tc")
ROWS = _set("table caption thead tbody tfoot tr w:tbl w:tr")
"""What ends a row of a table; with the prefix of Word, which puts its own tags on the clipboard."""
BLOCKS = _set(
    "p br h1 h2 h3 h4 h5 h6 ul ol li div section article aside header footer main nav address blockquote pre hr dl dt"
    " dd figure figcaption fieldset legend details summary form center menu colgroup col w:p w:br"
)
"""What ends a line. The format allows fewer; editors paste the rest."""
TAGS = INLINE | CELLS | ROWS | BLOCKS
"""Tags that mean something to us; others are taken out and counted."""
HTML_LIMIT = 100_000
TAGS_LIMIT = 1_000
"""Letters and tags of one text; the time to tidy nested tags grows with their square."""

_BLOCK, _ROW, _CELL = "\x1d", "\x1e", "\x1f"
_BREAKS = {
    **dict.fromkeys(BLOCKS, _BLOCK),
    **dict.fromkeys(ROWS, _ROW),
    **dict.fromkeys(CELLS, _CELL),
}
_ATTRIBUTES = r"""(?:[^<>"']|"[^"]*"|'[^']*')*"""
_PIECE = re.compile(rf"<[!?][^<>]*>|<(/?)([A-Za-z][^\s<>/]*)(?:{_ATTRIBUTES}>|[^<>]*>)|<")
_INLINE = re.compile(r"<[^>]*>")
_DOTS = "•●○◦‣▪▫■□►➢➤✓✔·\uf0b7\uf0a7"
"""What only a list begins with; the last two are those of Word's own type."""
_BULLET = re.compile(rf"(?:[{_DOTS}]\s*|[-–—*+](?:\s+|\Z))+")
_NEXT = re.compile(rf"\s+[{_DOTS}]\s+")
_PAUSES = (",", ";", ":", ".", "!", "?", "–", "-", "/")


def lines(text: str, counts: Counts) -> list[str]:
    """The lines of a text: items, paragraphs, headings, rows of tables. Unknown tags are taken out and counted."""
    return [line for row in _plain(text, counts).split(_ROW) for line in _of_row(row)]


def items(text: str, counts: Counts) -> list[str]:
    """The items of a list: as ``lines``, and in a text without blocks each line is one. Bullets are taken off."""
    whole = _plain(text, counts)
    if any(mark in whole for mark in (_BLOCK, _ROW, _CELL)):
        found: Iterable[str] = (line for row in whole.split(_ROW) for line in _of_row(row))
    else:
        found = _cleaned(whole.splitlines())
    return _cleaned(item for line in found for item in _listed(line))


def fit(text: str, limit: int, counts: Counts) -> str:
    """The text as the catalogue may hold it: shortened at a word; "" when it holds what no text may hold."""
    return plain_text.fit(text, limit, counts.count)


def _plain(text: str, counts: Counts) -> str:
    """The text without tags and entities, with control characters for breaks. Some sources escape twice."""
    once = _unescaped(text, counts)
    return _unescaped(once, counts) if once != text and markup_in(once) else once


def _unescaped(text: str, counts: Counts) -> str:
    if "<" not in text and "&" not in text:
        return text
    if len(text) > HTML_LIMIT or text.count("<") > TAGS_LIMIT:
        counts.count("texts left out: too much HTML in one")
        return ""

    def piece(found: re.Match[str]) -> str:
        if found[2] is None:
            return found[0] if len(found[0]) > 1 else "&lt;"
        name = found[2].lower()
        if name not in TAGS and not found[1]:
            counts.count(f"HTML tags taken out: {name[:20]}")
        return _BREAKS.get(name) or f"<{found[1]}{name}>"

    parted = _PIECE.sub(piece, _without_comments(text))
    cleaned = nh3.clean(parted, tags=set(INLINE), attributes={}, link_rel=None)
    return html.unescape(_INLINE.sub("", cleaned))


def _without_comments(text: str) -> str:
    """A comment without an end is text."""
    kept, start = [], 0
    while (begin := text.find("<!--", start)) >= 0 and (end := text.find("-->", begin + 4)) >= 0:
        kept.append(text[start:begin])
        start = end + 3
    return "".join((*kept, text[start:]))


def _of_row(row: str) -> list[str]:
    """The cells of a row stand on one line where they fit; blocks of a single cell, or of none, are lines."""
    cells = [found for cell in row.split(_CELL) if (found := _cleaned(cell.split(_BLOCK)))]
    joined = " – ".join(_sentence(cell) for cell in cells)
    if len(cells) > 1 and len(joined) <= ITEM_LIMIT:
        return [joined]
    return [line for cell in cells for line in cell]


def _sentence(parts: list[str]) -> str:
    *first, last = parts
    return "".join(f"{part} " if part.endswith(_PAUSES) else f"{part}, " for part in first) + last


def _listed(line: str) -> list[str]:
    bullet = _BULLET.match(line)
    bare = line[bullet.end() :] if bullet else line
    return _NEXT.split(bare) if line[:1] in _DOTS else [bare]


def _cleaned(parts: Iterable[str]) -> list[str]:
    return [line for part in parts if (line := plain_text.line(part))]
