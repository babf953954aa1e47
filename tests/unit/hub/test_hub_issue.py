"""Giving numbers: series, idempotency, wrap-around, business days, what is refused."""

import pytest
from sqlalchemy.exc import IntegrityError

from hub import site_time
from hub.errors import Code, Refused
from hub.reports import cancel
from hub.settings import queue_settings
from hub.store.enums import TicketState
from hub.tickets import business_day, waiting
from hub.tickets.issue import Issued
from hub.tickets.model import slip_code
from hub.tickets.states import move
from kiosk.vocabulary.slips import Forged, Slip, read_slip, service_mark

DAY_MS = 24 * 3600 * 1000


def refused(answer: object) -> Code:
    assert isinstance(answer, Refused), answer
    return answer.code


def narrow(hall, last_n: int) -> None:
    """Give the queue A only the numbers 1 to ``last_n``."""
    hall.store.write_now(lambda c: c.exec_driver_sql("UPDATE queue SET last_n = ? WHERE series = 'A'", (last_n,)))


def test_each_queue_counts_in_its_own_series(hall) -> None:
    labels = [hall.ticket(service).label for service in ("ausweis", "zulassung", "ausweis", "ausweis", "zulassung")]
    assert labels == ["A 001", "B 001", "A 002", "A 003", "B 002"]


def test_visitor_is_told_how_many_are_before(hall) -> None:
    assert [hall.ticket().ahead for _ in range(4)] == [0, 1, 2, 3]
    hall.next()
    hall.do(cancel.cancel, hall.site, hall.uuid(2), hall.clock())
    assert hall.ticket().ahead == 2
    assert hall.ticket("zulassung").ahead == 0


def test_fifty_times_the_same_id_is_one_ticket(hall) -> None:
    answers = [hall.ask(ident=hall.uuid(7)) for _ in range(50)]
    assert {answer.ticket.label for answer in answers} == {"A 001"}
    assert [answer.again for answer in answers] == [False] + [True] * 49
    assert answers[-1].ticket.token == answers[0].ticket.token
    assert len(hall.see(waiting.waiting_list, hall.site)) == 1
    assert hall.ticket().label == "A 002"


def test_same_id_for_another_service_is_refused(hall) -> None:
    hall.ticket(ident=hall.uuid(1))
    assert refused(hall.ask("zulassung", hall.uuid(1))) is Code.ID_USED_OTHERWISE


def test_unknown_service_is_refused_and_takes_no_number(hall) -> None:
    answer = hall.ask("gibtsnicht")
    assert refused(answer) is Code.UNKNOWN_SERVICE
    assert answer.place == "service"
    assert "gibtsnicht" in answer.message
    assert "page Services" in answer.message
    assert hall.ticket().label == "A 001"


def test_closed_queue_gives_no_number_but_keeps_who_waits(hall) -> None:
    hall.ticket()
    hall.do(queue_settings.open_queue, hall.site, "meldung", False, hall.clock())
    assert refused(hall.ask()) is Code.QUEUE_CLOSED
    assert [ticket.label for ticket in hall.see(waiting.waiting_list, hall.site)] == ["A 001"]
    hall.do(queue_settings.open_queue, hall.site, "meldung", True, hall.clock())
    assert hall.ticket().label == "A 002"


def test_number_that_still_waits_is_skipped_at_the_wrap_around(hall) -> None:
    narrow(hall, 4)
    for _ in range(4):
        hall.ticket()
    for _ in range(2):  # A 001 done, A 002 at the counter; A 003 and A 004 wait
        hall.next()
    assert hall.ticket().label == "A 001"
    assert refused(hall.ask()) is Code.NUMBERS_EXHAUSTED
    hall.next()  # A 002 done, A 003 at the counter
    assert hall.ticket().label == "A 002"


@pytest.mark.parametrize("state", [TicketState.PARKED, TicketState.CALLED, TicketState.IN_SERVICE])
def test_number_in_use_in_any_way_is_skipped(hall, state: TicketState) -> None:
    narrow(hall, 2)
    first = hall.ticket()
    path = {TicketState.PARKED: [TicketState.PARKED], TicketState.CALLED: [TicketState.CALLED]}.get(
        state, [TicketState.CALLED, TicketState.IN_SERVICE]
    )
    for step in path:
        first = hall.do(move, first, step, hall.clock(), "p1")
    hall.ticket()
    assert refused(hall.ask()) is Code.NUMBERS_EXHAUSTED


def test_numbers_begin_anew_on_the_next_business_day(hall) -> None:
    hall.ticket()
    stays = hall.ticket()
    hall.clock.forward(DAY_MS)
    assert hall.ticket().label == "A 001"
    assert [ticket.label for ticket in hall.see(waiting.waiting_list, hall.site)] == ["A 001"]
    token = hall.see(waiting.standing, stays.token)
    assert (token.ticket.state, token.today) == (TicketState.EXPIRED, False)


def test_first_visitor_of_a_day_has_nobody_before(hall) -> None:
    for _ in range(3):
        hall.ticket()
    hall.clock.forward(DAY_MS)
    assert [hall.ticket().ahead, hall.ticket().ahead] == [0, 1]


def test_clock_set_back_keeps_the_open_day(hall) -> None:
    hall.ticket()
    hall.clock.forward(-3 * DAY_MS)
    assert hall.ticket().label == "A 002"
    hall.clock.forward(4 * DAY_MS)
    assert hall.ticket().label == "A 001"


def test_parked_number_is_not_given_on_the_next_day(hall) -> None:
    parked = hall.do(move, hall.ticket(), TicketState.PARKED, hall.clock())
    hall.clock.forward(DAY_MS)
    assert hall.ticket().label == "A 002"
    back = hall.do(move, parked, TicketState.WAITING, hall.clock())
    assert back.label == "A 001"


def test_day_turns_at_local_midnight(hall) -> None:
    before = site_time.local_date(1_795_561_199_000, "Europe/Berlin")  # 23:59:59
    after = site_time.local_date(1_795_561_200_000, "Europe/Berlin")
    assert (before, after) == ("2026-11-24", "2026-11-25")


def test_house_keeping_turns_the_day_without_a_visitor(hall) -> None:
    hall.ticket()
    hall.clock.forward(DAY_MS)
    hall.do(business_day.turn_all, hall.clock())
    assert hall.see(business_day.open_day, hall.site) == "2026-11-25"
    assert hall.see(waiting.waiting_list, hall.site) == []


def test_cancelled_id_raises_no_ghost(hall) -> None:
    assert hall.do(cancel.cancel, hall.site, hall.uuid(5), hall.clock()) is TicketState.CANCELLED
    assert refused(hall.ask(ident=hall.uuid(5))) is Code.TICKET_CANCELLED
    assert hall.do(cancel.cancel, hall.site, hall.uuid(5), hall.clock()) is TicketState.CANCELLED
    assert hall.ticket().label == "A 001"


def test_handed_back_number_is_gone_and_its_id_stays_cancelled(hall) -> None:
    hall.ticket(ident=hall.uuid(1))
    assert hall.do(cancel.cancel, hall.site, hall.uuid(1), hall.clock()) is TicketState.CANCELLED
    assert hall.see(waiting.waiting_list, hall.site) == []
    assert refused(hall.ask(ident=hall.uuid(1))) is Code.TICKET_CANCELLED
    assert hall.ticket().ahead == 0


def test_ticket_that_was_served_cannot_be_handed_back(hall) -> None:
    ticket = hall.ticket()
    hall.next()
    hall.served()
    assert hall.do(cancel.cancel, hall.site, ticket.id, hall.clock()) is TicketState.DONE


def test_printed_is_final(hall) -> None:
    ticket = hall.ticket()

    def report(outcome: str) -> str:
        assert hall.do(cancel.report_paper, hall.site, ticket.id, outcome, "", hall.clock()) is None
        return hall.ask(ident=ticket.id).ticket.paper

    assert [report(outcome) for outcome in ("not_printed", "printed", "unconfirmed")] == [
        "not_printed",
        "printed",
        "printed",
    ]
    unknown = hall.do(cancel.report_paper, hall.site, hall.uuid(99), "printed", "", hall.clock())
    assert refused(unknown) is Code.UNKNOWN_TICKET


def test_the_constraint_itself_forbids_a_number_twice(hall) -> None:
    hall.ticket()
    hall.ticket()
    with pytest.raises(IntegrityError):
        hall.store.write_now(lambda c: c.exec_driver_sql("UPDATE ticket SET n = 1 WHERE n = 2"))


def test_slip_code_is_read_back_with_the_halls_key_only(hall) -> None:
    issued = hall.ask()
    code = slip_code(issued.ticket, issued.slip_key)
    slip = read_slip(f" {code.lower()}\n", issued.slip_key)
    assert isinstance(slip, Slip)
    assert (slip.id, str(slip.label), slip.business_day) == (issued.ticket.id, "A 001", "2026-11-24")
    assert (slip.arrival_s, slip.service) == (hall.clock() // 1000, service_mark("ausweis"))
    assert isinstance(read_slip(code, bytes(32)), Forged)


def test_visitors_page_knows_its_ticket_only_by_token(hall) -> None:
    first, second = hall.ticket(), hall.ticket()
    standing = hall.see(waiting.standing, second.token)
    assert (standing.ticket.label, standing.ahead, standing.counter, standing.today) == ("A 002", 1, "", True)
    hall.next("p1")
    assert hall.see(waiting.standing, second.token).ahead == 0
    assert hall.see(waiting.standing, first.token).counter == "Platz 1"
    assert hall.see(waiting.standing, "0" * 31) is None


def test_answer_knows_the_site(hall) -> None:
    answer = hall.ask()
    assert isinstance(answer, Issued)
    assert (answer.timezone, answer.base_url, answer.ticket.day) == ("Europe/Berlin", "", "2026-11-24")
