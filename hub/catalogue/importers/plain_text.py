"""Foreign texts as the catalogue may hold them: one line, shortened at a word instead of dropped."""

import unicodedata
from collections.abc import Callable
from typing import Protocol

from kiosk.catalogue.texts import text_faults
from kiosk.i18n.invisible import without_idle

Count = Callable[[str], None]
"""Notes one more thing of a kind for the report."""


class Counts(Protocol):
    """Whatever counts for a report."""

    def count(self, what: str, times: int = 1) -> None:
        """Note one more thing of a kind."""


def line(text: str) -> str:
    """The text in NFC, with single blanks and without characters that have neither width nor effect."""
    return " ".join(without_idle(unicodedata.normalize("NFC", text)).split())


def shortened(text: str, limit: int, count: Count) -> str:
    """The text, cut at a word where it is longer than this."""
    if len(text) <= limit:
        return text
    count("texts shortened")
    cut = text[: limit - 1].rpartition(" ")[0] or text[: limit - 1]
    return cut.rstrip(" ,;:–-") + "…"


def fit(text: str, limit: int, count: Count) -> str:
    """The text as the catalogue may hold it: shortened at a word; "" when it holds what no text may hold."""
    text = shortened(text, limit, count)
    fault = next(text_faults("", text, limit), None) if text else None
    if fault is not None:
        count(f"texts left out: {fault.reason.partition(',')[0].partition(' (')[0]}")
        return ""
    return text
