"""How long a page stands by itself: what ends it is silence, any touch lets it stay, the view shows what is left.

Times are seconds of the monotonic clock; visitors with an access setting have three times as long (``patience``).
"""

from msgspec.structs import replace

from kiosk.config import Timing
from kiosk.flows.common import guards
from kiosk.session.model import Session, World, patience
from kiosk.session.states import Group, State
from kiosk.session.table import Transition, Trigger
from kiosk.view import Ending

HELP = "help"
"""The drawer whose page explains how the terminal works and calls a person."""


def dwell_s(session: Session, timing: Timing) -> float | None:
    """Seconds after which the page ends by itself; None = it ends otherwise. Who waits for a person is given time."""
    waits = guards.waits_for_staff(session)
    if session.drawer == HELP and not waits:
        return timing.facts_s
    seconds = _of_state(session.state, timing)
    return max(seconds, guards.HELP_S) if waits and seconds is not None else seconds


def _of_state(state: State, timing: Timing) -> float | None:
    if state.stands_s is not None:
        return state.stands_s(timing)
    return {Group.NOTICE: timing.notice_s, Group.FACTS: timing.facts_s}.get(state.group)


def is_over(session: Session, trigger: Trigger, facts: World) -> bool:
    """The page has stood long enough without a touch, and no help page stands on it."""
    return not help_is_over(session, trigger, facts) and _left_s(session, facts) == 0


def help_is_over(session: Session, _trigger: Trigger, facts: World) -> bool:
    """The page that explains help has stood long enough, and nobody was called."""
    return session.drawer == HELP and not guards.waits_for_staff(session) and _left_s(session, facts) == 0


def close_help(session: Session, _trigger: Trigger, facts: World) -> Transition:
    """Back to the page behind it, whose time begins anew."""
    return Transition(replace(session, drawer="", touched=facts.mono))


def ending(session: Session, facts: World) -> Ending | None:
    """What the page shows of its end; None where it does not end by itself."""
    seconds = dwell_s(session, facts.timing)
    return None if seconds is None else Ending(_since(session), seconds * patience(session))


def _left_s(session: Session, facts: World) -> float | None:
    seconds = dwell_s(session, facts.timing)
    if seconds is None:
        return None
    return max(0.0, seconds * patience(session) - (facts.mono - _since(session)))


def _since(session: Session) -> float:
    return max(session.entered, session.touched)
