"""Texts with HTML -> plain lines: blocks and cells become breaks, nh3 takes the rest of the tags out, words stay.

Blocks and tables are replaced before the tags are read: a browser's parser drops a cell that stands in no table, and
with it the gap between two words. A break is one of three control characters, which no XML file can hold.
"""

import html
import re

import nh3

from hub.catalogue import plain
from hub.catalogue.xzufi import facts
from hub.catalogue.xzufi.report import Report

_BLOCK, _CELL = "\x1d", "\x1f"
_ATTRIBUTES = r"""(?:[^<>"']|"[^<"]*"|'[^<']*')*"""
_BLOCKS = re.compile(rf"</?(?:{'|'.join(sorted(facts.BLOCKS))})(?![A-Za-z0-9]){_ATTRIBUTES}>", re.I)
_CELLS = re.compile(rf"</?(?:{'|'.join(sorted(facts.CELLS))})(?![A-Za-z0-9]){_ATTRIBUTES}>", re.I)
_GAP = re.compile(rf"[\s{_BLOCK}{_CELL}]*[{_BLOCK}{_CELL}][\s{_BLOCK}{_CELL}]*")
_TAG = re.compile(r"<[^>]*>")
_OPENED = re.compile(r"<\s*([A-Za-z][A-Za-z0-9]*)")


def lines(text: str, report: Report) -> list[str]:
    """The lines of a text: items, paragraphs, headings, rows of tables. Unknown tags are taken out and counted."""
    if "<" not in text and "&" not in text:
        return _lines([text])
    if len(text) > facts.HTML_LIMIT or text.count("<") > facts.TAGS_LIMIT:
        report.count("texts left out: too much HTML in one")
        return []
    for tag in _OPENED.findall(text):
        if tag.lower() not in facts.TAGS:
            report.count(f"HTML tags taken out: {tag.lower()[:20]}")
    parted = _CELLS.sub(_CELL, _BLOCKS.sub(_BLOCK, text))
    cleaned = nh3.clean(parted, tags=set(facts.INLINE), attributes={}, link_rel=None)
    broken = _GAP.sub(_break, html.unescape(_TAG.sub("", cleaned)))
    return _lines(broken.split(_BLOCK))


def fit(text: str, limit: int, report: Report) -> str:
    """The text as the catalogue may hold it: shortened at a word; "" when it holds what no text may hold."""
    return plain.fit(text, limit, report.count)


def _break(gap: re.Match[str]) -> str:
    """Cells of one row stand on one line."""
    inside = gap.start() > 0 and gap.end() < len(gap.string)
    return " – " if inside and _BLOCK not in gap.group() else _BLOCK


def _lines(parts: list[str]) -> list[str]:
    return [line for part in parts if (line := plain.line(part))]
