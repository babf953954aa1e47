"""Texts with HTML -> plain lines: reduced by nh3 to the tags the format allows, then to words."""

import html
import re
import unicodedata

import nh3

from hub.catalogue.xzufi import facts
from hub.catalogue.xzufi.report import Report
from kiosk.catalogue.texts import text_faults

_LINES = re.compile(r"</?(?:p|br|h[1-6]|ul|ol|li)\b[^>]*>")
_TAG = re.compile(r"<[^>]*>")
_OPENED = re.compile(r"<\s*([A-Za-z][A-Za-z0-9]*)")


def lines(text: str, report: Report) -> list[str]:
    """The lines of a text: items of lists, paragraphs, headings. What is not allowed is taken out and counted."""
    if "<" in text or "&" in text:
        if len(text) > facts.HTML_LIMIT or text.count("<") > facts.TAGS_LIMIT:
            report.count("texts left out: too much HTML in one")
            return []
        for tag in _OPENED.findall(text):
            if tag.lower() not in facts.TAGS:
                report.count(f"HTML tags taken out: {tag.lower()[:20]}")
        plain = nh3.clean(text, tags=set(facts.TAGS), attributes={}, link_rel=None)
        parts = [html.unescape(_TAG.sub("", part)) for part in _LINES.split(plain)]
    else:
        parts = [text]
    return [line for part in parts if (line := " ".join(unicodedata.normalize("NFC", part).split()))]


def fit(text: str, limit: int, report: Report) -> str:
    """The text as the catalogue may hold it: shortened at a word; "" when it holds what no text may hold."""
    if len(text) > limit:
        report.count("texts shortened")
        text = text[: limit - 1].rpartition(" ")[0] or text[: limit - 1]
        text = text.rstrip(" ,;:–-") + "…"
    fault = next(text_faults("", text, limit), None)
    if fault is not None:
        report.count(f"texts left out: {fault.reason.partition(',')[0].partition(' (')[0]}")
        return ""
    return text
