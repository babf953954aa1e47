"""The ticket as a slip of paper: number, service, where to wait, what to have ready, and an honest QR code.

It stands in the visitor's language; when that is not German, the service and the waiting place follow in German, for
the people at the counter. What the language lacks is marked ("only in German") once, below where it is read first.
"""

import re
from collections.abc import Iterator, Mapping
from datetime import datetime
from zoneinfo import ZoneInfo

import msgspec

from kiosk.config import Site
from kiosk.i18n import formats
from kiosk.i18n.languages import base
from kiosk.i18n.texts import Said, Texts, mark, pick
from kiosk.paper.document import Align, Big, Bitmap, Block, Document, Gap, Kind, Pair, Picture, Qr, Rule, Text
from kiosk.vocabulary.tickets import Numbered

NUMBER_MM = 14.0
"""Height of the number's capitals; 10 mm is the least that may be."""
BRING_LIMIT = 4
"""Papers that are named on the slip; the service page shows all."""

CALLED_WITHIN_MIN = 30
"""A number of the terminal's own that was not called by then is to be shown at the desk."""

_GERMAN = "de"
_COMMA = re.compile("[,،] *")


class SlipTexts(msgspec.Struct, frozen=True, kw_only=True):
    """What the catalogue says for the slip: texts per language; what it does not say has no line."""

    service: Mapping[str, str] = {}
    place: Mapping[str, str] = {}
    """Where this ticket's people wait."""
    bring: Mapping[str, tuple[str, ...]] = {}


def ticket_document(
    ticket: Numbered,
    slip: SlipTexts,
    site: Site,
    texts: Texts,
    lang: str,
    *,
    copy: bool = False,
    arms: Bitmap | None = None,
) -> Document:
    """The slip for a numbered ticket. ``copy`` marks a second print, so that nobody holds two numbers. ``arms``: the
    town's, for the head; about 20 mm (160 dots) wide and high at most, each 1,000 dots are 125 bytes on the line."""
    blocks: tuple[Block, ...] = (
        *_head(site, texts, lang, copy, arms),
        *_number(ticket, slip, texts, lang),
        *_facts(ticket, site, texts, lang),
        *_bring(slip, texts, lang),
        *_code(ticket, texts, lang),
        *(() if base(lang) == _GERMAN else _in_german(slip, texts, copy)),
    )
    return Document(
        kind=Kind.TICKET, lang=lang, blocks=blocks, copy_mark=texts.say(lang, "paper.copy").text if copy else ""
    )


def _head(site: Site, texts: Texts, lang: str, copy: bool, arms: Bitmap | None) -> tuple[Block, ...]:
    warning = (_line(texts.say(lang, "paper.copy_text"), align=Align.CENTRE), Gap(1.0)) if copy else ()
    return (
        *warning,
        *((Picture(arms), Gap(1.5)) if arms is not None else ()),
        Text(site.town, bold=True, align=Align.CENTRE, lang=_GERMAN),
        Text(site.name, align=Align.CENTRE, lang=_GERMAN),
        Rule(),
    )


def _number(ticket: Numbered, slip: SlipTexts, texts: Texts, lang: str) -> tuple[Block, ...]:
    blocks: list[Block] = [
        _line(texts.say(lang, "paper.your_number"), align=Align.CENTRE),
        Gap(2.5),
        Big(str(ticket.label), NUMBER_MM),
        Gap(4.0),
    ]
    service, place = pick(slip.service, lang), pick(slip.place, lang)
    if slip.service:
        blocks += [_line(service, bold=True, align=Align.CENTRE), *_mark(service, lang, Align.CENTRE)]
    if slip.place:
        blocks += [
            Gap(2.5),
            _line(texts.say(lang, "paper.wait_here"), align=Align.CENTRE),
            Gap(0.5),
            *_place(place),
            *_mark(place, lang, Align.CENTRE, service),
        ]
    return (
        *blocks,
        Gap(1.0),
        _line(texts.say(lang, "paper.called"), align=Align.CENTRE),
        *_own(ticket, texts, lang),
        Rule(),
    )


def _own(ticket: Numbered, texts: Texts, lang: str) -> tuple[Block, ...]:
    """The hub has not heard of a number of the terminal's own yet: what to do should that last."""
    if ticket.label.slot == 0:
        return ()
    late = texts.say(lang, "paper.not_called", minutes=CALLED_WITHIN_MIN)
    return (Gap(1.0), _line(late, bold=True, align=Align.CENTRE))


def _place(place: Said) -> Iterator[Text]:
    """What people look for on the signs stands large ("Wartebereich A"), the way there below it ("Erdgeschoss")."""
    sign, *way = _COMMA.split(place.text, maxsplit=1)
    yield Text(sign, bold=True, double=True, align=Align.CENTRE, lang=place.lang)
    yield from (Text(part, bold=True, align=Align.CENTRE, lang=place.lang) for part in way)


def _facts(ticket: Numbered, site: Site, texts: Texts, lang: str) -> tuple[Block, ...]:
    blocks: list[Block] = []
    if ticket.ahead >= 0:
        key = "paper.people" if ticket.ahead else "paper.nobody"
        people = texts.say(lang, key, n=ticket.ahead).text
        blocks.append(Pair(texts.say(lang, "paper.ahead").text, people))
    if (issued := _moment(ticket.issued_at, site.timezone)) is not None:
        day, clock = formats.numeric_date(issued.date()), formats.clock(issued.time())
        stamp = texts.say(lang, "paper.issued_at", date=day, time=clock).text
        blocks.append(Pair(texts.say(lang, "paper.issued").text, stamp))
    return tuple(blocks)


def _moment(issued_at: str, timezone: str) -> datetime | None:
    """The time of issue on the clock of the town hall; None when it cannot be read (the slip is printed all the
    same)."""
    try:
        moment = datetime.fromisoformat(issued_at)
    except ValueError:
        return None
    return moment if moment.tzinfo is None else moment.astimezone(ZoneInfo(timezone))


def _bring(slip: SlipTexts, texts: Texts, lang: str) -> tuple[Block, ...]:
    chosen = pick({tag: tag for tag, papers in slip.bring.items() if papers}, lang)
    if not chosen.text:
        return ()
    papers = slip.bring[chosen.text][:BRING_LIMIT]
    before = (pick(slip.service, lang), pick(slip.place, lang))
    said = [texts.say(chosen.lang, "paper.item", text=paper) for paper in papers]
    items = (Text(each.text, lang=each.lang, hang=True) for each in said)
    heading = _line(texts.say(lang, "paper.bring"), bold=True)
    return (Rule(), heading, *_mark(chosen, lang, Align.START, *before), *items)


def _code(ticket: Numbered, texts: Texts, lang: str) -> tuple[Block, ...]:
    """Where visitors have a page of their own, the slip says so; without one the code is only for the staff."""
    caption = texts.say(lang, "paper.qr_page" if ticket.url else "paper.qr_code")
    return (Rule(), Qr(ticket.url or ticket.slip_code), _line(caption, align=Align.CENTRE))


def _in_german(slip: SlipTexts, texts: Texts, copy: bool) -> tuple[Block, ...]:
    blocks: list[Block] = []
    if slip.service:
        blocks.append(Text(pick(slip.service, _GERMAN).text, bold=True, lang=_GERMAN))
    if slip.place:
        wait_here = texts.say(_GERMAN, "paper.wait_here").text
        blocks.append(Text(f"{wait_here} {pick(slip.place, _GERMAN).text}", lang=_GERMAN))
    if copy:
        blocks += [Text(texts.say(_GERMAN, key).text, lang=_GERMAN) for key in ("paper.copy", "paper.copy_text")]
    return (Rule(), *blocks) if blocks else ()


def _mark(said: Said, lang: str, align: Align, *before: Said) -> tuple[Text, ...]:
    """The mark below what fell back; nothing when a line ``before`` has said it."""
    lacking = mark(said, lang)
    if not lacking or lacking in {mark(each, lang) for each in before}:
        return ()
    return (Text(lacking, align=align, lang=lang),)


def _line(said: Said, *, bold: bool = False, align: Align = Align.START) -> Text:
    return Text(said.text, bold=bold, align=align, lang=said.lang)
