"""Second ways into the queue: blind calling, a typed number, a slip that is read; and how the terminal's word joins."""

import pytest

from hub.counter import calling, manual_entry
from hub.counter.calling import Act
from hub.counter.manual_entry import Brought, ManualEntry
from hub.errors import Code, Refused
from hub.fleet import terminals
from hub.fleet.terminals import Known
from hub.reports import cancel
from hub.settings import queue_settings
from hub.store.enums import Origin, TicketState
from hub.tickets import slots, waiting
from hub.tickets.business_day import turn_all
from hub.tickets.model import slip_code
from kiosk.wire import Heartbeat
from tests.unit.hub.sync_helpers import (
    DAY,
    DAY_MS,
    MINUTE,
    call,
    find,
    labels,
    op,
    outcomes,
    own,
    restored,
    slip_of,
    sync,
    uuid,
)
from tests.unit.kiosk.test_reader_texts import arrived


@pytest.fixture
def hall(hall):
    """Terminals t1 and t2 with the slots 1 and 2; t1 is heard now."""
    assert hall.do(terminals.add_terminal, hall.site, "t2", "Terminal 2", hall.clock()) is None
    for number, terminal in ((1, "t1"), (2, "t2")):
        wanted = slots.Wanted(
            site=hall.site, terminal=terminal, generation=f"{number:032x}", machine=terminal, now_ms=hall.clock()
        )
        assert hall.do(slots.join, wanted).slot == number
    hall.do(terminals.heard, Known(hall.site, "t1", "Terminal 1"), Heartbeat("0.1.0", 1), hall.clock())
    return hall


def bring(hall, text: str, click: str = "", origin: Origin = Origin.TYPED):
    hall.made += 1
    wish = ManualEntry(
        site=hall.site,
        op=click or f"bring-{hall.made}",
        text=text,
        id=uuid(0xA000 + hall.made),
        token=f"{0xA000 + hall.made:032x}",
        now_ms=hall.clock.forward(1),
        origin=origin,
    )
    return hall.do(manual_entry.bring, wish)


def brought(hall, text: str, **more):
    found = bring(hall, text, **more)
    assert isinstance(found, Brought), found
    return found.ticket.label, found.fresh


def refused(hall, text: str) -> Code:
    found = bring(hall, text)
    assert isinstance(found, Refused), found
    return found.code


def test_a_typed_number_waits_since_its_terminal_was_heard_last(hall) -> None:
    heard = hall.clock()
    hall.clock.forward(MINUTE)
    hall.ticket()
    hall.clock.forward(10 * MINUTE)
    assert brought(hall, " a 01-1 ") == ("A 01-01", True)
    assert labels(hall) == ["A 01-01", "A 001"]
    (first, _) = hall.see(waiting.waiting_list, hall.site)
    assert (first.arrival_ms, first.arrival_sure, first.origin) == (heard, 0, Origin.TYPED)


def forged(slip: str) -> str:
    """With another last letter, whatever it was."""
    return slip[:-1] + ("Y" if slip[-1] == "X" else "X")


@pytest.mark.parametrize(
    ("garbled", "said"),
    [
        (str, False),
        (lambda text: "]Q3" + text, False),
        (lambda text: arrived(text, "us", "de"), True),
        (lambda text: arrived(text, "fr", "de", turned=True), True),
    ],
)
def test_a_slip_by_a_reader_with_another_keyboard_is_brought_and_said(hall, garbled, said: bool) -> None:
    """Also a visitor's page: its token proves it."""
    slip = slip_of(hall, uuid(50), "A 01-01")
    found = bring(hall, garbled(slip))
    assert (found.ticket.label, found.fresh, found.wrong_keyboard) == ("A 01-01", True, said)
    page = f"https://rathaus.example/t/{found.ticket.token}"
    again = bring(hall, garbled(page))
    assert (again.ticket.label, again.fresh, again.wrong_keyboard) == ("A 01-01", False, said)
    assert refused(hall, garbled(forged(slip_of(hall, uuid(51), "A 01-02")))) is Code.FORGED


def test_the_next_expected_number_counts_up_for_each_letter(hall) -> None:
    def next_ones() -> list[str]:
        return [str(label) for label in hall.see(manual_entry.expected, hall.site, DAY, 1, ("A", "B"))]

    assert next_ones() == ["A 01-01", "B 01-01"]
    assert brought(hall, "A 01-01", origin=Origin.EXPECTED) == ("A 01-01", True)
    assert next_ones() == ["A 01-02", "B 01-01"]
    sync(hall, own(hall, 1, uuid(50), 7, slot=1))
    assert next_ones() == ["A 01-08", "B 01-01"]


def test_a_double_click_adds_one(hall) -> None:
    first = bring(hall, "A 01-01", click="operation-1", origin=Origin.EXPECTED)
    assert bring(hall, "A 01-02", click="operation-1", origin=Origin.EXPECTED) == first, "the button showed the next"
    assert brought(hall, "A 01-01", origin=Origin.EXPECTED) == ("A 01-01", False)
    assert labels(hall) == ["A 01-01"]


@pytest.mark.parametrize("origin", [Origin.EXPECTED, Origin.TYPED])
def test_when_the_terminal_tells_the_placeholder_becomes_its_ticket(hall, origin: Origin) -> None:
    hall.clock.forward(MINUTE)
    arrival = hall.clock()
    hall.clock.forward(MINUTE)
    brought(hall, "A 01-01", origin=origin)
    told = own(hall, 1, uuid(50), slot=1, arrival_ms=arrival, lang="ar")
    assert outcomes(sync(hall, told)) == [(200, "merged")]
    assert sync(hall, told)[0].code == "merged"
    assert labels(hall) == ["A 01-01"]
    ticket = find(hall, uuid(50))
    assert (ticket.arrival_ms, ticket.arrival_sure, ticket.lang) == (arrival, 1, "ar")
    assert (ticket.service_id, ticket.origin) == ("ausweis", Origin.TERMINAL)
    assert outcomes(sync(hall, own(hall, 2, uuid(51), slot=1))) == [(409, "label_taken")]


@pytest.mark.parametrize("state", [TicketState.CALLED, TicketState.IN_SERVICE, TicketState.DONE, TicketState.NO_SHOW])
def test_a_merged_ticket_keeps_its_state(hall, state: TicketState) -> None:
    arrival = hall.clock()
    brought(hall, "A 01-01")
    call(hall, 1)
    act = Act(site=hall.site, counter="p1", op="click-2", now_ms=hall.clock.forward(1))
    after = {TicketState.IN_SERVICE: calling.arrive, TicketState.NO_SHOW: calling.no_show}
    if state is TicketState.DONE:
        hall.served()
    elif state in after:
        hall.do(after[state], act)
    sync(hall, own(hall, 1, uuid(50), slot=1, arrival_ms=arrival))
    assert find(hall, uuid(50)).state is state
    assert labels(hall) == [], "nobody is called twice"


@pytest.mark.parametrize("sure", [True, False])
def test_who_was_given_a_number_after_it_was_called_in_vain_waits(hall, sure: bool) -> None:
    brought(hall, "A 01-01", origin=Origin.EXPECTED)
    call(hall, 1)
    hall.do(calling.no_show, Act(site=hall.site, counter="p1", op="click-2", now_ms=hall.clock.forward(1)))
    arrival = hall.clock.forward(MINUTE) if sure else hall.clock() - MINUTE
    sync(hall, own(hall, 1, uuid(50), slot=1, arrival_ms=arrival, arrival_sure=sure))
    assert labels(hall) == ["A 01-01"]
    assert find(hall, uuid(50)).arrival_ms == arrival


def test_so_does_who_shows_the_slip_whose_time_may_be_wrong(hall) -> None:
    slip = slip_of(hall, uuid(50), "A 01-01")
    hall.clock.forward(MINUTE)
    brought(hall, "A 01-01", origin=Origin.EXPECTED)
    call(hall, 1)
    hall.do(calling.no_show, Act(site=hall.site, counter="p1", op="click-2", now_ms=hall.clock.forward(1)))
    assert brought(hall, slip, click="slip") == ("A 01-01", False)
    assert labels(hall) == ["A 01-01"]


def test_paper_and_giving_back_go_by_the_other_name(hall) -> None:
    brought(hall, "A 01-01")
    ident = uuid(50)
    paper = op("paper", ident, 2, id=ident, outcome="printed")
    assert outcomes(sync(hall, own(hall, 1, ident, slot=1), paper)) == [(200, "merged"), (200, "printed")]
    assert find(hall, ident).paper == "printed"
    assert hall.do(cancel.cancel, hall.site, ident, hall.clock()) is TicketState.CANCELLED
    assert labels(hall) == []
    assert isinstance(hall.ask(ident=ident), Refused), "a late copy of its first request raises no ghost"


def test_a_typed_number_whose_online_answer_was_lost_ends_as_one_ticket(hall) -> None:
    first = hall.ticket()
    hall.clock.forward(MINUTE)
    brought(hall, "A 01-01")
    assert len(labels(hall)) == 2
    assert outcomes(sync(hall, own(hall, 1, first.id, slot=1))) == [(200, "merged")]
    assert labels(hall) == ["A 01-01"]
    assert find(hall, first.id).label == "A 01-01"
    assert find(hall, first.id).arrival_ms == first.arrival_ms
    (queue, *_) = hall.see(waiting.queues_now, hall.site)
    assert queue.waiting == 1
    assert brought(hall, "A 001") == ("A 001", False)


def test_number_typed_before_the_terminals_day_change_is_one_ticket(hall) -> None:
    """The terminal was away over night and counts on under yesterday; the desk can only guess today."""
    hall.clock.forward(DAY_MS)
    brought(hall, "A 01-18")
    told = own(hall, 1, uuid(50), 18, slot=1, arrival_ms=hall.clock())
    assert outcomes(sync(hall, told)) == [(200, "merged")]
    assert labels(hall) == ["A 01-18"]
    assert brought(hall, "A 01-18") == ("A 01-18", False)
    today = own(hall, 2, uuid(51), 18, slot=1, business_day="2026-11-25")
    assert outcomes(sync(hall, today)) == [(200, "new")]


def test_a_typed_number_of_a_day_that_the_hub_never_opened_is_one_ticket(hall) -> None:
    restored(hall)
    brought(hall, "A 01-01")
    told = own(hall, 1, uuid(50), slot=1, business_day="2026-11-23", arrival_ms=hall.clock())
    assert outcomes(sync(hall, told)) == [(200, "merged")]
    assert labels(hall) == ["A 01-01"]


def test_placeholders_expire_with_the_day(hall) -> None:
    brought(hall, "A 01-01")
    hall.do(turn_all, hall.clock.forward(DAY_MS))
    assert labels(hall) == []


def test_a_slip_brings_its_ticket_with_its_own_id(hall) -> None:
    arrival = hall.clock.forward(MINUTE)
    hall.clock.forward(MINUTE)
    hall.ticket()
    slip = slip_of(hall, uuid(50), "A 01-04", arrival_ms=arrival)
    assert brought(hall, slip.lower()) == ("A 01-04", True)
    assert brought(hall, slip) == ("A 01-04", False)
    assert labels(hall) == ["A 01-04", "A 001"]
    assert outcomes(sync(hall, own(hall, 1, uuid(50), 4, slot=1))) == [(200, "known")]


def test_a_slip_after_its_number_was_typed_is_the_same_ticket(hall) -> None:
    brought(hall, "A 01-04")
    assert brought(hall, slip_of(hall, uuid(50), "A 01-04")) == ("A 01-04", False)
    assert labels(hall) == ["A 01-04"]
    assert find(hall, uuid(50)).origin is Origin.SCANNED


def test_our_own_numbers_slips_and_pages_are_found(hall) -> None:
    issued = hall.ask()
    assert brought(hall, "a1") == ("A 001", False)
    assert brought(hall, slip_code(issued.ticket, issued.slip_key)) == ("A 001", False)
    assert brought(hall, f"https://warten.musterstadt.de/t/{issued.ticket.token}") == ("A 001", False)
    assert refused(hall, f"https://warten.musterstadt.de/t/{'0' * 32}") is Code.UNKNOWN_TICKET
    sync(hall, own(hall, 1, issued.ticket.id, slot=1))
    assert brought(hall, "A 001") == ("A 01-01", False), "a void number leads to its ticket"


def test_what_is_no_ticket_is_said_clearly(hall) -> None:
    hall.do(queue_settings.remove_queue, hall.site, "fahrzeuge", hall.clock())
    old = slip_of(hall, uuid(50), "A 01-01", arrival_ms=hall.clock())
    for text in ("", "?", "THK", "A", "A 01-", "0193aaaa", "x" * 400, "[b]x[/b]", "\u202eA 01-01"):
        assert refused(hall, text) is Code.UNREADABLE, text
    assert refused(hall, "A 143") is Code.UNKNOWN_TICKET
    assert refused(hall, "A 93-17") is Code.UNKNOWN_SLOT
    assert refused(hall, "Z 01-17") is Code.UNKNOWN_SERIES
    assert refused(hall, slip_of(hall, uuid(51))[:-1] + "*") is Code.FORGED
    hall.clock.forward(DAY_MS)
    assert refused(hall, old) is Code.WRONG_DAY
    assert labels(hall) == []


def test_a_slip_that_was_given_back_stays_given_back(hall) -> None:
    sync(hall, op("cancel", uuid(50), 1, id=uuid(50)))
    assert refused(hall, slip_of(hall, uuid(50), "A 01-01")) is Code.TICKET_CANCELLED


def test_a_ticket_of_yesterday_is_found_with_its_end(hall) -> None:
    issued = hall.ask()
    code = slip_code(issued.ticket, issued.slip_key)
    hall.do(turn_all, hall.clock.forward(DAY_MS))
    found = bring(hall, code)
    assert isinstance(found, Brought)
    assert found.ticket.state is TicketState.EXPIRED
