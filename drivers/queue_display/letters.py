"""Characters for displays that have few: what cannot be shown is written as people would type it."""

import textwrap
import unicodedata

from kiosk.vocabulary.short_names import shortened

PLAIN: dict[str, str] = {
    "Ä": "Ae", "Ö": "Oe", "Ü": "Ue", "ä": "ae", "ö": "oe", "ü": "ue", "ß": "ss", "ẞ": "SS", "→": ">", "–": "-",
    "—": "-", "·": "-", "…": "...", "„": '"', "“": '"', "”": '"', "‚": "'", "‘": "'", "’": "'", "€": "EUR",
    "\u00a0": " ", "\u202f": " ", "æ": "ae", "Æ": "Ae", "ø": "oe", "Ø": "Oe", "å": "aa", "Å": "Aa", "ł": "l", "Ł": "L",
    "đ": "d", "Đ": "D",
}  # fmt: skip
"""German and neighbouring letters in their usual spelling without diacritics (DIN 5007, passports)."""


def plain(char: str) -> str:
    """One character in printable ASCII; "?" when nothing is like it."""
    if " " <= char <= "~":
        return char
    if char in PLAIN:
        return PLAIN[char]
    bare = "".join(part for part in unicodedata.normalize("NFKD", char) if " " <= part <= "~")
    return bare or ("" if unicodedata.category(char) in ("Cf", "Mn", "Cc") else "?")


def fit(label: str, place: str, columns: int, arrow: str = "", short: str = "") -> str:
    """Number and place on one line of exactly so many columns; the number always stays whole.

    Where the place has no room its ``short`` name stands, or as much of it as fits, with a full stop. With room to
    spare the place stands at the right edge, behind an arrow where there is room for it.
    """
    room = columns - len(label) - 1
    if room < 1:
        return label[:columns].ljust(columns)
    place = that_fits(place, short, room)
    if arrow and len(place) + len(arrow) + 1 <= room:
        return f"{label} {arrow} {place}".ljust(columns)
    return f"{label} {place.rjust(room)}"


def that_fits(place: str, short: str, room: int) -> str:
    """The place if there is room for it, else its short name, else that shortened so that one sees it."""
    return place if len(place) <= room else shortened(short or place, room)


def centred(text: str, columns: int) -> str:
    """A text in the middle of a line."""
    return shortened(text, columns).center(columns)


def broken(text: str, columns: int) -> list[str]:
    """A text in lines of so many columns, broken between words."""
    return textwrap.wrap(text, columns) or [""]
