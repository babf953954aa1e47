"""The search page: field and keyboard, what is asked for most, what was found, and the way on for who finds nothing."""

from collections.abc import Iterable

from kiosk.catalogue.model import Service
from kiosk.flows.browse.browse_visit import SEARCH_FIELD, browsing
from kiosk.flows.common import form, guards, keyboard, page_frame
from kiosk.flows.common.page_frame import Page
from kiosk.view import Block, Control, Field, Line, Look, Notice, Role, Screen, Tiles, Tone, View
from kiosk.vocabulary.intents import OpenService

MOST_ASKED = 6
"""Services that stand there before anything is typed: one page."""


def search(page: Page) -> View:
    """The search page with its own keyboard."""
    reception = reception_row(page)
    found = _found(page, reception) if browsing(page.session).query else _most_asked(page)
    hint = () if reception else (_ask_reception(page),)
    return page_frame.view(
        page,
        Screen.SEARCH,
        page.words("search.title"),
        body=(_field(page), *found, *hint, keyboard.block(page.words, SEARCH_FIELD, browsing(page.session).form)),
        actions=(page_frame.back(page),),
        aside=reception,
    )


def service_row(page: Page, service: Service, said: str = "", *, second: bool = False) -> Control:
    """A service as a choice; a mark that the page has ``said`` is not said again. ``second``: with a second line."""
    name = page.words.line(service.names)
    detail = _second_line(page, service) if second else Line("")
    return Control(
        id=f"service:{service.id}",
        label=name.text,
        spoken=". ".join(part for part in (name.text, detail.text) if part),
        intent=OpenService(service.id),
        look=Look.ROW,
        detail=detail.text,
        detail_lang=detail.lang,
        note="" if name.note == said else name.note,
        lang=name.lang,
    )


def _second_line(page: Page, service: Service) -> Line:
    """What helps to tell it from its neighbours: who does it elsewhere, its group, or the beginning of its teaser."""
    words = page.words
    if service.elsewhere is not None:
        there = words.line(service.there)
        return Line(words("search.elsewhere", name=there.text), there.lang)
    groups = (page.facts.index.categories.get(each) for each in service.categories)
    group = next((each for each in groups if each is not None), None)
    if group is not None:
        return words.line(group.names)
    return words.line(service.teasers)


def _field(page: Page) -> Field:
    visit, words = browsing(page.session), page.words
    spoken = words("search.typed", text=visit.query) if visit.query else words("search.spoken")
    label = words("search.hint")
    return form.block(words, SEARCH_FIELD, visit.form, label, spoken=spoken, role=Role.SEARCH, icon="search")


def _most_asked(page: Page) -> tuple[Block, ...]:
    """The services of the start screen's tiles, as far as one page goes."""
    index = page.facts.index
    asked = [index.services[tile.service] for tile in index.featured_on(page.facts.now.date())[:MOST_ASKED]]
    if not asked:
        return ()
    rows = tuple(service_row(page, each, second=True) for each in asked)
    return (Tiles(rows, page.words("search.most_asked"), spare=True),)


def _found(page: Page, reception: Control | None) -> tuple[Block, ...]:
    """Hits, then what may have been meant under a heading of its own, or that there is nothing."""
    session, words = browsing(page.session), page.words
    hits, unsure = _rows(page, session.hits), _rows(page, session.unsure)
    blocks: list[Block] = [Tiles(hits)] if hits else []
    if unsure:
        blocks.append(Tiles(unsure, words("search.did_you_mean")))
    if not blocks and session.answered == session.token:
        heading = words("search.none")
        text = words("search.none_text") if reception is None else words("search.none_reception")
        blocks.append(Notice(tone=Tone.INFO, icon="search", heading=heading, text=text))
    return tuple(blocks)


def _rows(page: Page, services: Iterable[str]) -> tuple[Control, ...]:
    known = page.facts.index.services
    return tuple(service_row(page, known[each], second=True) for each in services if each in known)


def reception_row(page: Page, key: str = "search.reception") -> Control | None:
    """Always there: the way to a number for the reception, where the catalogue has one that gives numbers now."""
    service = page.facts.index.reception(page.facts.now)
    if service is None or guards.gives_no_numbers(page.facts):
        return None
    words = page.words
    label, short = words(key), words("search.reception_short")
    return page_frame.button("reception", label, OpenService(service.id), icon="help-circle", short=short)


def _ask_reception(page: Page) -> Notice:
    """There is no number for the reception: the row says where to go."""
    return Notice(tone=Tone.INFO, icon="help-circle", heading=page.words("search.ask_reception"), spare=True)
