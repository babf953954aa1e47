"""The pure step: (session, event, facts) -> (session, effects). No clock, no randomness, no I/O."""

from msgspec.structs import replace

from kiosk.session.model import Session, World, fresh_session
from kiosk.session.states import Group, Home, State
from kiosk.session.table import Table, Target, Transition, trigger_of
from kiosk.vocabulary.effects import SessionOver
from kiosk.vocabulary.events import Event, Touched

TRAIL_LIMIT = 12
"""How many screens Back remembers."""

_BEGINNINGS = frozenset({Home.START, Home.CLOSED})


def step(table: Table, session: Session, event: Event, facts: World) -> Transition:
    """Answer one event."""
    if isinstance(event, Touched):
        if event.session != session.id:
            return Transition(session)  # a late touch on a view of an ended session
        session = replace(session, touched=facts.mono, asked=None)
    trigger = trigger_of(event)
    found = table.find(session, trigger, facts)
    moved = found.action(session, trigger, facts)
    return _arrive(moved, session, found.target, facts)


def home_state(facts: World) -> State:
    """Where nobody's session stands now: set-up, open, after hours, closed by an order, or unable to serve."""
    if facts.home is not None:
        return facts.home
    if facts.house.closed:
        return Home.CLOSED_BY_HOUSE
    if not facts.stored or not facts.index.services:
        return Home.OUT_OF_SERVICE
    return Home.START if facts.index.open_at(facts.now) else Home.CLOSED


def go_home(session: Session, facts: World) -> Transition:
    """End this session and stand ready for the next visitor, in the town's own language."""
    fresh = fresh_session(facts.new_ids.session, session.home_lang, facts.mono, home_state(facts))
    return Transition(fresh, (SessionOver(session.id),))


def _arrive(moved: Transition, before: Session, target: State | Target, facts: World) -> Transition:
    if target is Target.STAY:
        return moved
    if target is Target.HOME:
        ended = go_home(moved.session, facts)
        return Transition(ended.session, moved.effects + ended.effects)
    if target is Target.BACK:
        return Transition(_back(moved.session, facts), moved.effects)
    assert isinstance(target, State)
    return Transition(_enter(moved.session, before.state, target, facts), moved.effects)


def _enter(session: Session, left: State, target: State, facts: World) -> Session:
    trail = session.trail
    if left is not target and _is_remembered(left) and _is_remembered(target):
        trail = (*trail, left)[-TRAIL_LIMIT:]
    return replace(session, state=target, entered=facts.mono, trail=trail, drawer="", asked=None)


def _is_remembered(state: State) -> bool:
    return state.group is Group.CHOOSING or state in _BEGINNINGS


def _back(session: Session, facts: World) -> Session:
    *rest, last = session.trail or (home_state(facts),)
    if last.group is Group.HOME:
        last, rest = home_state(facts), []
    return replace(session, state=last, entered=facts.mono, trail=tuple(rest), drawer="", asked=None)
