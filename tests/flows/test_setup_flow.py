"""The touch set-up, answer by answer: every way through it, back, wrong and again."""

from datetime import UTC, datetime

import pytest
from msgspec.structs import replace

from kiosk.flows.setup import (
    ABOUT_THE_CODE,
    ADDRESS,
    LANGUAGES,
    PRESETS,
    ROTATIONS,
    THIS_MACHINE,
    Enrol,
    Question,
    Setup,
    answer,
    view,
)
from kiosk.i18n.texts import Texts
from kiosk.view import Notice, View, controls
from kiosk.vocabulary import intents
from kiosk.vocabulary.intents import Back, ChooseLanguage, Edit, EditText, Intent, Pick, Proceed, TryAgain
from offline_cache.enrolment import EnrolTrouble

TEXTS = Texts.load("terminal")
CODE = "K7MQ2XPD"
WHOLE = "K7MQ2XPDH5AMK99XC6LPPDMN"
PATH = "/etc/townhall-kiosk/config.toml"
FAILED = Setup(
    question=Question.FAILED, url=THIS_MACHINE, code=CODE, preset=4, rotation=90, path=PATH, fault="no_answer"
)


def address(text: str = "", edit: Edit = Edit.INSERT) -> EditText:
    return EditText("address", text, edit)


def code(text: str = "", edit: Edit = Edit.INSERT) -> EditText:
    return EditText("code", text, edit)


def after(state: Setup, *touches: Intent) -> Setup:
    for touch in touches:
        state, order = answer(state, touch)
        assert order is None, touch
    return state


def shown(state: Setup) -> View:
    return view(state, TEXTS, datetime(2026, 3, 2, 10, 0, tzinfo=UTC))


def offered(state: Setup) -> dict[str, Intent]:
    return {control.id: control.intent for control in controls(shown(state))}


def at(question: Question) -> Setup:
    return replace(FAILED, question=question)


def test_this_machine_by_what_the_screens_offer() -> None:
    """Four pages, each left by a control that really stands on it."""
    state = after(Setup(path=PATH), offered(Setup())["pick:this"])
    assert (state.question, state.url) == (Question.CODE, THIS_MACHINE)
    assert "proceed" not in offered(state), "no letters yet"
    for letter in CODE:
        state = after(state, offered(state)[f"key:{letter}"])
    state = after(state, offered(state)["proceed"])
    assert state.question is Question.PANEL
    state = after(state, offered(state)["pick:4"])
    assert state.question is Question.ROTATION
    state, order = answer(state, offered(state)["pick:270"])
    assert state.question is Question.WORKING
    assert isinstance(order, Enrol)
    assert (order.url, order.code) == (THIS_MACHINE, CODE)
    panel = order.panel
    assert (panel.width_px, panel.height_px, panel.width_mm, panel.rotation) == (1280, 800, 323.1, 270)


def test_another_machine_asks_for_its_address() -> None:
    state = after(Setup(), Pick("other"))
    assert (state.question, state.url) == (Question.ADDRESS, "")
    assert after(state, Proceed()).question is Question.ADDRESS, "without an address it goes nowhere"
    state = after(state, address("192.0.2"), address(" "), address(".10x"), address(edit=Edit.ERASE))
    assert state.url == "192.0.2.10"
    state = after(state, intents.SwitchKeyboard("digits"))
    assert state.layer == "digits"
    state = after(state, Proceed())
    assert (state.question, state.layer) == (Question.CODE, "letters")
    assert after(at(Question.ADDRESS), address(edit=Edit.CLEAR)).url == ""
    assert len(after(at(Question.ADDRESS), address("x" * 500)).url) == ADDRESS.limit


def test_a_changed_mind_about_the_machine() -> None:
    there = after(Setup(), Pick("other"), address("192.0.2.10"), Back())
    assert there.question is Question.HUB
    assert after(there, Pick("other")).url == "192.0.2.10", "what was typed is still there"
    here = after(there, Pick("this"), Back())
    assert after(here, Pick("other")).url == "", "this machine's address is nobody's typing"


def test_a_code_takes_its_letters_only_and_goes_on_when_it_is_whole() -> None:
    state = after(replace(at(Question.CODE), code=""), code("k7mq-"), code("2xp0"))
    assert state.code == "K7MQ2XP"
    assert after(state, Proceed()).question is Question.CODE
    assert after(state, code("d"), Proceed()).question is Question.PANEL
    assert after(state, code("d" + WHOLE[8:] + "ZZZ"), Proceed()) == replace(state, code=WHOLE, question="panel")
    assert after(state, code("dH5"), Proceed()).question is Question.CODE, "half a fingerprint"


@pytest.mark.parametrize(
    ("question", "before"),
    [
        (Question.HUB, Question.HUB),
        (Question.ADDRESS, Question.HUB),
        (Question.CODE, Question.HUB),
        (Question.PANEL, Question.CODE),
        (Question.ROTATION, Question.PANEL),
        (Question.WORKING, Question.WORKING),
        (Question.FAILED, Question.FAILED),
        (Question.DONE, Question.DONE),
    ],
)
def test_back_keeps_every_answer_and_never_leaves_an_enrolment_alone(question: Question, before: Question) -> None:
    assert after(at(question), Back()) == at(before)
    assert ("back" in offered(at(question))) is (before is not question)


@pytest.mark.parametrize("question", list(Question))
def test_touches_meant_for_another_page_change_nothing(question: Question) -> None:
    state = at(question)
    strays: list[Intent] = [Pick("99"), Pick(""), intents.CallStaff()]
    if question is Question.HUB:
        strays = [intents.CallStaff()]
    if question is not Question.FAILED:
        strays.append(TryAgain())
    if question not in (Question.ADDRESS, Question.CODE):
        strays += [address("x"), code("x"), address(edit=Edit.CLEAR), code(edit=Edit.ERASE), Proceed()]
    for stray in strays:
        assert answer(state, stray) == (state, None), stray


def test_a_second_tap_on_the_rotation_enrols_once() -> None:
    state, first = answer(at(Question.ROTATION), Pick("0"))
    assert first is not None
    assert answer(state, Pick("0")) == (state, None)


def test_every_panel_and_rotation_can_be_chosen() -> None:
    for n, preset in enumerate(PRESETS):
        for turn in ROTATIONS:
            _, order = answer(after(at(Question.PANEL), Pick(str(n))), Pick(str(turn)))
            assert order is not None
            assert (order.panel.width_px, order.panel.height_mm) == (preset.width_px, preset.height_mm)
            assert order.panel.rotation == turn


@pytest.mark.parametrize("trouble", list(EnrolTrouble))
def test_try_again_leads_to_the_page_that_can_mend_it(trouble: EnrolTrouble) -> None:
    state = replace(FAILED, fault=trouble.value)
    (touch,) = [intent for name, intent in offered(state).items() if name == "again"]
    again, order = answer(state, touch)
    assert again.fault == ""
    assert (again.url, again.code, again.preset, again.rotation) == (state.url, CODE, 4, 90)
    if trouble is EnrolTrouble.CANNOT_SAVE:
        assert again.question is Question.WORKING
        assert isinstance(order, Enrol)
        assert (order.url, order.code, order.panel.rotation) == (THIS_MACHINE, CODE, 90)
    else:
        assert order is None
        assert again.question is (Question.CODE if trouble.value in ABOUT_THE_CODE else Question.HUB)


@pytest.mark.parametrize("lang", ["de", "en", "ar"])
@pytest.mark.parametrize("trouble", list(EnrolTrouble))
def test_every_fault_is_said_with_what_to_do_now(trouble: EnrolTrouble, lang: str) -> None:
    state = replace(FAILED, fault=trouble.value, lang=lang)
    (notice,) = [block for block in shown(state).body if isinstance(block, Notice)]
    assert notice.heading
    assert notice.text
    assert (PATH in notice.text) is (trouble is EnrolTrouble.CANNOT_SAVE)


def test_the_language_changes_on_any_page() -> None:
    for question in Question:
        for lang in LANGUAGES:
            state = after(at(question), ChooseLanguage(lang))
            assert state == replace(at(question), lang=lang)
            assert shown(state).lang == lang
