"""Rows that every flow shares, by group of states: language, access settings, help, silence, and bugs."""

from msgspec.structs import replace

from kiosk.flows.common import guards, page_time
from kiosk.session.model import Help, Session, World
from kiosk.session.states import EVERYWHERE, SHORT, Group
from kiosk.session.table import Row, Target, Transition, Trigger, row
from kiosk.vocabulary.effects import CancelHelp, Note, SendHelp
from kiosk.vocabulary.events import Failure, HelpNotSent, HelpSent, HelpTaken, Tick
from kiosk.vocabulary.intents import (
    Back,
    CallStaff,
    ChooseLanguage,
    Finish,
    GoToStart,
    SetContrast,
    SetLowReach,
    SetTextSize,
    ShowAccess,
    StayHere,
    WithdrawHelp,
)


def choose_language(session: Session, trigger: Trigger, facts: World) -> Transition:
    """Change the language; place and entries stay."""
    assert isinstance(trigger, ChooseLanguage)
    if trigger.lang not in facts.languages:
        return Transition(session)
    return Transition(replace(session, lang=trigger.lang, drawer=""))


def set_size(session: Session, trigger: Trigger, _facts: World) -> Transition:
    """Draw text in another size."""
    assert isinstance(trigger, SetTextSize)
    return Transition(replace(session, access=replace(session.access, size=trigger.size)))


def set_contrast(session: Session, trigger: Trigger, _facts: World) -> Transition:
    """Draw in another theme."""
    assert isinstance(trigger, SetContrast)
    return Transition(replace(session, access=replace(session.access, contrast=trigger.contrast)))


def set_low_reach(session: Session, trigger: Trigger, _facts: World) -> Transition:
    """Bring the controls down or back up."""
    assert isinstance(trigger, SetLowReach)
    return Transition(replace(session, access=replace(session.access, low_reach=trigger.on)))


def open_drawer(session: Session, trigger: Trigger, _facts: World) -> Transition:
    """Open a drawer of the access bar, or close it by the same button."""
    assert isinstance(trigger, ShowAccess)
    return Transition(replace(session, drawer="" if trigger.drawer == session.drawer else trigger.drawer))


def call_staff(session: Session, _trigger: Trigger, facts: World) -> Transition:
    """Ask for a person at this terminal."""
    calling = replace(session, help=Help.SENDING, help_id=facts.new_ids.help, asked_help=True, helper="", drawer="help")
    return Transition(calling, (SendHelp(facts.new_ids.help, session.lang, "asked", session.number),))


def show_help(session: Session, _trigger: Trigger, _facts: World) -> Transition:
    """The call is under way already: show what became of it."""
    return Transition(replace(session, drawer="help"))


def help_sent(session: Session, _trigger: Trigger, _facts: World) -> Transition:
    """Staff have the call."""
    return Transition(session if session.help is Help.TAKEN else replace(session, help=Help.SENT))


def help_taken(session: Session, trigger: Trigger, _facts: World) -> Transition:
    """Somebody is coming."""
    assert isinstance(trigger, HelpTaken)
    return Transition(replace(session, help=Help.TAKEN, helper=trigger.name))


def withdraw_help(session: Session, _trigger: Trigger, _facts: World) -> Transition:
    """The visitor needs nobody after all: tell the hub, go on where they were."""
    over = replace(session, help=Help.NONE, help_id="", asked_help=False, helper="", drawer="")
    return Transition(over, (CancelHelp(session.help_id),) if guards.waits_for_staff(session) else ())


def help_not_sent(session: Session, _trigger: Trigger, _facts: World) -> Transition:
    """Staff could not be reached from here."""
    return Transition(session if session.help is Help.TAKEN else replace(session, help=Help.NOT_SENT))


def ask_still_there(session: Session, _trigger: Trigger, facts: World) -> Transition:
    """Put the idle question."""
    return Transition(replace(session, asked=facts.mono))


def ended_by_failure(session: Session, trigger: Trigger, _facts: World) -> Transition:
    """A bug was caught: the visitor starts anew, the log knows where."""
    assert isinstance(trigger, Failure)
    return Transition(session, (Note("session-failed", {"place": trigger.place, "state": session.state.value}),))


ROWS: tuple[Row, ...] = (
    row(EVERYWHERE, ChooseLanguage, Target.STAY, choose_language),
    row(Group.CHOOSING, Back, Target.BACK),
    row(SHORT, Back, Target.HOME),
    row(SHORT | {Group.CHOOSING}, GoToStart, Target.HOME),
    row(SHORT | {Group.CHOOSING}, Finish, Target.HOME),
    row(EVERYWHERE, SetTextSize, Target.STAY, set_size),
    row(EVERYWHERE, SetContrast, Target.STAY, set_contrast),
    row(EVERYWHERE, SetLowReach, Target.STAY, set_low_reach),
    row(EVERYWHERE, ShowAccess, Target.STAY, open_drawer),
    row(EVERYWHERE, CallStaff, Target.STAY, call_staff, guards.may_call_staff),
    row(EVERYWHERE, CallStaff, Target.STAY, show_help),
    row(EVERYWHERE, WithdrawHelp, Target.STAY, withdraw_help),
    row(EVERYWHERE, HelpTaken, Target.STAY, help_taken, guards.is_our_help),
    row(EVERYWHERE, HelpSent, Target.STAY, help_sent, guards.is_our_help),
    row(EVERYWHERE, HelpNotSent, Target.STAY, help_not_sent, guards.is_our_help),
    row(EVERYWHERE, StayHere, Target.STAY),
    row(EVERYWHERE - {Group.WAITING}, Tick, Target.STAY, page_time.close_help, page_time.help_is_over),
    row(Group.CHOOSING, Tick, Target.STAY, ask_still_there, guards.fell_silent),
    row(Group.CHOOSING, Tick, Target.HOME, guard=guards.question_unanswered),
    row(SHORT, Tick, Target.HOME, guard=page_time.is_over),
    row(EVERYWHERE, Failure, Target.HOME, ended_by_failure),
)
"""They come after the flows' own rows."""
