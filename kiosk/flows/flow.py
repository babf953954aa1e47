"""What a flow is: its states, rows and pages side by side; and how all flows become one machine, checked when built."""

from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import NamedTuple

import msgspec

from kiosk.flows.frame import Page
from kiosk.session.states import State
from kiosk.session.table import Row, Table, Trigger
from kiosk.view import View

PageOf = Callable[[Page], View]


class Flow(NamedTuple):
    """One flow. ``pages``: how each of its states looks."""

    states: type[State]
    rows: tuple[Row, ...]
    pages: Mapping[State, PageOf]

    @property
    def name(self) -> str:
        """How errors call it."""
        return self.states.__name__


class Machine(msgspec.Struct, frozen=True):
    """All flows as one: the table of their rows, and the page of each state."""

    table: Table
    pages: Mapping[State, PageOf]


def machine(flows: Sequence[Flow], common: Sequence[Row], triggers: Sequence[type[Trigger]]) -> Machine:
    """The machine of these flows. The flows' rows come before the ``common`` ones, which answer for groups of states.

    Raises ValueError, naming the flow and the state, for a flow that is listed twice, a name that two states have, a
    state without a page, a page or a row for a state of no flow; and whatever ``Table`` refuses.
    """
    states = tuple(state for flow in flows for state in flow.states)
    _check_names(flows)
    for flow in flows:
        _check_pages(flow)
        _check_rows(flow, frozenset(states))
    rows = (*(row for flow in flows for row in flow.rows), *common)
    pages = {state: page for flow in flows for state, page in flow.pages.items()}
    return Machine(Table(rows, triggers, states), pages)


def _check_names(flows: Iterable[Flow]) -> None:
    seen: dict[str, str] = {}
    for flow in flows:
        for name in (flow.name, *(state.value for state in flow.states)):
            if name in seen:
                raise ValueError(f"{flow.name}: {name} is there already, in {seen[name]}")
            seen[name] = flow.name
        if aliases := sorted(set(flow.states.__members__) - {state.name for state in flow.states}):
            raise ValueError(f"{flow.name}: {', '.join(aliases)} bears the name of another state")


def _check_pages(flow: Flow) -> None:
    if bare := sorted(state.value for state in flow.states if state not in flow.pages):
        raise ValueError(f"{flow.name}: no page for {', '.join(bare)}")
    if foreign := sorted(state.value for state in flow.pages if not isinstance(state, flow.states)):
        raise ValueError(f"{flow.name}: a page for {', '.join(foreign)}, which is no state of it")


def _check_rows(flow: Flow, known: frozenset[State]) -> None:
    for row in flow.rows:
        for place in (*row.places, row.target):
            if isinstance(place, State) and place not in known:
                raise ValueError(
                    f"{flow.name}: a row on {row.trigger.__name__} names {place.value}, a state of no flow"
                )
