"""Guards of the ticket flow: whose answer it is, what the printer can, what may still be undone."""

from kiosk.flows.ticket.ticket_visit import ticket_visit
from kiosk.health import Paper
from kiosk.session.model import Session, World, patience
from kiosk.session.table import Trigger
from kiosk.vocabulary.events import (
    CancelCommitted,
    DeviceChanged,
    IntentCommitted,
    NumberCommitted,
    NumberGiven,
    NumberRefused,
    NumberSilent,
    PrintFinished,
    StoreFailed,
)
from kiosk.vocabulary.outcomes import NotPrinted, Printed


def is_ours(session: Session, trigger: Trigger, _facts: World) -> bool:
    """The answer speaks of this session's ticket, not of one that has ended."""
    visit = ticket_visit(session)
    if visit is None:
        return False
    match trigger:
        case NumberGiven(ticket=numbered):
            return numbered.id == visit.ticket.id
        case (
            IntentCommitted(ticket=ticket)
            | NumberSilent(ticket=ticket)
            | NumberRefused(ticket=ticket)
            | NumberCommitted(ticket=ticket)
            | CancelCommitted(ticket=ticket)
            | StoreFailed(ticket=ticket)
        ):
            return ticket == visit.ticket.id
        case _:
            return False


def may_ask_again(session: Session, _trigger: Trigger, _facts: World) -> bool:
    """The intent is durable, so the same id may be asked for again."""
    visit = ticket_visit(session)
    return visit is not None and visit.problem != "store_failed"


def paper_trouble(_session: Session, _trigger: Trigger, facts: World) -> bool:
    """The printer is known not to work now."""
    return facts.health.paper is Paper.TROUBLE


def screen_only(_session: Session, _trigger: Trigger, facts: World) -> bool:
    """No paper is to be spent: there is no printer, or a flood of tickets is going on."""
    return facts.health.paper is Paper.ABSENT or facts.flood


def is_ours_and_screen_only(session: Session, trigger: Trigger, facts: World) -> bool:
    """Our number, to be shown on the screen only."""
    return is_ours(session, trigger, facts) and screen_only(session, trigger, facts)


def is_ours_and_paper_trouble(session: Session, trigger: Trigger, facts: World) -> bool:
    """Our number, and the printer cannot print now."""
    return is_ours(session, trigger, facts) and paper_trouble(session, trigger, facts)


def our_job_printed(session: Session, trigger: Trigger, _facts: World) -> bool:
    """The slip is on paper, says the printer."""
    return _our_job(session, trigger) and isinstance(trigger, PrintFinished) and isinstance(trigger.outcome, Printed)


def our_job_not_printed(session: Session, trigger: Trigger, _facts: World) -> bool:
    """Certainly no slip."""
    return _our_job(session, trigger) and isinstance(trigger, PrintFinished) and isinstance(trigger.outcome, NotPrinted)


def our_job(session: Session, trigger: Trigger, _facts: World) -> bool:
    """Any end of this session's print job."""
    return _our_job(session, trigger)


def _our_job(session: Session, trigger: Trigger) -> bool:
    visit = ticket_visit(session)
    return visit is not None and isinstance(trigger, PrintFinished) and visit.job != "" and trigger.job == visit.job


def well_again(session: Session, trigger: Trigger, facts: World) -> bool:
    """The printer works again and this ticket has had no second try yet."""
    ready = isinstance(trigger, DeviceChanged) and facts.health.paper is Paper.READY
    visit = ticket_visit(session)
    return ready and visit is not None and visit.reprints == 0


def may_reprint(session: Session, _trigger: Trigger, facts: World) -> bool:
    """The visitor asks for another try, and it makes sense."""
    visit = ticket_visit(session)
    return facts.health.paper is Paper.READY and visit is not None and visit.reprints < 2


def may_hand_back(session: Session, _trigger: Trigger, facts: World) -> bool:
    """Within the seconds after a featured tile's number in which a wrong choice can be undone."""
    return hand_back_seconds(session, facts) > 0


def hand_back_seconds(session: Session, facts: World) -> int:
    """Seconds left for giving the number back; 0 when it is not offered."""
    visit = ticket_visit(session)
    if visit is None or not visit.featured or visit.numbered is None or visit.offered is None:
        return 0
    left = facts.timing.hand_back_s * patience(session) - (facts.mono - visit.offered)
    return max(0, int(left + 0.999))
