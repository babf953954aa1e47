"""The table: rows say what happens in which state. Checked for completeness; the diagram in docs is drawn from it."""

import inspect
from collections.abc import Callable, Iterable, Sequence
from enum import Enum
from pathlib import Path
from typing import NamedTuple

from kiosk.session.model import Session, World
from kiosk.session.states import Group, State
from kiosk.vocabulary.effects import Effect
from kiosk.vocabulary.events import Event, Tick, Touched
from kiosk.vocabulary.intents import Intent


class Target(Enum):
    """Targets that depend on the session."""

    STAY = "stay"
    BACK = "back"
    HOME = "home"


class Transition(NamedTuple):
    """The session after an action, and what is to be done."""

    session: Session
    effects: tuple[Effect, ...] = ()


Trigger = Event | Intent
Guard = Callable[[Session, Trigger, World], bool]
Action = Callable[[Session, Trigger, World], Transition]


def always(_session: Session, _trigger: Trigger, _facts: World) -> bool:
    """The guard that lets everything pass."""
    return True


def nothing(session: Session, _trigger: Trigger, _facts: World) -> Transition:
    """The action that changes nothing."""
    return Transition(session)


Place = State | Group


class Row(NamedTuple):
    """In ``places``, on ``trigger``, when ``guard`` holds: do ``action`` and go to ``target``.

    A group stands for each of its states. ``after_s``: only when the state was entered so many seconds ago (a deadline;
    the trigger is ``Tick``).
    """

    places: frozenset[Place]
    trigger: type[Trigger]
    target: State | Target
    action: Action = nothing
    guard: Guard = always
    after_s: float = 0.0
    place: str = ""
    """File and line where it is written, for errors."""

    @property
    def ignores(self) -> bool:
        """Whether it says that nothing is to happen."""
        return self.target is Target.STAY and self.action is nothing

    def covers(self, state: State) -> bool:
        """Whether the row is of this state, by itself or by its group."""
        return state in self.places or state.group in self.places

    @property
    def answers_always(self) -> bool:
        """Whether the row answers its trigger whatever session, trigger and facts are."""
        return self.guard is always and not self.after_s

    def holds(self, session: Session, trigger: Trigger, facts: World) -> bool:
        """Whether the row answers this trigger now."""
        return facts.mono - session.entered >= self.after_s and self.guard(session, trigger, facts)


def row(
    places: Place | Iterable[Place],
    trigger: type[Trigger],
    target: State | Target,
    action: Action = nothing,
    guard: Guard = always,
) -> Row:
    """A row for one state or group, or several."""
    return _row(places, trigger, target, action, guard)


def deadline(
    places: Place | Iterable[Place],
    after_s: float,
    target: State | Target,
    action: Action = nothing,
    guard: Guard = always,
) -> Row:
    """What happens when the answer that a state waits for has not come ``after_s`` seconds after it was entered."""
    return _row(places, Tick, target, action, guard)._replace(after_s=after_s)


def ignore(places: Place | Iterable[Place], *triggers: type[Trigger]) -> tuple[Row, ...]:
    """Rows that say that nothing is to happen on these triggers."""
    places = (places,) if isinstance(places, State | Group) else tuple(places)
    return tuple(_row(places, trigger, Target.STAY, nothing, always) for trigger in triggers)


def _row(
    places: Place | Iterable[Place], trigger: type[Trigger], target: State | Target, action: Action, guard: Guard
) -> Row:
    where = frozenset({places} if isinstance(places, State | Group) else places)
    return Row(where, trigger, target, action, guard, place=_place())


def _place() -> str:
    """File and line of the first caller outside this file."""
    frame = inspect.currentframe()
    while frame is not None and frame.f_code.co_filename == __file__:
        frame = frame.f_back
    return f"{Path(frame.f_code.co_filename).name}:{frame.f_lineno}" if frame is not None else ""


class Table:
    """Rows by (state, trigger), first match wins. Built once, from the rows and states of all flows.

    Raises ValueError when a pair is left open, or when a waiting state, which is left by an answer only, has no
    deadline: then one lost answer would hold the terminal for ever.
    """

    def __init__(self, rows: Sequence[Row], triggers: Sequence[type[Trigger]], states: Iterable[State]) -> None:
        self.rows = tuple(rows)
        self.triggers = tuple(triggers)
        self.states = tuple(states)
        self._states_at: dict[Place, list[State]] = {}
        for state in self.states:
            for place in (state, state.group):
                self._states_at.setdefault(place, []).append(state)
        self._by_pair: dict[tuple[State, type[Trigger]], list[Row]] = {}
        for each in rows:
            for state in {state for place in each.places for state in self.states_at(place)}:
                self._by_pair.setdefault((state, each.trigger), []).append(each)
        if holes := self.holes():
            raise ValueError("no unguarded row for " + ", ".join(f"{s.value} x {t.__name__}" for s, t in holes))
        waiting = (state for state in self.states if state.group is Group.WAITING)
        if endless := [state.value for state in waiting if not self._has_deadline(state)]:
            raise ValueError("no deadline for " + ", ".join(sorted(endless)))

    def holes(self) -> list[tuple[State, type[Trigger]]]:
        """Pairs of state and trigger that some guard could leave unanswered."""
        return [
            (state, trigger)
            for state in self.states
            for trigger in self.triggers
            if not any(each.answers_always for each in self._by_pair.get((state, trigger), ()))
        ]

    def _has_deadline(self, state: State) -> bool:
        """A deadline that always leads out, and that no row before it keeps from being tried."""
        for each in self._by_pair.get((state, Tick), ()):
            if each.after_s and each.guard is always:
                return each.target is not Target.STAY
            if each.answers_always:
                return False
        return False

    def states_at(self, place: Place) -> Sequence[State]:
        """The state itself, or the states of a group, in their order."""
        return self._states_at.get(place, ())

    def rows_of(self, state: State, trigger: type[Trigger]) -> tuple[Row, ...]:
        """The rows of a pair, in the order in which they are tried."""
        return tuple(self._by_pair.get((state, trigger), ()))

    def find(self, session: Session, trigger: Trigger, facts: World) -> Row:
        """The row that answers this trigger now."""
        for each in self._by_pair[(session.state, type(trigger))]:
            if each.holds(session, trigger, facts):
                return each
        raise LookupError(f"no row for {session.state} x {type(trigger).__name__}")


def trigger_of(event: Event) -> Trigger:
    """What the table is searched by: the intent inside a touch, else the event itself."""
    return event.intent if isinstance(event, Touched) else event
