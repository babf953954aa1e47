"""What a number says to its visitor ("Vor Ihnen") against the order in which real counters really call.

Halls are random: which counter serves which queues, who waits where with which priority, arrival and slot. The calls
are ``calling.call_next`` on the real tables. Two bounds are proved for any waiting ticket, while nobody comes in with
an earlier place:

* at most: whatever all counters do in whatever order, the counters that serve its queue call no more than the told
  people before it;
* exactly: when each call of theirs goes to the one of them with the earliest next person, they call exactly so many.

Where every counter serves the same queues (every hall begins so) both are one: the told figure is exact for every order
of calls. Elsewhere a counter that does not serve the visitor's queue may take somebody away, or one that does may reach
the visitor before another has called everybody who stands earlier: then fewer come before than it said, never more.
"""

import tempfile
from collections.abc import Callable
from functools import partial
from pathlib import Path
from typing import NamedTuple

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from sqlalchemy import Connection

from hub import sites
from hub.counter import calling
from hub.counter.calling import Act, Done
from hub.settings import counter_settings, queue_settings
from hub.sites import Site
from hub.store.engine import Store
from hub.store.enums import TicketState
from hub.tickets import waiting
from hub.tickets.ahead import before_new, people_before
from hub.tickets.issue import NORMAL, Ask, Issued, issue
from hub.tickets.model import Ticket, load
from tests.property.test_hub_queue_machine import empty_store, uuid

SITE = "s"
QUEUES = ("A", "B", "C", "D")
NOW = 1_795_518_000_000


class Visitor(NamedTuple):
    """Somebody who waits."""

    queue: str
    arrival: int
    priority: int
    slot: int


class Hall(NamedTuple):
    """Which queues each counter serves (none = all), who waits, and an order of calls."""

    duties: tuple[tuple[str, ...], ...]
    visitors: tuple[Visitor, ...]
    calls: tuple[int, ...]


duties = st.lists(st.sampled_from(QUEUES), max_size=3, unique=True).map(tuple)
visitors = st.builds(
    Visitor,
    st.sampled_from(QUEUES),
    st.integers(0, 6),
    st.sampled_from((100, 100, 100, 50)),
    st.sampled_from((0, 0, 3)),
)
halls = st.builds(
    Hall,
    st.lists(duties, min_size=1, max_size=4).map(tuple),
    st.lists(visitors, min_size=1, max_size=9).map(tuple),
    st.lists(st.integers(0, 3), max_size=20).map(tuple),
)


def fill(c: Connection, hall: Hall) -> None:
    sites.add_site(c, Site(SITE, "M", "R", "Europe/Berlin", ""), NOW)
    for queue in QUEUES:
        assert queue_settings.add_queue(c, SITE, queue, queue, {"de": queue}, NOW) is None
        queue_settings.route(c, SITE, queue, queue, NOW)
    for at, served in enumerate(hall.duties):
        assert counter_settings.add_counter(c, SITE, f"c{at}", f"Platz {at}", NOW) is None
        counter_settings.serve(c, SITE, f"c{at}", served, NOW)
    for at, visitor in enumerate(hall.visitors):
        draw(c, at, visitor.queue)
        c.exec_driver_sql(
            "UPDATE ticket SET arrival_ms = ?, priority = ?, slot = ? WHERE id = ?",
            (NOW + visitor.arrival, visitor.priority, visitor.slot, uuid(at)),
        )


def draw(c: Connection, at: int, queue: str) -> Ticket:
    ident = uuid(at)
    answer = issue(c, Ask(site=SITE, id=ident, service=queue, token=ident.replace("-", ""), now_ms=NOW + 10))
    assert isinstance(answer, Issued)
    return answer.ticket


def in_store(hall: Hall, check: Callable[[Connection], None]) -> None:
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "hub.db"
        path.write_bytes(empty_store())
        store = Store(path)
        try:
            store.write_now(lambda c: (fill(c, hall), check(c))[1])
        finally:
            store.close()


def serving(hall: Hall, queue: str) -> list[int]:
    return [at for at, served in enumerate(hall.duties) if not served or queue in served]


def call(c: Connection, counter: int, op: int) -> str | None:
    """Whom this counter calls next; None when nobody waits for it."""
    here = calling.current(c, SITE, f"c{counter}")
    act = Act(
        site=SITE,
        counter=f"c{counter}",
        op=f"op-{counter}-{op}",
        now_ms=NOW + 1000 + op,
        ticket=here.id if here else "",
        was_here=True if here else None,
    )
    done = calling.call_next(c, act)
    return done.ticket.id if isinstance(done, Done) else None


def called_before(c: Connection, mine: Ticket, own: list[int], turns: Callable[[Connection, int], int]) -> int:
    """How many people the counters ``own`` call before ``mine``; ``turns`` says who calls next. Nothing stays of it."""
    people = 0
    with c.begin_nested() as trial:
        for turn in range(1000):
            counter = turns(c, turn)
            who = call(c, counter, turn)
            if who == mine.id:
                break
            people += who is not None and counter in own
        else:
            raise AssertionError(f"{mine.label} was never called")
        trial.rollback()
    return people


def first_of(c: Connection, counter: int) -> tuple[int, int, int, int, str]:
    """The place of the person this counter would call."""
    found = waiting.waiting_list(c, SITE, f"c{counter}", 1)
    if not found:
        return (10**9, 0, 0, 0, "")
    (ticket,) = found
    return (ticket.priority, ticket.arrival_ms, ticket.slot, ticket.n, ticket.series)


@settings(max_examples=25, deadline=None)
@given(halls)
def test_the_told_people_are_those_who_are_called_before(hall: Hall) -> None:
    def check(c: Connection) -> None:
        for at, visitor in enumerate(hall.visitors):
            mine = load(c, SITE, uuid(at))
            assert mine is not None
            own = serving(hall, visitor.queue)
            told = people_before(c, mine)
            if not own:
                continue  # no counter calls this queue: nobody can be called before
            order = (*(call % len(hall.duties) for call in hall.calls), *own)
            some = called_before(c, mine, own, lambda _c, turn, order=order: order[turn % len(order)])
            assert some <= told
            earliest = called_before(c, mine, own, lambda c, _turn, own=own: min(own, key=partial(first_of, c)))
            assert earliest == told
            if len({frozenset(served) for served in hall.duties}) == 1:
                assert some == told
        for at, queue in enumerate(QUEUES):
            shown = before_new(c, SITE, NORMAL)[queue]
            assert draw(c, 500 + at, queue).ahead == shown, "the tile said what the number says"
            c.exec_driver_sql("UPDATE ticket SET state = 'cancelled', ended_ms = 1 WHERE id = ?", (uuid(500 + at),))
            c.exec_driver_sql("UPDATE queue SET waiting = waiting - 1 WHERE id = ?", (queue,))

    in_store(hall, check)


def everybody(queue: str, people: int) -> tuple[Visitor, ...]:
    return tuple(Visitor(queue, at % 5, 100, 0) for at in range(people))


@pytest.mark.parametrize(
    ("served", "told"),
    [
        (((),) * 6, 67),
        ((("A",), ("B", "C")), 23),
        ((("A", "B"), ("C",)), 23 + 24),
        ((("A", "B"), ("A", "C")), 67),
        ((("A", "B"), ("B", "C")), 23 + 24),
    ],
    ids=["every counter calls all", "a queue of its own", "one shared", "two that share it", "not by a chain"],
)
def test_a_new_number_is_told_whom_its_counters_call_first(served: tuple[tuple[str, ...], ...], told: int) -> None:
    """23 wait in A, 24 in B, 20 in C."""
    hall = Hall(served, (*everybody("A", 23), *everybody("B", 24), *everybody("C", 20)), ())

    def check(c: Connection) -> None:
        ticket = draw(c, 999, "A")
        assert ticket.ahead == told
        assert people_before(c, ticket) == told
        kept = load(c, SITE, ticket.id)
        assert kept is not None
        assert kept.ahead == told, "asked again, the slip says the same"

    in_store(hall, check)


def test_a_counter_that_was_taken_away_calls_nobody() -> None:
    hall = Hall((("A",), ()), (*everybody("A", 2), *everybody("B", 3)), ())

    def check(c: Connection) -> None:
        assert before_new(c, SITE, NORMAL) == {"A": 5, "B": 5, "C": 5, "D": 5}
        c.exec_driver_sql("UPDATE counter SET closed_ms = 1 WHERE id = 'c1'")
        assert before_new(c, SITE, NORMAL) == {"A": 2, "B": 3, "C": 0, "D": 0}
        mine = load(c, SITE, uuid(1))
        assert mine is not None
        assert people_before(c, mine) == 1

    in_store(hall, check)


def test_who_does_not_wait_has_nobody_before() -> None:
    def check(c: Connection) -> None:
        assert call(c, 0, 1) == uuid(0)
        called = load(c, SITE, uuid(0))
        assert called is not None
        assert called.state is TicketState.CALLED
        assert people_before(c, called) == 0

    in_store(Hall(((),), everybody("A", 3), ()), check)


def test_the_look_uses_the_index_however_many_wait() -> None:
    """Not one table is walked through, and the queues' people are counted from the end of the index."""
    from hub.tickets.ahead import _BEFORE  # the statement itself is what is looked at

    def check(c: Connection) -> None:
        steps = c.exec_driver_sql("EXPLAIN QUERY PLAN " + _BEFORE, (SITE, "A", 100, NOW, 0, 1, "A")).fetchall()
        plan = "\n".join(str(step[3]) for step in steps)
        assert (
            "waiting_in_order (site_id=? AND queue_id=? AND (priority,arrival_ms,slot,n,series)>(?,?,?,?,?))" in plan
        ), plan
        assert "MATERIALIZE same" in plan, "the counters are looked up once"
        assert "SCAN ticket" not in plan

    in_store(Hall(((),), everybody("A", 1), ()), check)
