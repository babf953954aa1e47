"""Transfers: the same number waits in another queue, its arrival kept, each wait counted where it was spent."""

import pytest

from hub import events
from hub.counter import acts, calling, transfer
from hub.counter import undo as counter_undo
from hub.counter.acts import Act, Done
from hub.errors import Code, Refused
from hub.reports import slip_status
from hub.settings import queue_settings
from hub.store.enums import TicketState
from hub.tickets import waiting
from hub.tickets.model import Ticket, load

MINUTE_MS = 60_000
WAIT_A, WAIT_B = ("wait", "meldung"), ("wait", "fahrzeuge")


def order(hall, op: str, ticket: str, queue: str = "fahrzeuge", counter: str = "p1") -> Act:
    return Act(site=hall.site, counter=counter, op=op, now_ms=hall.clock(), ticket=ticket, queue=queue)


def move(hall, ticket: Ticket, queue: str = "fahrzeuge", op: str = "transfer-1", counter: str = "p1") -> Ticket | Code:
    found = hall.do(transfer.transfer, order(hall, op, ticket.id, queue, counter))
    return found.ticket if isinstance(found, Done) else found.code


def undo(hall, of: str = "transfer-1") -> Code | None:
    act = Act(site=hall.site, counter="p1", op=f"undo-{of}", now_ms=hall.clock())
    found = hall.do(counter_undo.undo, act, of)
    return found.code if isinstance(found, Refused) else None


def spent(hall, ticket: Ticket) -> list[tuple[tuple[str, str], int | None]]:
    """Kind and queue of each interval, with its minutes; None = it runs."""
    sql = "SELECT kind, queue_id, (ended_ms - started_ms) / 60000 FROM interval WHERE ticket_id = ? ORDER BY step"
    rows = hall.store.read_now(lambda c: c.exec_driver_sql(sql, (ticket.id,)).all())
    return [((kind, queue), minutes) for kind, queue, minutes in rows]


def counts(hall) -> dict[str, int]:
    return {queue.id: queue.waiting for queue in hall.see(waiting.queues_now, hall.site)}


def listed(hall, counter: str = "p1") -> list[str]:
    return [t.label for t in hall.see(waiting.waiting_list, hall.site, counter)]


def called(hall) -> Ticket:
    """A 001, called to p1 after five minutes and there after two more."""
    ticket = hall.ticket()
    hall.clock.forward(5 * MINUTE_MS)
    hall.next()
    hall.clock.forward(2 * MINUTE_MS)
    return ticket


def test_waiting_ticket_keeps_number_and_arrival(hall) -> None:
    ticket = hall.ticket()
    hall.clock.forward(MINUTE_MS)
    hall.ticket("zulassung")
    moved = move(hall, ticket)
    assert isinstance(moved, Ticket)
    assert (moved.label, moved.queue_id, moved.state) == ("A 001", "fahrzeuge", TicketState.WAITING)
    assert moved.arrival_ms == ticket.arrival_ms
    assert listed(hall, "p2") == ["A 001", "B 001"], "the earlier arrival goes first there"
    assert counts(hall) == {"meldung": 0, "fahrzeuge": 2}


def test_wait_is_counted_where_it_was_spent(hall) -> None:
    ticket = hall.ticket()
    hall.clock.forward(4 * MINUTE_MS)
    move(hall, ticket)
    hall.clock.forward(7 * MINUTE_MS)
    assert spent(hall, ticket) == [(WAIT_A, 4), (WAIT_B, None)]
    assert hall.next("p2").ticket.label == "A 001"
    assert spent(hall, ticket) == [(WAIT_A, 4), (WAIT_B, 7), (("way", "fahrzeuge"), None)]
    assert counts(hall) == {"meldung": 0, "fahrzeuge": 0}


def test_visitor_at_the_counter_waits_on_elsewhere(hall) -> None:
    ticket = called(hall)
    hall.do(calling.arrive, order(hall, "arrive", ticket.id))
    hall.clock.forward(3 * MINUTE_MS)
    moved = move(hall, ticket)
    assert isinstance(moved, Ticket)
    assert hall.see(calling.current, hall.site, "p1") is None
    assert hall.called() == [], "boards and signs show the call no more"
    assert spent(hall, ticket) == [(WAIT_A, 5), (("way", "meldung"), 2), (("service", "meldung"), 3), (WAIT_B, None)]
    assert counts(hall) == {"meldung": 0, "fahrzeuge": 1}


def test_number_is_not_given_again_while_it_waits_elsewhere(hall) -> None:
    """Also when its own queue has gone round, or was taken away and its letter is another queue's."""
    hall.store.write_now(lambda c: c.exec_driver_sql("UPDATE queue SET last_n = 2 WHERE id = 'meldung'"))
    ticket = hall.ticket()
    move(hall, ticket)
    assert hall.ticket().label == "A 002"
    answer = hall.ask()
    assert isinstance(answer, Refused)
    assert answer.code is Code.NUMBERS_EXHAUSTED


def test_same_id_has_its_number_after_the_transfer(hall) -> None:
    ticket = hall.ticket()
    move(hall, ticket)
    assert hall.ticket(ident=ticket.id).label == ticket.label


def test_double_click_transfers_once(hall) -> None:
    ticket = hall.ticket()
    assert [move(hall, ticket).label for _ in range(3)] == ["A 001"] * 3
    assert len(spent(hall, ticket)) == 2
    assert move(hall, ticket, "meldung") is Code.ID_USED_OTHERWISE, "the same operation, another wish"


def test_event_says_both_queues(hall) -> None:
    ticket = called(hall)
    move(hall, ticket)
    event = hall.see(events.since, hall.site, 0)[-1]
    assert (event.kind, event.subject) == (events.Kind.TRANSFER, ticket.id)
    assert (event.fields()["left"], event.fields()["queue"]) == ("meldung", "fahrzeuge")
    assert events.changes_calls(event, ()), "it was called"


@pytest.mark.parametrize(
    ("queue", "code"),
    [("meldung", Code.SAME_QUEUE), ("keine", Code.UNKNOWN_QUEUE), ("", Code.UNKNOWN_QUEUE)],
)
def test_target_must_be_another_queue_in_use(hall, queue: str, code: Code) -> None:
    ticket = hall.ticket()
    assert move(hall, ticket, queue) is code
    assert spent(hall, ticket) == [(WAIT_A, None)]


def test_queue_that_was_taken_away_is_no_target(hall) -> None:
    ticket = hall.ticket()
    assert hall.do(queue_settings.remove_queue, hall.site, "fahrzeuge", hall.clock()) is None
    assert move(hall, ticket) is Code.UNKNOWN_QUEUE


def test_queue_with_a_transferred_ticket_stays(hall) -> None:
    move(hall, hall.ticket())
    assert isinstance(hall.do(queue_settings.remove_queue, hall.site, "fahrzeuge", hall.clock()), Refused)
    assert hall.do(queue_settings.remove_queue, hall.site, "meldung", hall.clock()) is None


def test_visitor_of_another_counter_is_not_ours_to_transfer(hall) -> None:
    ticket = called(hall)
    assert move(hall, ticket, counter="p2") is Code.NO_CUSTOMER
    assert hall.called() == ["A 001"]


def test_ended_or_unknown_ticket_is_refused(hall) -> None:
    ticket = called(hall)
    hall.served()
    assert move(hall, ticket) is Code.WRONG_STATE
    found = hall.do(transfer.transfer, order(hall, "transfer-2", "0193aaaa-0000-7000-8000-00000000ffff"))
    assert found.code is Code.UNKNOWN_TICKET


@pytest.mark.parametrize("state", [TicketState.WAITING, TicketState.CALLED, TicketState.IN_SERVICE])
def test_undo_gives_queue_counter_and_interval_back(hall, state: TicketState) -> None:
    ticket = hall.ticket() if state is TicketState.WAITING else called(hall)
    if state is TicketState.IN_SERVICE:
        hall.do(calling.arrive, order(hall, "arrive", ticket.id))
    before = (hall.see(load, hall.site, ticket.id), spent(hall, ticket), counts(hall), hall.called())
    move(hall, ticket)
    hall.clock.forward(3000)
    assert undo(hall) is None
    assert (hall.see(load, hall.site, ticket.id), spent(hall, ticket), counts(hall), hall.called()) == before


def test_undo_is_refused_when_somebody_moved_the_ticket_on(hall) -> None:
    ticket = hall.ticket()
    move(hall, ticket)
    move(hall, ticket, "meldung", "transfer-2", "p2")
    assert undo(hall) is Code.CHANGED_SINCE


def test_undo_is_refused_when_the_old_queue_was_taken_away(hall) -> None:
    ticket = hall.ticket()
    move(hall, ticket)
    assert hall.do(queue_settings.remove_queue, hall.site, "meldung", hall.clock()) is None
    assert undo(hall) is Code.CHANGED_SINCE


def test_record_of_an_older_hub_can_be_undone(hall) -> None:
    """It does not name the queue of a ticket: nobody was moved between queues then."""
    ticket = called(hall)
    sql = "UPDATE counter_act SET changes = json_remove(changes, '$[0].before.queue', '$[0].after.queue')"
    hall.store.write_now(lambda c: c.exec_driver_sql(sql))
    hall.clock.forward(-MINUTE_MS * 2)
    act = hall.see(acts.to_undo, hall.site, "p1", hall.clock())
    assert undo(hall, act.op) is None
    found = hall.see(load, hall.site, ticket.id)
    assert (found.state, found.queue_id) == (TicketState.WAITING, "meldung")


def test_standing_at_a_terminal_names_the_new_queue(hall) -> None:
    ticket = hall.ticket()
    move(hall, ticket)
    answer = hall.see(slip_status.by_token, hall.site, ticket.token, hall.clock())
    assert (answer.queue, answer.n, answer.series) == ("fahrzeuge", 1, "A")


def test_what_stays_of_a_visit_has_the_queue_of_each_wait(hall) -> None:
    ticket = hall.ticket()
    hall.clock.forward(4 * MINUTE_MS)
    move(hall, ticket)
    hall.clock.forward(6 * MINUTE_MS)
    hall.next()
    hall.served()
    hall.clock.forward(40 * 24 * 3600 * 1000)
    hall.ticket()
    hall.forget()
    sql = "SELECT kind, queue_id, seconds / 60 FROM past_interval ORDER BY step"
    rows = hall.store.read_now(lambda c: c.exec_driver_sql(sql).all())
    assert [tuple(row) for row in rows[:2]] == [("wait", "meldung", 4), ("wait", "fahrzeuge", 6)]
