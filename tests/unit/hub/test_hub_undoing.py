"""Undoing an act of a counter: states, places, counts, times and calls stand as before; who went on meanwhile wins."""

import pytest

from hub import events
from hub.counter import acts, calling, manual_entry, returning
from hub.counter import undo as counter_undo
from hub.counter.calling import Act, Done
from hub.counter.manual_entry import Brought, ManualEntry
from hub.errors import Code, Refused
from hub.reports import cancel
from hub.settings import counter_settings
from hub.store.enums import Origin, TicketState
from hub.tickets import slots, waiting
from tests.unit.hub.sync_helpers import own, sync, uuid

IN_USE = ("ticket", "interval", "queue", "seat", "session", "ticket_alias", "label_alias")


def act(hall, op: str, counter: str = "p1", ticket: str = "", here: bool | None = None) -> Act:
    return Act(site=hall.site, counter=counter, op=op, now_ms=hall.clock(), ticket=ticket, was_here=here)


def do(hall, command, op: str, **more) -> None:
    """A second after the act before."""
    hall.clock.forward(1000)
    done = hall.do(command, act(hall, op, **more))
    assert isinstance(done, Done), done


def undo(hall, of: str, op: str = "undo-1", counter: str = "p1"):
    return hall.do(counter_undo.undo, act(hall, op, counter), of)


def refused(answer: object) -> Code:
    assert isinstance(answer, Refused), answer
    return answer.code


def everything(hall) -> dict[str, list[tuple[object, ...]]]:
    """Whatever an act may change, the feed and the numbers given aside."""

    def look(c):
        return {table: sorted(map(repr, c.exec_driver_sql(f'SELECT * FROM "{table}"').all())) for table in IN_USE}

    return hall.store.read_now(look) | {"board": sorted(hall.board())}


def state(hall, label: str) -> TicketState:
    def look(c):
        series, n = label.split()
        row = c.exec_driver_sql("SELECT state FROM ticket WHERE series = ? AND n = ?", (series, int(n))).scalar_one()
        return TicketState(row)

    return hall.store.read_now(look)


@pytest.fixture
def ids(hall) -> dict[str, str]:
    """A 001 was called to p1, A 002 to A 004 wait."""
    found = {}
    for _ in range(4):
        ticket = hall.ticket()
        found[ticket.label] = ticket.id
        hall.clock.forward(60_000)
    do(hall, calling.call_next, "call")
    return found


@pytest.fixture
def served(hall, ids) -> dict[str, str]:
    """A 001 is served at p1."""
    do(hall, calling.arrive, "arrive")
    return ids


def test_undo_of_the_next_call_gives_both_people_back(hall, served) -> None:
    before = everything(hall)
    do(hall, calling.call_next, "next", ticket=served["A 001"])
    assert (state(hall, "A 001"), state(hall, "A 002")) == (TicketState.DONE, TicketState.CALLED)
    hall.clock.forward(3000)
    undo(hall, "next")
    assert everything(hall) == before
    assert hall.see(calling.current, hall.site, "p1").label == "A 001"
    assert [t.label for t in hall.see(waiting.waiting_list, hall.site)] == ["A 002", "A 003", "A 004"]


@pytest.mark.parametrize("here", [True, False])
def test_undo_of_an_answered_call_gives_the_called_one_back(hall, ids, here: bool) -> None:
    before = everything(hall)
    do(hall, calling.call_next, "next", ticket=ids["A 001"], here=here)
    undo(hall, "next")
    assert everything(hall) == before


@pytest.mark.parametrize(
    ("command", "more"),
    [
        (calling.arrive, {}),
        (calling.no_show, {}),
        (calling.finish, {"here": True}),
        (calling.finish, {"here": False}),
    ],
)
def test_undo_of_an_act_on_the_called_one(hall, ids, command, more) -> None:
    before = everything(hall)
    do(hall, command, "act", ticket=ids["A 001"], **more)
    assert everything(hall) != before
    undo(hall, "act")
    assert everything(hall) == before


@pytest.mark.parametrize("command", [returning.to_place, returning.to_me])
def test_undo_of_taking_somebody_back(hall, ids, command) -> None:
    do(hall, calling.no_show, "no-show")
    before = everything(hall)
    do(hall, command, "return", ticket=ids["A 001"])
    assert everything(hall) != before
    undo(hall, "return")
    assert everything(hall) == before


def test_undo_of_sending_back_into_the_list_calls_again(hall, ids) -> None:
    """The call was taken from the boards with the act: whoever was called must read it again."""
    before = everything(hall)
    do(hall, returning.back_to_the_list, "back")
    assert hall.called() == []
    undo(hall, "back")
    assert everything(hall) == before
    assert hall.see(events.since, hall.site, 0)[-1].kind is events.Kind.RECALL, "with a tone, as it is news again"


def test_undo_of_a_number_brought_in_forgets_it(hall, ids) -> None:
    assert hall.do(slots.join, slots.Wanted(site=hall.site, terminal="t1", generation="1" * 32, machine="m", now_ms=1))
    before = everything(hall)
    found = bring(hall, "A 01-05")
    assert found.fresh
    undo(hall, "bring")
    assert everything(hall) == before
    told = own(hall, 1, uuid(70), 5, slot=1)
    assert [answer.code for answer in sync(hall, told)] == ["new"], "its terminal may tell of it later"
    assert state(hall, "A 5") is TicketState.WAITING


def bring(hall, text: str, op: str = "bring") -> Brought:
    wish = ManualEntry(
        site=hall.site,
        op=op,
        text=text,
        id=uuid(60),
        token="6" * 32,
        now_ms=hall.clock(),
        origin=Origin.TYPED,
        counter="p1",
    )
    found = hall.do(manual_entry.bring, wish)
    assert isinstance(found, Brought), found
    return found


def test_a_number_that_its_terminal_told_of_meanwhile_cannot_be_forgotten(hall, ids) -> None:
    assert hall.do(slots.join, slots.Wanted(site=hall.site, terminal="t1", generation="1" * 32, machine="m", now_ms=1))
    bring(hall, "A 01-05")
    sync(hall, own(hall, 1, uuid(70), 5, slot=1))
    assert refused(undo(hall, "bring")) is Code.CHANGED_SINCE
    assert state(hall, "A 5") is TicketState.WAITING


def test_undo_takes_the_call_from_the_board_and_says_so(hall, served) -> None:
    seq = hall.see(events.newest, hall.site)
    do(hall, calling.call_next, "next", ticket=served["A 001"])
    do(hall, calling.recall, "recall")
    assert hall.board() == [("A 001", "Platz 1", "over"), ("A 002", "Platz 1", "now")]
    undo(hall, "next")
    assert [label for label, _, _ in hall.board()] == ["A 001"], "whoever waits again was never called"
    kinds = [event.kind for event in hall.see(events.since, hall.site, seq)]
    assert kinds[-2:] == ["ticket", "ticket"], "both people are told anew"


def test_undo_is_one_act_however_often_it_is_asked_for(hall, served) -> None:
    do(hall, calling.call_next, "next", ticket=served["A 001"])
    first = undo(hall, "next")
    after = everything(hall)
    assert undo(hall, "next") == first
    assert undo(hall, "next", op="undo-2").record.op == "next", "another page asks the same"
    assert everything(hall) == after
    hall.do(calling.call_next, act(hall, "next", ticket=served["A 001"]))
    assert everything(hall) == after, "a late copy of the act itself has its old answer and no effect"


def test_after_an_undo_the_act_before_it_is_offered(hall, ids) -> None:
    before = everything(hall)
    do(hall, calling.no_show, "no-show")
    do(hall, calling.call_next, "next")
    assert hall.see(acts.to_undo, hall.site, "p1", hall.clock()).op == "next"
    undo(hall, "next", "undo-1")
    assert hall.see(acts.to_undo, hall.site, "p1", hall.clock()).op == "no-show"
    undo(hall, "no-show", "undo-2")
    assert everything(hall) == before


def test_it_is_offered_for_ten_seconds(hall, ids) -> None:
    do(hall, calling.no_show, "no-show")
    hall.clock.forward(acts.UNDO_MS - 1)
    assert hall.see(acts.to_undo, hall.site, "p1", hall.clock()) is not None
    assert hall.see(acts.to_undo, hall.site, "p2", hall.clock()) is None
    hall.clock.forward(1)
    assert hall.see(acts.to_undo, hall.site, "p1", hall.clock()) is None
    hall.clock.forward(counter_undo.LATE_MS)
    assert isinstance(undo(hall, "no-show"), counter_undo.Undone), "a press in the last moment may be on its way"


def test_too_late_is_too_late(hall, ids) -> None:
    do(hall, calling.no_show, "no-show")
    hall.clock.forward(acts.UNDO_MS + counter_undo.LATE_MS + 1)
    assert refused(undo(hall, "no-show")) is Code.TOO_LATE
    assert state(hall, "A 001") is TicketState.NO_SHOW


def test_another_counter_undoes_nothing(hall, ids) -> None:
    do(hall, calling.no_show, "no-show")
    assert refused(undo(hall, "no-show", counter="p2")) is Code.CHANGED_SINCE
    assert refused(undo(hall, "never")) is Code.CHANGED_SINCE
    assert state(hall, "A 001") is TicketState.NO_SHOW


def test_who_was_taken_by_somebody_else_meanwhile_stays_there(hall, ids) -> None:
    do(hall, calling.no_show, "no-show")
    do(hall, returning.to_me, "return", counter="p2", ticket=ids["A 001"])
    before = everything(hall)
    assert refused(undo(hall, "no-show")) is Code.CHANGED_SINCE
    assert everything(hall) == before


def test_one_of_two_people_who_is_elsewhere_keeps_both_where_they_are(hall, served) -> None:
    do(hall, calling.call_next, "next", ticket=served["A 001"])
    do(hall, returning.to_place, "return", counter="p2", ticket=served["A 001"])
    before = everything(hall)
    assert refused(undo(hall, "next")) is Code.CHANGED_SINCE
    assert everything(hall) == before


def test_an_old_strip_brings_nobody_to_a_counter_that_has_somebody(hall, ids) -> None:
    """A second window still shows the strip of the act before the last one."""
    do(hall, calling.no_show, "no-show")
    do(hall, calling.call_next, "next")
    before = everything(hall)
    assert refused(undo(hall, "no-show")) is Code.CHANGED_SINCE
    assert everything(hall) == before


def test_a_number_that_was_given_again_meanwhile_does_not_come_back(hall) -> None:
    hall.store.write_now(lambda c: c.exec_driver_sql("UPDATE queue SET last_n = 1"))
    hall.ticket()
    do(hall, calling.call_next, "call")
    do(hall, calling.no_show, "no-show")
    assert hall.ticket().label == "A 001"
    before = everything(hall)
    assert refused(undo(hall, "no-show")) is Code.CHANGED_SINCE
    assert everything(hall) == before


def test_who_gave_the_number_back_meanwhile_is_not_called_again(hall, ids) -> None:
    do(hall, returning.back_to_the_list, "back")
    hall.do(cancel.cancel, hall.site, ids["A 001"], hall.clock())
    assert refused(undo(hall, "back")) is Code.CHANGED_SINCE
    assert state(hall, "A 001") is TicketState.CANCELLED


def test_nobody_comes_back_to_a_counter_that_was_taken_away(hall, ids) -> None:
    do(hall, returning.back_to_the_list, "back")
    assert hall.do(counter_settings.close_counter, hall.site, "p1", hall.clock()) is None
    assert refused(undo(hall, "back")) is Code.CHANGED_SINCE
    assert state(hall, "A 001") is TicketState.WAITING


def test_times_are_as_if_the_act_had_never_been(hall, served) -> None:
    do(hall, calling.call_next, "next", ticket=served["A 001"])
    hall.clock.forward(5000)
    undo(hall, "next")
    hall.clock.forward(60_000)
    do(hall, calling.finish, "finish", ticket=served["A 001"])
    rows = hall.store.read_now(
        lambda c: c.exec_driver_sql(
            "SELECT kind, ended_ms - started_ms FROM interval WHERE ticket_id = ? ORDER BY step", (served["A 001"],)
        ).all()
    )
    assert [tuple(row) for row in rows] == [("wait", 241_000), ("way", 1000), ("service", 67_000)]
