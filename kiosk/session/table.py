"""The table: rows say what happens in which state. Checked for completeness; the diagram in docs is drawn from it."""

from collections.abc import Callable, Iterable, Sequence
from enum import Enum
from typing import NamedTuple

from kiosk.session.model import Facts, Session, State
from kiosk.vocabulary.effects import Effect
from kiosk.vocabulary.events import Asked, Event
from kiosk.vocabulary.intents import Intent


class Goal(Enum):
    """Targets that depend on the session."""

    STAY = "stay"
    BACK = "back"
    HOME = "home"


class Moved(NamedTuple):
    """The session after an action, and what is to be done."""

    session: Session
    effects: tuple[Effect, ...] = ()


Trigger = Event | Intent
Guard = Callable[[Session, Trigger, Facts], bool]
Action = Callable[[Session, Trigger, Facts], Moved]


def always(_session: Session, _trigger: Trigger, _facts: Facts) -> bool:
    """The guard that lets everything pass."""
    return True


def nothing(session: Session, _trigger: Trigger, _facts: Facts) -> Moved:
    """The action that changes nothing."""
    return Moved(session)


class Row(NamedTuple):
    """In ``states``, on ``trigger``, when ``guard`` holds: do ``action`` and go to ``target``."""

    states: frozenset[State]
    trigger: type[Trigger]
    target: State | Goal
    action: Action = nothing
    guard: Guard = always


def row(
    states: State | Iterable[State],
    trigger: type[Trigger],
    target: State | Goal,
    action: Action = nothing,
    guard: Guard = always,
) -> Row:
    """A row for one state or several."""
    return Row(frozenset({states} if isinstance(states, State) else states), trigger, target, action, guard)


class Table:
    """Rows by (state, trigger), first match wins. Built once; raises ValueError when a pair is left open."""

    def __init__(self, rows: Sequence[Row], triggers: Sequence[type[Trigger]]) -> None:
        self.rows = tuple(rows)
        self.triggers = tuple(triggers)
        self._by_pair: dict[tuple[State, type[Trigger]], list[Row]] = {}
        for each in rows:
            for state in each.states:
                self._by_pair.setdefault((state, each.trigger), []).append(each)
        if holes := self.holes():
            raise ValueError("no unguarded row for " + ", ".join(f"{s.value} x {t.__name__}" for s, t in holes))

    def holes(self) -> list[tuple[State, type[Trigger]]]:
        """Pairs of state and trigger that some guard could leave unanswered."""
        return [
            (state, trigger)
            for state in State
            for trigger in self.triggers
            if not any(each.guard is always for each in self._by_pair.get((state, trigger), ()))
        ]

    def find(self, session: Session, trigger: Trigger, facts: Facts) -> Row:
        """The row that answers this trigger now."""
        for each in self._by_pair[(session.state, type(trigger))]:
            if each.guard(session, trigger, facts):
                return each
        raise LookupError(f"no row for {session.state} x {type(trigger).__name__}")


def trigger_of(event: Event) -> Trigger:
    """What the table is searched by: the intent inside a touch, else the event itself."""
    return event.intent if isinstance(event, Asked) else event
