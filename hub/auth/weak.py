"""Which passwords are tried first by whoever guesses: common ones, keyboard runs, and what is written on the door.

Follows NIST SP 800-63B, 5.1.1.2: compare with common values and with words of the context; no rules of composition.
"""

import re
import unicodedata
from collections.abc import Iterable, Iterator
from pathlib import Path

COMMON = frozenset((Path(__file__).parent / "common_passwords.txt").read_text("utf-8").split())
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
    "!@#$%^&*()",
    '!"§$%&/()=',
)
RUN_LEAST = 4
"""Letters in a row on a keyboard or in the alphabet that count as a run."""
LEFT_LEAST = 5
"""Letters and figures that must be left of a password when everything easy is taken out."""
LOOKED_AT = 64
"""Letters of a password that are looked at: a longer one has enough without."""
_LEET = str.maketrans("013457@$!8", "oieastasib")
_NOT_LETTERS = re.compile(r"[\W\d_]+")


def is_weak(password: str, context: Iterable[str] = ()) -> bool:
    """Whether too little is left of it without common words, runs, repetitions and words of the ``context`` (login,
    name, town, hall)."""
    words = sorted(COMMON | set(_words(context)), key=len, reverse=True)
    plain = _plain(password)
    return min(len(_left(form, words)) for form in (plain, plain.translate(_LEET))) < LEFT_LEAST


def _left(text: str, words: list[str]) -> str:
    """What nobody guesses: without words, runs, figures and signs at both ends, and repeated letters."""
    text = text[:LOOKED_AT]
    while run := _longest_run(text):
        text = text.replace(run, "\x00")
    for word in words:
        text = text.replace(word, "\x00")
    text = re.sub(r"(.)\1{2,}", "\x00", text)
    text = re.sub(r"(?:19|20)[0-9]{2}", "\x00", text)
    return "".join(letter for letter in text.strip("0123456789\x00!?.,-_#*+&%$ ") if letter.isalnum())


def _longest_run(text: str) -> str:
    """The longest piece of a run, forwards or backwards, that the text holds; "" = none of RUN_LEAST letters."""
    for length in range(len(text), RUN_LEAST - 1, -1):
        for at in range(len(text) - length + 1):
            piece = text[at : at + length]
            if any(piece in run or piece in run[::-1] for run in RUNS):
                return piece
    return ""


def _words(context: Iterable[str]) -> Iterator[str]:
    for text in context:
        for word in _NOT_LETTERS.split(_plain(text)):
            if len(word) >= 3:
                yield word


def _plain(text: str) -> str:
    """Small letters; umlauts as two, so that they match either way of writing."""
    folded = unicodedata.normalize("NFC", text).casefold()
    for letter, written in (("ä", "ae"), ("ö", "oe"), ("ü", "ue"), ("ß", "ss")):
        folded = folded.replace(letter, written)
    return folded
