"""A full queue is known before anything is tried: what a refusal costs, and which number is the next free one."""

from collections.abc import Callable

import pytest
from hypothesis import given
from hypothesis import strategies as st
from sqlalchemy import Connection, create_engine

from hub.errors import Code, Refused
from hub.store.enums import ACTIVE, TicketState
from hub.store.sql import run
from hub.tickets import aliases
from hub.tickets.free_numbers import Place, Series, next_free
from hub.tickets.issue import Ask, Issued, issue
from hub.tickets.states import move


def statements(hall, do: Callable[[Connection], object]) -> tuple[object, list[str]]:
    """What a write returns, and the statements it ran."""
    seen: list[str] = []

    def traced(connection: Connection) -> object:
        driver = connection.connection.dbapi_connection
        assert driver is not None
        driver.set_trace_callback(seen.append)
        try:
            return do(connection)
        finally:
            driver.set_trace_callback(None)

    return hall.store.write_now(traced), seen


def asked(hall, service: str = "ausweis") -> Callable[[Connection], Issued | Refused]:
    hall.made += 1
    token = f"{hall.made:032x}"
    ask = Ask(site=hall.site, id=hall.uuid(hall.made), service=service, token=token, now_ms=hall.clock())
    return lambda connection: issue(connection, ask)


def fill(hall, number: int) -> None:
    """So many people wait for the queue A."""
    asks = [asked(hall) for _ in range(number)]
    hall.store.write_now(lambda connection: [ask(connection) for ask in asks])


def test_a_refusal_by_a_full_queue_costs_less_than_a_number(hall) -> None:
    _, number = statements(hall, asked(hall))
    fill(hall, 998)
    refused, spent = statements(hall, asked(hall))
    assert isinstance(refused, Refused)
    assert refused.code is Code.NUMBERS_EXHAUSTED
    assert len(spent) < len(number), spent
    assert isinstance(statements(hall, asked(hall, "zulassung"))[0], Issued)


def test_the_last_free_number_is_found_without_trying_all(hall) -> None:
    fill(hall, 999)
    hall.store.write_now(
        lambda c: c.exec_driver_sql("UPDATE ticket SET state = 'done', ended_ms = 1 WHERE series = 'A' AND n = 998")
    )
    issued, spent = statements(hall, asked(hall))
    assert isinstance(issued, Issued)
    assert issued.ticket.label == "A 998"
    assert len(spent) < 20, spent


def test_a_full_queue_counts_void_numbers_of_today_only(hall) -> None:
    hall.store.write_now(lambda c: c.exec_driver_sql("UPDATE queue SET last_n = 3 WHERE series = 'A'"))
    hall.ticket()
    second = hall.ticket()
    hall.do(aliases.void_number, second, hall.clock())
    hall.do(move, second, TicketState.CANCELLED, hall.clock())
    assert hall.ticket().label == "A 003"
    refused = hall.ask()
    assert isinstance(refused, Refused)
    hall.next()
    hall.next()  # A 001 is done
    assert hall.ticket().label == "A 001", "A 002 is void today"


NUMBERS = st.integers(1, 9)


@given(
    first=st.integers(1, 3),
    length=st.integers(0, 6),
    start=NUMBERS,
    used=st.lists(st.tuples(NUMBERS, st.sampled_from((*ACTIVE, TicketState.DONE)), st.integers(0, 1)), max_size=12),
    void=st.lists(st.tuples(NUMBERS, st.sampled_from(("today", "before"))), max_size=6, unique=True),
)
def test_the_next_free_number_is_the_first_that_a_try_would_find(
    first: int, length: int, start: int, used: list[tuple[int, TicketState, int]], void: list[tuple[int, str]]
) -> None:
    series = Series("s", "A", "today", first, first + length)
    begin = series.following(Place(0, start))
    engine = create_engine("sqlite://", module=pytest.importorskip("pysqlite3"))
    with engine.connect() as connection:
        run(connection, "CREATE TABLE ticket (site_id, series, slot, n, state)")
        run(connection, "CREATE TABLE label_alias (site_id, day, series, slot, n)")
        for n, state, slot in used:
            run(connection, "INSERT INTO ticket VALUES ('s', 'A', ?, ?, ?)", slot, n, state)
        for n, day in void:
            run(connection, "INSERT INTO label_alias VALUES ('s', ?, 'A', 0, ?)", day, n)
        distinct = {(n, slot) for n, state, slot in used if state in ACTIVE}
        if len(distinct) < sum(state in ACTIVE for _, state, _ in used):
            return  # the index of those who wait allows each number once
        found = next_free(connection, series, begin)
    taken = {n for n, state, slot in used if slot == 0 and state in ACTIVE} | {n for n, day in void if day == "today"}
    place: Place | None = begin
    for _ in range(length + 1):
        assert place is not None
        if place.n not in taken:
            break
        place = series.following(place)
    else:
        place = None
    assert found == place
