"""First run at the terminal: hub address, code, panel, rotation - by touch, before there is any configuration.

A small machine of its own: the visitor's table does not apply, because there is no catalogue and no session yet.
"""

from datetime import datetime
from enum import StrEnum
from typing import NamedTuple

import msgspec
from msgspec.structs import replace

from kiosk.config import Panel
from kiosk.flows import form, keyboard
from kiosk.flows.form import Form, TextField
from kiosk.flows.frame import button, language_chip
from kiosk.flows.words import Words
from kiosk.i18n import formats
from kiosk.i18n.languages import is_rtl
from kiosk.i18n.texts import Texts
from kiosk.view import (
    Block,
    Control,
    Header,
    Keys,
    Look,
    Notice,
    PagerTexts,
    Progress,
    Screen,
    Tiles,
    Tone,
    View,
    Waiting,
)
from kiosk.vocabulary.access import Access
from kiosk.vocabulary.enrolment import CODE_LENGTH, FINGERPRINT_LENGTH, grouped, plain, read_code
from kiosk.vocabulary.intents import (
    Back,
    ChooseLanguage,
    EditText,
    Intent,
    Pick,
    Proceed,
    SwitchKeyboard,
    TryAgain,
)

THIS_MACHINE = "127.0.0.1:8080"
"""Encrypted or not: the code says so."""
LANGUAGES = ("de", "en")
ADDRESS = TextField("address", limit=120, tidy=lambda text: "".join(text.split()))
CODE = TextField("code", Keys.CODE, CODE_LENGTH + FINGERPRINT_LENGTH, tidy=plain)
CANNOT_SAVE = "cannot_save"
"""The one fault that no answer here can mend."""
ABOUT_THE_CODE = ("bad_code", "wrong_code", "wrong_fingerprint")
"""Faults after which the code is looked at again, not the address."""


class Question(StrEnum):
    """The steps of set-up, in order."""

    HUB = "hub"
    ADDRESS = "address"
    CODE = "code"
    PANEL = "panel"
    ROTATION = "rotation"
    WORKING = "working"
    FAILED = "failed"
    DONE = "done"


class Preset(NamedTuple):
    """A common panel: its inch size, pixels and visible picture in mm."""

    name: str
    width_px: int
    height_px: int
    width_mm: float
    height_mm: float


PRESETS = (
    Preset('27" 1080 × 1920', 1080, 1920, 336.3, 597.9),
    Preset('32" 1080 × 1920', 1080, 1920, 398.6, 708.6),
    Preset('24" 1080 × 1920', 1080, 1920, 298.9, 531.4),
    Preset('22" 1080 × 1920', 1080, 1920, 274.0, 487.1),
    Preset('15" 1280 × 800', 1280, 800, 323.1, 201.9),
    Preset('21" 1920 × 1080', 1920, 1080, 476.0, 267.8),
)
ROTATIONS = (0, 90, 180, 270)
_BEFORE = {
    Question.ADDRESS: Question.HUB,
    Question.CODE: Question.HUB,
    Question.PANEL: Question.CODE,
    Question.ROTATION: Question.PANEL,
}


class Setup(msgspec.Struct, frozen=True, kw_only=True):
    """What has been answered so far."""

    question: Question = Question.HUB
    lang: str = "de"
    url: str = ""
    code: str = ""
    preset: int = 0
    rotation: int = 0
    layer: str = "letters"
    fault: str = ""
    """Why enrolment failed: the last part of a text key ``setup.fault.…``."""
    path: str = ""
    """Where the configuration is to be saved."""


class Enrol(msgspec.Struct, frozen=True):
    """Try to enrol with these answers. The answer comes back as ``Setup`` with DONE or FAILED."""

    url: str
    code: str
    panel: Panel


def panel_of(setup: Setup) -> Panel:
    """The panel that was chosen."""
    preset = PRESETS[setup.preset]
    return Panel(
        width_px=preset.width_px,
        height_px=preset.height_px,
        width_mm=preset.width_mm,
        height_mm=preset.height_mm,
        rotation=setup.rotation,  # type: ignore[arg-type]  # one of ROTATIONS
    )


def answer(setup: Setup, intent: Intent) -> tuple[Setup, Enrol | None]:
    """One touch: the next state, and an enrolment to try once everything is answered."""
    match intent:
        case ChooseLanguage(lang=lang):
            return replace(setup, lang=lang), None
        case Back():
            return replace(setup, question=_BEFORE.get(setup.question, setup.question)), None
        case TryAgain() if setup.question is Question.FAILED:
            return _again(setup)
        case SwitchKeyboard(layer=layer):
            return replace(setup, layer=layer), None
        case EditText():
            return _typed(setup, intent), None
        case Pick(value=value):
            return _picked(setup, value)
        case Proceed():
            return _proceed(setup), None
        case _:
            return setup, None


def _typed(setup: Setup, intent: EditText) -> Setup:
    match setup.question, intent.field:
        case Question.CODE, CODE.id:
            return replace(setup, code=form.edited(_form(setup), CODE, intent).text(CODE))
        case Question.ADDRESS, ADDRESS.id:
            return replace(setup, url=form.edited(_form(setup), ADDRESS, intent).text(ADDRESS))
        case _:
            return setup


def _form(setup: Setup) -> Form:
    return Form({ADDRESS.id: setup.url, CODE.id: setup.code}, layer=setup.layer)


def _picked(setup: Setup, value: str) -> tuple[Setup, Enrol | None]:
    match setup.question:
        case Question.HUB if value == "this":
            return replace(setup, url=THIS_MACHINE, question=Question.CODE), None
        case Question.HUB:
            return replace(setup, url="" if setup.url == THIS_MACHINE else setup.url, question=Question.ADDRESS), None
        case Question.PANEL if value in map(str, range(len(PRESETS))):
            return replace(setup, preset=int(value), question=Question.ROTATION), None
        case Question.ROTATION if value in map(str, ROTATIONS):
            return _enrol(replace(setup, rotation=int(value)))
        case _:
            return setup, None


def _again(setup: Setup) -> tuple[Setup, Enrol | None]:
    """After a fault: the page that can mend it, with all answers kept."""
    if setup.fault == CANNOT_SAVE:
        return _enrol(setup)
    again = Question.CODE if setup.fault in ABOUT_THE_CODE else Question.HUB
    return replace(setup, question=again, fault=""), None


def _enrol(setup: Setup) -> tuple[Setup, Enrol]:
    return replace(setup, question=Question.WORKING, fault=""), Enrol(setup.url, setup.code, panel_of(setup))


def _proceed(setup: Setup) -> Setup:
    if setup.question is Question.ADDRESS and setup.url:
        return replace(setup, question=Question.CODE, layer="letters")
    if setup.question is Question.CODE and read_code(setup.code):
        return replace(setup, question=Question.PANEL)
    return setup


def view(setup: Setup, texts: Texts, now: datetime) -> View:
    """The screen of this question."""
    words = Words(texts, setup.lang)
    body, actions = _content(setup, words)
    title = words(f"setup.{setup.question.value}")
    return View(
        screen=Screen.SETUP,
        place=f"setup:{setup.question.value}",
        lang=setup.lang,
        rtl=is_rtl(setup.lang),
        access=Access(),
        header=Header(
            words("setup.header"),
            words("setup.header_place"),
            formats.clock(now.time()),
            formats.short_date(now.date(), setup.lang),
        ),
        title=title,
        spoken=title,
        subtitle="" if _is_unsaved(setup) else words(f"setup.{setup.question.value}_text"),
        pager=PagerTexts(words("page.more"), words("page.back"), words("page.of", page="{page}", pages="{pages}")),
        progress=_progress(setup, words),
        body=body,
        actions=actions,
        languages=tuple(language_chip(lang, lang == setup.lang) for lang in LANGUAGES),
        session="setup",
    )


def _is_unsaved(setup: Setup) -> bool:
    return setup.question is Question.FAILED and setup.fault == CANNOT_SAVE


def _progress(setup: Setup, words: Words) -> Progress | None:
    steps = {Question.HUB: 1, Question.ADDRESS: 1, Question.CODE: 2, Question.PANEL: 3, Question.ROTATION: 4}
    done = steps.get(setup.question)
    return Progress(words("progress.step", done=done, total=4), done, 4) if done else None


def _content(setup: Setup, words: Words) -> tuple[tuple[Block, ...], tuple[Control, ...]]:
    back = button("back", words("action.back"), Back(), icon="arrow-left")
    onward = button("proceed", words("action.go_on"), Proceed(), icon="arrow-right", look=Look.MAIN)
    match setup.question:
        case Question.HUB:
            this = _option("this", words("setup.this_machine"), words("setup.this_machine_text"))
            other = _option("other", words("setup.other_machine"), words("setup.other_machine_text"))
            return (Tiles((this, other)),), ()
        case Question.ADDRESS:
            field = form.block(words, ADDRESS, _form(setup), words("setup.address"), spoken=setup.url)
            return (field, keyboard.block(words, ADDRESS, _form(setup))), (back, onward)
        case Question.CODE:
            whole = (onward,) if read_code(setup.code) else ()
            code = grouped(setup.code)
            field = form.block(words, CODE, _form(setup), words("setup.code"), shown=grouped, spoken=code)
            return (field, keyboard.block(words, CODE, _form(setup))), (back, *whole)
        case Question.PANEL:
            panels = (_option(str(n), preset.name, _mm(preset)) for n, preset in enumerate(PRESETS))
            return (Tiles(tuple(panels)),), (back,)
        case Question.ROTATION:
            turns = (_option(str(turn), words("setup.turn", degrees=turn)) for turn in ROTATIONS)
            return (Tiles(tuple(turns)),), (back,)
        case Question.WORKING:
            return (Waiting(words("setup.working_heading")),), ()
        case Question.FAILED:
            reason = words(f"setup.fault.{setup.fault}")
            unsaved = _is_unsaved(setup)
            now = words("setup.cannot_save_now", path=setup.path) if unsaved else words("setup.failed_now")
            notice = Notice(tone=Tone.STOP, icon="alert-triangle", heading=reason, text=now)
            again = button("again", words("action.try_again"), TryAgain(), icon="refresh", look=Look.MAIN)
            return (notice,), (again,)
        case Question.DONE:
            return (Notice(tone=Tone.GO, icon="circle-check", heading=words("setup.done_heading")),), ()


def _mm(preset: Preset) -> str:
    return f"{preset.width_mm:.0f} × {preset.height_mm:.0f} mm"


def _option(value: str, label: str, detail: str = "") -> Control:
    spoken = f"{label}. {detail}" if detail else label
    return Control(
        id=f"pick:{value}", label=label, detail=detail, spoken=spoken, intent=Pick(value), look=Look.TILE_PLAIN
    )
