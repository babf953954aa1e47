"""What every page has: header, access bar, drawers, languages, idle question, Back and the main action."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass

from kiosk.config import Site
from kiosk.flows.common import guards
from kiosk.flows.common.page_time import ending
from kiosk.flows.common.texts import Words
from kiosk.i18n import formats
from kiosk.i18n.languages import is_rtl, own_name
from kiosk.session.model import Session, World
from kiosk.session.states import State
from kiosk.view import (
    Attract,
    Badge,
    Block,
    Control,
    Header,
    Look,
    PagerTexts,
    Progress,
    Question,
    Role,
    View,
)
from kiosk.vocabulary.access import Contrast, TextSize
from kiosk.vocabulary.intents import (
    Back,
    CallStaff,
    ChooseLanguage,
    Finish,
    GoToStart,
    Intent,
    SetContrast,
    SetLowReach,
    SetTextSize,
    ShowAccess,
    ShowLanguages,
    StayHere,
)

LANGUAGE = "language"
"""The drawer with all languages: on every page of a visit."""
LANGUAGES_SHOWN = 4
"""Languages that stand on the start screen itself; the rest are one tap away."""


@dataclass(frozen=True)
class Page:
    """What a page function works with."""

    session: Session
    facts: World
    words: Words
    site: Site
    terminal: str


PageOf = Callable[[Page], View]
Pages = Mapping[State, PageOf]
"""How each state of a flow looks."""


def view(
    page: Page,
    screen: str,
    title: str,
    *,
    short_title: str = "",
    subtitle: str = "",
    title_lang: str = "",
    subtitle_lang: str = "",
    place: str = "",
    body: tuple[Block, ...] = (),
    actions: tuple[Control, ...] = (),
    aside: Control | None = None,
    languages: tuple[Control, ...] = (),
    progress: Progress | None = None,
    strip: tuple[Badge, ...] = (),
    attract: Attract | None = None,
    scenic: bool = False,
    notes: tuple[str, ...] = (),
    head: Header | None = None,
    quiet: bool = False,
) -> View:
    """Put a page into the frame. ``quiet`` leaves the access bar away (only where nothing can be set); ``head`` stands
    in place of town and terminal."""
    session, words = page.session, page.words
    return View(
        screen=screen,
        place=place or str(screen),
        lang=words.lang,
        rtl=is_rtl(words.lang),
        access=session.access,
        header=head or header(page),
        face=page.facts.index.face,
        scenic=scenic,
        title=title,
        short_title=short_title,
        subtitle=subtitle,
        title_lang=title_lang,
        subtitle_lang=subtitle_lang,
        spoken=". ".join(part for part in (title, subtitle, *(fact.text for fact in strip), *notes) if part),
        pager=PagerTexts(words("page.more"), words("page.back"), words("page.of", page="{page}", pages="{pages}")),
        progress=progress,
        strip=strip,
        attract=attract,
        notes=notes,
        body=body,
        actions=actions,
        aside=aside,
        languages=languages,
        bar=() if quiet else bar(page),
        drawer=drawer(page),
        nothing_lower="" if quiet else words("bar.nothing_lower"),
        question=question(page),
        ending=ending(page.session, page.facts),
        session=session.id,
    )


def header(page: Page) -> Header:
    """Town, place and terminal, time and date."""
    now, lang = page.facts.now, page.words.lang
    place = page.site.name if not page.terminal else page.words("header.place", site=page.site.name, name=page.terminal)
    date, *shorter = formats.header_dates(now.date(), lang)
    return Header(page.site.town, place, formats.clock(now.time()), date, tuple(shorter))


def button(
    control_id: str,
    label: str,
    intent: Intent,
    *,
    icon: str = "",
    look: Look = Look.PLAIN,
    spoken: str = "",
    short: str = "",
) -> Control:
    """A plain button."""
    return Control(id=control_id, label=label, spoken=spoken or label, intent=intent, short=short, icon=icon, look=look)


def back(page: Page) -> Control:
    """One step back."""
    return button("back", page.words("action.back"), Back(), icon="arrow-left")


def to_start(page: Page, look: Look = Look.PLAIN) -> Control:
    """Leave and begin anew."""
    return button("start", page.words("action.to_start"), GoToStart(), icon="home", look=look)


def finish(page: Page, label: str = "", short: str = "") -> Control:
    """The visitor has what they came for."""
    words = label or page.words("action.finish")
    return button("finish", words, Finish(), icon="check", look=Look.MAIN, short=short)


def call_staff(page: Page) -> Control:
    """Ask for a person."""
    return button("staff", page.words("action.call_staff"), CallStaff(), icon="bell")


def bar(page: Page) -> tuple[Control, ...]:
    """The access bar: what works now, always in the same place."""
    session, words = page.session, page.words
    low = session.access.low_reach
    return (
        _bar("size", "text-size", words("bar.size"), ShowAccess("size"), selected=session.drawer == "size"),
        _bar(
            "contrast", "contrast", words("bar.contrast"), ShowAccess("contrast"), selected=session.drawer == "contrast"
        ),
        _bar(
            "reach",
            "wheelchair",
            words("bar.reach_up" if low else "bar.reach_down"),
            SetLowReach(not low),
            selected=low,
            role=Role.TOGGLE,
        ),
        _bar("language", "world", words("bar.language"), ShowAccess(LANGUAGE), selected=session.drawer == LANGUAGE),
        _bar(
            "help",
            "help-circle",
            words("bar.help"),
            ShowAccess("help"),
            selected=session.drawer == "help",
            spoken=words("bar.help_spoken"),
        ),
    )


def _bar(
    name: str,
    icon: str,
    label: str,
    intent: Intent,
    *,
    selected: bool = False,
    role: Role = Role.BUTTON,
    spoken: str = "",
) -> Control:
    return Control(
        id=f"bar:{name}",
        label=label,
        spoken=spoken or label,
        intent=intent,
        role=role,
        look=Look.BAR,
        icon=icon,
        selected=selected,
    )


def drawer(page: Page) -> tuple[Control, ...]:
    """The choices of the drawer that is open."""
    match page.session.drawer:
        case "size":
            return tuple(_size(page, size) for size in TextSize)
        case "contrast":
            return tuple(_contrast(page, contrast) for contrast in Contrast)
        case "language":
            return tuple(language_chip(lang, lang == page.words.lang) for lang in page.facts.languages)
        case _:
            return ()


def _size(page: Page, size: TextSize) -> Control:
    label = page.words(f"size.{size.value}")
    chosen = page.session.access.size is size
    return _choice(page, f"size:{size.value}", label, SetTextSize(size), chosen)


def _contrast(page: Page, contrast: Contrast) -> Control:
    label = page.words(f"contrast.{contrast.value}")
    chosen = page.session.access.contrast is contrast
    return _choice(page, f"contrast:{contrast.value}", label, SetContrast(contrast), chosen)


def _choice(page: Page, control_id: str, label: str, intent: Intent, chosen: bool) -> Control:
    spoken = page.words("spoken.chosen", label=label) if chosen else label
    return Control(
        id=control_id, label=label, spoken=spoken, intent=intent, role=Role.TOGGLE, look=Look.CHIP, selected=chosen
    )


def language_chip(lang: str, chosen: bool) -> Control:
    """A language in its own script."""
    name = own_name(lang)
    return Control(
        id=f"lang:{lang}",
        label=name,
        spoken=name,
        intent=ChooseLanguage(lang),
        role=Role.LANGUAGE,
        look=Look.CHIP,
        lang=lang,
        selected=chosen,
    )


def language_row(page: Page) -> tuple[Control, ...]:
    """The languages on the start screen; all others behind one more chip."""
    offered = page.facts.languages
    shown = tuple(language_chip(lang, lang == page.words.lang) for lang in offered[:LANGUAGES_SHOWN])
    if len(offered) <= LANGUAGES_SHOWN:
        return shown
    hidden = len(offered) - LANGUAGES_SHOWN
    label, look = page.words("start.more_languages", n=hidden), Look.CHIP
    more = Control(
        id="languages", label=label, spoken=label, short=f"+{hidden}", intent=ShowLanguages(), look=look, icon="world"
    )
    return (*shown, more)


def question(page: Page) -> Question | None:
    """The idle question with its countdown, while it stands."""
    if page.session.asked is None:
        return None
    words, seconds = page.words, guards.question_seconds(page.session, page.facts)
    stay = button("stay", words("question.stay"), StayHere(), icon="hand-click", look=Look.MAIN)
    leave_key = "question.leave_number" if page.session.number else "question.leave"
    leave = button("leave", words(leave_key), Finish(), icon="door-exit")
    return Question(
        title=words("question.title"),
        text=words("question.text", n=seconds),
        seconds=seconds,
        controls=(leave, stay),
    )


def step(page: Page, done: int, total: int) -> Progress:
    """Step x of n."""
    return Progress(page.words("progress.step", done=done, total=total), done, total)


def choosing(page: Page, at: int) -> Progress:
    """Topic, service, its page; then the number, where numbers are given."""
    return step(page, at, 4 if page.facts.index.draws else 3)


def done(page: Page, total: int) -> Progress:
    """All steps taken."""
    return Progress(page.words("progress.done"), total, total)


def people_ahead(page: Page, count: int) -> str:
    """How many people come first."""
    return page.words("waiting.before_you", n=count) if count else page.words("waiting.nobody_before")
