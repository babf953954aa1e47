"""Flow: a code is held before the scanner. A slip of this hall reaches the hub by this terminal, whoever printed it.

What became of a number only the hub knows: the pages say what this terminal knows itself, and for the rest "if".
"""

from datetime import datetime

from msgspec.structs import replace

from kiosk.flows import guards
from kiosk.scans import Giro, PaymentReference, Read, Scan, VisitorPage, read_code
from kiosk.session.model import CHOOSING, DEAD_ENDS, HOMES, Facts, Help, Session, State
from kiosk.session.table import Moved, Row, Trigger, row
from kiosk.vocabulary.effects import CommitScan
from kiosk.vocabulary.events import ScanCommitted, Scanned, StoreFailed
from kiosk.vocabulary.slips import Slip

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
    """Looks like the page of a ticket. Whether there is such a ticket, nobody asks."""
    return isinstance(_code(trigger, facts), VisitorPage)


def is_payment(_session: Session, trigger: Trigger, facts: Facts) -> bool:
    """A payment letter or GiroCode."""
    return isinstance(_code(trigger, facts), Giro | PaymentReference)


def take_slip(session: Session, trigger: Trigger, facts: Facts) -> Moved:
    """Make it durable before the visitor is told that it is taken."""
    read = _read(trigger, facts)
    slip = read.scan
    assert isinstance(slip, Slip)
    taken = replace(session, scan_id=facts.fresh[0], scanned=str(slip.label), help=Help.NONE)
    return Moved(taken, (CommitScan(facts.fresh[0], read.text, slip.id),))


def forget_scan(session: Session, _trigger: Trigger, _facts: Facts) -> Moved:
    """Nothing of another code stands on this page."""
    return Moved(replace(session, scan_id="", scanned=""))


ROWS: tuple[Row, ...] = (
    row(_FREE, Scanned, State.SCAN_OLD, forget_scan, is_old_slip),
    row(_FREE, Scanned, State.SCANNING, take_slip, is_slip),
    row(_FREE, Scanned, State.SCAN_PAGE, forget_scan, is_page),
    row(_FREE, Scanned, State.SCAN_PAYMENT, forget_scan, is_payment),
    row(_FREE, Scanned, State.SCAN_UNKNOWN, forget_scan),
    row(State.SCANNING, ScanCommitted, State.HANDED_BACK, guard=guards.is_given_back),
    row(State.SCANNING, ScanCommitted, State.SCAN_TAKEN, guard=guards.is_our_scan),
    row(State.SCANNING, StoreFailed, State.SCAN_NOT_TAKEN, guard=guards.is_our_scan),
)
