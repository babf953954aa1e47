"""Spelling made alike, so that ``ä`` and ``a`` (or ``ß`` and ``ss``, ``É`` and ``e``, ``ة`` and ``ه``) find each other.

Folding works from left to right and letter by letter, so the fold of a beginning is a beginning of the fold: search
may run on every key. What a visitor may also type for a word - ``ae`` for ``ä``, an Arabic noun without its article -
stands in the index as a spelling of its own (``spellings``): ``ue`` in "Steuer" is no ``ü``.
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
        "ی": "ي",
        "ک": "ك",
        "ة": "ه",
        "ٱ": "ا",
        "ء": None,
        "ـ": None,
    }
)
_NO_WORD = re.compile(r"[^0-9A-Za-z]+")
"""A fast way for what has only plain letters left."""
_UMLAUTS = str.maketrans({"ä": "ae", "ö": "oe", "ü": "ue"})
_ARTICLE = re.compile(r"\b[وبكف]?(?:ال|لل)(?=\w{2})")
""""The" in Arabic, with the letters that join it ("and the", "with the", "for the"): they are written as one word."""


def fold(text: str) -> str:
    """Words in one spelling, a blank between them; "" when there is no letter or digit in the text."""
    letters = unicodedata.normalize("NFKD", text.casefold()).translate(_LETTERS)
    kept = _NO_WORD.sub(" ", letters) if letters.isascii() else "".join(_plain(letter) for letter in letters)
    return " ".join(kept.split())


def spellings(text: str) -> tuple[str, ...]:
    """The folded text, then the same as others write it; () when there is nothing to fold."""
    folded = fold(text)
    spelt = unicodedata.normalize("NFC", text.casefold()).translate(_UMLAUTS)
    others = (fold(spelt) if not text.isascii() else folded, bare(folded))
    return tuple(dict.fromkeys(each for each in (folded, *others) if each))


def bare(folded: str) -> str:
    """Folded words without the Arabic article."""
    return folded if folded.isascii() else _ARTICLE.sub("", folded)


def query_words(text: str) -> tuple[str, ...]:
    """The folded words of what somebody typed, bounded in number and length."""
    return tuple(word[:MAX_LETTERS] for word in fold(text[:200]).split()[:MAX_WORDS])


def _plain(letter: str) -> str:
    if letter.isalnum():
        return letter
    return "" if unicodedata.combining(letter) or unicodedata.category(letter) in ("Mn", "Mc", "Cf") else " "
