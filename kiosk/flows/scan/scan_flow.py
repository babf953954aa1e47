"""Flow: a code is held before the scanner. A slip of this town hall reaches the hub by this terminal, whoever printed
it.

What became of a number only the hub knows: it is asked, and where it does not answer the pages say what this terminal
knows itself, and for the rest "if".
"""

from datetime import datetime

from msgspec.structs import replace

from kiosk.flows.common.flow import Flow
from kiosk.flows.common.ignoring import KEYS, LATE_ANSWERS, NEWS, SET_UP, TO_BROWSING
from kiosk.flows.scan import scan_pages
from kiosk.flows.scan.scan_visit import ENDS, ScanVisit, reading, scan_visit
from kiosk.flows.scan.scan_visit import ScanState as State
from kiosk.scans import Giro, PaymentReference, Read, Scan, VisitorPage, read_code
from kiosk.session.model import Session, World, fresh_session
from kiosk.session.states import SHORT, Group
from kiosk.session.table import Row, Transition, Trigger, deadline, ignore, row
from kiosk.vocabulary.effects import CommitCancel, CommitScan, LookUp, Note, SendHelp, SessionOver
from kiosk.vocabulary.events import (
    CancelCommitted,
    ScanCommitted,
    Scanned,
    ScanNotCommitted,
    StandingFound,
    StandingNotFound,
    StoreFailed,
)
from kiosk.vocabulary.intents import (
    Back,
    DrawFeatured,
    DrawTicket,
    Finish,
    GoToStart,
    HandBack,
    HaveSlip,
    TryAgain,
    Wake,
)
from kiosk.vocabulary.slips import Slip

ANSWER_S = 10.0
"""Seconds after which an answer of the store counts as lost."""
LOOK_UP_S = 5.0
"""Seconds after which a look-up counts as unanswered although its thread has said nothing."""

_FREE = SHORT | {Group.HOME, Group.CHOOSING}


def _code(trigger: Trigger, facts: World) -> Scan:
    return _read(trigger, facts).scan


def _read(trigger: Trigger, facts: World) -> Read:
    assert isinstance(trigger, Scanned)
    return read_code(trigger.text, facts.slip_key, facts.base_url)


def is_slip(_session: Session, trigger: Trigger, facts: World) -> bool:
    """A slip with the MAC of this town hall."""
    return isinstance(_code(trigger, facts), Slip)


def is_old_slip(_session: Session, trigger: Trigger, facts: World) -> bool:
    """A slip of a business day that is over, and its visitor came then: the hub would only record it as expired.

    Not so the number of a terminal that was cut off over night and counts on under yesterday (decision 0112), nor one
    whose terminal had no clock (it cannot have come before its own day).
    """
    slip = _code(trigger, facts)
    if not isinstance(slip, Slip):
        return False
    came = datetime.fromtimestamp(slip.arrival_s, facts.now.tzinfo).date().isoformat()
    return slip.business_day <= came < facts.business_day


def is_page(_session: Session, trigger: Trigger, facts: World) -> bool:
    """Looks like the page of a ticket; whether there is such a ticket only the hub knows."""
    return isinstance(_code(trigger, facts), VisitorPage)


def is_page_and_hub(session: Session, trigger: Trigger, facts: World) -> bool:
    """The same, and the hub can be asked."""
    return facts.health.hub and is_page(session, trigger, facts)


def is_our_scan_and_hub(session: Session, trigger: Trigger, facts: World) -> bool:
    """The slip is durable here, and the hub can be asked."""
    return facts.health.hub and is_our_scan(session, trigger, facts)


def is_payment(_session: Session, trigger: Trigger, facts: World) -> bool:
    """A payment letter or GiroCode."""
    return isinstance(_code(trigger, facts), Giro | PaymentReference)


def is_our_scan(session: Session, trigger: Trigger, _facts: World) -> bool:
    """The answer speaks of the code that was read in this session."""
    visit = scan_visit(session)
    match trigger:
        case ScanCommitted(scan=scan) | ScanNotCommitted(scan=scan):
            return visit is not None and scan == visit.scan_id
        case _:
            return False


def is_our_look_up(session: Session, trigger: Trigger, _facts: World) -> bool:
    """The answer speaks of the code that was read in this session."""
    visit = scan_visit(session)
    return isinstance(trigger, StandingFound | StandingNotFound) and visit is not None and trigger.id == visit.scan_id


def is_given_back(session: Session, trigger: Trigger, facts: World) -> bool:
    """The code that was read in this session is the slip of a number that was given back here."""
    return isinstance(trigger, ScanCommitted) and trigger.given_back and is_our_scan(session, trigger, facts)


def take_slip(session: Session, trigger: Trigger, facts: World) -> Transition:
    """Make it durable before the visitor reads that it is taken."""
    code = _read(trigger, facts)
    slip = code.scan
    assert isinstance(slip, Slip)
    visit = ScanVisit(scan_id=facts.new_ids.scan, scanned=str(slip.label), slip=code.text)
    begun = _anew(session, facts, visit)
    return Transition(begun.session, (*begun.effects, CommitScan(visit.scan_id, visit.slip, slip.id)))


def look_up_page(session: Session, trigger: Trigger, facts: World) -> Transition:
    """Ask the hub how the ticket behind this page stands."""
    page = _code(trigger, facts)
    assert isinstance(page, VisitorPage)
    visit = ScanVisit(scan_id=facts.new_ids.scan)
    begun = _anew(session, facts, visit)
    return Transition(begun.session, (*begun.effects, LookUp(visit.scan_id, token=page.token)))


def look_up_slip(session: Session, _trigger: Trigger, _facts: World) -> Transition:
    """The scan is durable: ask the hub how its ticket stands."""
    visit = reading(session)
    return Transition(session, (LookUp(visit.scan_id, slip=visit.slip),))


def show_standing(session: Session, trigger: Trigger, facts: World) -> Transition:
    """The hub's answer, in the language the number was drawn in while the visitor chose none here."""
    assert isinstance(trigger, StandingFound)
    drawn, chose = trigger.standing.lang, session.lang != session.home_lang
    lang = drawn if drawn in facts.languages and not chose else session.lang
    visit = replace(reading(session), standing=trigger.standing)
    return Transition(replace(session, flow=visit, lang=lang))


def forget_scan(session: Session, _trigger: Trigger, facts: World) -> Transition:
    """Nothing of another code stands on this page."""
    return _anew(session, facts, ScanVisit(scan_id=facts.new_ids.scan))


def _anew(session: Session, facts: World, visit: ScanVisit) -> Transition:
    """Whoever holds a code before the scanner while the page of another code stands is the next visitor: nothing of
    the one before is left. Language and access settings chosen before the first code stay."""
    if session.state in ENDS:
        fresh = fresh_session(facts.new_ids.session, session.home_lang, facts.mono, session.state)
        return Transition(replace(fresh, flow=visit), (SessionOver(session.id),))
    return Transition(replace(session, flow=visit, drawer="", touched=facts.mono))


def give_back_scanned(session: Session, _trigger: Trigger, _facts: World) -> Transition:
    """The visitor said so twice: give the number back durably."""
    standing = reading(session).standing
    assert standing is not None
    return Transition(session, (CommitCancel(standing.id),))


def may_give_back(session: Session, _trigger: Trigger, _facts: World) -> bool:
    """The number that was read still waits."""
    visit = scan_visit(session)
    return visit is not None and visit.standing is not None and visit.standing.may_be_given_back


def is_our_give_back(session: Session, trigger: Trigger, _facts: World) -> bool:
    """The answer speaks of the number that was read and is given back."""
    assert isinstance(trigger, CancelCommitted | StoreFailed)
    standing = reading(session).standing
    return standing is not None and trigger.ticket == standing.id


def was_slip(session: Session, trigger: Trigger, facts: World) -> bool:
    """The hub said nothing of a slip, which is durable here all the same."""
    return read_slip(session, trigger, facts) and is_our_look_up(session, trigger, facts)


def is_refused_slip(session: Session, trigger: Trigger, facts: World) -> bool:
    """The hub will not have this slip: it is of no ticket of this town hall, or of one that is kept no longer."""
    assert isinstance(trigger, StandingNotFound)
    return trigger.answered and was_slip(session, trigger, facts)


def is_nobodys(session: Session, trigger: Trigger, facts: World) -> bool:
    """The hub has no ticket with this page."""
    assert isinstance(trigger, StandingNotFound)
    return trigger.answered and is_our_look_up(session, trigger, facts)


def read_slip(session: Session, _trigger: Trigger, _facts: World) -> bool:
    """The code is a slip, which is durable here also when the hub says nothing."""
    visit = scan_visit(session)
    return visit is not None and visit.slip != ""


def answer_overdue(session: Session, _trigger: Trigger, facts: World) -> Transition:
    """The store does not answer: the visitor is sent to a person, staff are called."""
    call = SendHelp(facts.new_ids.help, session.lang, "no_number")
    return Transition(session, (call, Note("answer-overdue", {"state": session.state.value})))


ROWS: tuple[Row, ...] = (
    row(_FREE, Scanned, State.OLD, forget_scan, is_old_slip),
    row(_FREE, Scanned, State.SCANNING, take_slip, is_slip),
    row(_FREE, Scanned, State.LOOKING, look_up_page, is_page_and_hub),
    row(_FREE, Scanned, State.PAGE, forget_scan, is_page),
    row(_FREE, Scanned, State.PAYMENT, forget_scan, is_payment),
    row(_FREE, Scanned, State.UNKNOWN, forget_scan),
    row(State.SCANNING, ScanCommitted, State.HANDED_BACK, guard=is_given_back),
    row(State.SCANNING, ScanCommitted, State.LOOKING, look_up_slip, is_our_scan_and_hub),
    row(State.SCANNING, ScanCommitted, State.TAKEN, guard=is_our_scan),
    row(State.SCANNING, ScanNotCommitted, State.NOT_TAKEN, guard=is_our_scan),
    row(State.LOOKING, StandingFound, State.STANDING, show_standing, is_our_look_up),
    row(State.LOOKING, StandingNotFound, State.NOT_TAKEN, guard=is_refused_slip),
    row(State.LOOKING, StandingNotFound, State.TAKEN, guard=was_slip),
    row(State.LOOKING, StandingNotFound, State.UNKNOWN, guard=is_nobodys),
    row(State.LOOKING, StandingNotFound, State.PAGE, guard=is_our_look_up),
    deadline(State.SCANNING, ANSWER_S, State.NOT_TAKEN, answer_overdue),
    deadline(State.LOOKING, LOOK_UP_S, State.TAKEN, guard=read_slip),
    deadline(State.LOOKING, LOOK_UP_S, State.PAGE),
    deadline(State.HANDING_BACK, ANSWER_S, State.NOT_TAKEN, answer_overdue),
    row(State.STANDING, HandBack, State.GIVE_BACK, guard=may_give_back),
    row(State.GIVE_BACK, Back, State.STANDING),
    row(State.GIVE_BACK, HandBack, State.HANDING_BACK, give_back_scanned, may_give_back),
    row(State.HANDING_BACK, CancelCommitted, State.HANDED_BACK, guard=is_our_give_back),
    row(State.HANDING_BACK, StoreFailed, State.NOT_TAKEN, guard=is_our_give_back),
)

_WAITING = frozenset(state for state in State if state.group is Group.WAITING)

IGNORES: tuple[Row, ...] = (
    *ignore(State, *LATE_ANSWERS, *NEWS, *SET_UP, Wake),
    # Controls of a screen that has just changed under the finger.
    *ignore(State, DrawFeatured, DrawTicket, *KEYS, HandBack, TryAgain, HaveSlip),
    # The next code, and a touch, while the one before is looked up.
    *ignore(_WAITING, Scanned, *TO_BROWSING, Back, GoToStart, Finish),
)

FLOW = Flow(State, ROWS, scan_pages.PAGES, IGNORES)
