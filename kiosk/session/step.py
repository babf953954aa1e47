"""The pure step: (session, event, facts) -> (session, effects). No clock, no randomness, no I/O."""

from msgspec.structs import replace

from kiosk.session.model import Facts, Session, fresh_session
from kiosk.session.states import Group, Home, State
from kiosk.session.table import Goal, Moved, Table, trigger_of
from kiosk.vocabulary.effects import SessionOver
from kiosk.vocabulary.events import Asked, Event

TRAIL_LIMIT = 12
"""How many screens Back remembers."""

_BEGINNINGS = frozenset({Home.START, Home.CLOSED})


def step(table: Table, session: Session, event: Event, facts: Facts) -> Moved:
    """Answer one event."""
    if isinstance(event, Asked):
        if event.session != session.id:
            return Moved(session)  # a late touch on a view of an ended session
        session = replace(session, touched=facts.mono, asked=None)
    trigger = trigger_of(event)
    found = table.find(session, trigger, facts)
    moved = found.action(session, trigger, facts)
    return _arrive(moved, session, found.target, facts)


def home_state(facts: Facts) -> State:
    """Where nobody's session stands now: set-up, open, after hours, closed by an order, or unable to serve."""
    if facts.home is not None:
        return facts.home
    if facts.house.closed:
        return Home.CLOSED_BY_HOUSE
    if not facts.stored or not facts.index.services:
        return Home.OUT_OF_SERVICE
    return Home.START if facts.index.open_at(facts.now) else Home.CLOSED


def go_home(session: Session, facts: Facts) -> Moved:
    """End this session and stand ready for the next visitor, in the town's own language."""
    fresh = fresh_session(facts.new_ids.session, session.home_lang, facts.mono, home_state(facts))
    return Moved(fresh, (SessionOver(session.id),))


def _arrive(moved: Moved, before: Session, target: State | Goal, facts: Facts) -> Moved:
    if target is Goal.STAY:
        return moved
    if target is Goal.HOME:
        ended = go_home(moved.session, facts)
        return Moved(ended.session, moved.effects + ended.effects)
    if target is Goal.BACK:
        return Moved(_back(moved.session, facts), moved.effects)
    assert isinstance(target, State)
    return Moved(_enter(moved.session, before.state, target, facts), moved.effects)


def _enter(session: Session, left: State, target: State, facts: Facts) -> Session:
    trail = session.trail
    if left is not target and _is_remembered(left) and _is_remembered(target):
        trail = (*trail, left)[-TRAIL_LIMIT:]
    return replace(session, state=target, entered=facts.mono, trail=trail, drawer="", asked=None)


def _is_remembered(state: State) -> bool:
    return state.group is Group.CHOOSING or state in _BEGINNINGS


def _back(session: Session, facts: Facts) -> Session:
    *rest, last = session.trail or (home_state(facts),)
    if last.group is Group.HOME:
        last, rest = home_state(facts), []
    return replace(session, state=last, entered=facts.mono, trail=tuple(rest), drawer="", asked=None)
