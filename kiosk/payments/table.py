"""The table of the payment machine: rows by (state, event), first match wins. A pair without a row is an error."""

from collections.abc import Callable, Iterable, Sequence
from typing import Any, NamedTuple

from msgspec.structs import replace

from kiosk.payments.model import Moment, Payments
from kiosk.payments.states import PayState
from kiosk.session.lasting import LastingEvent
from kiosk.vocabulary.effects import Effect
from kiosk.vocabulary.events import Event, Tick


class Next(NamedTuple):
    """What is known after an action, and what is to be done."""

    payments: Payments
    effects: tuple[Effect, ...] = ()


Guard = Callable[[Payments, Any, Moment], bool]
Action = Callable[[Payments, Any, Moment], Next]
EVERYWHERE = frozenset(PayState)


def always(_payments: Payments, _event: Event, _at: Moment) -> bool:
    """The guard that lets everything pass."""
    return True


def nothing(payments: Payments, _event: Event, _at: Moment) -> Next:
    """The action that changes nothing."""
    return Next(payments)


class Row(NamedTuple):
    """In ``places``, on ``event``, when ``guard`` holds: do ``action`` and go to ``target``; None = stay."""

    places: frozenset[PayState]
    event: type[Event]
    target: PayState | None
    action: Action
    guard: Guard

    @property
    def ignores(self) -> bool:
        """Whether it says that nothing is to happen."""
        return self.target is None and self.action is nothing


def row(
    places: PayState | Iterable[PayState],
    event: type[Event],
    target: PayState | None,
    action: Action = nothing,
    guard: Guard = always,
) -> Row:
    """A row for one state or several."""
    return Row(frozenset({places} if isinstance(places, PayState) else places), event, target, action, guard)


def ignore(places: PayState | Iterable[PayState], *events: type[Event]) -> tuple[Row, ...]:
    """Rows that say that nothing is to happen on these events."""
    return tuple(row(places, event, None) for event in events)


def triggers() -> tuple[type[Event], ...]:
    """Everything the machine hears: its own events and time."""
    return (*(each for each in LastingEvent.__subclasses__() if each.__module__ == "kiosk.payments.events"), Tick)


class PayTable:
    """Built once. Raises ValueError that names each pair without an unguarded row, and rows that are never reached."""

    def __init__(self, rows: Sequence[Row], events: Sequence[type[Event]]) -> None:
        self.rows, self.events = tuple(rows), tuple(events)
        self._by_pair: dict[tuple[PayState, type[Event]], list[Row]] = {}
        faults: list[str] = []
        for each in self.rows:
            for state in each.places:
                before = self._by_pair.setdefault((state, each.event), [])
                if before and before[-1].guard is always:
                    faults.append(f"a row on {state.value} x {each.event.__name__} is never reached")
                before.append(each)
        for state in PayState:
            for event in self.events:
                found = self._by_pair.get((state, event), [])
                if not found or found[-1].guard is not always:
                    faults.append(f"no unguarded row for {state.value} x {event.__name__}")
        if faults:
            raise ValueError("; ".join(faults))

    def find(self, payments: Payments, event: Event, at: Moment) -> Row:
        """The row that answers this event now. Raises LookupError for an event that the table does not know."""
        for each in self._by_pair.get((payments.state, type(event)), ()):
            if each.guard(payments, event, at):
                return each
        raise LookupError(f"no row for {payments.state.value} x {type(event).__name__}")

    def step(self, payments: Payments, event: Event, at: Moment) -> Next:
        """Answer one event."""
        found = self.find(payments, event, at)
        moved = found.action(payments, event, at)
        if found.target is None:
            return moved
        return Next(replace(moved.payments, state=found.target, entered=at.mono), moved.effects)
