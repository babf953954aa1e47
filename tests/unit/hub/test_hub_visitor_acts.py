"""What visitors do with their number on the phone: come later, be here after all, give it back."""

from typing import Any

import pytest

from hub.counter import calling, returning, undo
from hub.counter.acts import Act, Done
from hub.errors import Code, Refused
from hub.store.enums import TicketState
from hub.tickets import business_day, states, visitor_acts, waiting
from hub.tickets.model import Ticket, load
from hub.tickets.visitor_acts import Do, VisitorAct
from tests.unit.hub.conftest import DAY_MS, SITE, House, uuid
from tests.unit.hub.sync_helpers import MINUTE, labels

LATE, HERE, BACK = visitor_acts.come_later, visitor_acts.is_here, visitor_acts.give_back


class Phone:
    """The phone of each visitor; every press has its own id unless it is named."""

    def __init__(self, hall: House) -> None:
        self.hall, self.presses = hall, 0

    def press(self, do: Do, ticket: Ticket, op: str = "") -> Any:
        """The state after it, or why not."""
        self.presses += 1
        act = VisitorAct(token=ticket.token, op=op or uuid(9000 + self.presses), now_ms=self.hall.clock.forward(1000))
        answer = self.hall.do(do, act)
        return answer.code if isinstance(answer, Refused) else answer.state

    def late(self) -> list[str]:
        """Whom the desk sees among those who come later."""
        return [ticket.label for ticket in self.hall.see(waiting.late_visitors, SITE, 6)]

    def state(self, ticket: Ticket) -> TicketState:
        found = self.hall.see(load, SITE, ticket.id)
        assert isinstance(found, Ticket)
        return found.state


@pytest.fixture
def phone(hall: House) -> Phone:
    return Phone(hall)


def counter(hall: House, command: Any, op: str, ticket: str = "") -> Any:
    act = Act(site=SITE, counter="p1", op=op, now_ms=hall.clock.forward(1000), ticket=ticket)
    answer = hall.do(command, act)
    return answer.ticket.label if isinstance(answer, Done) else answer.code


def test_who_comes_later_is_passed_over_and_keeps_the_place(hall: House, phone: Phone) -> None:
    first, second, third = (hall.ticket() for _ in range(3))
    assert phone.press(LATE, first) is TicketState.PARKED
    assert phone.late() == [first.label]
    assert [queue.waiting for queue in hall.see(waiting.queues_now, SITE)] == [2, 0]
    assert hall.see(waiting.standing, first.token).late
    hall.next()
    assert hall.called() == [second.label]
    hall.clock.forward(30 * MINUTE)
    assert phone.press(HERE, first) is TicketState.WAITING
    assert labels(hall) == [first.label, third.label]
    assert phone.late() == []
    assert not hall.see(waiting.standing, first.token).late


def test_who_was_called_and_comes_later_frees_the_counter(hall: House, phone: Phone) -> None:
    first, second = hall.ticket(), hall.ticket()
    hall.next()
    assert phone.press(LATE, first) is TicketState.PARKED
    assert hall.board() == [], "boards and signs do not call somebody who is not there"
    assert counter(hall, calling.no_show, "operation-1", first.id) == Code.NO_CUSTOMER
    assert counter(hall, calling.call_next, "operation-2") == second.label
    assert phone.press(HERE, first) is TicketState.WAITING
    assert labels(hall) == [first.label]


def test_a_number_that_is_given_back_lets_the_others_move_up(hall: House, phone: Phone) -> None:
    first, second, third = (hall.ticket() for _ in range(3))
    assert hall.see(waiting.standing, third.token).ahead == 2
    assert phone.press(BACK, first) is TicketState.CANCELLED
    assert hall.see(waiting.standing, third.token).ahead == 1
    hall.next()
    assert phone.press(BACK, second) is TicketState.CANCELLED
    assert hall.see(calling.current, SITE, "p1") is None
    phone.press(LATE, third)
    assert phone.press(BACK, third) is TicketState.CANCELLED
    assert phone.late() == []


def test_the_same_press_twice_has_one_effect(hall: House, phone: Phone) -> None:
    """A double press, and a reload after staff have brought the number back."""
    ticket, op = hall.ticket(), uuid(7001)
    assert phone.press(BACK, ticket, op) is TicketState.CANCELLED
    assert phone.press(BACK, ticket, op) is TicketState.CANCELLED
    assert counter(hall, returning.to_place, "operation-1", ticket.id) == ticket.label
    assert phone.press(BACK, ticket, op) is TicketState.CANCELLED
    assert phone.state(ticket) is TicketState.WAITING
    assert phone.press(LATE, ticket, op) == Code.ID_USED_OTHERWISE
    other = hall.ticket()
    assert phone.press(BACK, other, op) == Code.ID_USED_OTHERWISE


@pytest.mark.parametrize("do", [LATE, HERE, BACK])
def test_who_is_served_or_gone_changes_nothing_any_more(hall: House, phone: Phone, do: Do) -> None:
    ticket = hall.ticket()
    hall.next()
    counter(hall, calling.arrive, "operation-1")
    assert phone.press(do, ticket) == Code.WRONG_STATE
    hall.served()
    assert phone.press(do, ticket) == Code.WRONG_STATE
    assert phone.state(ticket) is TicketState.DONE
    unknown = hall.do(do, VisitorAct(token="f" * 32, op=uuid(1), now_ms=hall.clock()))
    assert unknown.code is Code.UNKNOWN_TICKET


def test_whom_staff_parked_only_staff_bring_back(hall: House, phone: Phone) -> None:
    ticket = hall.ticket()
    hall.do(states.move, ticket, TicketState.PARKED, hall.clock())
    assert phone.press(HERE, ticket) == Code.WRONG_STATE
    assert phone.late() == []
    assert counter(hall, returning.to_place, "operation-1", ticket.id) == ticket.label


@pytest.mark.parametrize("way", [returning.to_place, returning.to_me])
def test_a_desk_takes_in_who_comes_later_and_may_undo_it(hall: House, phone: Phone, way: Any) -> None:
    ticket = hall.ticket()
    phone.press(LATE, ticket)
    assert counter(hall, way, "operation-1", ticket.id) == ticket.label
    assert phone.late() == []
    back = Act(site=SITE, counter="p1", op="operation-2", now_ms=hall.clock.forward(1000))
    assert not isinstance(hall.do(undo.undo, back, "operation-1"), Refused)
    assert (phone.state(ticket), phone.late()) == (TicketState.PARKED, [ticket.label])


def test_who_comes_later_has_today_for_it(hall: House, phone: Phone) -> None:
    """The number of a visitor who went home is free on the next day; whom staff parked stays."""
    late, parked = hall.ticket(), hall.ticket()
    phone.press(LATE, late)
    hall.do(states.move, parked, TicketState.PARKED, hall.clock())
    hall.do(business_day.turn_all, hall.clock.forward(DAY_MS))
    assert (phone.state(late), phone.state(parked)) == (TicketState.EXPIRED, TicketState.PARKED)
    assert (phone.press(HERE, late), phone.late()) == (Code.WRONG_STATE, [])
