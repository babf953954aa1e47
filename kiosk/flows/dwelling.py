"""How long a page stands by itself: what ends it is silence, any touch lets it stay, the view shows what is left.

Times are seconds of the monotonic clock; visitors with an access setting have three times as long (``patience``).
"""

from math import ceil

from kiosk.config import Timing
from kiosk.session.model import DEAD_ENDS, Facts, Session, State, patience
from kiosk.session.table import Trigger
from kiosk.view import Ending

FACTS = frozenset({State.SERVICE_CLOSED, State.SCAN_TAKEN, State.SCAN_STANDING, State.SCAN_GIVE_BACK})
"""Short pages with something to note or to decide."""
NOTICES = DEAD_ENDS - FACTS
"""Short pages without a decision: at most two sentences, read in seconds, with others waiting behind."""


def dwell_s(state: State, timing: Timing) -> int | None:
    """Seconds after which this state ends by itself; None = it ends otherwise."""
    if state in NOTICES:
        return timing.notice_s
    if state in FACTS:
        return timing.facts_s
    return {State.TICKET: timing.take_ticket_s, State.GOODBYE: timing.goodbye_s}.get(state)


def is_over(session: Session, _trigger: Trigger, facts: Facts) -> bool:
    """The page has stood long enough without a touch."""
    return _left_s(session, facts) == 0


def ending(session: Session, facts: Facts) -> Ending | None:
    """What the page shows of its end; None where it does not end by itself."""
    total, left = dwell_s(session.state, facts.timing), _left_s(session, facts)
    return None if total is None or left is None else Ending(ceil(left), total * patience(session))


def _left_s(session: Session, facts: Facts) -> float | None:
    seconds = dwell_s(session.state, facts.timing)
    if seconds is None:
        return None
    return max(0.0, seconds * patience(session) - (facts.mono - max(session.entered, session.touched)))
