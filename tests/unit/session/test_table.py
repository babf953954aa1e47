"""The table answers every pair, every state finds its way home, and a hole is refused."""

import pytest

from kiosk.flows import browse, ticket
from kiosk.flows.rules import TRIGGERS, table
from kiosk.session.model import COMMITTING, EVERYWHERE, HOMES, State
from kiosk.session.table import Goal, Table, row
from kiosk.vocabulary.intents import Finish


def test_every_state_belongs_to_a_group() -> None:
    assert set(State) == EVERYWHERE


def test_no_pair_of_state_and_trigger_is_left_open() -> None:
    assert table().holes() == []


def test_a_hole_is_refused() -> None:
    with pytest.raises(ValueError, match="no unguarded row for start x Finish"):
        Table([row(set(State) - {State.START}, Finish, Goal.STAY)], [Finish])


def test_every_state_reaches_home() -> None:
    rows = (*ticket.ROWS, *browse.ROWS)
    home = {state for each in rows if each.target is Goal.HOME for state in each.states} | set(HOMES)
    reached = set(home)
    while True:
        more = {s for each in rows if each.target in reached for s in each.states} - reached
        if not more:
            break
        reached |= more
    assert reached == set(State)


def test_states_that_commit_are_left_by_answers_only() -> None:
    from kiosk.vocabulary.intents import Intent

    for each in (*ticket.ROWS, *browse.ROWS):
        if each.states & COMMITTING and issubclass(each.trigger, Intent):
            assert each.target is Goal.STAY, each


def test_triggers_cover_the_vocabulary() -> None:
    names = {trigger.__name__ for trigger in TRIGGERS}
    assert {"Tick", "Failure", "DrawFeatured", "HandBack", "PrintFinished"} <= names
    assert "Asked" not in names
