"""Lines of a text as they are drawn. ``kiosk.i18n.rtl`` breaks and orders them; here stands what reads well.

A number stays with its unit ("12 Minuten") and one at the end with its word ("Terminal 3"), a dash never opens a line;
headings, labels and short texts begin each sentence on a new line where that takes no more of them, and have lines of
about one length.
"""

import re
from functools import lru_cache

from kiosk.i18n import rtl
from kiosk.i18n.rtl import NBSP, Measure, layout_lines

_DASH = re.compile(r" (?=[–—·•](?: |\Z))")
_UNIT = re.compile(r"(?<=\d) (?=[^\W\d_]{1,9}\b)")
_LAST_NUMBER = re.compile(r"(?<=\w) (?=\d{1,4}\u2069*\Z)")
_SENTENCE = re.compile(r"(?<=[^\W\d_]{2}[.?!؟]) (?=[^\W\d_])")
_LEAST_SHARE = 0.4
_CLOSE_ENOUGH = 8


def lines(text: str, width: int, measure: Measure, lang: str) -> tuple[str, ...]:
    """The text in lines no wider than ``width``, in visual order; blank text has none."""
    if not text:
        return ()
    return tuple(layout_lines(bound(text), lang, width, measure, marks=True))


def balanced(text: str, width: int, measure: Measure, lang: str) -> tuple[str, ...]:
    """As few lines as ``lines`` gives, but of about one length, and with each sentence on a new one if they suffice."""
    best = lines(text, width, measure, lang)
    if not 1 < len(best) <= 4 or _parted(best):
        return best
    sentences = _SENTENCE.split(text)
    apart = [line for each in sentences for line in balanced(each, width, measure, lang)] if len(sentences) > 1 else []
    if len(apart) == len(best):
        return tuple(apart)
    low, high = round(width * _LEAST_SHARE), width
    while high - low > _CLOSE_ENOUGH:
        middle = (low + high) // 2
        tried = lines(text, middle, measure, lang)
        if len(tried) == len(best) and not _parted(tried) and max(map(measure, tried)) <= middle:
            best, high = tried, middle
        else:
            low = middle
    return best


@lru_cache(maxsize=512)
def bound(text: str) -> str:
    """The text with what must not be parted bound by unbreakable spaces."""
    return _LAST_NUMBER.sub(NBSP, _UNIT.sub(NBSP, _DASH.sub(NBSP, text)))


def forget() -> None:
    """Drop the words remembered so far, here and where Arabic is shaped."""
    bound.cache_clear()
    rtl.forget()


def _parted(broken: tuple[str, ...]) -> bool:
    """Whether a word was broken: then the lines stay as full as they are."""
    return any(line.endswith("-") for line in broken)
