"""Late visitors and wrong keys: what ended today goes on, at its old place or at a counter, and nothing else does."""

import pytest

from hub.counter import calling, returning
from hub.counter.calling import Act, Done
from hub.errors import Code, Refused
from hub.reports import cancel
from hub.store.enums import TicketState
from hub.tickets import business_day, slots, waiting
from hub.tickets.model import load
from tests.unit.hub.sync_helpers import DAY_MS, MINUTE, call, labels, own, sync
from tests.unit.hub.test_hub_bringing import bring


def act(hall, op: str, counter: str = "p1", ticket: str = "", here: bool | None = None) -> Act:
    return Act(site=hall.site, counter=counter, op=op, now_ms=hall.clock.forward(1000), ticket=ticket, was_here=here)


def do(hall, command, op: str, **more) -> str:
    answer = hall.do(command, act(hall, op, **more))
    return answer.ticket.label if isinstance(answer, Done) else answer.code


def end(hall, ticket, how: TicketState) -> None:
    """The first visitor ends like this."""
    if how is TicketState.CANCELLED:
        hall.do(cancel.cancel, hall.site, ticket.id, hall.clock())
        return
    if how is TicketState.EXPIRED:
        hall.store.write_now(
            lambda c: c.exec_driver_sql("UPDATE ticket SET state = 'expired', ended_ms = 1 WHERE id = ?", (ticket.id,))
        )
        hall.store.write_now(lambda c: c.exec_driver_sql("UPDATE queue SET waiting = waiting - 1 WHERE id = 'meldung'"))
        hall.store.write_now(
            lambda c: c.exec_driver_sql("UPDATE interval SET ended_ms = started_ms WHERE ticket_id = ?", (ticket.id,))
        )
        return
    do(hall, calling.call_next, "call")
    if how is TicketState.DONE:
        do(hall, calling.finish, "end", ticket=ticket.id, here=True)
    else:
        do(hall, calling.no_show, "end")


ENDS = (TicketState.NO_SHOW, TicketState.DONE, TicketState.CANCELLED, TicketState.EXPIRED)


@pytest.mark.parametrize("how", ENDS)
def test_who_comes_late_stands_at_the_old_place(hall, how: TicketState) -> None:
    first = hall.ticket()
    hall.clock.forward(MINUTE)
    hall.ticket()
    end(hall, first, how)
    hall.clock.forward(5 * MINUTE)
    assert labels(hall) == ["A 002"]
    assert do(hall, returning.to_place, "return", counter="p2", ticket=first.id) == "A 001"
    assert labels(hall) == ["A 001", "A 002"]
    (queue, *_) = hall.see(waiting.queues_now, hall.site)
    kept = hall.store.read_now(lambda c: c.exec_driver_sql("SELECT waiting FROM queue WHERE id='meldung'").scalar_one())
    assert kept == queue.waiting == 2
    assert hall.see(load, hall.site, first.id).ended_ms is None
    assert do(hall, calling.call_next, "again") == "A 001"


@pytest.mark.parametrize("how", ENDS)
def test_or_comes_to_this_counter_now(hall, how: TicketState) -> None:
    first = hall.ticket()
    hall.clock.forward(MINUTE)
    hall.ticket()
    end(hall, first, how)
    assert do(hall, returning.to_me, "return", counter="p2", ticket=first.id) == "A 001"
    assert hall.see(calling.current, hall.site, "p2").id == first.id
    assert hall.board()[-1] == ("A 001", "Platz 2", "now")
    assert labels(hall) == ["A 002"]


def test_a_double_click_is_one_return(hall) -> None:
    first = hall.ticket()
    end(hall, first, TicketState.NO_SHOW)
    assert [do(hall, returning.to_me, "return", ticket=first.id) for _ in range(3)] == ["A 001"] * 3
    assert hall.see(calling.current, hall.site, "p1").calls == 2


def test_of_two_desks_the_first_one_has_them(hall) -> None:
    first = hall.ticket()
    end(hall, first, TicketState.NO_SHOW)
    assert do(hall, returning.to_me, "one", ticket=first.id) == "A 001"
    assert do(hall, returning.to_me, "two", counter="p2", ticket=first.id) == Code.NOT_AWAY
    assert do(hall, returning.to_place, "three", counter="p2", ticket=first.id) == Code.NOT_AWAY
    assert hall.see(calling.current, hall.site, "p1").id == first.id


def test_to_me_needs_a_free_counter(hall) -> None:
    first, second = hall.ticket(), hall.ticket()
    end(hall, first, TicketState.NO_SHOW)
    do(hall, calling.call_next, "next")
    answer = hall.do(returning.to_me, act(hall, "return", ticket=first.id))
    assert isinstance(answer, Refused)
    assert (answer.code, answer.number) == (Code.COUNTER_BUSY, second.label)
    assert hall.see(load, hall.site, first.id).state is TicketState.NO_SHOW


def test_who_waits_is_called_or_is_served_does_not_come_back(hall) -> None:
    first = hall.ticket()
    for command in (None, calling.call_next, calling.arrive):
        if command:
            do(hall, command, command.__name__)
        assert do(hall, returning.to_place, "return", ticket=first.id) == Code.NOT_AWAY
    assert do(hall, returning.to_place, "return", ticket="nobody") == Code.UNKNOWN_TICKET


@pytest.mark.parametrize("how", [TicketState.NO_SHOW, TicketState.DONE, TicketState.CANCELLED])
def test_yesterdays_visit_is_over(hall, how: TicketState) -> None:
    first = hall.ticket()
    end(hall, first, how)
    hall.do(business_day.turn_all, hall.clock.forward(DAY_MS))
    assert do(hall, returning.to_place, "return", ticket=first.id) == Code.NOT_AWAY


def test_who_expired_when_the_day_turned_is_over(hall) -> None:
    first = hall.ticket()
    hall.do(business_day.turn_all, hall.clock.forward(DAY_MS))
    assert hall.see(load, hall.site, first.id).state is TicketState.EXPIRED
    assert do(hall, returning.to_place, "return", ticket=first.id) == Code.NOT_AWAY


def test_a_number_that_somebody_else_has_by_now_stays_theirs(hall) -> None:
    hall.store.write_now(lambda c: c.exec_driver_sql("UPDATE queue SET last_n = 1"))
    first = hall.ticket()
    end(hall, first, TicketState.NO_SHOW)
    assert hall.ticket().label == "A 001"
    assert do(hall, returning.to_place, "return", ticket=first.id) == Code.LABEL_TAKEN


def test_a_double_never_gives_one_visitor_two_places(hall) -> None:
    """Our A 001 never reached its visitor, whose paper says A 01-01; both were in the list, and A 001 was called."""
    assert hall.do(slots.join, slots.Wanted(site=hall.site, terminal="t1", generation="1" * 32, machine="m", now_ms=1))
    first = hall.ticket()
    call(hall, 1)
    bring(hall, "A 01-01")
    sync(hall, own(hall, 1, first.id, slot=1))
    assert hall.see(load, hall.site, first.id).state is TicketState.CANCELLED
    assert labels(hall) == ["A 01-01"]
    assert do(hall, returning.to_place, "return", ticket=first.id) == Code.NOT_AWAY


def test_waiting_again_is_an_interval_of_its_own(hall) -> None:
    first = hall.ticket()
    end(hall, first, TicketState.NO_SHOW)
    do(hall, returning.to_place, "return", ticket=first.id)
    hall.clock.forward(MINUTE)
    do(hall, calling.call_next, "again")
    kinds = hall.store.read_now(
        lambda c: (
            c.exec_driver_sql("SELECT kind FROM interval WHERE ticket_id = ? ORDER BY step", (first.id,))
            .scalars()
            .all()
        )
    )
    assert list(kinds) == ["wait", "way", "wait", "way"]


def test_number_given_under_yesterday_is_found_today(hall) -> None:
    """Cut off over night, the terminal counts on under the day it knows; its visitor came, was called, came late."""
    hall.ticket()
    hall.clock.forward(DAY_MS)
    sync(hall, own(hall, 1, "0193aaaa-0000-7000-8000-000000000050", 17, arrival_ms=hall.clock()))
    assert labels(hall) == ["A 03-17"]
    do(hall, calling.call_next, "call")
    do(hall, calling.no_show, "no-show")
    found = bring(hall, "A 03-17")
    assert (found.ticket.id, found.fresh) == ("0193aaaa-0000-7000-8000-000000000050", False)
    assert hall.see(returning.may_return, found.ticket)
