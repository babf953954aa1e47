"""Nobody who was called ends as served or as a no-show without a person's word, by whatever way it is tried."""

import pytest

from hub.counter import calling
from hub.counter.calling import Act, Done
from hub.errors import Code, Refused
from hub.store.enums import TicketState
from hub.tickets.model import load


def act(hall, op: str, counter: str = "p1", ticket: str = "", here: bool | None = None) -> Act:
    return Act(site=hall.site, counter=counter, op=op, now_ms=hall.clock.forward(1000), ticket=ticket, was_here=here)


def code(hall, command, op: str, **more) -> Code | str:
    answer = hall.do(command, act(hall, op, **more))
    return answer.code if isinstance(answer, Refused) else answer.ticket.label


@pytest.fixture
def called(hall):
    """A 001 was called to p1; A 002 and A 003 wait."""
    tickets = [hall.ticket() for _ in range(3)]
    assert code(hall, calling.call_next, "call") == "A 001"
    return tickets


def states(hall, tickets) -> list[TicketState]:
    return [hall.see(load, hall.site, ticket.id).state for ticket in tickets]


UNCHANGED = [TicketState.CALLED, TicketState.WAITING, TicketState.WAITING]


@pytest.mark.parametrize("command", [calling.call_next, calling.finish])
def test_the_hub_asks_before_a_called_visitor_ends(hall, called, command) -> None:
    answer = hall.do(command, act(hall, "act", ticket=called[0].id))
    assert isinstance(answer, Refused)
    assert (answer.code, answer.number) == (Code.UNANSWERED, "A 001")
    assert states(hall, called) == UNCHANGED


@pytest.mark.parametrize(
    ("here", "ends", "times"),
    [
        (True, TicketState.DONE, [("wait", 1000), ("service", 1000)]),
        (False, TicketState.NO_SHOW, [("wait", 1000), ("way", 1000)]),
    ],
)
def test_either_answer_goes_on_to_the_next_person_in_the_same_act(hall, called, here, ends, times) -> None:
    first = called[0]
    done = hall.do(calling.call_next, act(hall, "act", ticket=first.id, here=here))
    assert isinstance(done, Done)
    assert done.ticket.label == "A 002"
    assert states(hall, called) == [ends, TicketState.CALLED, TicketState.WAITING]
    assert hall.called() == ["A 002"]
    rows = hall.store.read_now(
        lambda c: c.exec_driver_sql(
            "SELECT kind, ended_ms - started_ms FROM interval WHERE ticket_id = ? ORDER BY step", (first.id,)
        ).all()
    )
    assert [tuple(row) for row in rows] == times


def test_the_second_click_with_an_answer_has_the_first_ones_effect(hall, called) -> None:
    for _ in range(3):
        assert code(hall, calling.call_next, "act", ticket=called[0].id, here=False) == "A 002"
    assert states(hall, called) == [TicketState.NO_SHOW, TicketState.CALLED, TicketState.WAITING]


@pytest.mark.parametrize("here", [True, False])
@pytest.mark.parametrize("command", [calling.call_next, calling.finish])
def test_an_answer_is_about_the_one_who_was_seen(hall, called, command, here: bool) -> None:
    """A stale page, a click more, a request that names nobody."""
    for ticket in ("", called[1].id, "0193aaaa-0000-7000-8000-00000000ffff"):
        answer = code(hall, command, f"act-{ticket}", ticket=ticket, here=here)
        assert answer in (Code.NOT_CURRENT, Code.COUNTER_BUSY)
    assert states(hall, called) == UNCHANGED


def test_an_answer_given_at_another_counter_changes_nobody(hall, called) -> None:
    assert code(hall, calling.call_next, "one", counter="p2", ticket=called[0].id, here=False) == Code.NO_CUSTOMER
    assert code(hall, calling.finish, "two", counter="p2", ticket=called[0].id, here=True) == Code.NO_CUSTOMER
    assert states(hall, called) == UNCHANGED


def test_two_windows_with_two_answers_have_the_first_one(hall, called) -> None:
    first = called[0].id
    assert code(hall, calling.call_next, "one", ticket=first, here=True) == "A 002"
    assert code(hall, calling.call_next, "two", ticket=first, here=False) == Code.NOT_CURRENT
    assert states(hall, called) == [TicketState.DONE, TicketState.CALLED, TicketState.WAITING]


def test_no_is_no_answer_for_somebody_who_is_served(hall, called) -> None:
    """Another window said "is here" meanwhile."""
    assert code(hall, calling.arrive, "arrive") == "A 001"
    assert code(hall, calling.call_next, "no", ticket=called[0].id, here=False) == Code.WRONG_STATE
    assert code(hall, calling.call_next, "yes", ticket=called[0].id, here=True) == "A 002"
    assert states(hall, called) == [TicketState.DONE, TicketState.CALLED, TicketState.WAITING]


@pytest.mark.parametrize(("here", "ends"), [(True, TicketState.DONE), (False, TicketState.NO_SHOW)])
def test_an_answer_counts_also_when_nobody_waits(hall, here: bool, ends: TicketState) -> None:
    only = hall.ticket()
    code(hall, calling.call_next, "call")
    assert code(hall, calling.call_next, "act", ticket=only.id) == Code.UNANSWERED
    done = hall.do(calling.call_next, act(hall, "act", ticket=only.id, here=here))
    assert isinstance(done, Done)
    assert (done.ticket.state, done.nobody_waits) == (ends, True)


def test_a_page_that_showed_nobody_ends_nobody(hall, called) -> None:
    assert code(hall, calling.call_next, "next") == Code.COUNTER_BUSY
    code(hall, calling.arrive, "arrive")
    assert code(hall, calling.call_next, "next") == Code.COUNTER_BUSY
    assert states(hall, called) == [TicketState.IN_SERVICE, TicketState.WAITING, TicketState.WAITING]
