"""Counters: strict order, one customer each, double clicks, recall, no-show, times as intervals, events."""

import pytest
from sqlalchemy.exc import IntegrityError

from hub import events
from hub.counter import calling, returning
from hub.counter.calling import Act, Done
from hub.errors import Code, Refused
from hub.settings import counter_settings
from hub.store.enums import TicketState
from hub.tickets import waiting
from hub.tickets.called import called_now
from hub.tickets.states import NEXT, OPENS, move


def act(hall, op: str, counter: str = "p1", ticket: str = "", here: bool | None = None) -> Act:
    return Act(site=hall.site, counter=counter, op=op, now_ms=hall.clock(), ticket=ticket, was_here=here)


def do(hall, command, op: str, counter: str = "p1", ticket: str = "", here: bool | None = None) -> str:
    """The label of whom the command was about, or the code of the refusal."""
    answer = hall.do(command, act(hall, op, counter, ticket, here))
    return answer.ticket.label if isinstance(answer, Done) else answer.code


def after(hall, op: str, counter: str = "p1") -> str:
    """Call the next; whoever was called before was there."""
    answer = hall.next(counter, op)
    return answer.ticket.label if isinstance(answer, Done) else answer.code


def intervals(hall, ticket: str) -> list[tuple[str, int | None]]:
    """Kind and length in ms of each interval; None = it runs."""
    rows = hall.store.read_now(
        lambda c: c.exec_driver_sql(
            "SELECT kind, ended_ms - started_ms FROM interval WHERE ticket_id = ? ORDER BY step", (ticket,)
        ).all()
    )
    return [tuple(row) for row in rows]


def kinds(hall) -> list[str]:
    return [event.kind for event in hall.see(events.since, hall.site, 0) if event.kind not in ("house", "terminal")]


def test_people_are_called_in_the_order_they_came(hall) -> None:
    for service in ("ausweis", "ausweis", "zulassung", "ausweis"):
        hall.ticket(service)
        hall.clock.forward(1)
    labels = [after(hall, str(n)) for n in range(4)]
    assert labels == ["A 001", "A 002", "B 001", "A 003"]


def test_arrival_counts_not_the_number(hall) -> None:
    """After the wrap-around A 001 is behind A 002 and A 003."""
    hall.store.write_now(lambda c: c.exec_driver_sql("UPDATE queue SET last_n = 3"))
    for _ in range(3):
        hall.ticket()
        hall.clock.forward(1)
    do(hall, calling.call_next, "0")
    do(hall, calling.no_show, "1")
    assert hall.ticket().label == "A 001"
    labels = [after(hall, str(n)) for n in range(2, 5)]
    assert labels == ["A 002", "A 003", "A 001"]


def test_counter_calls_only_from_its_queues(hall) -> None:
    hall.ticket("ausweis")
    hall.clock.forward(1)
    hall.ticket("zulassung")
    assert do(hall, calling.call_next, "1", "p2") == "B 001"
    do(hall, calling.arrive, "2", "p2")
    assert after(hall, "3", "p2") == "B 001", "nobody of its queues waits: with the answer the visit ends"
    assert [t.label for t in hall.see(waiting.waiting_list, hall.site, "p2")] == []
    assert [t.label for t in hall.see(waiting.waiting_list, hall.site, "p1")] == ["A 001"]


def test_priority_class_goes_before_arrival(hall) -> None:
    hall.ticket()
    hall.clock.forward(1)
    late = hall.ticket()
    hall.store.write_now(lambda c: c.exec_driver_sql("UPDATE ticket SET priority = 50 WHERE id = ?", (late.id,)))
    assert hall.see(waiting.standing, late.token).ahead == 0
    assert do(hall, calling.call_next, "1") == late.label


def test_double_click_calls_one_person(hall) -> None:
    hall.ticket()
    hall.ticket()
    assert [do(hall, calling.call_next, "same") for _ in range(5)] == ["A 001"] * 5
    assert [t.label for t in hall.see(waiting.waiting_list, hall.site)] == ["A 002"]
    assert kinds(hall).count("call") == 1


def test_op_of_another_command_is_refused(hall) -> None:
    hall.ticket()
    do(hall, calling.call_next, "x")
    assert do(hall, calling.finish, "x") == Code.ID_USED_OTHERWISE
    assert do(hall, calling.call_next, "x", "p2") == Code.ID_USED_OTHERWISE


def test_refusal_is_not_remembered(hall) -> None:
    """A page that asked too early may ask again with the same op."""
    assert do(hall, calling.call_next, "1") == Code.NOBODY_WAITS
    hall.ticket()
    assert do(hall, calling.call_next, "1") == "A 001"


def test_counter_has_one_customer(hall) -> None:
    hall.ticket()
    second = hall.ticket()
    do(hall, calling.call_next, "1")
    assert do(hall, calling.call_next, "2") == Code.COUNTER_BUSY
    with pytest.raises(IntegrityError):
        hall.do(move, second, TicketState.CALLED, hall.clock(), "p1")
    assert after(hall, "3") == "A 002"
    assert hall.see(calling.current, hall.site, "p1").label == "A 002"


def test_next_with_nobody_waiting_keeps_who_is_served(hall) -> None:
    ticket = hall.ticket()
    do(hall, calling.call_next, "1")
    do(hall, calling.arrive, "2")
    assert do(hall, calling.call_next, "3", ticket=ticket.id) == Code.NOBODY_WAITS
    assert hall.see(calling.current, hall.site, "p1").label == "A 001"


def test_unknown_or_closed_counter_calls_nobody(hall) -> None:
    hall.ticket()
    assert do(hall, calling.call_next, "1", "p9") == Code.UNKNOWN_COUNTER
    hall.store.write_now(lambda c: c.exec_driver_sql("UPDATE counter SET closed_ms = 1 WHERE id = 'p1'"))
    assert do(hall, calling.call_next, "2") == Code.UNKNOWN_COUNTER


@pytest.mark.parametrize("command", [calling.recall, calling.arrive, calling.finish, calling.no_show])
def test_commands_need_a_customer(hall, command) -> None:
    assert do(hall, command, "1") == Code.NO_CUSTOMER


def test_stale_page_does_not_end_another_visit(hall) -> None:
    first = hall.ticket()
    hall.ticket()
    do(hall, calling.call_next, "1")
    after(hall, "2")
    assert do(hall, calling.finish, "3", ticket=first.id) == Code.NOT_CURRENT
    assert hall.see(calling.current, hall.site, "p1").label == "A 002"


def test_recall_is_told_again_and_counted(hall) -> None:
    hall.ticket()
    do(hall, calling.call_next, "1")
    assert [do(hall, calling.recall, op) for op in ("2", "2", "3")] == ["A 001"] * 3
    assert kinds(hall)[-2:] == ["recall", "recall"]
    assert hall.see(calling.current, hall.site, "p1").calls == 3
    calls = hall.see(called_now, hall.site, hall.clock()).calls
    assert [(call.kind, call.label, call.counter) for call in calls] == [("recall", "A 001", "Platz 1")]


def test_no_show_frees_the_counter(hall) -> None:
    hall.ticket()
    do(hall, calling.call_next, "1")
    assert do(hall, calling.no_show, "2") == "A 001"
    assert hall.see(calling.current, hall.site, "p1") is None
    assert [t.label for t in hall.see(waiting.no_shows, hall.site, 50)] == ["A 001"]


def test_wait_way_and_service_are_rows_of_their_own(hall) -> None:
    ticket = hall.ticket()
    hall.clock.forward(600_000)
    do(hall, calling.call_next, "1")
    hall.clock.forward(30_000)
    do(hall, calling.arrive, "2")
    hall.clock.forward(300_000)
    do(hall, calling.finish, "3")
    assert intervals(hall, ticket.id) == [("wait", 600_000), ("way", 30_000), ("service", 300_000)]


def test_way_that_nobody_marked_is_not_invented(hall) -> None:
    ticket = hall.ticket()
    hall.clock.forward(1_000)
    do(hall, calling.call_next, "1")
    hall.clock.forward(90_000)
    do(hall, calling.finish, "2", ticket=ticket.id, here=True)
    assert intervals(hall, ticket.id) == [("wait", 1_000), ("service", 90_000)]


def test_no_show_keeps_the_way(hall) -> None:
    ticket = hall.ticket()
    do(hall, calling.call_next, "1")
    hall.clock.forward(60_000)
    do(hall, calling.no_show, "2")
    assert intervals(hall, ticket.id) == [("wait", 0), ("way", 60_000)]


def test_clock_set_back_makes_no_negative_time(hall) -> None:
    ticket = hall.ticket()
    hall.clock.forward(-5_000)
    do(hall, calling.call_next, "1")
    assert intervals(hall, ticket.id) == [("wait", 0), ("way", None)]


def test_every_state_knows_what_may_follow() -> None:
    assert set(NEXT) == set(TicketState)
    reached = {TicketState.ISSUED} | {to for targets in NEXT.values() for to in targets}
    assert reached == set(TicketState)
    assert not NEXT[TicketState.VOID]
    ended = {state for state in TicketState if NEXT[state]} - set(OPENS)
    assert ended == set(returning.ENDED), "what is over goes on only by a person at a desk"
    assert all(NEXT[state] - {TicketState.EXPIRED} == {TicketState.WAITING, TicketState.CALLED} for state in ended)


def test_step_that_no_arrow_allows_is_refused(hall) -> None:
    ticket = hall.ticket()
    answer = hall.do(move, ticket, TicketState.DONE, hall.clock())
    assert isinstance(answer, Refused)
    assert answer.code is Code.WRONG_STATE


def test_queues_say_how_many_wait(hall) -> None:
    hall.ticket()
    hall.ticket()
    hall.ticket()
    hall.next()
    first, second = hall.see(waiting.queues_now, hall.site)
    assert (first.series, first.waiting) == ("A", 2)
    assert (second.series, second.waiting) == ("B", 0)


def test_calls_of_yesterday_are_not_on_todays_board(hall) -> None:
    hall.ticket()
    do(hall, calling.call_next, "1")
    hall.clock.forward(24 * 3600 * 1000)
    hall.ticket()
    assert hall.see(called_now, hall.site, hall.clock()).calls == ()
    assert hall.see(calling.current, hall.site, "p1") is None


def test_counters_know_their_queues(hall) -> None:
    assert [(c.name, c.queues) for c in hall.see(counter_settings.counters, hall.site)] == [
        ("Platz 1", ()),
        ("Platz 2", ("fahrzeuge",)),
    ]
