"""Flow: a code is held before the scanner. A slip of this hall reaches the hub by this terminal, whoever printed it."""

from msgspec.structs import replace

from kiosk.flows import guards
from kiosk.scans import Giro, PaymentReference, Scan, VisitorPage, read_scan
from kiosk.session.model import CHOOSING, DEAD_ENDS, HOMES, Facts, Help, Session, State
from kiosk.session.table import Moved, Row, Trigger, row
from kiosk.vocabulary.effects import CommitScan
from kiosk.vocabulary.events import ScanCommitted, Scanned, StoreFailed
from kiosk.vocabulary.slips import Slip

_FREE = HOMES | CHOOSING | DEAD_ENDS


def _code(trigger: Trigger, facts: Facts) -> Scan:
    assert isinstance(trigger, Scanned)
    return read_scan(trigger.text, facts.slip_key, facts.base_url)


def is_slip(_session: Session, trigger: Trigger, facts: Facts) -> bool:
    """A slip with the MAC of this hall."""
    return isinstance(_code(trigger, facts), Slip)


def is_page(_session: Session, trigger: Trigger, facts: Facts) -> bool:
    """The page of a ticket: the hub knows it."""
    return isinstance(_code(trigger, facts), VisitorPage)


def is_payment(_session: Session, trigger: Trigger, facts: Facts) -> bool:
    """A payment letter or GiroCode."""
    return isinstance(_code(trigger, facts), Giro | PaymentReference)


def take_slip(session: Session, trigger: Trigger, facts: Facts) -> Moved:
    """Make it durable before the visitor is told that it is taken."""
    assert isinstance(trigger, Scanned)
    slip = _code(trigger, facts)
    assert isinstance(slip, Slip)
    taken = replace(session, scan_id=facts.fresh[0], scanned=str(slip.label), help=Help.NONE)
    return Moved(taken, (CommitScan(facts.fresh[0], trigger.text.strip()),))


def forget_scan(session: Session, _trigger: Trigger, _facts: Facts) -> Moved:
    """Nothing of another code stands on this page."""
    return Moved(replace(session, scan_id="", scanned=""))


ROWS: tuple[Row, ...] = (
    row(_FREE, Scanned, State.SCANNING, take_slip, is_slip),
    row(_FREE, Scanned, State.SCAN_TAKEN, forget_scan, is_page),
    row(_FREE, Scanned, State.SCAN_PAYMENT, forget_scan, is_payment),
    row(_FREE, Scanned, State.SCAN_UNKNOWN, forget_scan),
    row(State.SCANNING, ScanCommitted, State.SCAN_TAKEN, guard=guards.is_our_scan),
    row(State.SCANNING, StoreFailed, State.SCAN_NOT_TAKEN, guard=guards.is_our_scan),
)
