"""Help cards: a person first, one for each terminal and cause, gone by itself when the cause is gone."""

from typing import Any

import pytest

from hub.counter import calling
from hub.counter.calling import Act
from hub.fleet import help_calls, help_cards
from hub.fleet.help_calls import HelpCall
from hub.fleet.help_cards import HelpCard
from hub.reports import cancel
from hub.store.enums import TicketState
from hub.tickets.states import move

MINUTE_MS = 60_000


@pytest.fixture
def anna(hall: Any) -> str:
    hall.store.write_now(
        lambda c: c.exec_driver_sql(
            "INSERT INTO user (site_id, id, login, name, role, password_hash, created_ms)"
            " VALUES (?, 'u', 'anna', 'Anna', 'clerk', '$argon2id$x', 0)",
            (hall.site,),
        )
    )
    return "u"


def call(hall: Any, n: int, reason: str, label: str = "", terminal: str = "t1") -> str:
    """Somebody calls, a second after the one before."""
    made = HelpCall(
        id=hall.uuid(n),
        terminal=terminal,
        terminal_name="Terminal 1",
        place="",
        reason=reason,
        lang="de",
        label=label,
        opened_ms=hall.clock.forward(1000),
    )
    hall.do(help_calls.open_help, hall.site, made)
    return made.id


def cards(hall: Any) -> tuple[HelpCard, ...]:
    found: tuple[HelpCard, ...] = hall.see(help_cards.cards, hall.site, hall.clock())
    return found


def shown(hall: Any) -> list[tuple[str, str]]:
    return [(card.call.reason, ", ".join(card.spans)) for card in cards(hall)]


def report(hall: Any, ticket: str, outcome: str) -> None:
    assert hall.do(cancel.report_paper, hall.site, ticket, outcome, "", hall.clock()) is None


def test_one_jam_is_one_card_with_all_its_numbers(hall: Any) -> None:
    tickets = [hall.ticket() for _ in range(5)]
    for n, ticket in enumerate(tickets):
        report(hall, ticket.id, "not_printed")
        if n != 3:
            call(hall, 60 + n, "no_paper", ticket.label)
    assert shown(hall) == [("no_paper", "A 001–003, A 005")]
    assert len(cards(hall)[0].labels) == 4


def test_a_slip_that_nobody_is_sure_of_is_not_called_missing(hall: Any) -> None:
    first, second = hall.ticket(), hall.ticket()
    for n, ticket in enumerate((first, second)):
        report(hall, ticket.id, "unconfirmed")
        call(hall, 60 + n, "no_paper", ticket.label)
    (card,) = cards(hall)
    assert (card.reason, card.spans, card.unclear_spans) == ("paper_unclear", (), ("A 001–002",))
    report(hall, second.id, "not_printed")
    (card,) = cards(hall)
    assert (card.reason, card.spans, card.unclear_spans) == ("no_paper", ("A 002",), ("A 001",))
    for ticket in (first, second):
        report(hall, ticket.id, "printed")
    assert cards(hall) == ()


@pytest.mark.parametrize("how", ["printed", "called", "given back"])
def test_a_number_leaves_the_card_when_its_slip_is_not_needed_any_more(hall: Any, how: str) -> None:
    first, second = hall.ticket(), hall.ticket()
    for n, ticket in enumerate((first, second)):
        report(hall, ticket.id, "not_printed")
        call(hall, 60 + n, "no_paper", ticket.label)
    for ticket, left in ((first, [("no_paper", "A 002")]), (second, [])):
        match how:
            case "printed":
                report(hall, ticket.id, "printed")
            case "called":
                assert isinstance(hall.next(), calling.Done)
            case _:
                hall.do(cancel.cancel, hall.site, ticket.id, hall.clock())
        assert shown(hall) == left


def test_who_came_too_late_and_waits_again_is_no_new_card(hall: Any) -> None:
    ticket = hall.ticket()
    report(hall, ticket.id, "not_printed")
    call(hall, 60, "no_paper", ticket.label)
    act = Act(site=hall.site, counter="p1", op="operation-1", now_ms=hall.clock())
    hall.do(calling.call_next, act)
    missed = hall.do(calling.no_show, Act(site=hall.site, counter="p1", op="operation-2", now_ms=hall.clock()))
    assert isinstance(missed, calling.Done)
    hall.do(move, missed.ticket, TicketState.WAITING, hall.clock())
    assert shown(hall) == []


def test_a_slip_that_came_after_all_is_told_to_the_desks(hall: Any) -> None:
    ticket = hall.ticket()
    report(hall, ticket.id, "not_printed")
    before = hall.see(lambda c: c.exec_driver_sql("SELECT max(seq) FROM event").scalar_one())
    report(hall, ticket.id, "printed")
    assert hall.see(lambda c: c.exec_driver_sql("SELECT max(seq) FROM event").scalar_one()) == before + 1


def test_a_person_comes_first_however_late_they_ask(hall: Any) -> None:
    ticket = hall.ticket()
    report(hall, ticket.id, "not_printed")
    call(hall, 60, "no_paper", ticket.label)
    call(hall, 61, "flood")
    call(hall, 62, "asked")
    assert [reason for reason, _ in shown(hall)] == ["asked", "no_paper", "flood"]
    assert [card.person for card in cards(hall)] == [True, False, False]


def test_a_taken_card_stays_at_the_end_until_it_is_done(hall: Any, anna: str) -> None:
    person = call(hall, 60, "asked")
    call(hall, 61, "flood")
    assert hall.do(help_calls.acknowledge, hall.site, person, anna, hall.clock())
    assert [(card.call.reason, card.call.taken_by) for card in cards(hall)] == [("flood", ""), ("asked", "Anna")]
    assert hall.do(help_calls.close, hall.site, person, hall.clock())
    assert [card.call.reason for card in cards(hall)] == ["flood"]


def test_the_next_person_at_the_same_terminal_is_open_again(hall: Any, anna: str) -> None:
    first = call(hall, 60, "asked")
    assert hall.do(help_calls.acknowledge, hall.site, first, anna, hall.clock())
    second = call(hall, 61, "asked")
    (card,) = cards(hall)
    assert (card.call.id, card.call.taken_by) == (second, "")
    assert hall.do(help_calls.close, hall.site, first, hall.clock())
    (card,) = cards(hall)
    assert card.call.id == second, "done with the first is not done with the second"


def test_one_who_goes_takes_the_whole_card(hall: Any, anna: str) -> None:
    calls = [call(hall, 60 + n, "no_number") for n in range(3)]
    assert hall.do(help_calls.acknowledge, hall.site, calls[1], anna, hall.clock())
    assert [card.call.taken_by for card in cards(hall)] == ["Anna"]
    assert {each.id for each in hall.see(help_calls.taken, hall.site, "t1", hall.clock())} == set(calls)


def test_trouble_that_is_over_is_not_shown(hall: Any) -> None:
    call(hall, 60, "no_number")
    call(hall, 61, "flood")
    assert [reason for reason, _ in shown(hall)] == ["no_number", "flood"]
    hall.clock.forward(1000)
    hall.ticket()
    assert [reason for reason, _ in shown(hall)] == ["flood"], "the terminal gave a number since"
    hall.clock.forward(help_cards.FLOOD_MS)
    assert shown(hall) == []


def test_a_number_on_its_way_to_us_is_shown_until_it_is_known(hall: Any) -> None:
    call(hall, 60, "no_paper", "A 03-17")
    assert shown(hall) == [("no_paper", "A 03-17")]


def test_yesterdays_calls_are_not_todays(hall: Any) -> None:
    call(hall, 60, "asked")
    hall.clock.forward(help_calls.SHOWN_MS + MINUTE_MS)
    assert shown(hall) == []


def test_terminal_that_calls_on_and_on_costs_the_desk_no_more(hall: Any) -> None:
    call(hall, 1, "asked")
    for n in range(help_calls.LOOKED_AT + 5):
        call(hall, n + 2, "no_number")
    found = cards(hall)
    assert [(card.reason, len(card.calls)) for card in found] == [("asked", 1), ("no_number", help_calls.LOOKED_AT)]
    assert found[1].call.id == hall.uuid(help_calls.LOOKED_AT + 6), "the newest"
