"""What a printer's own characters can set."""

from kiosk.i18n.drawable import drawable
from kiosk.i18n.rtl import plain

_SEEN = str.maketrans({"\u00a0": " ", "\u202f": " ", "\u2009": " ", "\u00ad": "", "\u2011": "-"})
"""Blanks and hyphens that only steer where a line breaks."""
_UNSEEN = frozenset("\u00ad\u200c\u200d\u200e\u200f\u2066\u2067\u2068\u2069")
"""Break and direction marks: not printable, but meant."""


def clean(text: str) -> str:
    """What of the text is drawn, without anything a printer could take for a command.

    Controls become blanks, line feeds stay.
    """
    kept = drawable(text)
    return "".join(char if char.isprintable() or char in _UNSEEN or char in "\n\u00a0\u202f" else " " for char in kept)


def seen(line: str) -> str:
    """A wrapped line as it stands on paper."""
    return line.translate(_SEEN)


def encodes(text: str, page: str) -> bool:
    """Whether the code page has every character of the text."""
    try:
        plain(seen(clean(text))).encode(page)
    except UnicodeEncodeError:
        return False
    return True
