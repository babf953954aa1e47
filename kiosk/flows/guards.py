"""Small named questions about session, trigger and facts; guards of the rows."""

from kiosk.health import Paper
from kiosk.session.model import HOMES, Facts, Help, Session, patience
from kiosk.session.table import Trigger
from kiosk.vocabulary.events import (
    CancelCommitted,
    DeviceChanged,
    HelpNotSent,
    HelpSent,
    HelpTaken,
    IntentCommitted,
    NumberCommitted,
    NumberGiven,
    NumberRefused,
    NumberSilent,
    PrintFinished,
    ScanCommitted,
    ScanNotCommitted,
    SearchFound,
    StandingFound,
    StandingNotFound,
    StoreFailed,
)
from kiosk.vocabulary.intents import DrawFeatured, DrawTicket, OpenCategory, OpenService
from kiosk.vocabulary.outcomes import NotPrinted, Printed

HELP_S = 180.0
"""Seconds that a visitor who called for a person may stand here without a touch."""
CALM_S = 3.0
"""Seconds without a touch before the start screen may change by itself."""


def is_ours(session: Session, trigger: Trigger, _facts: Facts) -> bool:
    """The answer speaks of this session's ticket, not of one that has ended."""
    if session.ticket is None:
        return False
    match trigger:
        case NumberGiven(ticket=numbered):
            return numbered.id == session.ticket.id
        case (
            IntentCommitted(ticket=ticket)
            | NumberSilent(ticket=ticket)
            | NumberRefused(ticket=ticket)
            | NumberCommitted(ticket=ticket)
            | CancelCommitted(ticket=ticket)
            | StoreFailed(ticket=ticket)
        ):
            return ticket == session.ticket.id
        case _:
            return False


def knows_service(_session: Session, trigger: Trigger, facts: Facts) -> bool:
    """The service is in the catalogue in force (an old screen may name one that is gone)."""
    match trigger:
        case OpenService(service=service) | DrawFeatured(service=service) | DrawTicket(service=service):
            return service in facts.index.services
        case _:
            return False


def knows_category(_session: Session, trigger: Trigger, facts: Facts) -> bool:
    """The group is in the catalogue in force."""
    return isinstance(trigger, OpenCategory) and trigger.category in facts.index.categories


def may_ask_again(session: Session, _trigger: Trigger, _facts: Facts) -> bool:
    """The intent is durable, so the same id may be asked for again."""
    return session.problem != "store_failed"


def house_closed(_session: Session, _trigger: Trigger, facts: Facts) -> bool:
    """Staff have closed this terminal: who holds a number keeps it, nobody draws another."""
    return facts.house.closed


def may_draw(session: Session, trigger: Trigger, facts: Facts) -> bool:
    """A number may be drawn for this service now."""
    if facts.house.closed or facts.outbox_full or not knows_service(session, trigger, facts):
        return False
    assert isinstance(trigger, DrawFeatured | DrawTicket)
    return facts.index.may_ticket(trigger.service, facts.now)


def gives_no_numbers(facts: Facts) -> bool:
    """A tap for a number would end in "none here": said before the visitor chooses, and nothing offers one.

    Where no service has a queue nobody misses a number: there is nothing to be said.
    """
    return facts.index.draws and (facts.outbox_full or not (facts.health.hub or facts.own_numbers))


def paper_trouble(_session: Session, _trigger: Trigger, facts: Facts) -> bool:
    """The printer is known not to work now."""
    return facts.health.paper is Paper.TROUBLE


def screen_only(_session: Session, _trigger: Trigger, facts: Facts) -> bool:
    """No paper is to be spent: there is no printer, or a flood of tickets is going on."""
    return facts.health.paper is Paper.ABSENT or facts.flood


def is_ours_and_screen_only(session: Session, trigger: Trigger, facts: Facts) -> bool:
    """Our number, to be shown on the screen only."""
    return is_ours(session, trigger, facts) and screen_only(session, trigger, facts)


def is_ours_and_paper_trouble(session: Session, trigger: Trigger, facts: Facts) -> bool:
    """Our number, and the printer cannot print now."""
    return is_ours(session, trigger, facts) and paper_trouble(session, trigger, facts)


def our_job_printed(session: Session, trigger: Trigger, _facts: Facts) -> bool:
    """The slip is on paper, says the printer."""
    return _our_job(session, trigger) and isinstance(trigger, PrintFinished) and isinstance(trigger.outcome, Printed)


def our_job_not_printed(session: Session, trigger: Trigger, _facts: Facts) -> bool:
    """Certainly no slip."""
    return _our_job(session, trigger) and isinstance(trigger, PrintFinished) and isinstance(trigger.outcome, NotPrinted)


def our_job(session: Session, trigger: Trigger, _facts: Facts) -> bool:
    """Any end of this session's print job."""
    return _our_job(session, trigger)


def _our_job(session: Session, trigger: Trigger) -> bool:
    return isinstance(trigger, PrintFinished) and session.job != "" and trigger.job == session.job


def well_again(session: Session, trigger: Trigger, facts: Facts) -> bool:
    """The printer works again and this ticket has had no second try yet."""
    return isinstance(trigger, DeviceChanged) and facts.health.paper is Paper.READY and session.reprints == 0


def may_reprint(session: Session, _trigger: Trigger, facts: Facts) -> bool:
    """The visitor asks for another try, and it makes sense."""
    return facts.health.paper is Paper.READY and session.reprints < 2


def may_hand_back(session: Session, _trigger: Trigger, facts: Facts) -> bool:
    """Within the seconds after a featured tile's number in which a wrong choice can be undone."""
    return hand_back_seconds(session, facts) > 0


def hand_back_seconds(session: Session, facts: Facts) -> int:
    """Seconds left for giving the number back; 0 when it is not offered."""
    if not session.featured or session.numbered is None or session.offered is None:
        return 0
    left = facts.timing.hand_back_s * patience(session) - (facts.mono - session.offered)
    return max(0, int(left + 0.999))


def is_our_search(session: Session, trigger: Trigger, _facts: Facts) -> bool:
    """The hits belong to what stands in the search field now."""
    return isinstance(trigger, SearchFound) and trigger.token == session.token


def is_our_help(session: Session, trigger: Trigger, _facts: Facts) -> bool:
    """The answer to this session's own help call, or who is coming because of it."""
    return isinstance(trigger, HelpSent | HelpNotSent | HelpTaken) and trigger.id == session.help_id


def may_call_staff(session: Session, _trigger: Trigger, _facts: Facts) -> bool:
    """The visitor has called nobody yet, or nobody could be reached. That a slip is missing is another call."""
    return not waits_for_staff(session)


def waits_for_staff(session: Session) -> bool:
    """The visitor has called for a person and waits at the terminal."""
    return session.asked_help and session.help in (Help.SENDING, Help.SENT, Help.TAKEN)


def is_our_scan(session: Session, trigger: Trigger, _facts: Facts) -> bool:
    """The answer speaks of the code that was read in this session."""
    match trigger:
        case ScanCommitted(scan=scan) | ScanNotCommitted(scan=scan):
            return scan != "" and scan == session.scan_id
        case _:
            return False


def is_our_look_up(session: Session, trigger: Trigger, _facts: Facts) -> bool:
    """The answer speaks of the code that was read in this session."""
    return isinstance(trigger, StandingFound | StandingNotFound) and trigger.id == session.scan_id


def is_given_back(session: Session, trigger: Trigger, facts: Facts) -> bool:
    """The code that was read in this session is the slip of a number that was given back here."""
    return isinstance(trigger, ScanCommitted) and trigger.given_back and is_our_scan(session, trigger, facts)


def _silent_for(session: Session, facts: Facts, seconds: float) -> bool:
    return facts.mono - max(session.touched, session.entered) >= seconds * patience(session)


def fell_silent(session: Session, _trigger: Trigger, facts: Facts) -> bool:
    """Time to ask whether the visitor is still here."""
    return session.asked is None and _silent_for(session, facts, _idle_s(session, facts))


def fell_silent_in_trouble(session: Session, _trigger: Trigger, facts: Facts) -> bool:
    """The same on pages that hold a number nobody may lose too fast."""
    return session.asked is None and _silent_for(session, facts, facts.timing.trouble_s)


def question_unanswered(session: Session, _trigger: Trigger, facts: Facts) -> bool:
    """The countdown of the idle question is over."""
    return question_seconds(session, facts) == 0 and session.asked is not None


def question_seconds(session: Session, facts: Facts) -> int:
    """Seconds left on the idle question."""
    if session.asked is None:
        return 0
    left = facts.timing.question_s * patience(session) - (facts.mono - session.asked)
    return max(0, int(left + 0.999))


def left_traces(session: Session, _trigger: Trigger, facts: Facts) -> bool:
    """Somebody changed language or access settings on the start screen and went away."""
    return session.state in HOMES and _changed(session) and _silent_for(session, facts, _idle_s(session, facts))


def _idle_s(session: Session, facts: Facts) -> float:
    """Who waits for a person must still be here when that person says so at a desk."""
    return max(facts.timing.idle_s, HELP_S) if waits_for_staff(session) else facts.timing.idle_s


def restart_due(session: Session, _trigger: Trigger, facts: Facts) -> bool:
    """An order to start anew is open, and nobody stands at the start screen either."""
    return facts.restart and not _changed(session) and facts.mono - session.touched > CALM_S


def _changed(session: Session) -> bool:
    return session.lang != session.home_lang or session.access != type(session.access)() or session.drawer != ""
