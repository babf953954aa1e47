"""Spelling made alike, so that ``ä``, ``ae`` and ``a`` (or ``ß`` and ``ss``, ``É`` and ``e``) find each other.

Folding works from left to right and letter by letter, so the fold of a beginning is a beginning of the fold: search
may run on every key.
"""

import re
import unicodedata

MAX_WORDS = 6
MAX_LETTERS = 40

_LETTERS = str.maketrans(
    {
        "ß": "ss",
        "ẞ": "ss",
        "æ": "a",
        "œ": "o",
        "ø": "o",
        "đ": "d",
        "ð": "d",
        "þ": "th",
        "ł": "l",
        "ı": "i",
        "ħ": "h",
        "ŋ": "n",
        "ə": "a",
        "ى": "ي",
        "ة": "ه",
        "ـ": None,
    }
)
_NO_WORD = re.compile(r"[^0-9A-Za-z]+")
"""A fast way for what has only plain letters left."""
_UMLAUTS = (("ae", "a"), ("oe", "o"), ("ue", "u"))


def fold(text: str) -> str:
    """Words in one spelling, a blank between them; "" when there is no letter or digit in the text."""
    letters = unicodedata.normalize("NFKD", text.casefold()).translate(_LETTERS)
    kept = _NO_WORD.sub(" ", letters) if letters.isascii() else "".join(_plain(letter) for letter in letters)
    for spelt, short in _UMLAUTS:
        kept = kept.replace(spelt, short)
    return " ".join(kept.split())


def query_words(text: str) -> tuple[str, ...]:
    """The folded words of what somebody typed, bounded in number and length."""
    return tuple(word[:MAX_LETTERS] for word in fold(text[:200]).split()[:MAX_WORDS])


def _plain(letter: str) -> str:
    if letter.isalnum():
        return letter
    return "" if unicodedata.combining(letter) or unicodedata.category(letter) in ("Mn", "Mc", "Cf") else " "
