"""However many wait in one queue, calling and looking cost the same: SQLite's steps are counted, not time."""

from collections.abc import Callable
from random import Random
from typing import Any

import pytest
from sqlalchemy import Connection

from hub.auth.sessions import Person
from hub.counter import calling, manual_entry
from hub.counter.acts import Act
from hub.store.enums import Role, TicketState
from hub.tickets import ahead, wait_estimate, waiting
from hub.tickets.called import called_now
from hub.tickets.issue import Ask, Issued, issue
from hub.web.desk import desk_view

ME = Person(
    site="rathaus",
    user="u",
    login="l",
    name="N",
    role=Role.CLERK,
    csrf="",
    token_hash="",
    counter="p1",
    seen_ms=0,
    at_ms=0,
    handed_out=False,
)
FEW, MANY = 60, 600
PIECE = 10
"""Steps between two looks at the counter."""


def draw(hall, number: int, service: str = "ausweis") -> None:
    """So many numbers, drawn a second apart, in one write."""

    def do(connection: Connection) -> None:
        for _ in range(number):
            hall.made += 1
            now_ms = hall.clock.forward(1000)
            token = f"{hall.made:032x}"
            ask = Ask(site=hall.site, id=hall.uuid(hall.made), service=service, token=token, now_ms=now_ms)
            assert isinstance(issue(connection, ask), Issued)

    hall.store.write_now(do)


def steps(do: Callable[[Connection], object]) -> Callable[[Connection], int]:
    """How many steps a look or an act takes."""

    def counted(connection: Connection) -> int:
        driver: Any = connection.connection.dbapi_connection
        done = [0]

        def more() -> int:
            done[0] += PIECE
            return 0

        driver.set_progress_handler(more, PIECE)
        try:
            do(connection)
        finally:
            driver.set_progress_handler(None, PIECE)
        return done[0]

    return counted


LOOKS: dict[str, Callable[[Any], Callable[[Connection], object]]] = {
    "desk": lambda hall: lambda c: desk_view.desk(c, ME, "de", hall.clock()),
    "queues": lambda hall: lambda c: waiting.queues_now(c, hall.site),
    "before a new number": lambda hall: lambda c: ahead.before_new(c, hall.site, 100),
    "board": lambda hall: lambda c: called_now(c, hall.site, hall.clock()),
    "next own number": lambda hall: lambda c: manual_entry.expected(c, hall.site, "2026-11-24", 3, ("A", "B")),
    "expected wait": lambda hall: lambda c: wait_estimate.expected_wait(c, hall.site, "meldung", 3, hall.clock()),
}


def test_looks_at_the_hall_do_not_grow_with_the_queue(hall) -> None:
    draw(hall, FEW)
    few = {name: hall.store.read_now(steps(look(hall))) for name, look in LOOKS.items()}
    draw(hall, MANY - FEW)
    many = {name: hall.store.read_now(steps(look(hall))) for name, look in LOOKS.items()}
    grown = {name: (few[name], many[name]) for name in LOOKS if many[name] > 1.5 * few[name] + 50}
    assert not grown


def test_calling_and_numbers_do_not_grow_with_the_queue(hall) -> None:
    def call(op: str) -> int:
        here = hall.see(calling.current, hall.site, "p1")
        ticket, was_here = (here.id, True) if here else ("", None)
        act = Act(site=hall.site, counter="p1", op=op, now_ms=hall.clock(), ticket=ticket, was_here=was_here)
        return int(hall.store.write_now(steps(lambda c: calling.call_next(c, act))))

    def number(n: int) -> int:
        token = f"{n:032x}"
        ask = Ask(site=hall.site, id=hall.uuid(n), service="zulassung", token=token, now_ms=hall.clock())
        return int(hall.store.write_now(steps(lambda c: issue(c, ask))))

    draw(hall, FEW)
    call("first-operation")
    few = (call("second-operation"), number(9001))
    draw(hall, MANY - FEW)
    many = (call("third-operation"), number(9002))
    assert many[0] <= 1.5 * few[0]
    assert many[1] <= 1.5 * few[1]


def test_nobody_looks_through_all_tickets_or_events(hall) -> None:
    """The plans of all statements of calling and looking: a table that grows is never walked through."""
    draw(hall, 3)
    hall.next()
    seen: list[str] = []

    def traced(connection: Connection) -> list[str]:
        driver: Any = connection.connection.dbapi_connection
        driver.set_trace_callback(seen.append)
        for look in LOOKS.values():
            look(hall)(connection)
        waiting.standing(connection, f"{3:032x}")
        calling.call_next(connection, Act(site=hall.site, counter="p2", op="an-operation", now_ms=hall.clock()))
        driver.set_trace_callback(None)
        asked = [each for each in seen if "max(seq)" not in each and not each.startswith(("BEGIN", "--"))]
        return [row[3] for each in asked for row in driver.execute(f"EXPLAIN QUERY PLAN {each}").fetchall()]

    plan = hall.store.write_now(traced)
    assert [
        step for step in plan if step.startswith(("SCAN ticket", "SCAN event", "SCAN t ", "SCAN k ", "SCAN e "))
    ] == []
    assert not [step for step in plan if step.startswith("SEARCH event USING PRIMARY KEY (site_id=?)")], (
        "all its events"
    )
    assert not [step for step in plan if "sqlite_autoindex_ticket" in step and step.endswith("(site_id=?)")], (
        "all its tickets"
    )
    for index in ("waiting_in_order", "COVERING INDEX calls ", "no_shows"):
        assert any(index in step for step in plan), index


@pytest.mark.parametrize("seed", range(4))
def test_what_is_shown_first_is_the_order_of_calling(hall, seed: int) -> None:
    """The first of the list, for each counter, are the first of everybody sorted by class, arrival, slot and number."""
    draw(hall, 12)
    draw(hall, 8, "zulassung")
    chance = Random(seed)

    def shuffle(connection: Connection) -> None:
        for (ident,) in connection.exec_driver_sql("SELECT id FROM ticket ORDER BY id").fetchall():
            values = (chance.choice((50, 100)), chance.randrange(4), ident)
            connection.exec_driver_sql("UPDATE ticket SET priority = ?, arrival_ms = ? WHERE id = ?", values)

    hall.store.write_now(shuffle)
    everybody = sorted(
        hall.see(waiting.waiting_list, hall.site),
        key=lambda t: (t.priority, t.arrival_ms, t.slot, t.n, t.series),
    )
    assert len(everybody) == 20
    for counter, queues in (("", None), ("p1", None), ("p2", {"fahrzeuge"})):
        expected = [t.id for t in everybody if queues is None or t.queue_id in queues]
        for most in (1, 3, 500):
            shown = hall.see(waiting.waiting_list, hall.site, counter, most)
            assert [t.id for t in shown] == expected[:most]
            assert all(t.state is TicketState.WAITING for t in shown)
