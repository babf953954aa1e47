"""The touch set-up, answer by answer: every way through it, back, wrong and again."""

import pytest
from msgspec.structs import replace

from kiosk.flows.common.form import Form
from kiosk.flows.setup.setup_flow import ABOUT_THE_CODE, BEGIN_S, DONE_S, ENROL_S, THIS_MACHINE
from kiosk.flows.setup.setup_visit import ADDRESS, CODE, LANGUAGES, SetupState, SetupVisit, setting_up
from kiosk.session.states import State
from kiosk.view import Field, Notice, View, controls
from kiosk.vocabulary import intents
from kiosk.vocabulary.effects import Effect, Enrol, Note, TakeConfiguration
from kiosk.vocabulary.events import EnrolFailed, Enrolled, Failure
from kiosk.vocabulary.hardware.panels import PRESETS, ROTATIONS, USUAL_BOTTOM_CM, of_diagonal
from kiosk.vocabulary.intents import Back, ChooseLanguage, Edit, EditText, Intent, Pick, Proceed, TryAgain
from offline_cache.sync.enrolment import EnrolTrouble
from tests.flows.visits import Visit

LETTERS = "K7MQ2XPD"
WHOLE = "K7MQ2XPDH5AMK99XC6LPPDMN"
PATH = "/etc/townhall-kiosk/config.toml"
ANSWERED = SetupVisit(
    form=Form({ADDRESS.id: THIS_MACHINE, CODE.id: LETTERS}), panel=PRESETS[4], rotation=90, fault="no_answer", path=PATH
)


def at(state: State, flow: SetupVisit | None = ANSWERED) -> Visit:
    visit = Visit(state=state, home=SetupState.HUB)
    visit.session = replace(visit.session, flow=flow)
    return visit


def begun() -> Visit:
    return at(SetupState.HUB, None)


def after(visit: Visit, *touches: Intent) -> Visit:
    for touch in touches:
        assert visit.ask(touch) == (), touch
    return visit


def address(text: str = "", edit: Edit = Edit.INSERT) -> EditText:
    return EditText("address", text, edit)


def code(text: str = "", edit: Edit = Edit.INSERT) -> EditText:
    return EditText("code", text, edit)


def answers(visit: Visit) -> SetupVisit:
    return setting_up(visit.session)


def typed(visit: Visit) -> tuple[str, str]:
    return answers(visit).form.text(ADDRESS), answers(visit).form.text(CODE)


def offered(view: View) -> set[str]:
    return {control.id for control in controls(view)}


def enrolled(effects: tuple[Effect, ...]) -> Enrol:
    (order,) = effects
    assert isinstance(order, Enrol)
    return order


def test_this_machine_by_what_the_screens_offer() -> None:
    """Five pages, each left by a control that really stands on it; then visitors are served."""
    visit = begun()
    visit.touch("pick:this")
    assert (visit.session.state, typed(visit)) == (SetupState.CODE, (THIS_MACHINE, ""))
    assert "proceed" not in offered(visit.view()), "no letters yet"
    for letter in LETTERS:
        visit.touch(f"key:{letter}")
    visit.touch("proceed")
    visit.touch("pick:4")
    visit.touch("proceed")
    order = enrolled(visit.touch("pick:270"))
    assert visit.session.state is SetupState.WORKING
    assert (order.url, order.code, order.rotation) == (THIS_MACHINE, LETTERS, 270)
    assert (order.panel.width_px, order.panel.height_px, order.panel.width_mm) == (1280, 800, 323.1)
    assert order.bottom_cm == USUAL_BOTTOM_CM
    visit.send(Enrolled())
    assert visit.session.state is SetupState.DONE
    visit.wait(DONE_S - 0.5)
    assert TakeConfiguration() not in visit.done
    visit.wait(1)
    assert visit.of(TakeConfiguration) == [TakeConfiguration()]
    assert visit.session.state is SetupState.BEGINNING


def test_another_machine_asks_for_its_address() -> None:
    visit = after(begun(), Pick("other"))
    assert (visit.session.state, typed(visit)) == (SetupState.ADDRESS, ("", ""))
    after(visit, address("192.0.2"), address(" "), address(".10x"), address(edit=Edit.ERASE))
    assert typed(visit) == ("192.0.2.10", "")
    after(visit, intents.SwitchKeyboard("digits"))
    assert answers(visit).form.layer == "digits"
    after(visit, Proceed())
    assert (visit.session.state, answers(visit).form.layer) == (SetupState.CODE, "letters")
    assert typed(after(at(SetupState.ADDRESS), address(edit=Edit.CLEAR)))[0] == ""
    assert len(typed(after(at(SetupState.ADDRESS), address("x" * 500)))[0]) == ADDRESS.limit


def test_missing_address_is_an_error_at_its_field_until_typed() -> None:
    def error(visit: Visit) -> str:
        (field,) = [block for block in visit.view().body if isinstance(block, Field)]
        return field.error

    visit = after(begun(), Pick("other"))
    assert error(visit) == ""
    visit.touch("proceed")
    assert (visit.session.state, error(visit)) == (SetupState.ADDRESS, "Das ist keine Adresse.")
    visit.touch("key:a")
    assert error(visit) == ""


def test_a_changed_mind_about_the_machine() -> None:
    visit = after(begun(), Pick("other"), address("192.0.2.10"), Back())
    assert visit.session.state is SetupState.HUB
    assert typed(after(visit, Pick("other")))[0] == "192.0.2.10", "what was typed is still there"
    after(visit, Back(), Pick("this"), Back(), Pick("other"))
    assert typed(visit)[0] == "", "this machine's address is nobody's typing"


def test_a_code_takes_its_letters_only_and_goes_on_when_it_is_whole() -> None:
    def coded(*texts: str) -> Visit:
        return after(at(SetupState.CODE, SetupVisit()), *(code(text) for text in texts))

    assert typed(coded("k7mq-", "2xp0"))[1] == "K7MQ2XP"
    assert after(coded("k7mq-2xp"), Proceed()).session.state is SetupState.CODE
    assert after(coded("k7mq-2xp", "d"), Proceed()).session.state is SetupState.PANEL
    whole = after(coded("k7mq-2xp", "d" + WHOLE[8:] + "ZZZ"), Proceed())
    assert (whole.session.state, typed(whole)[1]) == (SetupState.PANEL, WHOLE)
    assert after(coded("k7mq-2xp", "dH5"), Proceed()).session.state is SetupState.CODE, "half a fingerprint"


BEFORE = {
    SetupState.ADDRESS: SetupState.HUB,
    SetupState.CODE: SetupState.HUB,
    SetupState.PANEL: SetupState.CODE,
    SetupState.DIAGONAL: SetupState.PANEL,
    SetupState.HEIGHT: SetupState.PANEL,
    SetupState.ROTATION: SetupState.HEIGHT,
}


@pytest.mark.parametrize("state", SetupState, ids=str)
def test_back_keeps_every_answer_and_never_leaves_an_enrolment_alone(state: SetupState) -> None:
    visit = at(state, replace(ANSWERED, fault="no_answer"))
    assert ("back" in offered(visit.view())) is (state in BEFORE)
    before = answers(visit)
    after(visit, Back())
    assert visit.session.state is BEFORE.get(state, state)
    assert replace(answers(visit), fault="") == replace(before, fault="")


@pytest.mark.parametrize("state", SetupState, ids=str)
def test_touches_meant_for_another_page_change_nothing(state: SetupState) -> None:
    strays: list[Intent] = [intents.Finish(), intents.GoToStart(), intents.DrawTicket("perso"), intents.OpenSearch()]
    if state is not SetupState.HUB:
        strays += [Pick("99"), Pick("")]
    if state is not SetupState.FAILED:
        strays.append(TryAgain())
    if state not in (SetupState.ADDRESS, SetupState.CODE, SetupState.DIAGONAL, SetupState.HEIGHT):
        strays += [address("x"), code("x"), address(edit=Edit.CLEAR), code(edit=Edit.ERASE), Proceed()]
    for stray in strays:
        visit = at(state)
        before = visit.session
        assert visit.ask(stray) == (), stray
        assert replace(visit.session, touched=before.touched) == before, stray


def test_nobody_is_hurried_and_a_second_tap_on_the_rotation_enrols_once() -> None:
    visit = at(SetupState.ROTATION)
    visit.wait(3600, tick=10)
    assert visit.session.state is SetupState.ROTATION
    enrolled(visit.ask(Pick("0")))
    assert visit.ask(Pick("0")) == ()


def test_every_panel_and_rotation_can_be_chosen() -> None:
    for n, preset in enumerate(PRESETS):
        for turn in ROTATIONS:
            order = enrolled(after(at(SetupState.PANEL), Pick(str(n)), Proceed()).ask(Pick(str(turn))))
            assert (order.panel, order.rotation) == (preset, turn)


def typed_into(visit: Visit, field: str, text: str) -> str:
    """Empties the field, types into it, goes on; the error at the field then."""
    after(visit, EditText(field, edit=Edit.CLEAR), *(EditText(field, digit) for digit in text), Proceed())
    return next((block.error for block in visit.view().body if isinstance(block, Field)), "")


@pytest.mark.parametrize(("text", "fits"), [("", 0), ("39", 0), ("40", 1), ("120", 1), ("121", 0), ("999", 0)])
def test_a_height_out_of_reach_is_refused_at_the_field(text: str, fits: int) -> None:
    visit = after(at(SetupState.PANEL), Pick("0"))
    error = typed_into(visit, "height", text)
    assert visit.session.state is (SetupState.ROTATION if fits else SetupState.HEIGHT)
    assert ("40 bis 120" in error) is not fits
    assert answers(visit).bottom_cm == (int(text) if fits else USUAL_BOTTOM_CM)


@pytest.mark.parametrize(("text", "fits"), [("", 0), ("11", 0), ("12", 1), ("43", 1), ("44", 0), ("99", 0)])
def test_a_panel_without_a_name_is_asked_for_its_diagonal(text: str, fits: int) -> None:
    visit = after(at(SetupState.PANEL), Pick("wide"))
    error = typed_into(visit, "diagonal", text)
    assert visit.session.state is (SetupState.HEIGHT if fits else SetupState.DIAGONAL)
    assert ("12 bis 43" in error) is not fits
    if fits:
        assert answers(visit).panel == of_diagonal(int(text), upright=False)


def test_a_height_once_typed_is_offered_again() -> None:
    visit = after(at(SetupState.PANEL), Pick("upright"))
    typed_into(visit, "diagonal", "43")
    typed_into(visit, "height", "55")
    order = enrolled(after(visit, Back(), Back(), Pick("0"), Proceed()).ask(Pick("0")))
    assert order.bottom_cm == 55


@pytest.mark.parametrize("trouble", list(EnrolTrouble))
def test_try_again_leads_to_the_page_that_can_mend_it(trouble: EnrolTrouble) -> None:
    visit = at(SetupState.WORKING)
    visit.send(EnrolFailed(trouble.value, "why", PATH))
    assert visit.of(Note) == [Note("setup-failed", {"why": trouble.value, "detail": "why"})]
    effects = visit.touch("again")
    assert answers(visit) == replace(ANSWERED, fault="")
    if trouble is EnrolTrouble.CANNOT_SAVE:
        assert visit.session.state is SetupState.WORKING
        order = enrolled(effects)
        assert (order.url, order.code, order.rotation) == (THIS_MACHINE, LETTERS, 90)
    else:
        assert effects == ()
        assert visit.session.state is (SetupState.CODE if trouble.value in ABOUT_THE_CODE else SetupState.HUB)


@pytest.mark.parametrize("lang", ["de", "en", "ar"])
@pytest.mark.parametrize("trouble", list(EnrolTrouble))
def test_every_fault_is_said_with_what_to_do_now(trouble: EnrolTrouble, lang: str) -> None:
    visit = at(SetupState.FAILED, replace(ANSWERED, fault=trouble.value))
    visit.session = replace(visit.session, lang=lang)
    (notice,) = [block for block in visit.view().body if isinstance(block, Notice)]
    assert notice.heading
    assert notice.text
    assert (PATH in notice.text) is (trouble is EnrolTrouble.CANNOT_SAVE)


@pytest.mark.parametrize("state", SetupState, ids=str)
def test_the_language_changes_on_any_page(state: SetupState) -> None:
    for lang in LANGUAGES:
        visit = after(at(state), ChooseLanguage(lang))
        assert (visit.session.state, answers(visit), visit.view().lang) == (state, ANSWERED, lang)


@pytest.mark.parametrize(
    ("state", "seconds", "fault"),
    [(SetupState.WORKING, ENROL_S, "no_answer"), (SetupState.BEGINNING, BEGIN_S, "cannot_save")],
)
def test_an_answer_that_never_comes_ends_in_a_fault(state: SetupState, seconds: float, fault: str) -> None:
    visit = at(state)
    visit.wait(seconds + 1)
    assert (visit.session.state, answers(visit).fault) == (SetupState.FAILED, fault)
    visit.send(Enrolled())
    assert visit.session.state is SetupState.DONE or state is SetupState.BEGINNING


def test_a_bug_leads_back_to_the_first_question() -> None:
    visit = at(SetupState.PANEL)
    visit.send(Failure("screens"))
    assert visit.session.state is SetupState.HUB
    assert visit.view().place == "setup:hub"
