"""Rows that every flow shares, by group of states: language, access settings, help, silence, and bugs."""

from msgspec.structs import replace

from kiosk.flows import dwelling, guards
from kiosk.session.model import Facts, Help, Session
from kiosk.session.states import EVERYWHERE, SHORT, Group
from kiosk.session.table import Goal, Moved, Row, Trigger, row
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


def speak(session: Session, trigger: Trigger, facts: Facts) -> Moved:
    """Change the language; place and entries stay."""
    assert isinstance(trigger, ChooseLanguage)
    if trigger.lang not in facts.languages:
        return Moved(session)
    return Moved(replace(session, lang=trigger.lang, drawer=""))


def set_size(session: Session, trigger: Trigger, _facts: Facts) -> Moved:
    """Draw text in another size."""
    assert isinstance(trigger, SetTextSize)
    return Moved(replace(session, access=replace(session.access, size=trigger.size)))


def set_contrast(session: Session, trigger: Trigger, _facts: Facts) -> Moved:
    """Draw in another theme."""
    assert isinstance(trigger, SetContrast)
    return Moved(replace(session, access=replace(session.access, contrast=trigger.contrast)))


def set_low_reach(session: Session, trigger: Trigger, _facts: Facts) -> Moved:
    """Bring the controls down or back up."""
    assert isinstance(trigger, SetLowReach)
    return Moved(replace(session, access=replace(session.access, low_reach=trigger.on)))


def open_drawer(session: Session, trigger: Trigger, _facts: Facts) -> Moved:
    """Open a drawer of the access bar, or close it by the same button."""
    assert isinstance(trigger, ShowAccess)
    return Moved(replace(session, drawer="" if trigger.drawer == session.drawer else trigger.drawer))


def call_staff(session: Session, _trigger: Trigger, facts: Facts) -> Moved:
    """Ask for a person at this terminal."""
    calling = replace(session, help=Help.SENDING, help_id=facts.new_ids.help, asked_help=True, helper="", drawer="help")
    return Moved(calling, (SendHelp(facts.new_ids.help, session.lang, "asked", session.number),))


def show_help(session: Session, _trigger: Trigger, _facts: Facts) -> Moved:
    """The call is under way already: show what became of it."""
    return Moved(replace(session, drawer="help"))


def help_sent(session: Session, _trigger: Trigger, _facts: Facts) -> Moved:
    """Staff have the call."""
    return Moved(session if session.help is Help.TAKEN else replace(session, help=Help.SENT))


def help_taken(session: Session, trigger: Trigger, _facts: Facts) -> Moved:
    """Somebody is coming."""
    assert isinstance(trigger, HelpTaken)
    return Moved(replace(session, help=Help.TAKEN, helper=trigger.name))


def withdraw_help(session: Session, _trigger: Trigger, _facts: Facts) -> Moved:
    """The visitor needs nobody after all: tell the hub, go on where they were."""
    over = replace(session, help=Help.NONE, help_id="", asked_help=False, helper="", drawer="")
    return Moved(over, (CancelHelp(session.help_id),) if guards.waits_for_staff(session) else ())


def help_not_sent(session: Session, _trigger: Trigger, _facts: Facts) -> Moved:
    """Staff could not be reached from here."""
    return Moved(session if session.help is Help.TAKEN else replace(session, help=Help.NOT_SENT))


def ask_still_there(session: Session, _trigger: Trigger, facts: Facts) -> Moved:
    """Put the idle question."""
    return Moved(replace(session, asked=facts.mono))


def ended_by_failure(session: Session, trigger: Trigger, _facts: Facts) -> Moved:
    """A bug was caught: the visitor starts anew, the log knows where."""
    assert isinstance(trigger, Failure)
    return Moved(session, (Note("session-failed", {"place": trigger.place, "state": session.state.value}),))


ROWS: tuple[Row, ...] = (
    row(EVERYWHERE - {Group.WAITING}, ChooseLanguage, Goal.STAY, speak),
    row(Group.CHOOSING, Back, Goal.BACK),
    row(SHORT, Back, Goal.HOME),
    row(SHORT | {Group.CHOOSING}, GoToStart, Goal.HOME),
    row(SHORT | {Group.CHOOSING}, Finish, Goal.HOME),
    row(EVERYWHERE, SetTextSize, Goal.STAY, set_size),
    row(EVERYWHERE, SetContrast, Goal.STAY, set_contrast),
    row(EVERYWHERE, SetLowReach, Goal.STAY, set_low_reach),
    row(EVERYWHERE, ShowAccess, Goal.STAY, open_drawer),
    row(EVERYWHERE, CallStaff, Goal.STAY, call_staff, guards.may_call_staff),
    row(EVERYWHERE, CallStaff, Goal.STAY, show_help),
    row(EVERYWHERE, WithdrawHelp, Goal.STAY, withdraw_help),
    row(EVERYWHERE, HelpTaken, Goal.STAY, help_taken, guards.is_our_help),
    row(EVERYWHERE, HelpSent, Goal.STAY, help_sent, guards.is_our_help),
    row(EVERYWHERE, HelpNotSent, Goal.STAY, help_not_sent, guards.is_our_help),
    row(EVERYWHERE, StayHere, Goal.STAY),
    row(EVERYWHERE - {Group.WAITING}, Tick, Goal.STAY, dwelling.close_help, dwelling.help_is_over),
    row(Group.CHOOSING, Tick, Goal.STAY, ask_still_there, guards.fell_silent),
    row(Group.CHOOSING, Tick, Goal.HOME, guard=guards.question_unanswered),
    row(SHORT, Tick, Goal.HOME, guard=dwelling.is_over),
    row(EVERYWHERE, Failure, Goal.HOME, ended_by_failure),
)
"""They come after the flows' own rows."""
