"""What visitors typed and did not find: counted in memory, told at closing only where five visits of the day agree.

Nothing of it is ever written to a disk or a log of this terminal, and a new start of the program forgets it.
"""

import unicodedata
from collections import Counter
from datetime import date, datetime

from kiosk.catalogue.index import CatalogueIndex
from kiosk.flows.browse.browse_visit import BrowseState, browsing
from kiosk.session.model import Session
from kiosk.vocabulary.effects import TellMisses
from kiosk.wire import MISSES_TOLD

TOLD_FROM = 5
"""Visits of one day that typed the same: less than that may be somebody's name."""
MOST_TEXTS = 1_000
"""Texts counted at once; of what comes after, nothing is kept."""
_WORDS = 3
_LETTERS = 40
_LEAST = 3


def missed(before: Session, after: Session, index: CatalogueIndex) -> str:
    """What the visitor leaves behind unfound with this step: letters only, three words at most, else "".

    They leave the search, or empty its field, while its answer has no sure hit. Whoever opens a service that may have
    been meant has found it; the reception is for who has not.
    """
    searched, now = browsing(before), browsing(after)
    if before.state is not BrowseState.SEARCH or not searched.query or searched.hits:
        return ""
    if searched.answered != searched.token:
        return ""
    stays = after.id == before.id and after.state is BrowseState.SEARCH and now.query
    opened = index.services.get(now.service) if after.state is BrowseState.SERVICE else None
    if stays or (opened is not None and not opened.reception):
        return ""
    return plain(searched.query)


def plain(text: str) -> str:
    """The words in small letters; "" where there is a digit or a sign, or too little or too much of them."""
    words = unicodedata.normalize("NFC", text).casefold().split()
    letters = all(unicodedata.category(letter)[0] in "LM" for word in words for letter in word)
    joined = " ".join(words)
    return joined if letters and len(words) <= _WORDS and _LEAST <= len(joined) <= _LETTERS else ""


class Misses:
    """The count of one day. Belongs to the core thread."""

    def __init__(self) -> None:
        self._visits: Counter[str] = Counter()
        self._visit, self._said = "", set[str]()
        self._day: date | None = None

    def note(self, visit: str, text: str, day: date) -> None:
        """A visit did not find this; the same visit counts once for a text."""
        if not text:
            return
        if visit != self._visit:
            self._visit, self._said = visit, set()
        if text in self._said or (text not in self._visits and len(self._visits) >= MOST_TEXTS):
            return
        self._said.add(text)
        self._visits[text] += 1
        self._day = self._day or day

    def closed(self, now: datetime, index: CatalogueIndex) -> TellMisses | None:
        """When the day is over or the town hall closed for today: what the hub gets of it, if anything. All is
        forgotten."""
        if self._day is None or (self._day == now.date() and _still_opens(now, index)):
            return None
        day = self._day.isoformat()
        often = tuple((text, visits) for text, visits in self._visits.most_common(MISSES_TOLD) if visits >= TOLD_FROM)
        self._visits.clear()
        self._said.clear()
        self._day = None
        self._visit = ""
        return TellMisses(day, often) if often else None


def _still_opens(now: datetime, index: CatalogueIndex) -> bool:
    """Open now, or again before the day is over."""
    opening = index.next_opening(now)
    return opening is not None and opening.date() == now.date()
