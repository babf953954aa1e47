"""Pages of the browsing flow: start, after hours, languages, categories, services, search."""

from kiosk.catalogue.model import Category, Featured, Queue
from kiosk.flows.browse import attract, search_page, service_pages, start_strip
from kiosk.flows.browse.browse_visit import BrowseState, browsing
from kiosk.flows.browse.opening import hours_table, next_opening_text
from kiosk.flows.common import guards, page_frame
from kiosk.flows.common.page_frame import Page, Pages
from kiosk.flows.common.texts import marks_of
from kiosk.health import Paper
from kiosk.session.states import Home
from kiosk.view import Badge, Block, Control, Look, Notice, Role, Screen, SearchField, Tiles, Tone, View
from kiosk.vocabulary.intents import (
    DrawFeatured,
    OpenCategory,
    OpenSearch,
    ShowCategories,
)

FEATURED_SHOWN, FEATURED_BESIDE_JOBS = 6, 4
"""Tiles that print at once: three rows while there is one job, two beside several."""


def start(page: Page) -> View:
    """The start screen, which is the attract screen too."""
    if guards.gives_no_numbers(page.facts):
        return start_without_numbers(page)
    words = page.words
    jobs, draws = start_jobs(page), page.facts.index.draws
    most = FEATURED_SHOWN if len(jobs) == 1 else FEATURED_BESIDE_JOBS
    featured = page.facts.index.featured_on(page.facts.now.date())[:most]
    tiles = tuple(_featured(page, each) for each in featured)
    body: tuple[Block, ...] = (search_entry(page), Tiles(jobs, jobs=True))
    if tiles:
        body += (Tiles(tiles, words("start.featured"), one_tap=True, spare=True),)
    if start_strip.reads_slips(page):
        body += (start_strip.scan_hint(page),)
    title, title_lang = attract.greeting(page)
    return page_frame.view(
        page,
        Screen.START,
        title,
        title_lang=title_lang,
        short_title="" if title_lang else words("start.title_short"),
        attract=attract.attract(page),
        scenic=True,
        strip=start_strip.strip(page),
        body=body,
        aside=search_page.reception_row(page, "start.reception"),
        languages=page_frame.language_row(page),
        notes=state_notes(page) if draws else (),
    )


def start_jobs(page: Page) -> tuple[Control, ...]:
    """What this terminal can do, the first with the most room. One that does not work here is not among them."""
    return (_all_services(page) if page.facts.index.draws else _browse(page),)


def start_without_numbers(page: Page) -> View:
    """The start screen while no number can be given here: where to go, and what works all the same. No dead tiles."""
    words = page.words
    text = f"{words('numbers_stopped.text')} {words('numbers_stopped.what_works')}"
    notice = Notice(tone=Tone.WARN, icon="user", heading=words("numbers_stopped.heading"), text=text)
    return page_frame.view(
        page,
        Screen.START,
        words("numbers_stopped.title"),
        body=(notice, search_entry(page), Tiles((_browse(page),))),
        languages=page_frame.language_row(page),
    )


def state_notes(page: Page) -> tuple[str, ...]:
    """What is not as it should be, said before the visitor chooses."""
    return (page.words("note.no_paper"),) if page.facts.health.paper is Paper.TROUBLE else ()


def search_entry(page: Page) -> SearchField:
    """The way into search."""
    hint = page.words("search.hint")
    return SearchField(
        Control(
            id="search",
            label=hint,
            spoken=page.words("search.spoken"),
            short=page.words("search.short"),
            intent=OpenSearch(),
            role=Role.SEARCH,
            look=Look.FIELD,
            icon="search",
        )
    )


def _all_services(page: Page) -> Control:
    label, detail = page.words("start.all_services"), page.words("start.all_services_detail")
    return Control(
        id="tile:all",
        label=label,
        spoken=label,
        short=detail,
        detail=detail,
        intent=ShowCategories(),
        look=Look.TILE_STRONG,
        icon="ticket",
    )


def _browse(page: Page) -> Control:
    """Look at the services while, or where, no number can be drawn."""
    label = page.words("closed.browse")
    return Control(
        id="tile:all",
        label=label,
        spoken=label,
        detail=page.words("closed.browse_detail"),
        intent=ShowCategories(),
        look=Look.TILE_STRONG,
        icon="list",
    )


def _featured(page: Page, featured: Featured) -> Control:
    words = page.words
    service = page.facts.index.services[featured.service]
    label, detail = words.line(featured.labels or service.names), words.line(featured.details)
    badge = waiting_badge(page, page.facts.index.queue_of(service))
    spoken = ". ".join(
        part for part in (label.text, detail.text, badge.text if badge else "", words("start.at_once")) if part
    )
    return Control(
        id=f"featured:{service.id}",
        label=label.text,
        spoken=spoken,
        detail=detail.text,
        intent=DrawFeatured(service.id),
        look=Look.TILE_PLAIN,
        badge=badge,
        note=" · ".join(marks_of(label, detail)),
        lang=label.lang,
        detail_lang=detail.lang,
    )


def waiting_badge(page: Page, queue: Queue | None) -> Badge | None:
    """How many wait, where that is known."""
    if queue is None or queue.id not in page.facts.waiting or not page.facts.health.hub:
        return None
    waiting = page.facts.waiting[queue.id]
    if waiting == 0:
        return Badge("users", page.words("waiting.nobody"), Tone.GO)
    return Badge("users", page.words("waiting.people", n=waiting), Tone.NEUTRAL)


def closed(page: Page) -> View:
    """After hours: when we open, and what works now."""
    words = page.words
    opening = next_opening_text(page)
    notice = Notice(
        tone=Tone.INFO, icon="clock", heading=opening or words("closed.unknown"), text=words("closed.what_works")
    )
    table = hours_table(page)
    body: tuple[Block, ...] = (notice, search_entry(page), Tiles((_browse(page),)))
    return page_frame.view(
        page,
        Screen.CLOSED,
        words("closed.title"),
        subtitle=words("closed.subtitle"),
        body=body + ((table,) if table else ()),
        languages=page_frame.language_row(page),
    )


def closed_by_house(page: Page) -> View:
    """Staff have closed this terminal: their message, as they wrote it, or ours."""
    words, message = page.words, page.facts.house.message
    heading = words("closed_by_house.said", message=message) if message else words("closed_by_house.heading")
    notice = Notice(tone=Tone.INFO, icon="info-circle", heading=heading, text=words("closed_by_house.text"))
    return page_frame.view(
        page,
        Screen.CLOSED_BY_HOUSE,
        words("closed_by_house.title"),
        body=(notice,),
        actions=(page_frame.call_staff(page),) if page.facts.health.hub else (),
        languages=page_frame.language_row(page),
    )


def out_of_service(page: Page) -> View:
    """This terminal cannot serve: where to go instead."""
    words = page.words
    notice = Notice(
        tone=Tone.WARN, icon="info-circle", heading=words("out_of_service.heading"), text=words("out_of_service.text")
    )
    return page_frame.view(
        page,
        Screen.OUT_OF_SERVICE,
        words("out_of_service.title"),
        body=(notice,),
        actions=(page_frame.call_staff(page),) if page.facts.health.hub else (),
        languages=page_frame.language_row(page),
    )


def languages(page: Page) -> View:
    """Every language, each in its own script."""
    tiles = tuple(
        Control(
            id=f"lang:{chip.lang}",
            label=chip.label,
            spoken=chip.spoken,
            intent=chip.intent,
            role=Role.LANGUAGE,
            look=Look.ROW,
            lang=chip.lang,
            selected=chip.selected,
        )
        for chip in (page_frame.language_chip(lang, lang == page.words.lang) for lang in page.facts.languages)
    )
    title = page.words("languages.title")
    return page_frame.view(page, Screen.LANGUAGES, title, body=(Tiles(tiles),), actions=(page_frame.back(page),))


def categories(page: Page) -> View:
    """The groups of services."""
    tiles = tuple(_category(page, each) for each in page.facts.index.categories_on(page.facts.now.date()))
    return page_frame.view(
        page,
        Screen.CATEGORIES,
        page.words("categories.title"),
        subtitle=page.words("categories.subtitle"),
        body=(search_entry(page), Tiles(tiles)),
        actions=(page_frame.back(page),),
        progress=page_frame.choosing(page, 1),
    )


def _category(page: Page, category: Category) -> Control:
    name = page.words.line(category.names)
    count = len(page.facts.index.services_of(category.id, page.facts.now.date()))
    detail = page.words("categories.count", n=count)
    return Control(
        id=f"category:{category.id}",
        label=name.text,
        spoken=f"{name.text}. {detail}",
        detail=detail,
        intent=OpenCategory(category.id),
        look=Look.TILE_PLAIN,
        icon=category.icon,
        note=name.note,
        lang=name.lang,
    )


def services(page: Page) -> View:
    """The services of one group."""
    index, chosen = page.facts.index, browsing(page.session).category
    category = index.categories.get(chosen)
    if category is None:
        return categories(page)
    name = page.words.line(category.names)
    rows = tuple(
        search_page.service_row(page, each, said=name.note) for each in index.services_of(chosen, page.facts.now.date())
    )
    return page_frame.view(
        page,
        Screen.SERVICES,
        name.text,
        title_lang=name.lang,
        subtitle=page.words("services.subtitle"),
        place=f"services:{chosen}",
        body=(Tiles(rows),),
        actions=(page_frame.back(page),),
        progress=page_frame.choosing(page, 2),
        notes=marks_of(name),
    )


HOME_PAGES: Pages = {
    Home.START: start,
    Home.CLOSED: closed,
    Home.CLOSED_BY_HOUSE: closed_by_house,
    Home.OUT_OF_SERVICE: out_of_service,
}
PAGES: Pages = {
    BrowseState.LANGUAGES: languages,
    BrowseState.CATEGORIES: categories,
    BrowseState.SERVICES: services,
    BrowseState.SEARCH: search_page.search,
    BrowseState.SERVICE: service_pages.service,
    BrowseState.UNKNOWN_SERVICE: service_pages.unknown_service,
    BrowseState.SERVICE_CLOSED: service_pages.service_closed,
}
