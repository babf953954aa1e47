"""A code held before the scanner: the states of its flow, and what it remembers of a visitor."""

from kiosk.session.model import Session, Visit
from kiosk.session.states import Group, State, Traits
from kiosk.vocabulary.ids import ScanId
from kiosk.vocabulary.tickets import Standing

CALM_S = 0.12
"""The page that says "a moment" is shown only when the answer takes longer than this."""


class ScanState(State):
    """What became of the code."""

    SCANNING = Traits("scanning", Group.WAITING)
    LOOKING = Traits("scan_looking", Group.WAITING, calm_s=CALM_S)
    STANDING = Traits("scan_standing", Group.FACTS)
    GIVE_BACK = Traits("scan_give_back", Group.FACTS)
    HANDING_BACK = Traits("scan_handing_back", Group.WAITING, calm_s=CALM_S)
    HANDED_BACK = Traits("scan_handed_back", Group.NOTICE)
    TAKEN = Traits("scan_taken", Group.FACTS)
    NOT_TAKEN = Traits("scan_not_taken", Group.NOTICE)
    OLD = Traits("scan_old", Group.NOTICE)
    PAGE = Traits("scan_page", Group.NOTICE)
    PAYMENT = Traits("scan_payment", Group.NOTICE)
    UNKNOWN = Traits("scan_unknown", Group.NOTICE)


ENDS = frozenset(state for state in ScanState if state.group is not Group.WAITING)
"""The code is done with: whoever holds another one is the next visitor."""


class ScanVisit(Visit, frozen=True, kw_only=True):
    """The code that was read."""

    scan_id: ScanId
    scanned: str = ""
    """The number on the slip that was read; "" for the code of a visitor's page."""
    slip: str = ""
    """The slip as it was read; "" for the code of a visitor's page."""
    standing: Standing | None = None
    """What the hub says of the ticket whose code was read."""


def scan_visit(session: Session) -> ScanVisit | None:
    """What is known of the code; None while another flow is on."""
    return session.flow if isinstance(session.flow, ScanVisit) else None


def reading(session: Session) -> ScanVisit:
    """The same, in a state that has one. Raises AssertionError elsewhere: a bug."""
    assert isinstance(session.flow, ScanVisit), session.state
    return session.flow
