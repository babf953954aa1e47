"""The table answers every pair, no state waits for ever, and a hole is refused."""

import pytest

from kiosk.flows import browse, guards, ticket
from kiosk.flows.rules import TRIGGERS, table
from kiosk.session.model import COMMITTING, EVERYWHERE, State
from kiosk.session.table import Goal, Table, deadline, row
from kiosk.vocabulary.events import Tick
from kiosk.vocabulary.intents import Finish


def test_every_state_belongs_to_a_group() -> None:
    assert set(State) == EVERYWHERE


def test_no_pair_of_state_and_trigger_is_left_open() -> None:
    assert table().holes() == []


def test_a_hole_is_refused() -> None:
    with pytest.raises(ValueError, match="no unguarded row for start x Finish"):
        Table([row(set(State) - {State.START}, Finish, Goal.STAY)], [Finish])


def test_a_state_that_waits_for_an_answer_needs_a_deadline() -> None:
    ends = row(State, Tick, Goal.STAY)
    late = deadline(State.PRINTING, 5, State.TICKET_UNCONFIRMED)
    Table([late, ends], [Tick], waiting={State.PRINTING})
    for rows in (
        [ends],
        [ends, late],  # never tried
        [late._replace(guard=guards.is_ours), ends],
        [late._replace(target=Goal.STAY), ends],
    ):
        with pytest.raises(ValueError, match="no deadline for printing"):
            Table(rows, [Tick], waiting={State.PRINTING})


def test_a_deadline_is_no_answer_before_it_is_over() -> None:
    with pytest.raises(ValueError, match="no unguarded row for printing x Tick"):
        Table([deadline(State.PRINTING, 5, Goal.HOME), row(set(State) - {State.PRINTING}, Tick, Goal.STAY)], [Tick])


def test_states_that_commit_are_left_by_answers_only() -> None:
    from kiosk.vocabulary.intents import Intent

    for each in (*ticket.ROWS, *browse.ROWS):
        if each.states & COMMITTING and issubclass(each.trigger, Intent):
            assert each.target is Goal.STAY, each


def test_triggers_cover_the_vocabulary() -> None:
    names = {trigger.__name__ for trigger in TRIGGERS}
    assert {"Tick", "Failure", "DrawFeatured", "HandBack", "PrintFinished"} <= names
    assert "Asked" not in names
