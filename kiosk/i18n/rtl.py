"""Text ready to be drawn from left to right: wrapped, shaped and in visual order (UAX #9).

Toolkits that only draw from left to right (SDL_ttf, Pillow's basic layout, a receipt printer's raster) mirror ticket
numbers or swap wrapped lines when they are given whole Arabic paragraphs. So the *logical* text is wrapped first, by
the width its drawn form will have; then each line is shaped (Arabic presentation forms) and put in visual order.
Numbers, times, amounts and labels like "A 042" are isolated: their digits and their parts keep their order.
"""

import re
from collections.abc import Callable, Iterator
from functools import lru_cache
from typing import TYPE_CHECKING

from kiosk.i18n import hyphens
from kiosk.i18n.drawable import drawable
from kiosk.i18n.languages import is_rtl

if TYPE_CHECKING:
    from arabic_reshaper import ArabicReshaper

Measure = Callable[[str], float]
"""Width of a string drawn from left to right; any unit, the same as ``width``."""

LRI, FSI, PDI = "\u2066", "\u2068", "\u2069"
NBSP = "\u00a0"
HYPHEN = "-"

_RTL_LETTER = re.compile("[\u0590-\u08ff\ufb1d-\ufdff\ufe70-\ufefc]")
_ARABIC_LETTER = re.compile("[\u0600-\u08ff]")
_CONTROLS = re.compile("[\u00ad\u061c\u200b-\u200f\u202a-\u202e\u2066-\u2069\ufeff]")
_MARK_BEFORE_BASE = re.compile("([\u0591-\u05bd\u05bf-\u05c7\u064b-\u065f\u0670]+)(.)")
_BREAK_AFTER = re.compile(r"(?<=[^\W\d_]{3})([-/–])(?=[^\W\d_]{3})")
_NUMBER = re.compile(
    r"(?<![^\W_])(?:"
    r"[A-Z]{1,2}[ \u00a0]\d{1,4}(?:-\d{1,4})?"  # a ticket number
    r"|(?:\+|0)\d+(?:[ /-]\d+)+"  # a telephone number
    r"|[€$£]?\d+(?:[.,:/–-]\d+)*(?:[ \u00a0]?[€%])?"  # an amount, a time, a span, a date
    r")(?![^\W_])"
)
_ADDRESS = re.compile(r"[A-Za-z][\w.+-]*(?:://|@)[\w.:/?=&%~#+-]*[\w/]")
_ISOLATE = re.compile(f"[{LRI}{FSI}][^{LRI}{FSI}{PDI}]*{PDI}")
_LETTER = re.compile(r"[^\W\d_]")

_BN = "\ufeff"
"""A neutral that takes the level of the character before it: shows where that character was put."""
_MIRROR = dict(zip("()[]{}<>«»‹›≤≥", ")(][}{><»«›‹≥≤", strict=True))
_MIRRORED = re.compile("[" + re.escape("".join(_MIRROR)) + "]")
_MOVED = re.compile(f"{_BN}({_MIRRORED.pattern})")


def has_rtl(text: str) -> bool:
    """Whether any letter of the text is written from right to left."""
    return _RTL_LETTER.search(text) is not None


def plain(text: str) -> str:
    """The text without invisible controls: what may be spoken, logged or compared."""
    return _CONTROLS.sub("", text)


def visual(text: str, lang: str, *, marks: bool = False) -> str:
    """One line as it is drawn from left to right. Text without right-to-left letters stays as it is.

    ``marks``: Arabic vowel signs (tanwin, shadda) stay. Only for toolkits that place them by the font's anchors, as
    SDL_ttf does with HarfBuzz; Pillow's basic layout would put them on the wrong letter.
    """
    text = drawable(text)
    rtl = is_rtl(lang) and has_rtl(text)
    return _drawn(_isolated(text) if rtl else text, rtl=rtl, marks=marks)


def layout_lines(
    text: str, lang: str, width: float, measure: Measure, hyphenate: bool = True, *, marks: bool = False
) -> list[str]:
    """Wrap a text to a width and return its lines in visual order, ready to be drawn from left to right.

    Line feeds in the text are kept. A word wider than a line breaks at a joint or syllable, with a hyphen
    (``hyphenate``); one that has none breaks between letters, so that nothing is ever cut off. ``marks`` as in
    ``visual``.
    """
    text = drawable(text)
    rtl = is_rtl(lang) and has_rtl(text)
    lines: list[str] = []
    for paragraph in text.split("\n"):
        wrapper = _Wrapper(lang, width, lambda line: measure(_drawn(line, rtl=rtl, marks=marks)), hyphenate=hyphenate)
        logical = wrapper.wrap(_isolated(paragraph) if rtl else _NUMBER.sub(_unbroken, paragraph))
        lines.extend(_drawn(line, rtl=rtl, marks=marks) for line in _balanced(logical))
    return lines


def forget() -> None:
    """Drop the words remembered so far: among them may be what the visitor typed. Call it when a visit ends."""
    _shaped_word.cache_clear()


def _drawn(line: str, *, rtl: bool, marks: bool) -> str:
    """A logical line in visual order, with mirrored brackets and without controls."""
    if not has_rtl(line) and not rtl:
        return plain(line).replace(NBSP, " ")
    from bidi import get_display

    marked = _MIRRORED.sub(lambda match: match[0] + _BN, _shaped(line, marks=marks))
    shown = get_display(marked, base_dir="R" if rtl else "L")
    mirrored = _MOVED.sub(lambda match: _MIRROR[match[1]], shown)
    return _MARK_BEFORE_BASE.sub(r"\2\1", plain(mirrored)).replace(NBSP, " ")


def _shaped(line: str, *, marks: bool) -> str:
    """Arabic letters in their joined forms. Letters never join across a space, so words are remembered."""
    if not _ARABIC_LETTER.search(line):
        return line
    return " ".join(_shaped_word(word, marks) for word in line.split(" "))


@lru_cache(maxsize=2048)
def _shaped_word(word: str, marks: bool) -> str:
    return str(_reshaper(marks).reshape(word))


@lru_cache(maxsize=2)
def _reshaper(marks: bool) -> "ArabicReshaper":
    from arabic_reshaper import ArabicReshaper

    return ArabicReshaper({"delete_harakat": not marks})


def _isolated(text: str) -> str:
    """Isolate addresses, and numbers unless they follow a Latin word ("Zimmer 5"), to which they then belong."""

    def wrapped(match: re.Match[str]) -> str:
        before = _LETTER.findall(_ISOLATE.sub("", text[: match.start()]))
        keep = before and not has_rtl(before[-1])
        return _unbroken(match) if keep else f"{LRI}{_unbroken(match)}{PDI}"

    text = _ADDRESS.sub(lambda match: f"{LRI}{match[0]}{PDI}", text)
    return _NUMBER.sub(wrapped, text)


def _unbroken(match: re.Match[str]) -> str:
    return match[0].replace(" ", NBSP) if match[0][-1] in "€%" or match[0][0].isalpha() else match[0]


def _balanced(lines: list[str]) -> Iterator[str]:
    """Open an isolate again on the next line when its text went on there."""
    carried = ""
    for line in lines:
        whole, still_open = carried + line, []
        for letter in whole:
            if letter in (LRI, FSI):
                still_open.append(letter)
            elif letter == PDI and still_open:
                still_open.pop()
        carried = "".join(still_open)
        yield whole


class _Wrapper:
    """Fills lines with the words of one paragraph, in logical order."""

    def __init__(self, lang: str, width: float, measure: Measure, *, hyphenate: bool) -> None:
        self._lang = lang
        self._width = width
        self._measure = measure
        self._hyphenate = hyphenate
        self._lines: list[str] = []
        self._line = ""

    def wrap(self, paragraph: str) -> list[str]:
        """The lines of the paragraph; one empty line for an empty one."""
        for space, word in _words(paragraph):
            self._add(space if self._line else "", word)
        return [*self._lines, self._line] if self._line or not self._lines else self._lines

    def _fits(self, line: str) -> bool:
        return not line or self._measure(line) <= self._width

    def _add(self, space: str, word: str) -> None:
        if self._fits(self._line + space + word):
            self._line += space + word
        elif self._fits(word):
            self._break()
            self._line = word
        else:
            self._add_parts(space, word)

    def _break(self) -> None:
        if self._line:
            self._lines.append(self._line)
        self._line = ""

    def _add_parts(self, space: str, word: str) -> None:
        """A word wider than a line: as much of it as fits, the rest on the next lines."""
        while word and not self._fits(self._line + space + word):
            part = self._first_part(self._line + space, word)
            if part is None and self._line:
                self._break()
                space = ""
                continue
            head, word = part or self._torn(word)
            self._line += space + head
            self._break()
            space = ""
        self._line += space + word

    def _first_part(self, line: str, word: str) -> tuple[str, str] | None:
        """The longest beginning that fits on the line with a hyphen, and the rest."""
        if not self._hyphenate:
            return None
        letters = max(re.finditer(r"[^\W\d_\u00ad]+(?:\u00ad[^\W\d_]+)*", word), key=lambda m: len(m[0]), default=None)
        if letters is None or has_rtl(letters[0]):
            return None
        lang = "de" if is_rtl(self._lang) else self._lang
        for places in (hyphens.joints, hyphens.syllables):
            for place in sorted(places(letters[0], lang), reverse=True):
                head = word[: letters.start() + place] + HYPHEN
                if self._fits(line + head):
                    return head, word[letters.start() + place :]
        return None

    def _torn(self, word: str) -> tuple[str, str]:
        """Break between letters: the longest beginning that fits, at least one letter."""
        cuts = [match.end() for match in re.finditer(r".[\u0300-\u036f]*", word)] or [len(word)]
        fitting = [cut for cut in cuts if self._fits(word[:cut])]
        cut = fitting[-1] if fitting else cuts[0]
        return word[:cut], word[cut:]


def _words(paragraph: str) -> Iterator[tuple[str, str]]:
    """(space before, word) pairs; a word may also begin after a hyphen or slash between letters."""
    for n, spaced in enumerate(re.split(r"[ \t]+", paragraph.strip(" \t"))):
        for m, word in enumerate(_BREAK_AFTER.sub("\\1\u200b", spaced).split("\u200b")):
            yield (" " if n and not m else "", word)
