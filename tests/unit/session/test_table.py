"""The table answers every pair, no state waits for ever, and a hole is refused."""

from collections.abc import Sequence

import pytest

from kiosk.flows.rules import FLOWS, TRIGGERS, table
from kiosk.flows.ticket import ticket_guards
from kiosk.flows.ticket.ticket_visit import TicketState
from kiosk.session.states import EVERYWHERE, Group, Home
from kiosk.session.table import Row, Table, Target, deadline, row
from kiosk.vocabulary.events import Tick
from kiosk.vocabulary.intents import Finish, Intent


def printing(rows: Sequence[Row]) -> Table:
    return Table(rows, [Tick], [TicketState.PRINTING])


def test_no_pair_of_state_and_trigger_is_left_open() -> None:
    assert table().holes() == []


def test_a_hole_is_refused() -> None:
    with pytest.raises(ValueError, match="no unguarded row for start x Finish"):
        Table([row(set(Home) - {Home.START}, Finish, Target.STAY)], [Finish], Home)


def test_a_row_of_a_group_answers_for_each_state_without_a_row_of_its_own() -> None:
    own, group = row(Home.CLOSED, Finish, Target.STAY), row(Group.HOME, Finish, Target.HOME)
    found = Table([own, group], [Finish], Home)
    assert found.rows_of(Home.CLOSED, Finish) == (own, group)
    assert found.rows_of(Home.START, Finish) == (group,)


def test_a_state_that_waits_for_an_answer_needs_a_deadline() -> None:
    ends = row(EVERYWHERE, Tick, Target.STAY)
    late = deadline(TicketState.PRINTING, 5, TicketState.TICKET_UNCONFIRMED)
    printing([late, ends])
    for rows in (
        [ends],
        [ends, late],  # never tried
        [late._replace(guard=ticket_guards.is_ours), ends],
        [late._replace(target=Target.STAY), ends],
    ):
        with pytest.raises(ValueError, match="no deadline for printing"):
            printing(rows)


def test_a_deadline_is_no_answer_before_it_is_over() -> None:
    with pytest.raises(ValueError, match="no unguarded row for printing x Tick"):
        printing([deadline(TicketState.PRINTING, 5, Target.HOME)])


def test_states_that_wait_are_left_by_answers_only() -> None:
    for each in table().rows:
        if issubclass(each.trigger, Intent) and any(each.covers(s) for s in table().states if s.group is Group.WAITING):
            assert each.target is Target.STAY, each


def test_triggers_cover_the_vocabulary() -> None:
    names = {trigger.__name__ for trigger in TRIGGERS}
    assert {"Tick", "Failure", "DrawFeatured", "HandBack", "PrintFinished"} <= names
    assert "Asked" not in names


def test_states_of_two_flows_are_never_equal() -> None:
    states = [state for flow in FLOWS for state in flow.states]
    assert len(set(states)) == len(states) == len({state.value for state in states})
