"""Who is called now, by the state of the tickets: what the board, the signs and every poll show."""

import pytest

from hub.counter import calling
from hub.counter.calling import Act, Done
from hub.settings import counter_settings
from hub.store.engine import Store
from hub.store.enums import TicketState
from hub.tickets import business_day
from hub.tickets.called import LOOKED_AT, OVER, called_now
from hub.tickets.states import move
from kiosk.wire import Call

DAY_MS = 24 * 3600 * 1000


class Desk:
    """The counters of a hall, with a name for every click."""

    def __init__(self, hall) -> None:
        self.hall = hall
        self.clicks = 0

    def do(self, command, counter: str = "p1", **named) -> str:
        self.clicks += 1
        act = Act(site=self.hall.site, counter=counter, op=f"click-{self.clicks}", now_ms=self.hall.clock.forward(1000))
        done = self.hall.do(command, act, **named)
        assert isinstance(done, Done), done
        return str(done.ticket.label)

    def call(self, counter: str = "p1", service: str = "ausweis") -> str:
        self.hall.ticket(service)
        done = self.hall.next(counter)
        assert isinstance(done, Done), done
        return str(done.ticket.label)

    def calls(self) -> list[Call]:
        return list(self.hall.see(called_now, self.hall.site, self.hall.clock()).calls)

    def shown(self, state: str = "now") -> list[tuple[str, str]]:
        return [(call.label, call.counter) for call in self.calls() if call.state == state]


@pytest.fixture
def desk(hall) -> Desk:
    return Desk(hall)


def test_one_line_to_a_counter_however_often_it_called(desk: Desk) -> None:
    for _ in range(7):
        desk.call()
    desk.call("p2", "zulassung")
    assert desk.shown() == [("A 007", "Platz 1"), ("B 001", "Platz 2")]
    assert desk.shown("over") == [(f"A 00{n}", "Platz 1") for n in range(1, 7)]


@pytest.mark.parametrize("served", [False, True])
def test_who_has_come_is_called_no_more(hall, desk: Desk, served: bool) -> None:
    desk.call()
    if served:
        assert isinstance(hall.served(), Done)
    else:
        desk.do(calling.arrive)
    assert desk.shown() == []
    assert desk.shown("over") == [("A 001", "Platz 1")]


def test_who_did_not_come_is_called_no_more(desk: Desk) -> None:
    desk.call()
    desk.do(calling.no_show)
    assert desk.shown() == []
    assert desk.shown("missed") == [("A 001", "Platz 1")]


def test_a_recall_comes_first_again(desk: Desk) -> None:
    desk.call()
    desk.call("p2", "zulassung")
    before = desk.calls()[-1].seq
    desk.do(calling.recall)
    newest = desk.calls()[-1]
    assert (newest.label, newest.kind) == ("A 001", "recall")
    assert newest.seq > before


@pytest.mark.parametrize("state", [TicketState.WAITING, TicketState.PARKED, TicketState.CANCELLED])
def test_who_goes_back_to_wait_was_never_called(hall, desk: Desk, state: TicketState) -> None:
    """Whatever takes a call back: what counts is the ticket."""
    desk.call()
    here = hall.see(calling.current, hall.site, "p1")
    hall.do(move, here, state, hall.clock())
    assert desk.calls() == []


def test_somebody_called_long_ago_and_never_marked_is_still_called(hall, desk: Desk) -> None:
    desk.call("p2", "zulassung")
    for _ in range(LOOKED_AT + 5):
        desk.call()
    assert desk.shown()[0] == ("B 001", "Platz 2")
    assert len(desk.shown("over")) == OVER


def test_a_restart_changes_nothing(hall, desk: Desk) -> None:
    desk.call()
    desk.call("p2", "zulassung")
    desk.do(calling.arrive)
    before = desk.calls()
    hall.store.close()
    again = Store(hall.store.path)
    assert list(again.read_now(lambda c: called_now(c, hall.site, hall.clock())).calls) == before
    again.close()


def test_a_new_day_begins_with_nobody(hall, desk: Desk) -> None:
    for _ in range(3):
        desk.call()
    hall.do(business_day.turn_all, hall.clock.forward(DAY_MS))
    assert desk.calls() == []
    desk.call()
    assert desk.shown() == [("A 001", "Platz 1")]
    assert desk.shown("over") == []


def test_calls_are_seen_on_a_day_that_lies_ahead_of_the_clock(hall, desk: Desk) -> None:
    hall.do(business_day.turn_all, hall.clock.forward(300 * DAY_MS))
    hall.clock.forward(-299 * DAY_MS)
    desk.call()
    desk.call()
    assert desk.shown() == [("A 002", "Platz 1")]
    assert desk.shown("over") == [("A 001", "Platz 1")]


def test_a_counter_is_shown_by_the_name_it_has_now(hall, desk: Desk) -> None:
    desk.call()
    desk.call("p2", "zulassung")
    hall.do(counter_settings.change_counter, hall.site, "p1", "Führerscheinstelle 2", "", hall.clock(), short="FS 2")
    hall.do(counter_settings.change_counter, hall.site, "p2", "Kraftfahrzeugzulassungsstelle", "", hall.clock())
    first, second = desk.calls()
    assert (first.counter, first.short, first.hyphenated) == ("Führerscheinstelle 2", "FS 2", "Führer­schein­stelle 2")
    assert (second.short, second.hyphenated.count("­")) == ("Kraftfahrze.", 6)
    assert ("Führerscheinstelle 2", "FS 2") in [
        (c.name, c.short) for c in hall.see(counter_settings.counters, hall.site)
    ]
