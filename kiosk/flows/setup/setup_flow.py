"""Flow: first run at the terminal, by touch: hub address, code, panel, its height, rotation.

While a terminal has no configuration, the first question is where its sessions stand when nobody is being served. When
enrolment has saved one, the terminal takes it and serves visitors: same core, same window.
"""

from msgspec.structs import replace

from kiosk.flows.common import form
from kiosk.flows.common.flow import Flow
from kiosk.flows.common.ignoring import LATE_ANSWERS, NEWS, TO_BROWSING
from kiosk.flows.setup import setup_pages
from kiosk.flows.setup.setup_visit import ADDRESS, CODE, DIAGONAL, HEIGHT, setting_up
from kiosk.flows.setup.setup_visit import SetupState as State
from kiosk.session.model import Session, World
from kiosk.session.table import Row, Target, Transition, Trigger, deadline, ignore, row
from kiosk.vocabulary.effects import Enrol, Note, TakeConfiguration
from kiosk.vocabulary.enrolment import read_code
from kiosk.vocabulary.events import EnrolFailed, Enrolled, Scanned
from kiosk.vocabulary.hardware.panels import (
    LEAST_BOTTOM_CM,
    LEAST_INCHES,
    MOST_BOTTOM_CM,
    MOST_INCHES,
    PRESETS,
    ROTATIONS,
    of_diagonal,
)
from kiosk.vocabulary.intents import (
    Back,
    DrawFeatured,
    DrawTicket,
    EditText,
    Finish,
    FocusField,
    GoToStart,
    HandBack,
    HaveSlip,
    Pick,
    Proceed,
    SwitchKeyboard,
    TryAgain,
    Wake,
)

THIS_MACHINE = "127.0.0.1:8080"
"""Encrypted or not: the code says so."""
DONE_S = 2.0
"""How long the good news stands before the terminal begins."""
ENROL_S = 120.0
"""Seconds after which an enrolment counts as unanswered; its longest connections end within a minute."""
BEGIN_S = 30.0
"""The same for reading what was saved."""
BAD_ADDRESS, NO_ANSWER, CANNOT_SAVE = "bad_address", "no_answer", "cannot_save"
BAD_DIAGONAL, BAD_HEIGHT = "bad_diagonal", "bad_height"
ABOUT_THE_CODE = ("bad_code", "wrong_code", "wrong_fingerprint")
"""Faults after which the code is looked at again, not the address."""


def _with(session: Session, **changes: object) -> Session:
    return replace(session, flow=replace(setting_up(session), **changes))


def use_this_machine(session: Session, _trigger: Trigger, _facts: World) -> Transition:
    """The hub is on this computer."""
    return Transition(_with(session, form=form.with_text(setting_up(session).form, ADDRESS, THIS_MACHINE)))


def use_another_machine(session: Session, _trigger: Trigger, _facts: World) -> Transition:
    """The hub is elsewhere; what was typed of its address before is still there."""
    typed = setting_up(session).form
    kept = "" if typed.text(ADDRESS) == THIS_MACHINE else typed.text(ADDRESS)
    return Transition(_with(session, form=form.focused(form.with_text(typed, ADDRESS, kept), ADDRESS)))


def ask_for_the_code(session: Session, _trigger: Trigger, _facts: World) -> Transition:
    """The address stands: its keys make room for those of the code."""
    return Transition(_with(session, form=form.focused(setting_up(session).form, CODE), fault=""))


def say_what_is_missing(session: Session, _trigger: Trigger, _facts: World) -> Transition:
    """Go on without an address."""
    return Transition(_with(session, fault=BAD_ADDRESS))


def _forget_fault(session: Session) -> Transition:
    return Transition(_with(session, fault=""))


def mend(session: Session, _trigger: Trigger, _facts: World) -> Transition:
    """After a fault: all answers are kept."""
    return _forget_fault(session)


def choose_panel(session: Session, trigger: Trigger, _facts: World) -> Transition:
    """This is the panel; next is how high it hangs, which has a usual answer."""
    assert isinstance(trigger, Pick)
    return _ask_height(_with(session, panel=PRESETS[int(trigger.value)]))


def choose_other_panel(session: Session, trigger: Trigger, _facts: World) -> Transition:
    """A panel without a name: its diagonal is asked for."""
    assert isinstance(trigger, Pick)
    typed = form.focused(setting_up(session).form, DIAGONAL)
    return Transition(_with(session, upright=trigger.value == setup_pages.OTHER_UPRIGHT, form=typed))


def take_diagonal(session: Session, _trigger: Trigger, _facts: World) -> Transition:
    """A panel of this diagonal."""
    visit = setting_up(session)
    return _ask_height(_with(session, panel=of_diagonal(int(visit.form.text(DIAGONAL)), upright=visit.upright)))


def _ask_height(session: Session) -> Transition:
    visit = setting_up(session)
    usual = visit.form.text(HEIGHT) or str(visit.bottom_cm)
    return Transition(_with(session, form=form.focused(form.with_text(visit.form, HEIGHT, usual), HEIGHT), fault=""))


def take_height(session: Session, _trigger: Trigger, _facts: World) -> Transition:
    """So high above the floor."""
    return Transition(_with(session, bottom_cm=int(setting_up(session).form.text(HEIGHT)), fault=""))


def refuse_diagonal(session: Session, _trigger: Trigger, _facts: World) -> Transition:
    """Pages are not made for such a panel: said at the field."""
    return Transition(_with(session, fault=BAD_DIAGONAL))


def refuse_height(session: Session, _trigger: Trigger, _facts: World) -> Transition:
    """Nobody could use it there: said at the field."""
    return Transition(_with(session, fault=BAD_HEIGHT))


def choose_rotation(session: Session, trigger: Trigger, facts: World) -> Transition:
    """The last answer: enrol."""
    assert isinstance(trigger, Pick)
    turn = next(each for each in ROTATIONS if str(each) == trigger.value)
    return enrol(_with(session, rotation=turn), trigger, facts)


def enrol(session: Session, _trigger: Trigger, _facts: World) -> Transition:
    """Try it with these answers."""
    visit = setting_up(session)
    effect = Enrol(visit.form.text(ADDRESS), visit.form.text(CODE), visit.panel, visit.rotation, visit.bottom_cm)
    return Transition(_with(session, fault=""), (effect,))


def tell_fault(session: Session, trigger: Trigger, _facts: World) -> Transition:
    """It did not work: the page says why, and so does the log."""
    assert isinstance(trigger, EnrolFailed)
    why = Note("setup-failed", {"why": trigger.fault, "detail": trigger.detail})
    return Transition(_with(session, fault=trigger.fault, path=trigger.path), (why,))


def enrolment_overdue(session: Session, _trigger: Trigger, _facts: World) -> Transition:
    """Nobody says what became of the enrolment."""
    return Transition(_with(session, fault=NO_ANSWER), (Note("answer-overdue", {"state": session.state.value}),))


def beginning_overdue(session: Session, _trigger: Trigger, _facts: World) -> Transition:
    """What was saved is not read."""
    return Transition(_with(session, fault=CANNOT_SAVE), (Note("answer-overdue", {"state": session.state.value}),))


def begin(session: Session, _trigger: Trigger, _facts: World) -> Transition:
    """Serve visitors from now on."""
    return Transition(session, (TakeConfiguration(),))


def is_this_machine(_session: Session, trigger: Trigger, _facts: World) -> bool:
    """The hub is on this computer."""
    return isinstance(trigger, Pick) and trigger.value == "this"


def has_address(session: Session, _trigger: Trigger, _facts: World) -> bool:
    """Something was typed."""
    return setting_up(session).form.text(ADDRESS) != ""


def code_is_whole(session: Session, _trigger: Trigger, _facts: World) -> bool:
    """No letter is missing."""
    return read_code(setting_up(session).form.text(CODE)) is not None


def is_panel(_session: Session, trigger: Trigger, _facts: World) -> bool:
    """One of those on offer."""
    return isinstance(trigger, Pick) and trigger.value in map(str, range(len(PRESETS)))


def is_other_panel(_session: Session, trigger: Trigger, _facts: World) -> bool:
    """One that has no name here."""
    return isinstance(trigger, Pick) and trigger.value in (setup_pages.OTHER_UPRIGHT, setup_pages.OTHER_WIDE)


def diagonal_fits(session: Session, _trigger: Trigger, _facts: World) -> bool:
    """A diagonal that pages are made for, in inches."""
    return LEAST_INCHES <= int(setting_up(session).form.text(DIAGONAL) or 0) <= MOST_INCHES


def height_fits(session: Session, _trigger: Trigger, _facts: World) -> bool:
    """A height at which people can use a panel, in cm."""
    return LEAST_BOTTOM_CM <= int(setting_up(session).form.text(HEIGHT) or 0) <= MOST_BOTTOM_CM


def is_rotation(_session: Session, trigger: Trigger, _facts: World) -> bool:
    """One of those on offer."""
    return isinstance(trigger, Pick) and trigger.value in map(str, ROTATIONS)


def could_not_save(session: Session, _trigger: Trigger, _facts: World) -> bool:
    """The one fault that no answer here can mend."""
    return setting_up(session).fault == CANNOT_SAVE


def is_about_the_code(session: Session, _trigger: Trigger, _facts: World) -> bool:
    """The code is to be looked at again."""
    return setting_up(session).fault in ABOUT_THE_CODE


ROWS: tuple[Row, ...] = (
    row(State.HUB, Pick, State.CODE, use_this_machine, is_this_machine),
    row(State.HUB, Pick, State.ADDRESS, use_another_machine),
    *form.rows(State.ADDRESS, ADDRESS, then=_forget_fault),
    row(State.ADDRESS, Proceed, State.CODE, ask_for_the_code, has_address),
    row(State.ADDRESS, Proceed, Target.STAY, say_what_is_missing),
    row(State.ADDRESS, Back, State.HUB, mend),
    *form.rows(State.CODE, CODE),
    row(State.CODE, Proceed, State.PANEL, guard=code_is_whole),
    row(State.CODE, Back, State.HUB),
    row(State.PANEL, Pick, State.HEIGHT, choose_panel, is_panel),
    row(State.PANEL, Pick, State.DIAGONAL, choose_other_panel, is_other_panel),
    row(State.PANEL, Back, State.CODE),
    *form.rows(State.DIAGONAL, DIAGONAL, then=_forget_fault),
    row(State.DIAGONAL, Proceed, State.HEIGHT, take_diagonal, diagonal_fits),
    row(State.DIAGONAL, Proceed, Target.STAY, refuse_diagonal),
    row(State.DIAGONAL, Back, State.PANEL, mend),
    *form.rows(State.HEIGHT, HEIGHT, then=_forget_fault),
    row(State.HEIGHT, Proceed, State.ROTATION, take_height, height_fits),
    row(State.HEIGHT, Proceed, Target.STAY, refuse_height),
    row(State.HEIGHT, Back, State.PANEL, mend),
    row(State.ROTATION, Pick, State.WORKING, choose_rotation, is_rotation),
    row(State.ROTATION, Back, State.HEIGHT),
    row({State.WORKING, State.FAILED}, Enrolled, State.DONE),
    row({State.WORKING, State.BEGINNING}, EnrolFailed, State.FAILED, tell_fault),
    deadline(State.WORKING, ENROL_S, State.FAILED, enrolment_overdue),
    row(State.FAILED, TryAgain, State.WORKING, enrol, could_not_save),
    row(State.FAILED, TryAgain, State.CODE, mend, is_about_the_code),
    row(State.FAILED, TryAgain, State.HUB, mend),
    deadline(State.DONE, DONE_S, State.BEGINNING, begin),
    deadline(State.BEGINNING, BEGIN_S, State.FAILED, beginning_overdue),
)
"""Waiting for the configuration ends from outside: the core takes it and begins anew."""

_BACK = frozenset({State.ADDRESS, State.CODE, State.PANEL, State.DIAGONAL, State.HEIGHT, State.ROTATION})
_TYPING = frozenset({State.ADDRESS, State.CODE, State.DIAGONAL, State.HEIGHT})
IGNORES: tuple[Row, ...] = (
    *ignore(State, *(each for each in LATE_ANSWERS if each not in (Enrolled, EnrolFailed)), *NEWS, Wake),
    *ignore(set(State) - {State.WORKING, State.FAILED}, Enrolled),
    *ignore(set(State) - {State.WORKING, State.BEGINNING}, EnrolFailed),
    # Answers to a question that has just changed under the finger, or of which there is no such choice.
    *ignore(set(State) - {State.HUB}, Pick),
    *ignore(set(State) - (_TYPING - {State.CODE}), Proceed),
    *ignore(set(State) - {State.FAILED}, TryAgain),
    *ignore(set(State) - _BACK, Back),
    *ignore(State, FocusField, EditText),
    *ignore(set(State) - _TYPING, SwitchKeyboard),
    # What only a page of a visit offers, and a code before a scanner that nobody reads yet.
    *ignore(State, *TO_BROWSING, DrawFeatured, DrawTicket, GoToStart, Finish, HandBack, HaveSlip, Scanned),
)

FLOW = Flow(State, ROWS, setup_pages.PAGES, IGNORES)
