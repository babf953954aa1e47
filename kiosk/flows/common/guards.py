"""Small named questions about session, trigger and facts; guards of the rows."""

from kiosk.session.model import Help, Session, World, patience
from kiosk.session.states import Group
from kiosk.session.table import Trigger
from kiosk.vocabulary.events import (
    HelpNotSent,
    HelpSent,
    HelpTaken,
)
from kiosk.vocabulary.intents import DrawFeatured, DrawTicket, OpenCategory, OpenService

HELP_S = 180.0
"""Seconds that a visitor who called for a person may stand here without a touch."""
CALM_S = 3.0
"""Seconds without a touch before the start screen may change by itself."""


def knows_service(_session: Session, trigger: Trigger, facts: World) -> bool:
    """The service is in the catalogue in force (an old screen may name one that is gone)."""
    match trigger:
        case OpenService(service=service) | DrawFeatured(service=service) | DrawTicket(service=service):
            return service in facts.index.services
        case _:
            return False


def knows_category(_session: Session, trigger: Trigger, facts: World) -> bool:
    """The group is in the catalogue in force."""
    return isinstance(trigger, OpenCategory) and trigger.category in facts.index.categories


def house_closed(_session: Session, _trigger: Trigger, facts: World) -> bool:
    """Staff have closed this terminal: who holds a number keeps it, nobody draws another."""
    return facts.house.closed


def may_draw(session: Session, trigger: Trigger, facts: World) -> bool:
    """A number may be drawn for this service now."""
    if facts.house.closed or facts.outbox_full or not knows_service(session, trigger, facts):
        return False
    assert isinstance(trigger, DrawFeatured | DrawTicket)
    return facts.index.may_ticket(trigger.service, facts.now)


def gives_no_numbers(facts: World) -> bool:
    """A tap for a number would end in "none here": said before the visitor chooses, and nothing offers one.

    Where no service has a queue nobody misses a number: there is nothing to be said.
    """
    return facts.index.draws and (facts.outbox_full or not (facts.health.hub or facts.own_numbers))


def is_our_help(session: Session, trigger: Trigger, _facts: World) -> bool:
    """The answer to this session's own help call, or who is coming because of it."""
    return isinstance(trigger, HelpSent | HelpNotSent | HelpTaken) and trigger.id == session.help_id


def may_call_staff(session: Session, _trigger: Trigger, _facts: World) -> bool:
    """The visitor has called nobody yet, or nobody could be reached. That a slip is missing is another call."""
    return not waits_for_staff(session)


def waits_for_staff(session: Session) -> bool:
    """The visitor has called for a person and waits at the terminal."""
    return session.asked_help and session.help in (Help.SENDING, Help.SENT, Help.TAKEN)


def _silent_for(session: Session, facts: World, seconds: float) -> bool:
    return facts.mono - max(session.touched, session.entered) >= seconds * patience(session)


def fell_silent(session: Session, _trigger: Trigger, facts: World) -> bool:
    """Time to ask whether the visitor is still here."""
    return session.asked is None and _silent_for(session, facts, _idle_s(session, facts))


def fell_silent_in_trouble(session: Session, _trigger: Trigger, facts: World) -> bool:
    """The same on pages that hold a number nobody may lose too fast."""
    return session.asked is None and _silent_for(session, facts, facts.timing.trouble_s)


def question_unanswered(session: Session, _trigger: Trigger, facts: World) -> bool:
    """The countdown of the idle question is over."""
    return question_seconds(session, facts) == 0 and session.asked is not None


def question_seconds(session: Session, facts: World) -> int:
    """Seconds left on the idle question."""
    if session.asked is None:
        return 0
    left = facts.timing.question_s * patience(session) - (facts.mono - session.asked)
    return max(0, int(left + 0.999))


def left_traces(session: Session, _trigger: Trigger, facts: World) -> bool:
    """Somebody changed language or access settings on the start screen and went away."""
    return (
        session.state.group is Group.HOME and _changed(session) and _silent_for(session, facts, _idle_s(session, facts))
    )


def _idle_s(session: Session, facts: World) -> float:
    """Who waits for a person must still be here when that person says so at a desk."""
    return max(facts.timing.idle_s, HELP_S) if waits_for_staff(session) else facts.timing.idle_s


def restart_due(session: Session, _trigger: Trigger, facts: World) -> bool:
    """An order to start anew is open, nobody stands at the start screen, and nothing lasting is under way."""
    calm = not _changed(session) and facts.mono - session.touched > CALM_S
    return facts.restart and calm and not any(each.busy for each in facts.lasting)


def _changed(session: Session) -> bool:
    return session.lang != session.home_lang or session.access != type(session.access)() or session.drawer != ""
