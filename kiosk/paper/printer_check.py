"""The test page: everything a slip may hold, with measures a technician can check with a ruler."""

from datetime import datetime

from kiosk.config import Site
from kiosk.i18n import formats
from kiosk.i18n.texts import Texts
from kiosk.paper.document import Align, Big, Block, Document, Gap, Kind, Pair, Qr, Rule, Text

LETTERS = ("ÄÖÜ äöü ß ẞ € § °", "Łukasz Dvořák, Şahin, Nguyễn", "0123456789 .,:;!?()/+-*&%#@")
QR_TEXT = "TOWNHALL KIOSK 0123456789 ÄÖÜ"
NUMBER_MM = 10.0
LINES_APART_MM = 10.0
_AIR_MM = 2.0
"""A Rule's own air: 1 mm above, 1 mm below."""


def build_test_page(site: Site, terminal: str, now: datetime, texts: Texts, lang: str = "de") -> Document:
    """The page, in the technician's language; ``now`` is the town hall's time."""
    day, clock = formats.numeric_date(now.date()), formats.clock(now.time())
    blocks: tuple[Block, ...] = (
        Text(site.town, bold=True, align=Align.CENTRE),
        Text(site.name, align=Align.CENTRE),
        Text(_say(texts, lang, "title"), bold=True, double=True, align=Align.CENTRE),
        Pair(_say(texts, lang, "terminal"), terminal),
        Pair(_say(texts, lang, "printed"), texts.say(lang, "paper.issued_at", date=day, time=clock).text),
        Rule(),
        Text(_say(texts, lang, "letters"), bold=True),
        *(Text(letters) for letters in LETTERS),
        Rule(),
        Text(_say(texts, lang, "normal")),
        Text(_say(texts, lang, "bold"), bold=True),
        Text(_say(texts, lang, "double"), double=True),
        Pair(_say(texts, lang, "edges"), _say(texts, lang, "edge_right")),
        Rule(),
        Text(_say(texts, lang, "number")),
        Big("A 143", NUMBER_MM),
        Rule(),
        Text(_say(texts, lang, "gaps")),
        Rule(),
        Gap(LINES_APART_MM - _AIR_MM),
        Rule(),
        Text(texts.say(lang, "paper.test.qr", text=QR_TEXT).text),
        Qr(QR_TEXT),
        Text(_say(texts, lang, "end"), align=Align.CENTRE),
    )
    return Document(kind=Kind.TEST_PAGE, lang=lang, blocks=blocks)


def _say(texts: Texts, lang: str, key: str) -> str:
    return texts.say(lang, f"paper.test.{key}").text
