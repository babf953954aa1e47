"""Flow: a code is held before the scanner. A slip of this hall reaches the hub by this terminal, whoever printed it.

What became of a number only the hub knows: it is asked, and where it does not answer the pages say what this terminal
knows itself, and for the rest "if".
"""

from datetime import datetime

from msgspec.structs import replace

from kiosk.flows import guards
from kiosk.scans import Giro, PaymentReference, Read, Scan, VisitorPage, read_code
from kiosk.session.model import CHOOSING, DEAD_ENDS, HOMES, SCAN_ENDS, Facts, Session, State, fresh_session
from kiosk.session.table import Moved, Row, Trigger, deadline, row
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
from kiosk.vocabulary.ids import HelpId, ScanId
from kiosk.vocabulary.intents import Back, HandBack
from kiosk.vocabulary.slips import Slip

ANSWER_S = 10.0
"""Seconds after which an answer of the store counts as lost."""
LOOK_UP_S = 5.0
"""Seconds after which a look-up counts as unanswered although its thread has said nothing."""

_FREE = HOMES | CHOOSING | DEAD_ENDS


def _code(trigger: Trigger, facts: Facts) -> Scan:
    return _read(trigger, facts).scan


def _read(trigger: Trigger, facts: Facts) -> Read:
    assert isinstance(trigger, Scanned)
    return read_code(trigger.text, facts.slip_key, facts.base_url)


def is_slip(_session: Session, trigger: Trigger, facts: Facts) -> bool:
    """A slip with the MAC of this hall."""
    return isinstance(_code(trigger, facts), Slip)


def is_old_slip(_session: Session, trigger: Trigger, facts: Facts) -> bool:
    """A slip of a business day that is over, and its visitor came then: the hub would only record it as expired.

    Not so the number of a terminal that was cut off over night and counts on under yesterday (decision 0112), nor one
    whose terminal had no clock (it cannot have come before its own day).
    """
    slip = _code(trigger, facts)
    if not isinstance(slip, Slip):
        return False
    came = datetime.fromtimestamp(slip.arrival_s, facts.now.tzinfo).date().isoformat()
    return slip.business_day <= came < facts.business_day


def is_page(_session: Session, trigger: Trigger, facts: Facts) -> bool:
    """Looks like the page of a ticket; whether there is such a ticket only the hub knows."""
    return isinstance(_code(trigger, facts), VisitorPage)


def is_page_and_hub(session: Session, trigger: Trigger, facts: Facts) -> bool:
    """The same, and the hub can be asked."""
    return facts.health.hub and is_page(session, trigger, facts)


def is_our_scan_and_hub(session: Session, trigger: Trigger, facts: Facts) -> bool:
    """The slip is durable here, and the hub can be asked."""
    return facts.health.hub and guards.is_our_scan(session, trigger, facts)


def is_payment(_session: Session, trigger: Trigger, facts: Facts) -> bool:
    """A payment letter or GiroCode."""
    return isinstance(_code(trigger, facts), Giro | PaymentReference)


def take_slip(session: Session, trigger: Trigger, facts: Facts) -> Moved:
    """Make it durable before the visitor reads that it is taken."""
    code = _read(trigger, facts)
    slip = code.scan
    assert isinstance(slip, Slip)
    fresh = _anew(session, facts)
    read = replace(fresh.session, scanned=str(slip.label), slip=code.text)
    return Moved(read, (*fresh.effects, CommitScan(read.scan_id, read.slip, slip.id)))


def look_up_page(session: Session, trigger: Trigger, facts: Facts) -> Moved:
    """Ask the hub how the ticket behind this page stands."""
    page = _code(trigger, facts)
    assert isinstance(page, VisitorPage)
    fresh = _anew(session, facts)
    return Moved(fresh.session, (*fresh.effects, LookUp(fresh.session.scan_id, token=page.token)))


def look_up_slip(session: Session, _trigger: Trigger, _facts: Facts) -> Moved:
    """The scan is durable: ask the hub how its ticket stands."""
    return Moved(session, (LookUp(session.scan_id, slip=session.slip),))


def show_standing(session: Session, trigger: Trigger, facts: Facts) -> Moved:
    """The hub's answer, in the language the number was drawn in while the visitor chose none here."""
    assert isinstance(trigger, StandingFound)
    drawn, chose = trigger.standing.lang, session.lang != session.home_lang
    lang = drawn if drawn in facts.languages and not chose else session.lang
    return Moved(replace(session, standing=trigger.standing, service=trigger.standing.service, lang=lang))


def forget_scan(session: Session, _trigger: Trigger, facts: Facts) -> Moved:
    """Nothing of another code stands on this page."""
    return _anew(session, facts)


def _anew(session: Session, facts: Facts) -> Moved:
    """Whoever holds a code before the scanner while the page of another code stands is the next visitor: nothing of
    the one before is left. Language and access settings chosen before the first code stay."""
    scan, ended = ScanId(facts.fresh[0]), session.state in SCAN_ENDS
    if ended:
        fresh = fresh_session(facts.fresh[1], session.home_lang, facts.mono, session.state)
        return Moved(replace(fresh, scan_id=scan), (SessionOver(session.id),))
    clean = replace(session, scan_id=scan, scanned="", slip="", standing=None, drawer="")
    return Moved(replace(clean, touched=facts.mono))


def give_back_scanned(session: Session, _trigger: Trigger, _facts: Facts) -> Moved:
    """The visitor said so twice: give the number back durably."""
    assert session.standing is not None
    return Moved(session, (CommitCancel(session.standing.id),))


def may_give_back(session: Session, _trigger: Trigger, _facts: Facts) -> bool:
    """The number that was read still waits."""
    return session.standing is not None and session.standing.may_be_given_back


def is_our_give_back(session: Session, trigger: Trigger, _facts: Facts) -> bool:
    """The answer speaks of the number that was read and is given back."""
    assert isinstance(trigger, CancelCommitted | StoreFailed)
    return session.standing is not None and trigger.ticket == session.standing.id


def was_slip(session: Session, trigger: Trigger, facts: Facts) -> bool:
    """The hub said nothing of a slip, which is durable here all the same."""
    return bool(session.slip) and guards.is_our_look_up(session, trigger, facts)


def is_refused_slip(session: Session, trigger: Trigger, facts: Facts) -> bool:
    """The hub will not have this slip: it is of no ticket of this hall, or of one that is kept no longer."""
    assert isinstance(trigger, StandingNotFound)
    return trigger.answered and was_slip(session, trigger, facts)


def is_nobodys(session: Session, trigger: Trigger, facts: Facts) -> bool:
    """The hub has no ticket with this page."""
    assert isinstance(trigger, StandingNotFound)
    return trigger.answered and guards.is_our_look_up(session, trigger, facts)


def read_slip(session: Session, _trigger: Trigger, _facts: Facts) -> bool:
    """The code is a slip, which is durable here also when the hub says nothing."""
    return bool(session.slip)


def answer_overdue(session: Session, _trigger: Trigger, facts: Facts) -> Moved:
    """The store does not answer: the visitor is sent to a person, staff are called."""
    call = SendHelp(HelpId(facts.fresh[1]), session.lang, "no_number")
    return Moved(session, (call, Note("answer-overdue", {"state": session.state.value})))


ROWS: tuple[Row, ...] = (
    row(_FREE, Scanned, State.SCAN_OLD, forget_scan, is_old_slip),
    row(_FREE, Scanned, State.SCANNING, take_slip, is_slip),
    row(_FREE, Scanned, State.SCAN_LOOKING, look_up_page, is_page_and_hub),
    row(_FREE, Scanned, State.SCAN_PAGE, forget_scan, is_page),
    row(_FREE, Scanned, State.SCAN_PAYMENT, forget_scan, is_payment),
    row(_FREE, Scanned, State.SCAN_UNKNOWN, forget_scan),
    row(State.SCANNING, ScanCommitted, State.HANDED_BACK, guard=guards.is_given_back),
    row(State.SCANNING, ScanCommitted, State.SCAN_LOOKING, look_up_slip, is_our_scan_and_hub),
    row(State.SCANNING, ScanCommitted, State.SCAN_TAKEN, guard=guards.is_our_scan),
    row(State.SCANNING, ScanNotCommitted, State.SCAN_NOT_TAKEN, guard=guards.is_our_scan),
    row(State.SCAN_LOOKING, StandingFound, State.SCAN_STANDING, show_standing, guards.is_our_look_up),
    row(State.SCAN_LOOKING, StandingNotFound, State.SCAN_NOT_TAKEN, guard=is_refused_slip),
    row(State.SCAN_LOOKING, StandingNotFound, State.SCAN_TAKEN, guard=was_slip),
    row(State.SCAN_LOOKING, StandingNotFound, State.SCAN_UNKNOWN, guard=is_nobodys),
    row(State.SCAN_LOOKING, StandingNotFound, State.SCAN_PAGE, guard=guards.is_our_look_up),
    deadline(State.SCANNING, ANSWER_S, State.SCAN_NOT_TAKEN, answer_overdue),
    deadline(State.SCAN_LOOKING, LOOK_UP_S, State.SCAN_TAKEN, guard=read_slip),
    deadline(State.SCAN_LOOKING, LOOK_UP_S, State.SCAN_PAGE),
    deadline(State.HANDING_BACK, ANSWER_S, State.SCAN_NOT_TAKEN, answer_overdue),
    row(State.SCAN_STANDING, HandBack, State.SCAN_GIVE_BACK, guard=may_give_back),
    row(State.SCAN_GIVE_BACK, Back, State.SCAN_STANDING),
    row(State.SCAN_GIVE_BACK, HandBack, State.HANDING_BACK, give_back_scanned, may_give_back),
    row(State.HANDING_BACK, CancelCommitted, State.HANDED_BACK, guard=is_our_give_back),
    row(State.HANDING_BACK, StoreFailed, State.SCAN_NOT_TAKEN, guard=is_our_give_back),
)
