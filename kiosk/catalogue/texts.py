"""What a text of the catalogue may be: plain, bounded, in known languages."""

import re
import unicodedata
from collections.abc import Iterator, Mapping

from kiosk.catalogue.faults import Fault, shown

NAME_LIMIT = 200
TEASER_LIMIT = 600
ITEM_LIMIT = 300
WORD_LIMIT = 60
PLACE_LIMIT = 300
ITEMS_LIMIT = 40
WORDS_LIMIT = 80

LANGUAGE_TAG = re.compile(r"(?=.{2,20}\Z)[a-z]{2,3}(-[A-Za-z0-9]{1,8}){0,3}\Z")
"""A tag as records carry it: at most twenty letters (``kiosk.wire.base.Lang``)."""

_KIVY = "b|i|u|s|sub|sup|size|color|font|font_family|font_features|font_context|ref|anchor|text_language"
_MARKUP = re.compile(rf"</?[A-Za-z!][^<>]*>|\[/?({_KIVY})(=[^\]]*)?\]|&(#[0-9]+|#x[0-9a-f]+|bl|br|[a-z]{{2,8}});", re.I)
_BIDI_CONTROLS = frozenset("\u061c\u200e\u200f\u202a\u202b\u202c\u202d\u202e\u2066\u2067\u2068\u2069")
_REFUSED_CLASSES = frozenset({"Cc", "Cs", "Cn", "Co", "Zl", "Zp"})
_PLAIN = re.compile(r"[\w .,;:!?()/–—'’\"„“”%€+-]*\Z")
"""A fast way out for nearly every text there is."""

_SPLIT = "Write it as plain text in one paragraph."


def text_faults(place: str, text: str, limit: int) -> Iterator[Fault]:
    """What is wrong with one text."""
    if not text.strip():
        yield Fault(place, "the text is empty", "Write the text, or leave this language out.")
    elif len(text) > limit:
        remedy = f"Shorten it to {limit} letters."
        yield Fault(place, f"the text is too long: {len(text)} letters, {limit} may be ({shown(text)})", remedy)
    elif not _PLAIN.match(text):
        yield from _unusual(place, text)


def _unusual(place: str, text: str) -> Iterator[Fault]:
    if bad := control_in(text):
        yield Fault(place, f"the text holds the control character U+{ord(bad):04X} ({shown(text)})", _SPLIT)
    if found := markup_in(text):
        yield Fault(place, f"the text holds markup, {shown(found)}", _SPLIT)


def control_in(text: str) -> str:
    """The first character that no text may hold (a control, one that turns the direction, no letter); "" = none."""
    return next((letter for letter in text if _refused(letter)), "")


def markup_in(text: str) -> str:
    """The first piece of markup that a screen, a page or a parser might act on; "" = none."""
    found = _MARKUP.search(text)
    return found.group() if found else ""


def _refused(letter: str) -> bool:
    return letter in _BIDI_CONTROLS or unicodedata.category(letter) in _REFUSED_CLASSES


def by_language(place: str, texts: Mapping[str, str], limit: int, *, needed: bool = False) -> Iterator[Fault]:
    """What is wrong with a text in its languages; ``needed`` = at least one language must be there."""
    if needed and not texts:
        yield Fault(place, "there is no text", 'Write it in German at least: de = "…".')
    for lang, text in texts.items():
        yield from tag_faults(f"{place}.{_key(lang)}", lang)
        yield from text_faults(f"{place}.{_key(lang)}", text, limit)


def lists_by_language(place: str, lists: Mapping[str, tuple[str, ...]], limit: int, most: int) -> Iterator[Fault]:
    """What is wrong with lists of texts (papers to bring, search words) in their languages."""
    for lang, items in lists.items():
        here = f"{place}.{_key(lang)}"
        yield from tag_faults(here, lang)
        if len(items) > most:
            yield Fault(here, f"the list is too long: {len(items)} entries, {most} may be", "Keep the important ones.")
            continue
        for position, item in enumerate(items):
            yield from text_faults(f"{here}[{position}]", item, limit)


def tag_faults(place: str, lang: str) -> Iterator[Fault]:
    """What is wrong with a language tag."""
    if not LANGUAGE_TAG.match(lang):
        yield Fault(place, f"{shown(lang)} is not a language tag", "Write it like de, en, ar or de-x-ls (BCP 47).")


def _key(lang: str) -> str:
    return lang if LANGUAGE_TAG.match(lang) else shown(lang)
