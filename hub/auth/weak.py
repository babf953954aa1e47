"""Which passwords are tried first by whoever guesses: common ones, keyboard runs, and what is written on the door.

Follows NIST SP 800-63B, 5.1.1.2: compare with common values and with words of the context; no rules of composition.
What people do to a word to make it look like a password is undone first: capitals, accents, figures for letters, signs
between, the word backwards, a year or figures at its ends.
"""

import re
import unicodedata
from collections.abc import Iterable, Iterator
from functools import cache
from pathlib import Path

COMMON = Path(__file__).parent / "common_passwords.txt"
"""What most lists of leaked passwords begin with, in German and English, and a town hall's own words."""
RUNS = (
    "abcdefghijklmnopqrstuvwxyz",
    "01234567890123456789",
    "qwertzuiopü",
    "asdfghjklöä",
    "yxcvbnm",
    "qwertyuiop",
    "zxcvbnm",
    "azertyuiop",
    "qsdfghjklm",
    "1qay2wsx3edc4rfv5tgb6zhn",
    "1qaz2wsx3edc4rfv5tgb6yhn",
    "qazwsxedcrfvtgbyhnujm",
    "qaywsxedcrfvtgbzhnujm",
    "qayxswedcvfrtgbnhzujm",
    "qazxswedcvfrtgbnhyujm",
    "1q2w3e4r5t6z7u8i9o0p",
    "1q2w3e4r5t6y7u8i9o0p",
    "q1w2e3r4t5z6u7i8o9p0",
    "q1w2e3r4t5y6u7i8o9p0",
    "qawsedrftgzhujikolp",
    "147258369",
    "159357",
    "!@#$%^&*()",
    '!"§$%&/()=',
)
RUN_LEAST = 4
"""Letters in a row on a keyboard or in the alphabet that count as a run."""
LEFT_LEAST = 5
"""Letters and figures that must be left of a password when everything easy is taken out."""
LOOKED_AT = 64
"""Letters of a password that are looked at: a longer one has enough without."""
_LEET = tuple(str.maketrans("0134579@$!8€+|", f"o{one}eastgasibetl") for one in "il")
"""A 1 may be an i or an l."""
_ENDS = "0123456789\x00!?.,-_#*+&%$ "
_NOT_LETTERS = re.compile(r"[\W\d_]+")
_GERMAN = str.maketrans({"ä": "ae", "ö": "oe", "ü": "ue"})
_STROKES = str.maketrans({"ø": "o", "ł": "l", "đ": "d", "ð": "d", "þ": "th", "æ": "ae", "œ": "oe", "ı": "i"})


def is_weak(password: str, context: Iterable[str] = ()) -> bool:
    """Whether too little is left of it without common words, runs, repetitions and words of the ``context`` (login,
    name, town, town hall)."""
    words = sorted(_common() | set(_words(context)), key=len, reverse=True)
    return any(_left(form, words) < LEFT_LEAST for form in _forms(password))


def is_near(password: str, old: str) -> bool:
    """Whether it is the old password with something added or changed, so that whoever knows that one guesses it."""
    new, kept = password.casefold(), old.casefold()
    return (len(kept) >= 2 * LEFT_LEAST and (kept in new or new in kept)) or is_weak(password, (old,))


def _left(text: str, words: list[str]) -> int:
    """How many letters nobody guesses: without words, runs, figures and signs at both ends, and repeated letters."""
    text = _without_runs(text)
    for word in words:
        text = text.replace(word, "\x00")
    text = re.sub(r"(.)\1{2,}", "\x00", text)
    text = re.sub(r"(?:19|20)[0-9]{2}", "\x00", text)
    return sum(letter.isalnum() for letter in text.strip(_ENDS))


def _forms(password: str) -> set[str]:
    """The password with everything undone that is done to a word, each way that there is."""
    folded = {form[:LOOKED_AT] for form in _foldings(password)}
    ended = folded | {form.rstrip(_ENDS) for form in folded}
    closed = ended | {"".join(letter for letter in form if letter.isalnum() or letter in "@$!€+|") for form in ended}
    letters = closed | {form.translate(leet) for form in closed for leet in _LEET}
    return letters | {form[::-1] for form in letters}


def _without_runs(text: str) -> str:
    easy = [False] * len(text)
    for at in range(len(text) - RUN_LEAST + 1):
        if text[at : at + RUN_LEAST] in _pieces():
            easy[at : at + RUN_LEAST] = [True] * RUN_LEAST
    return "".join("\x00" if is_easy else letter for letter, is_easy in zip(text, easy, strict=True))


@cache
def _pieces() -> frozenset[str]:
    """Every RUN_LEAST letters of a run, forwards and backwards."""
    both = [form for run in RUNS for straight in _foldings(run) | {run} for form in (straight, straight[::-1])]
    return frozenset(run[at : at + RUN_LEAST] for run in both for at in range(len(run) - RUN_LEAST + 1))


@cache
def _common() -> frozenset[str]:
    return frozenset(_words([COMMON.read_text("utf-8")]))


def _words(context: Iterable[str]) -> Iterator[str]:
    for text in context:
        for form in _foldings(text):
            yield from (word for word in _NOT_LETTERS.split(form) if len(word) >= 3)


def _foldings(text: str) -> set[str]:
    """Small letters without accents; umlauts as two letters and as one, as people write either."""
    small = unicodedata.normalize("NFC", text).casefold().translate(_STROKES)
    return {_bare(small.translate(_GERMAN)), _bare(small)}


def _bare(text: str) -> str:
    apart = unicodedata.normalize("NFKD", text)
    return "".join(letter for letter in apart if not unicodedata.combining(letter))
