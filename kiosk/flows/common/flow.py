"""What a flow is: its states, rows and pages side by side; and how all flows become one machine, checked when built."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import NamedTuple

import msgspec

from kiosk.flows.common.page_frame import Pages
from kiosk.session.states import State
from kiosk.session.table import Row, Table, Trigger, ignore
from kiosk.vocabulary.answers import ANSWERS
from kiosk.vocabulary.effects import Effect
from kiosk.vocabulary.events import Event
from kiosk.vocabulary.intents import Intent


class Flow(NamedTuple):
    """One flow. ``pages``: how each of its states looks. ``ignores``: what its states leave unanswered on purpose.

    ``answers`` and ``intents``: what only this flow asks of the world and what only its pages offer, beside what
    ``kiosk.vocabulary`` has. States of other flows ignore these where no row of this flow answers in them.
    """

    states: type[State]
    rows: tuple[Row, ...]
    pages: Pages
    ignores: tuple[Row, ...] = ()
    answers: Mapping[type[Effect], tuple[type[Event], ...]] = {}
    intents: tuple[type[Intent], ...] = ()

    @property
    def name(self) -> str:
        """How errors call it."""
        return self.states.__name__

    @property
    def own(self) -> tuple[type[Trigger], ...]:
        """Events and intents that are nobody else's business."""
        return (*dict.fromkeys(event for events in self.answers.values() for event in events), *self.intents)


class Machine(msgspec.Struct, frozen=True):
    """All flows as one: the table of their rows, the page of each state, and what may come back for each effect."""

    table: Table
    pages: Pages
    answers: Mapping[type[Effect], tuple[type[Event], ...]]


def machine(flows: Sequence[Flow], common: Sequence[Row], triggers: Sequence[type[Trigger]]) -> Machine:
    """The machine of these flows. The flows' rows come before the ``common`` ones, which answer for groups of states;
    what the flows ignore comes last.

    Raises ValueError, naming the flow and the state, for a flow that is listed twice, a name that two states have, a
    state without a page, a page or a row for a state of no flow, a flow that ignores for another or for a group; and
    whatever ``Table`` refuses.
    """
    states = tuple(state for flow in flows for state in flow.states)
    _check_names(flows)
    for flow in flows:
        _check_pages(flow)
        _check_rows(flow, frozenset(states))
        _check_ignores(flow)
    ignores = (row for flow in flows for row in flow.ignores)
    rows = (*(row for flow in flows for row in flow.rows), *common, *ignores)
    pages = {state: page for flow in flows for state, page in flow.pages.items()}
    own = tuple(trigger for flow in flows for trigger in flow.own)
    table = Table((*rows, *_of_other_flows(flows, rows)), (*triggers, *own), states)
    return Machine(table, pages, {**ANSWERS, **{ask: back for flow in flows for ask, back in flow.answers.items()}})


def _of_other_flows(flows: Sequence[Flow], rows: Sequence[Row]) -> Iterator[Row]:
    """Rows that ignore what belongs to another flow alone, where none of its rows answers."""
    for flow in flows:
        for trigger in flow.own:
            answered = [row for row in rows if row.trigger is trigger and row.answers_always]
            others = (state for other in flows if other is not flow for state in other.states)
            if left := [state for state in others if not any(row.covers(state) for row in answered)]:
                yield from ignore(left, trigger)


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


def _check_ignores(flow: Flow) -> None:
    for row in flow.ignores:
        if foreign := sorted(str(place.value) for place in row.places if not isinstance(place, flow.states)):
            raise ValueError(f"{flow.name}: ignores {row.trigger.__name__} for {', '.join(foreign)}, no state of it")
        if not row.ignores:
            raise ValueError(f"{flow.name}: a row on {row.trigger.__name__} under what is ignored does something")
