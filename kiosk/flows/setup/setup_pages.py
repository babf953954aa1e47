"""Pages of set-up."""

from kiosk.flows.common import form, keyboard, page_frame
from kiosk.flows.common.form import TextField
from kiosk.flows.common.page_frame import Page, Pages, button
from kiosk.flows.common.texts import Words
from kiosk.flows.setup.setup_visit import ADDRESS, CODE, DIAGONAL, HEIGHT, LANGUAGES, SetupState, SetupVisit, setting_up
from kiosk.i18n import formats
from kiosk.view import Block, Control, Header, Look, Notice, Progress, Screen, Tiles, Tone, View, Waiting
from kiosk.vocabulary.enrolment import grouped, read_code
from kiosk.vocabulary.hardware.panels import LEAST_INCHES, MOST_INCHES, PRESETS, ROTATIONS, Preset
from kiosk.vocabulary.intents import Back, Pick, Proceed, TryAgain

STEPS = 5
"""Hub, code, panel, height, rotation."""
OTHER_UPRIGHT, OTHER_WIDE = "upright", "wide"
"""What is picked for a panel that has no name here."""


def hub(page: Page) -> View:
    """Where the hub is."""
    words = page.words
    this = _option("this", words("setup.this_machine"), words("setup.this_machine_text"))
    other = _option("other", words("setup.other_machine"), words("setup.other_machine_text"))
    return _view(page, "hub", (Tiles((this, other)),), step=1)


def address(page: Page) -> View:
    """Its address."""
    words, visit = page.words, setting_up(page.session)
    error = words(f"setup.fault.{visit.fault}") if visit.fault else ""
    field = form.block(words, ADDRESS, visit.form, words("setup.address"), spoken=visit.form.text(ADDRESS), error=error)
    keys = keyboard.block(words, ADDRESS, visit.form)
    return _view(page, "address", (field, keys), (_back(words), _onward(words)), step=1)


def code(page: Page) -> View:
    """The code from the hub's page."""
    words, visit = page.words, setting_up(page.session)
    typed = visit.form.text(CODE)
    field = form.block(words, CODE, visit.form, words("setup.code"), shown=grouped, spoken=grouped(typed))
    onward = (_onward(words),) if read_code(typed) else ()
    return _view(page, "code", (field, keyboard.block(words, CODE, visit.form)), (_back(words), *onward), step=2)


def panel(page: Page) -> View:
    """Which panel this is."""
    panels = (_option(str(n), preset.name, _mm(preset)) for n, preset in enumerate(PRESETS))
    others = (_option(each, page.words(f"setup.panel_{each}")) for each in (OTHER_UPRIGHT, OTHER_WIDE))
    return _view(page, "panel", (Tiles((*panels, *others)),), (_back(page.words),), step=3)


def diagonal(page: Page) -> View:
    """How large a panel is that has no name here."""
    return _number(page, "diagonal", DIAGONAL, step=3)


def height(page: Page) -> View:
    """How high it hangs: the zones of every page are measured from the floor."""
    return _number(page, "height", HEIGHT, step=4)


def _number(page: Page, question: str, field: TextField, step: int) -> View:
    """One number, with its bounds in the text of the page and in the error at the field."""
    words, visit = page.words, setting_up(page.session)
    error = words(f"setup.fault.{visit.fault}", least=LEAST_INCHES, most=MOST_INCHES) if visit.fault else ""
    label = words(f"setup.{question}_label")
    typed = form.block(words, field, visit.form, label, error=error)
    keys = keyboard.block(words, field, visit.form)
    return _view(page, question, (typed, keys), (_back(words), _onward(words)), step=step)


def rotation(page: Page) -> View:
    """How it is mounted."""
    turns = (_option(str(turn), page.words("setup.turn", degrees=turn)) for turn in ROTATIONS)
    return _view(page, "rotation", (Tiles(tuple(turns)),), (_back(page.words),), step=5)


def working(page: Page) -> View:
    """The hub is being asked."""
    return _view(page, "working", (Waiting(page.words("setup.working_heading")),))


def failed(page: Page) -> View:
    """Why it did not work, and what to do now."""
    words, visit = page.words, setting_up(page.session)
    unsaved = _is_unsaved(visit)
    now = words("setup.cannot_save_now", path=visit.path) if unsaved else words("setup.failed_now")
    heading = words(f"setup.fault.{visit.fault}")
    notice = Notice(tone=Tone.STOP, icon="alert-triangle", heading=heading, text=now)
    again = button("again", words("action.try_again"), TryAgain(), icon="refresh", look=Look.MAIN)
    return _view(page, "failed", (notice,), (again,), subtitle=not unsaved)


def done(page: Page) -> View:
    """It worked."""
    heading = page.words("setup.done_heading")
    return _view(page, "done", (Notice(tone=Tone.GO, icon="circle-check", heading=heading),))


def _view(
    page: Page,
    question: str,
    body: tuple[Block, ...],
    actions: tuple[Control, ...] = (),
    *,
    step: int = 0,
    subtitle: bool = True,
) -> View:
    words = page.words
    return page_frame.view(
        page,
        Screen.SETUP,
        words(f"setup.{question}"),
        subtitle=words(f"setup.{question}_text") if subtitle else "",
        place=f"setup:{question}",
        head=_header(page),
        progress=Progress(words("progress.step", done=step, total=STEPS), step, STEPS) if step else None,
        body=body,
        actions=actions,
        languages=tuple(page_frame.language_chip(lang, lang == words.lang) for lang in LANGUAGES),
        quiet=True,
    )


def _header(page: Page) -> Header:
    """No town is known yet."""
    words, now = page.words, page.facts.now
    date, *shorter = formats.header_dates(now.date(), words.lang)
    clock = formats.clock(now.time())
    return Header(words("setup.header"), words("setup.header_place"), clock, date, tuple(shorter))


def _is_unsaved(visit: SetupVisit) -> bool:
    return visit.fault == "cannot_save"


def _back(words: Words) -> Control:
    return button("back", words("action.back"), Back(), icon="arrow-left")


def _onward(words: Words) -> Control:
    return button("proceed", words("action.go_on"), Proceed(), icon="arrow-right", look=Look.MAIN)


def _mm(preset: Preset) -> str:
    return f"{preset.width_mm:.0f} × {preset.height_mm:.0f} mm"


def _option(value: str, label: str, detail: str = "") -> Control:
    spoken = f"{label}. {detail}" if detail else label
    return Control(
        id=f"pick:{value}", label=label, detail=detail, spoken=spoken, intent=Pick(value), look=Look.TILE_PLAIN
    )


PAGES: Pages = {
    SetupState.HUB: hub,
    SetupState.ADDRESS: address,
    SetupState.CODE: code,
    SetupState.PANEL: panel,
    SetupState.DIAGONAL: diagonal,
    SetupState.HEIGHT: height,
    SetupState.ROTATION: rotation,
    SetupState.WORKING: working,
    SetupState.FAILED: failed,
    SetupState.DONE: done,
    SetupState.BEGINNING: done,
}
