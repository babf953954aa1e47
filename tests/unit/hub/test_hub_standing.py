"""A slip held before a terminal: what the hub says of its number, and when its call may be expected."""

import msgspec
import pytest

from hub import sites
from hub.counter import calling
from hub.counter.calling import Act
from hub.errors import Code, Refused
from hub.reports import cancel
from hub.reports.slip_status import TOLD, by_slip, by_token
from hub.settings import counter_settings
from hub.sites import Site
from hub.store.enums import TicketState
from hub.tickets.wait_estimate import LEAST_CALLS, Expected, expected_wait
from kiosk import wire
from kiosk.vocabulary.tickets import StandingState
from tests.unit.hub.sync_helpers import MINUTE, grant, slip_of, uuid

TOKEN = "f" * 32


def token(hall, word: str):
    return hall.see(by_token, hall.site, word, hall.clock())


def call(hall, counter: str = "p1") -> None:
    done = hall.next(counter)
    assert not isinstance(done, Refused), done


def test_every_state_of_a_ticket_has_a_word_for_the_visitor() -> None:
    assert set(TOLD) == set(TicketState)


def test_a_waiting_number_with_its_place(hall) -> None:
    hall.ticket()
    hall.clock.forward(MINUTE)
    mine = hall.ticket()
    found = token(hall, mine.token)
    assert found == wire.StandingAnswer(
        id=mine.id,
        series="A",
        slot=0,
        n=2,
        state=StandingState.WAITING,
        service="ausweis",
        queue="meldung",
        lang=mine.lang,
        arrived_ms=hall.clock(),
        ahead=1,
    )


def test_a_called_number_names_its_counter_and_later_states_do_not(hall) -> None:
    mine = hall.ticket()
    call(hall)
    called = token(hall, mine.token)
    assert (called.state, called.counter, called.ahead) == (StandingState.CALLED, "Platz 1", 0)
    hall.do(calling.no_show, Act(site=hall.site, counter="p1", op="no-show-1", now_ms=hall.clock()))
    gone = token(hall, mine.token)
    assert (gone.state, gone.counter) == (StandingState.NO_SHOW, "")


def test_a_code_of_nobody_or_of_another_site_is_unknown(hall) -> None:
    mine = hall.ticket()
    hall.do(sites.add_site, Site("other", "Nachbarstadt", "Rathaus", "Europe/Berlin", ""), hall.clock())
    for site, word in ((hall.site, TOKEN), ("other", mine.token)):
        refused = hall.see(by_token, site, word, hall.clock())
        assert isinstance(refused, Refused)
        assert refused.code is Code.UNKNOWN_TICKET


def test_an_own_slip_that_the_hub_does_not_know_yet_waits_from_now_on(hall) -> None:
    grant(hall, "t1", 3)
    text = slip_of(hall, uuid(50), arrival_ms=hall.clock())
    found = hall.do(by_slip, hall.site, text, TOKEN, hall.clock())
    assert (found.id, found.state, found.slot) == (uuid(50), StandingState.WAITING, 3)
    assert hall.do(by_slip, hall.site, text, "0" * 32, hall.clock()) == found, "asked twice it is one ticket"


def test_a_slip_that_was_given_back_before_it_was_known_stays_given_back(hall) -> None:
    hall.do(cancel.cancel, hall.site, uuid(50), hall.clock())
    refused = hall.do(by_slip, hall.site, slip_of(hall, uuid(50)), TOKEN, hall.clock())
    assert isinstance(refused, Refused)
    assert refused.code is Code.TICKET_CANCELLED


def test_a_forged_slip_is_refused(hall) -> None:
    text = slip_of(hall, uuid(50))
    refused = hall.do(by_slip, hall.site, text[:-1] + ("0" if text[-1] != "0" else "1"), TOKEN, hall.clock())
    assert isinstance(refused, Refused)
    assert refused.code is Code.FORGED


def test_over_the_wire_a_code_is_needed_and_exactly_one(live) -> None:
    mine = live.hall.ticket()
    answer = live.post("/standing", {"token": mine.token})
    assert answer.status_code == 200
    told = msgspec.json.decode(answer.content, type=wire.StandingAnswer).standing()
    assert (str(told.label), told.state) == ("A 001", StandingState.WAITING)
    for body in ({}, {"token": mine.token, "slip": "THK2:X"}, {"token": mine.token + "\n"}, {"token": "A 001"}):
        assert live.post("/standing", body).status_code == 400, body
    assert live.post("/standing", {"token": TOKEN}).status_code == 404


def expect(hall, queue: str = "meldung", ahead: int = 0) -> Expected | None:
    return hall.see(expected_wait, hall.site, queue, ahead, hall.clock())


def test_nothing_is_expected_from_too_few_calls(hall) -> None:
    for _ in range(LEAST_CALLS - 1):
        hall.ticket()
        call(hall)
        hall.clock.forward(MINUTE)
    assert expect(hall) is None


@pytest.mark.parametrize(("ahead", "expected"), [(0, Expected(2, 5)), (5, Expected(10, 30)), (19, Expected(40, 90))])
def test_the_wait_follows_the_calls_of_the_last_hour(hall, ahead: int, expected: Expected) -> None:
    for _ in range(10):
        hall.ticket()
        call(hall)
        hall.clock.forward(3 * MINUTE)
    assert expect(hall, ahead=ahead) == expected


def test_only_counters_that_serve_the_queue_count_and_only_the_last_hour(hall) -> None:
    hall.do(counter_settings.serve, hall.site, "p1", ("meldung",), hall.clock())
    for _ in range(6):
        hall.ticket("zulassung")
        call(hall, "p2")
        hall.clock.forward(MINUTE)
    assert expect(hall, "meldung") is None
    assert expect(hall, "fahrzeuge") is not None
    hall.clock.forward(60 * MINUTE)
    assert expect(hall, "fahrzeuge") is None
