"""What an outbox tells: one effect each, one answer each, lanes in order, every merge ends as one ticket."""

import msgspec
import pytest

from hub import alarms
from hub.counter import calling
from hub.counter.calling import Act
from hub.errors import Code, Refused
from hub.reports import cancel
from hub.store.enums import AlarmKind, Origin, TicketState
from hub.tickets import aliases, business_day, waiting
from hub.tickets.called import called_now
from hub.tickets.issue import Issued
from hub.tickets.model import slip_code
from kiosk.vocabulary.labels import Label
from kiosk.wire import Op
from tests.unit.hub.sync_helpers import (
    DAY,
    DAY_MS,
    MINUTE,
    call,
    find,
    grant,
    labels,
    op,
    outcomes,
    own,
    restored,
    slip_of,
    sync,
    uuid,
)

# --- one effect, one answer


def test_a_number_of_a_terminal_stands_at_its_arrival_place(hall) -> None:
    hall.ticket()
    early = hall.clock.forward(MINUTE)
    hall.clock.forward(MINUTE)
    hall.ticket()
    hall.clock.forward(MINUTE)
    assert outcomes(sync(hall, own(hall, 1, uuid(50), arrival_ms=early))) == [(200, "new")]
    assert labels(hall) == ["A 001", "A 03-01", "A 002"]
    ticket = find(hall, uuid(50))
    assert (ticket.origin, ticket.arrival_ms, ticket.arrival_sure) == (Origin.TERMINAL, early, 1)


def test_repeated_operation_gives_the_same_answer_and_no_second_ticket(hall) -> None:
    told = own(hall, 1, uuid(50))
    first = sync(hall, told)
    assert sync(hall, told) == first
    assert sync(hall, told, told) == [*first, *first]
    assert labels(hall) == ["A 03-01"]


def test_another_operation_with_the_same_fact_changes_nothing(hall) -> None:
    assert outcomes(sync(hall, own(hall, 1, uuid(50)))) == [(200, "new")]
    assert outcomes(sync(hall, own(hall, 2, uuid(50)))) == [(200, "known")]
    assert labels(hall) == ["A 03-01"]


def test_an_operation_id_used_for_something_else_is_a_bug(hall) -> None:
    sync(hall, own(hall, 1, uuid(50)))
    assert outcomes(sync(hall, own(hall, 1, uuid(51), 2))) == [(422, "id_used_otherwise")]
    other = msgspec.structs.replace(own(hall, 1, uuid(50)), kind="cancel")
    assert outcomes(sync(hall, other)) == [(422, "id_used_otherwise")]
    assert labels(hall) == ["A 03-01"]


def test_behind_a_failed_operation_its_lane_waits_and_others_do_not(hall) -> None:
    a, b = uuid(50), uuid(51)
    ops = (
        op("paper", a, 1, id=a, outcome="printed"),
        own(hall, 2, a, 1),
        own(hall, 3, b, 2),
        op("paper", b, 4, id=b, outcome="printed"),
    )
    assert outcomes(sync(hall, *ops)) == [(404, "unknown_ticket"), (424, "behind"), (200, "new"), (200, "printed")]
    assert labels(hall) == ["A 03-02"]


def test_a_refusal_is_looked_at_again(hall) -> None:
    early = op("paper", uuid(50), 1, id=uuid(50), outcome="not_printed", problem="paper_out")
    assert outcomes(sync(hall, early)) == [(404, "unknown_ticket")]
    sync(hall, own(hall, 2, uuid(50)))
    assert outcomes(sync(hall, early)) == [(200, "not_printed")]
    assert find(hall, uuid(50)).paper == "not_printed"


@pytest.mark.parametrize(
    ("body", "status"),
    [
        (b'{"id": "x"}', 400),
        (b'{"id": 1', 400),
        (b"[" * 2000 + b"]" * 2000, 400),
        (b'{"id": NaN}', 400),
        (b"null", 400),
    ],
)
def test_a_bad_body_is_refused_alone(hall, body: bytes, status: int) -> None:
    bad = Op(op=uuid(1), lane=uuid(50), kind="cancel", body=msgspec.Raw(body))
    answers = sync(hall, bad, own(hall, 2, uuid(51)))
    assert [answer.status for answer in answers] == [status, 200]


def test_a_kind_of_the_future_is_kept_by_its_terminal(hall) -> None:
    assert outcomes(sync(hall, op("dance", uuid(50), 1))) == [(501, "unknown_kind")]


def test_a_guard_that_breaks_undoes_only_its_own_operation(hall, monkeypatch) -> None:
    """Two tickets under one page token: the table says no, half an insert is undone, the others stand."""
    drawn = iter(["a" * 32, "a" * 32, "b" * 32])
    from hub.fleet.terminals import Known
    from hub.reports.apply import Teller, apply_all

    grant(hall, "t1", 3)
    teller = Teller(Known(hall.site, "t1", "t1"), hall.clock(), lambda: next(drawn))
    ops = (own(hall, 1, uuid(50), 1), own(hall, 2, uuid(51), 2), own(hall, 3, uuid(52), 3))
    assert [answer.status for answer in hall.do(apply_all, teller, ops)] == [200, 500, 200]
    assert labels(hall) == ["A 03-01", "A 03-03"]
    (queue, *_) = hall.see(waiting.queues_now, hall.site)
    assert queue.waiting == 2


# --- the online answer was lost


def test_a_ticket_numbered_twice_is_relabelled_and_our_number_is_void(hall) -> None:
    first = hall.ticket()
    hall.clock.forward(MINUTE)
    hall.ticket()
    assert outcomes(sync(hall, own(hall, 1, first.id))) == [(200, "relabelled")]
    assert labels(hall) == ["A 03-01", "A 002"]
    assert find(hall, first.id).arrival_ms == first.arrival_ms
    assert hall.see(aliases.with_number, hall.site, DAY, Label("A", 0, 1)).label == "A 03-01"


def test_who_is_numbered_by_a_late_request_stands_where_the_tap_was(hall) -> None:
    tapped = hall.clock()
    hall.clock.forward(MINUTE)
    others = hall.ticket()
    late = hall.ticket()
    sync(hall, own(hall, 1, late.id, arrival_ms=tapped))
    assert labels(hall) == ["A 03-01", others.label]
    assert find(hall, late.id).arrival_ms == tapped


def test_a_void_number_is_not_given_again_that_day(hall) -> None:
    hall.store.write_now(lambda c: c.exec_driver_sql("UPDATE queue SET last_n = 3"))
    first = hall.ticket()
    sync(hall, own(hall, 1, first.id))
    given = [hall.ticket().label for _ in range(2)]
    for number in range(3):
        call(hall, number)
    hall.clock.forward(1)
    hall.served()
    given += [hall.ticket().label for _ in range(2)]
    assert given == ["A 002", "A 003", "A 002", "A 003"]
    hall.clock.forward(DAY_MS)
    assert hall.ticket().label == "A 001"


def test_a_late_copy_of_the_first_request_changes_nothing(hall) -> None:
    first = hall.ticket()
    sync(hall, own(hall, 1, first.id))
    late = hall.ask(ident=first.id)
    assert isinstance(late, Refused)
    assert late.code is Code.NUMBERED_THERE
    sync(hall, own(hall, 2, uuid(50), 2))
    late = hall.ask(ident=uuid(50))
    assert isinstance(late, Refused)
    assert labels(hall) == ["A 03-01", "A 03-02"]


def test_called_by_a_number_nobody_saw_it_is_called_again_by_the_right_one(hall) -> None:
    first = hall.ticket()
    call(hall, 1)
    sync(hall, own(hall, 1, first.id))
    calls = hall.see(called_now, hall.site, hall.clock()).calls
    assert [(c.kind, c.label, c.counter) for c in calls] == [("recall", "A 03-01", "Platz 1")]


def test_who_did_not_come_to_a_number_nobody_saw_waits_again(hall) -> None:
    first = hall.ticket()
    call(hall, 1)
    hall.do(calling.no_show, Act(site=hall.site, counter="p1", op="click-2", now_ms=hall.clock.forward(1)))
    hall.clock.forward(MINUTE)
    hall.ticket()
    sync(hall, own(hall, 1, first.id))
    assert labels(hall) == ["A 03-01", "A 002"]


# --- given back


def test_an_intent_given_back_raises_no_ghost(hall) -> None:
    ident = uuid(50)
    assert outcomes(sync(hall, op("cancel", ident, 1, id=ident))) == [(200, "cancelled")]
    assert isinstance(hall.ask(ident=ident), Refused)
    assert outcomes(sync(hall, own(hall, 2, ident))) == [(200, "given_back")]
    assert outcomes(sync(hall, op("paper", ident, 3, id=ident, outcome="printed"))) == [(200, "printed")]
    assert labels(hall) == []


def test_a_cancelled_ticket_stays_cancelled(hall) -> None:
    first = hall.ticket()
    assert outcomes(sync(hall, op("cancel", first.id, 1, id=first.id))) == [(200, "cancelled")]
    assert outcomes(sync(hall, own(hall, 2, first.id))) == [(200, "given_back")]
    assert find(hall, first.id).state is TicketState.CANCELLED


# --- days, clocks, queues


def test_a_number_of_yesterday_is_recorded_as_expired(hall) -> None:
    hall.ticket()
    arrival = hall.clock()
    told = own(hall, 1, uuid(50), arrival_ms=arrival)
    hall.clock.forward(DAY_MS)
    assert outcomes(sync(hall, told)) == [(200, "new")]
    assert find(hall, uuid(50)).state is TicketState.EXPIRED
    assert labels(hall) == []


def test_a_terminal_away_since_yesterday_numbers_on_and_its_visitors_wait(hall) -> None:
    hall.ticket()
    hall.clock.forward(DAY_MS)
    assert outcomes(sync(hall, own(hall, 1, uuid(50), 18, arrival_ms=hall.clock()))) == [(200, "new")]
    assert labels(hall) == ["A 03-18"]
    assert find(hall, uuid(50)).day == DAY


def test_a_day_that_has_not_come_is_refused(hall) -> None:
    assert outcomes(sync(hall, own(hall, 1, uuid(50), business_day="2026-11-25"))) == [(409, "future_day")]


@pytest.mark.parametrize("arrival", [0, 2**50])
def test_a_wrong_clock_gives_an_estimate_and_no_lost_visitor(hall, arrival: int) -> None:
    hall.ticket()
    opened = hall.clock()
    hall.clock.forward(MINUTE)
    sync(hall, own(hall, 1, uuid(50), arrival_ms=arrival, arrival_sure=False))
    ticket = find(hall, uuid(50))
    assert (ticket.state, ticket.arrival_sure) == (TicketState.WAITING, 0)
    assert opened <= ticket.arrival_ms <= hall.clock()


def test_a_closed_queue_and_an_unknown_service_refuse_no_fact(hall) -> None:
    hall.store.write_now(lambda c: c.exec_driver_sql("UPDATE queue SET open = 0"))
    sync(hall, own(hall, 1, uuid(50)), own(hall, 2, uuid(51), 2, service="gone"), own(hall, 3, uuid(52), series="B"))
    found = [(t.label, t.queue_id) for t in hall.see(waiting.waiting_list, hall.site)]
    assert sorted(found) == [("A 03-01", "meldung"), ("A 03-02", "meldung"), ("B 03-01", "meldung")]
    answers = sync(hall, own(hall, 4, uuid(53), series="Z", service="gone"), own(hall, 5, uuid(54), series="Z"))
    assert outcomes(answers) == [(404, "unknown_series")] * 2, "a known service does not vouch for a letter"
    assert "add it on the hub's page Queues" in answers[0].message


def test_after_the_day_turned_what_waited_expires(hall) -> None:
    sync(hall, own(hall, 1, uuid(50)))
    hall.do(business_day.turn_all, hall.clock.forward(DAY_MS))
    assert find(hall, uuid(50)).state is TicketState.EXPIRED


def test_one_number_for_two_tickets_is_refused_and_staff_are_told(hall) -> None:
    sync(hall, own(hall, 1, uuid(50)))
    assert outcomes(sync(hall, own(hall, 2, uuid(51)))) == [(409, "label_taken")]
    (alarm,) = hall.see(alarms.standing, hall.site)
    assert (alarm.kind, alarm.subject) == (AlarmKind.LABEL_TAKEN, "2026-11-24 A 03-01")


# --- our own numbers told again, after a restore


def test_a_number_of_ours_that_we_forgot_is_taken_in_and_not_given_again(hall) -> None:
    restored(hall)
    assert hall.ticket().label == "A 001"
    arrival = hall.clock()
    again = own(hall, 1, uuid(50), 7, slot=0, arrival_ms=arrival)
    assert outcomes(sync(hall, again)) == [(200, "new")]
    assert hall.ticket().label == "A 008"
    assert labels(hall) == ["A 001", "A 007", "A 008"]
    assert outcomes(sync(hall, own(hall, 2, uuid(51), 7, slot=0))) == [(409, "label_taken")]
    issued = hall.ask(ident=uuid(50))
    assert isinstance(issued, Issued)
    assert issued.ticket.label == "A 007"


def test_a_number_of_ours_of_yesterday_takes_todays_from_nobody(hall) -> None:
    restored(hall)
    told = own(hall, 1, uuid(50), 1, slot=0, arrival_ms=hall.clock())
    hall.clock.forward(DAY_MS)
    assert hall.ticket().label == "A 001"
    assert outcomes(sync(hall, told)) == [(200, "new")]
    assert find(hall, uuid(50)).state is TicketState.EXPIRED
    assert labels(hall) == ["A 001"]
    assert hall.see(alarms.standing, hall.site) == []


def test_who_is_known_today_under_a_late_request_came_yesterday(hall) -> None:
    """Restored before yesterday's request was heard, the hub took its straggler for a visitor of today."""
    restored(hall)
    tapped = hall.clock()
    hall.clock.forward(DAY_MS)
    others, late = hall.ticket(), hall.ticket()
    assert outcomes(sync(hall, own(hall, 1, late.id, 1, slot=0, arrival_ms=tapped))) == [(200, "relabelled")]
    assert labels(hall) == [others.label] == ["A 001"]
    assert (find(hall, late.id).label, find(hall, late.id).state) == ("A 001", TicketState.EXPIRED)


def test_a_day_that_a_restored_hub_never_opened_is_no_bug(hall) -> None:
    restored(hall)
    late = hall.ticket()
    night = own(hall, 1, late.id, business_day="2026-11-23", arrival_ms=hall.clock())
    assert outcomes(sync(hall, night)) == [(200, "relabelled")]
    assert find(hall, late.id).day == "2026-11-23"
    assert labels(hall) == ["A 03-01"]


# --- scans


def test_a_scanned_slip_of_another_terminal_brings_its_ticket(hall) -> None:
    arrival = hall.clock.forward(MINUTE)
    hall.clock.forward(MINUTE)
    hall.ticket()
    grant(hall, "t1", 3)
    scan = op("scan", uuid(90), 1, slip=slip_of(hall, uuid(50), arrival_ms=arrival), scanned_ms=0)
    assert outcomes(sync(hall, scan)) == [(200, "new")]
    assert labels(hall) == ["A 03-01", "A 001"]
    ticket = find(hall, uuid(50))
    assert (ticket.service_id, ticket.origin) == ("ausweis", Origin.SCANNED)
    told = own(hall, 2, uuid(50), arrival_ms=arrival + 7, lang="ar")
    assert outcomes(sync(hall, told)) == [(200, "known")]
    ticket = find(hall, uuid(50))
    assert (ticket.lang, ticket.arrival_ms, ticket.origin) == ("ar", arrival + 7, Origin.TERMINAL)


def test_a_scan_of_our_own_slip_changes_nothing(hall) -> None:
    issued = hall.ask()
    code = slip_code(issued.ticket, issued.slip_key)
    assert outcomes(sync(hall, op("scan", uuid(90), 1, slip=code, scanned_ms=0))) == [(200, "known")]
    assert labels(hall) == ["A 001"]


@pytest.mark.parametrize("change", ["mac", "number"])
def test_a_forged_slip_is_refused(hall, change: str) -> None:
    code = slip_of(hall, uuid(50))
    forged = code[:-1] + ("0" if code[-1] != "0" else "1") if change == "mac" else code.replace("A03-1", "A03-2")
    assert forged != code
    assert outcomes(sync(hall, op("scan", uuid(90), 1, slip=forged, scanned_ms=0))) == [(422, "forged")]
    assert outcomes(sync(hall, op("scan", uuid(90), 2, slip="https://x.de", scanned_ms=0))) == [(422, "unreadable")]
    assert labels(hall) == []


def test_an_order_nobody_gave_is_unknown(hall) -> None:
    told = op("order", uuid(90), 1, id=uuid(90), result="done")
    assert outcomes(sync(hall, told)) == [(404, "unknown_order")]


def test_the_words_of_giving_back_and_paper_go_through_the_rules(hall) -> None:
    first = hall.ticket()
    assert hall.do(cancel.report_paper, hall.site, first.id, "printed", "", hall.clock()) is None
    assert outcomes(sync(hall, op("paper", first.id, 1, id=first.id, outcome="unconfirmed"))) == [(200, "unconfirmed")]
    assert find(hall, first.id).paper == "printed"
