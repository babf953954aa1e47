"""Pages of one service: what to bring, fee, where, how many wait - and the short pages that lead back."""

from msgspec.structs import replace

from kiosk.catalogue.model import Queue, Service
from kiosk.flows.browse import elsewhere, fees
from kiosk.flows.browse.browse_visit import browsing
from kiosk.flows.browse.opening import service_opening_text
from kiosk.flows.common import guards, page_frame
from kiosk.flows.common.page_frame import Page
from kiosk.flows.common.texts import marked_once, marks_of
from kiosk.i18n import formats
from kiosk.i18n.languages import fallback_mark
from kiosk.view import Block, Control, Fact, Line, Look, Notice, Screen, Tone, View
from kiosk.vocabulary.intents import DrawTicket


def service(page: Page) -> View:
    """One service: what to bring, fee, where, how many wait."""
    index, words = page.facts.index, page.words
    chosen = index.services.get(browsing(page.session).service)
    if chosen is None:
        return unknown_service(page)
    name, teaser = words.line(chosen.names), words.line(chosen.teasers)
    marks = marks_of(name, teaser)
    here = chosen.elsewhere is None
    facts = _service_facts(page, chosen) if here else elsewhere.facts(page, chosen)
    return page_frame.view(
        page,
        Screen.SERVICE,
        name.text,
        subtitle=teaser.text,
        title_lang=name.lang,
        subtitle_lang=teaser.lang,
        place=f"service:{chosen.id}",
        body=tuple(_sparing(block, marks) for block in facts),
        actions=_service_actions(page, chosen)
        if here
        else (page_frame.back(page), page_frame.to_start(page, Look.MAIN)),
        progress=page_frame.choosing(page, 3) if here else None,
        notes=tuple(note for note in (*marks, _as_of(page)) if note),
    )


def _sparing(block: Block, marks: tuple[str, ...]) -> Block:
    """A card says only once that it lacks a language, and nothing when the head of the page has said so."""
    if not isinstance(block, Fact):
        return block
    return replace(block, lines=marked_once(block.lines, marks), ticks=marked_once(block.ticks, marks))


def _as_of(page: Page) -> str:
    """Said when the hub has not confirmed the catalogue for longer than it promised."""
    day = page.facts.catalogue_as_of
    return page.words("service.as_of", day=formats.numeric_date(day)) if day is not None else ""


def _service_facts(page: Page, chosen: Service) -> tuple[Block, ...]:
    words, index = page.words, page.facts.index
    blocks: list[Block] = []
    bring = _bring(page, chosen)
    if bring:
        blocks.append(Fact(icon="checklist", heading=words("service.bring"), ticks=bring))
    if fee := fees.fact(page, chosen):
        blocks.append(fee)
    queue = index.queue_of(chosen)
    if queue is not None and queue.id in page.facts.waiting and page.facts.health.hub:
        people = page_frame.people_ahead(page, page.facts.waiting[queue.id])
        blocks.append(Fact(icon="users", heading=words("service.waiting"), value=people, half=True))
    where = _where(page, chosen, queue)
    known = where or (Line(words("service.ask_counter")),)
    blocks.append(Fact(icon="map-pin", heading=words("service.where"), lines=known))
    if guards.gives_no_numbers(page.facts):
        heading, text = words("numbers_stopped.heading"), words("numbers_stopped.text")
        blocks.insert(0, Notice(tone=Tone.WARN, icon="user", heading=heading, text=text))
    elif where and not bring and not chosen.teasers:
        blocks.append(Notice(tone=Tone.INFO, icon="info-circle", heading=words("service.ask_counter")))
    return tuple(blocks)


def _bring(page: Page, chosen: Service) -> tuple[Line, ...]:
    lang = next((each for each in (page.words.lang, "en", "de") if chosen.bring.get(each)), "")
    if not lang:
        return ()
    if lang == page.words.lang:
        return tuple(Line(text) for text in chosen.bring[lang])
    mark = fallback_mark(page.words.lang, lang)
    return tuple(Line(text, lang, mark) for text in chosen.bring[lang])


def _where(page: Page, chosen: Service, queue: Queue | None) -> tuple[Line, ...]:
    """Place, office and address; nothing where none is known."""
    words, office = page.words, page.facts.index.office_of(chosen)
    lines: list[Line] = []
    if queue is not None and queue.places:
        lines.extend(words.signs(queue.places))
    elif office is not None and office.places:
        lines.extend(words.signs(office.places))
    if office is not None:
        lines.append(words.line(office.names))
        if office.address and (queue is None or page.site.name not in office.address):
            lines.append(Line(office.address, "de" if words.lang != "de" else ""))
    return tuple(lines)


def _service_actions(page: Page, chosen: Service) -> tuple[Control, ...]:
    if guards.gives_no_numbers(page.facts) or not page.facts.index.may_ticket(chosen.id, page.facts.now):
        return (page_frame.back(page),)
    label, short = page.words("action.draw"), page.words("action.draw_short")
    draw = page_frame.button("draw", label, DrawTicket(chosen.id), icon="ticket", look=Look.MAIN, short=short)
    return (page_frame.back(page), draw)


def unknown_service(page: Page) -> View:
    """An old screen named a service that is gone."""
    return dead_end(page, Screen.UNKNOWN_SERVICE, "unknown_service", Tone.INFO, "info-circle")


def service_closed(page: Page) -> View:
    """No numbers for this service now: closed, or the terminal gives none at all."""
    if page.facts.outbox_full:
        return dead_end(page, Screen.SERVICE_CLOSED, "numbers_stopped", Tone.WARN, "user")
    return dead_end(page, Screen.SERVICE_CLOSED, "service_closed", Tone.INFO, "clock", service_opening_text(page))


def dead_end(page: Page, screen: str, key: str, tone: Tone, icon: str, extra: str = "") -> View:
    """A short page that says one thing (texts ``key.title``, ``.heading``, ``.text``) and leads back to the start."""
    words = page.words
    text = " ".join(part for part in (words(f"{key}.text"), extra) if part)
    notice = Notice(tone=tone, icon=icon, heading=words(f"{key}.heading"), text=text)
    again = page_frame.to_start(page, Look.MAIN)
    return page_frame.view(page, screen, words(f"{key}.title"), body=(notice,), actions=(again,))
