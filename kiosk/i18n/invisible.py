"""Characters without width: those that do nothing vanish, those that join or part letters of a word stay.

Persian and the scripts of India write one word in other forms with a joiner (U+200D) or non-joiner (U+200C) between two
letters; everywhere else both are left over from copying and make two names differ that look the same.
"""

import re
import unicodedata

_NO_USE = "\u034f\u180e\u200b\u2060-\u2064\ufe00-\ufe0f\ufeff\ufff9-\ufffb\U000e0000-\U000e0fff"
"""Zero-width spaces and word joiners, marks of variants, of annotations and of tags."""
_IDLE = re.compile(f"[{_NO_USE}]")
_JOINERS = re.compile("[\u200c\u200d]+")
_ANY = re.compile(f"[{_NO_USE}\u200c\u200d]")
_JOINING = ((0x0600, 0x08FF), (0x0900, 0x0DFF), (0x1800, 0x18AF), (0xFB50, 0xFDFF), (0xFE70, 0xFEFC))
"""Scripts whose letters take other forms beside each other: Arabic and its neighbours, those of India, Mongolian."""


def without_idle(text: str) -> str:
    """The text without characters that have neither width nor effect."""
    return _JOINERS.sub(_kept, _IDLE.sub("", text)) if _ANY.search(text) else text


def _kept(found: re.Match[str]) -> str:
    text, start, end = found.string, found.start(), found.end()
    between = start > 0 and end < len(text) and _joins(text[start - 1]) and _joins(text[end])
    return found.group()[0] if between else ""


def _joins(letter: str) -> bool:
    known = any(first <= ord(letter) <= last for first, last in _JOINING)
    return known and unicodedata.category(letter)[0] in "LM"
