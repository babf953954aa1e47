"""Forgetting: of a visit stays what figures need, the rest goes after the time that the town sets, in portions."""

import asyncio
import os
import re
from itertools import count
from pathlib import Path

import msgspec
import pytest

from hub import events
from hub import sites as sites_table
from hub.counter import calling, manual_entry
from hub.counter.manual_entry import ManualEntry
from hub.fleet import help_calls, terminals
from hub.fleet.help_calls import HelpCall
from hub.fleet.terminals import Known
from hub.reports import cancel
from hub.retention import sweep as retention_sweep
from hub.retention.periods import USUAL_MS
from hub.retention.sweep import Budget, sweep
from hub.settings import queue_settings
from hub.sites import Site, sites
from hub.store import space
from hub.store.engine import Store
from hub.store.enums import AlarmKind, TicketState
from hub.tickets import business_day, issue, waiting
from hub.tickets.states import move
from kiosk.wire import Heartbeat
from tests.unit.hub.conftest import DAY_MS, NOON
from tests.unit.hub.sync_helpers import call, find, op, outcomes, own, slip_of, sync, uuid

MINUTE_MS = 60_000
PAST = "day, minute, queue_id, service_id, counter_id, kind, seconds"


def rows(hall, sql: str) -> list[tuple[object, ...]]:
    return [tuple(row) for row in hall.store.read_now(lambda c: c.exec_driver_sql(sql).all())]


def seqs(hall) -> list[int]:
    return [event.seq for event in hall.see(events.since, hall.site, 0, 10_000)]


def past(hall) -> list[tuple[object, ...]]:
    return rows(hall, f"SELECT {PAST} FROM past_interval ORDER BY day, visit, step")


def later(hall, ms: int) -> None:
    """So much later the day has turned, and the hub swept."""
    hall.clock.forward(ms)
    hall.do(business_day.turn_all, hall.clock())
    hall.forget()


def visit(hall, service: str = "ausweis", counter: str = "p1"):
    """Five minutes of waiting, half a minute on the way, seven minutes at the counter."""
    ticket = hall.ticket(service)
    hall.clock.forward(5 * MINUTE_MS)
    hall.next(counter)
    hall.clock.forward(30_000)
    hall.do(calling.arrive, hall._act(counter, ""))
    hall.clock.forward(7 * MINUTE_MS)
    hall.served(counter)
    return ticket


def keep_for(hall, days_kept: int) -> None:
    site = hall.see(sites)[0]
    hall.do(sites_table.change_site, msgspec.structs.replace(site, kept_days=days_kept), hall.clock())


# --- what stays of a visit


def test_of_a_visit_stay_its_intervals_and_nothing_that_names_it(hall) -> None:
    ticket = visit(hall)
    assert past(hall) == []
    later(hall, 31 * DAY_MS)
    wait = ("2026-11-24", 12 * 60, "meldung", "ausweis", None, "wait", 300)
    way = ("2026-11-24", 12 * 60 + 5, "meldung", "ausweis", "p1", "way", 30)
    service = ("2026-11-24", 12 * 60 + 5, "meldung", "ausweis", "p1", "service", 420)
    assert past(hall) == [wait, way, service]
    assert len(rows(hall, "SELECT DISTINCT visit FROM past_interval")) == 1
    everything = repr([rows(hall, f'SELECT * FROM "{name}"') for (name,) in tables(hall)])
    for trace in (ticket.id, ticket.token, ticket.label):
        assert trace not in everything, trace


def tables(hall) -> list[tuple[object, ...]]:
    return rows(hall, "SELECT name FROM sqlite_schema WHERE type = 'table'")


def test_no_byte_of_it_is_left_in_the_file(hall, tmp_path: Path) -> None:
    ticket = visit(hall)
    later(hall, 31 * DAY_MS)
    hall.store.close()
    assert [path.name for path in tmp_path.iterdir()] == ["hub.db"], "the log is gone with the last connection"
    content = (tmp_path / "hub.db").read_bytes()
    for trace in (ticket.id, ticket.token):
        assert trace.encode() not in content


def test_a_visit_over_midnight_has_a_number_on_each_day(hall) -> None:
    """Parked over night: each interval is of the day on which it began."""
    ticket = hall.ticket()
    hall.do(move, ticket, TicketState.PARKED, hall.clock.forward(MINUTE_MS))
    hall.do(business_day.turn_all, hall.clock.forward(DAY_MS))
    parked = find(hall, ticket.id)
    hall.do(move, parked, TicketState.CANCELLED, hall.clock.forward(MINUTE_MS))
    hall.do(move, find(hall, ticket.id), TicketState.WAITING, hall.clock.forward(MINUTE_MS))
    hall.do(move, find(hall, ticket.id), TicketState.CANCELLED, hall.clock.forward(MINUTE_MS))
    later(hall, 31 * DAY_MS)
    assert [(row[0], row[5]) for row in past(hall)] == [
        ("2026-11-24", "wait"),
        ("2026-11-24", "pause"),
        ("2026-11-25", "wait"),
    ]
    assert len(rows(hall, "SELECT DISTINCT day, visit FROM past_interval")) == 2


def test_the_number_of_a_visit_is_drawn_and_given_once_a_day(hall) -> None:
    for _ in range(3):
        visit(hall)
    hall.do(business_day.turn_all, hall.clock.forward(31 * DAY_MS))
    drawn = iter([7, 7, 3, 7, 9])
    asyncio.run(sweep(hall.store, hall.clock, draw=lambda _below: next(drawn)))
    assert rows(hall, "SELECT visit, count(*) FROM past_interval GROUP BY visit") == [(3, 3), (7, 3), (9, 3)]


def test_the_double_of_a_visitor_counts_once(hall) -> None:
    ticket, other = hall.ticket(), hall.ticket()
    hall.do(move, ticket, TicketState.VOID, hall.clock.forward(MINUTE_MS))
    hall.do(move, other, TicketState.CANCELLED, hall.clock.forward(MINUTE_MS))
    later(hall, 31 * DAY_MS)
    assert [row[6] for row in past(hall)] == [120]
    assert rows(hall, "SELECT * FROM ticket") == []


def test_each_town_has_its_own_time(hall) -> None:
    visit(hall)
    keep_for(hall, 5)
    other = Site("other", "Nachbarstadt", "Rathaus", "Europe/Berlin", "", 500)
    hall.do(sites_table.add_site, other, hall.clock())
    hall.do(queue_settings.add_queue, "other", "q", "A", {"de": "q"}, hall.clock())
    hall.do(queue_settings.route, "other", "s", "q", hall.clock())
    ask = issue.Ask(site="other", id=uuid(99), service="s", token="e" * 32, now_ms=hall.clock())
    hall.do(issue.issue, ask)
    later(hall, 4 * DAY_MS)
    assert len(rows(hall, "SELECT * FROM ticket")) == 2
    later(hall, 2 * DAY_MS)
    assert rows(hall, "SELECT site_id FROM ticket") == [("other",)]
    assert {row[0] for row in rows(hall, "SELECT site_id FROM past_interval")} == {hall.site}
    later(hall, 400 * DAY_MS)
    assert rows(hall, "SELECT site_id FROM ticket") == [("other",)]
    later(hall, 100 * DAY_MS)
    assert rows(hall, "SELECT site_id FROM ticket") == []


@pytest.mark.parametrize("state", [TicketState.PARKED, TicketState.PENDING_PICKUP])
def test_who_never_came_back_is_over_in_the_end(hall, state: TicketState) -> None:
    ticket = hall.ticket()
    hall.next()
    called = find(hall, ticket.id)
    hall.do(move, called, TicketState.IN_SERVICE, hall.clock.forward(MINUTE_MS))
    hall.do(move, find(hall, ticket.id), state, hall.clock.forward(MINUTE_MS))
    later(hall, 29 * DAY_MS)
    assert find(hall, ticket.id).state is state
    later(hall, 2 * DAY_MS)
    assert find(hall, ticket.id) is None
    assert ticket.id not in repr(rows(hall, "SELECT * FROM event"))
    assert past(hall)[-1][5:] == ("pause", 31 * 24 * 3600)
    assert hall.see(waiting.queues_now, hall.site)[0].waiting == 0


def test_other_names_of_a_ticket_go_with_it(hall) -> None:
    lost, typed = (
        hall.ticket(),
        ManualEntry(site=hall.site, op="op-typed", text="A 03-02", id=uuid(70), token="d" * 32, now_ms=hall.clock()),
    )
    hall.store.write_now(
        lambda c: c.exec_driver_sql(
            "INSERT INTO slot_grant (site_id, generation, slot, terminal_id, machine, granted_ms, granted_day)"
            " VALUES (?, ?, 3, 't1', 'm', 0, '')",
            (hall.site, "0" * 32),
        )
    )
    assert hall.do(manual_entry.bring, typed).fresh
    assert outcomes(sync(hall, own(hall, 1, lost.id, 1), own(hall, 2, uuid(71), 2))) == [
        (200, "relabelled"),
        (200, "merged"),
    ]
    assert len(rows(hall, "SELECT * FROM label_alias")) == len(rows(hall, "SELECT * FROM ticket_alias")) == 1
    later(hall, DAY_MS)
    later(hall, 30 * DAY_MS)
    for table in ("label_alias", "ticket_alias", "ticket"):
        assert rows(hall, f"SELECT * FROM {table}") == [], table
    assert [row[5] for row in past(hall)] == ["wait", "wait"]


# --- what never goes


def test_the_newest_event_stays(hall) -> None:
    """It carries the count: without it seq would begin anew and streams would be blind."""
    newest = seqs(hall)[-1]
    hall.clock.forward(USUAL_MS + 1)
    hall.forget()
    assert seqs(hall) == [newest]
    hall.ticket()
    assert seqs(hall)[1] == newest + 1


def test_what_is_young_stays(hall) -> None:
    visit(hall)
    before = [rows(hall, f'SELECT * FROM "{name}"') for (name,) in tables(hall)]
    hall.clock.now_ms = NOON + USUAL_MS
    hall.forget()
    assert [rows(hall, f'SELECT * FROM "{name}"') for (name,) in tables(hall)] == before


def test_the_open_day_stays_whole_however_long_it_is_open(hall) -> None:
    """A hub whose clock was ahead, or that nobody turned: its numbers are on paper."""
    visit(hall)
    sync(hall, own(hall, 1, hall.ticket().id, 1))
    hall.clock.forward(400 * DAY_MS)
    hall.forget()
    assert len(rows(hall, "SELECT * FROM ticket")) == 2
    assert rows(hall, "SELECT n FROM label_alias") == [(2,)]
    assert past(hall) == []


def test_no_number_comes_twice_on_a_day_that_comes_twice(hall) -> None:
    """The clock was ahead for long enough to forget a day; then staff close that day and the true one goes on."""
    day = hall.ticket().day
    hall.ticket()
    later(hall, 400 * DAY_MS)
    assert rows(hall, "SELECT * FROM ticket") == []
    ahead = hall.see(business_day.open_day, hall.site)
    hall.clock.now_ms = NOON + MINUTE_MS
    hall.do(business_day.close, hall.site, ahead, hall.clock())
    hall.do(business_day.begin, hall.site, day, hall.clock())
    assert hall.ticket().label == "A 003"


def test_a_visit_told_late_is_kept_no_longer_than_others(hall) -> None:
    """Its terminal was away for three weeks."""
    clock = hall.clock()
    hall.do(business_day.today, hall.site, clock)
    later(hall, 20 * DAY_MS)
    sync(hall, own(hall, 1, uuid(50), arrival_ms=clock))
    assert find(hall, uuid(50)).state is TicketState.EXPIRED
    later(hall, 11 * DAY_MS)
    assert find(hall, uuid(50)) is None
    assert [row[:2] for row in past(hall)] == [("2026-11-24", 12 * 60)]


def test_numbers_of_a_day_ahead_are_forgotten_by_their_time(hall) -> None:
    """Given while the clock was a year ahead, and that day was closed: they are not kept for a year and a month."""
    hall.clock.forward(400 * DAY_MS)
    ticket = hall.ticket()
    hall.clock.now_ms = NOON
    hall.do(move, ticket, TicketState.CANCELLED, hall.clock())
    hall.do(business_day.close, hall.site, ticket.day, hall.clock())
    hall.do(business_day.begin, hall.site, "2026-11-24", hall.clock())
    later(hall, 31 * DAY_MS)
    assert rows(hall, "SELECT * FROM ticket") == []


# --- what is told late


def test_a_visit_that_is_gone_is_not_made_anew(hall) -> None:
    """Its terminal was away for two months, its disk found again: it tells all, and is done with it."""
    clock = hall.clock()
    sync(hall, own(hall, 1, uuid(50)))
    sync(hall, op("paper", uuid(50), 2, id=uuid(50), outcome="printed"))
    later(hall, DAY_MS)
    later(hall, 60 * DAY_MS)
    assert rows(hall, "SELECT * FROM ticket") == rows(hall, "SELECT * FROM applied") == []
    kept = past(hall)
    for round_ in (10, 20):
        told = own(hall, round_, uuid(50), arrival_ms=clock)
        assert outcomes(sync(hall, told, op("cancel", uuid(50), round_ + 1, id=uuid(50)))) == [
            (200, "no_longer_kept" if round_ == 10 else "given_back"),
            (200, "cancelled"),
        ]
    assert rows(hall, "SELECT * FROM ticket") == rows(hall, "SELECT * FROM alarm") == []
    assert past(hall) == kept


def test_paper_of_a_visit_that_is_gone_is_settled(hall) -> None:
    """An id carries the time of its tap: unknown and of today it is still a fault."""
    old, new = (f"{ms:012x}"[:8] + "-" + f"{ms:012x}"[8:] + "-7000-8000-000000000001" for ms in _old_and_new(hall))
    hall.clock.forward(60 * DAY_MS)
    assert outcomes(
        sync(hall, op("paper", old, 1, id=old, outcome="printed"), op("paper", new, 2, id=new, outcome="printed"))
    ) == [(200, "printed"), (404, "unknown_ticket")]


def _old_and_new(hall) -> tuple[int, int]:
    return hall.clock() + MINUTE_MS, hall.clock() + 60 * DAY_MS


def test_a_slip_of_a_visit_that_is_gone_brings_nobody(hall) -> None:
    slip = slip_of(hall, uuid(50))
    later(hall, 60 * DAY_MS)
    hall.ticket()
    assert outcomes(sync(hall, op("scan", uuid(80), 1, slip=slip, scanned_ms=0))) == [(200, "no_longer_kept")]
    wish = ManualEntry(site=hall.site, op="op-slip", text=slip, id=uuid(81), token="c" * 32, now_ms=hall.clock())
    assert hall.do(manual_entry.bring, wish).code == "wrong_day"
    assert len(rows(hall, "SELECT * FROM ticket")) == 1


def test_who_waits_now_under_an_old_day_is_no_old_visit(hall) -> None:
    """The terminal was cut off for two months and went on giving numbers under the day it knew."""
    hall.ticket()
    later(hall, 60 * DAY_MS)
    assert outcomes(sync(hall, own(hall, 1, uuid(50)))) == [(200, "new")]
    assert find(hall, uuid(50)).state is TicketState.WAITING


@pytest.mark.parametrize(("days_away", "word"), [(20, "new"), (60, "no_longer_kept")])
def test_a_clock_of_1970_makes_no_ghost_of_an_old_visit(hall, days_away: int, word: str) -> None:
    hall.ticket()
    later(hall, days_away * DAY_MS)
    assert outcomes(sync(hall, own(hall, 1, uuid(50), arrival_ms=1000, arrival_sure=False))) == [(200, word)]


def test_a_letter_that_no_queue_has_is_no_reason_to_keep_an_old_fact(hall) -> None:
    clock = hall.clock()
    later(hall, 60 * DAY_MS)
    hall.ticket()
    assert outcomes(sync(hall, own(hall, 1, uuid(50), series="Z", arrival_ms=clock))) == [(200, "no_longer_kept")]


# --- everything else that is old


def test_what_was_said_about_visits_goes_too(hall) -> None:
    ticket = hall.ticket()
    call(hall, 1)
    hall.do(cancel.cancel, hall.site, uuid(60), hall.clock())
    asks = HelpCall(
        id=uuid(61), terminal="t1", terminal_name="T", place="", reason="no_paper", lang="de", label=ticket.label,
        opened_ms=hall.clock(),
    )  # fmt: skip
    hall.do(help_calls.open_help, hall.site, asks)
    sync(hall, own(hall, 2, uuid(62)), own(hall, 3, uuid(63)))
    assert rows(hall, "SELECT kind FROM alarm") == [(AlarmKind.LABEL_TAKEN,)]
    for table in ("tombstone", "applied", "counter_act", "help_call", "alarm"):
        assert rows(hall, f"SELECT * FROM {table}"), table
    later(hall, DAY_MS)
    later(hall, 31 * DAY_MS)
    for table in ("ticket", "interval", "tombstone", "applied", "counter_act", "help_call", "alarm"):
        assert rows(hall, f"SELECT * FROM {table}") == [], table


def test_an_alarm_that_nobody_noted_outlives_a_short_time(hall) -> None:
    sync(hall, own(hall, 2, uuid(62)), own(hall, 3, uuid(63)))
    keep_for(hall, 1)
    later(hall, 10 * DAY_MS)
    assert len(rows(hall, "SELECT * FROM alarm")) == 1
    hall.store.write_now(lambda c: c.exec_driver_sql("UPDATE alarm SET noted_ms = 1"))
    hall.forget()
    assert rows(hall, "SELECT * FROM alarm") == []


def test_what_a_revoked_terminal_told_last_goes(hall) -> None:
    assert hall.do(terminals.add_terminal, hall.site, "t2", "Terminal 2", hall.clock()) is None
    for terminal in ("t1", "t2"):
        beat = Heartbeat(version="1", catalogue_version=1)
        hall.do(terminals.heard, Known(hall.site, terminal, terminal), beat, hall.clock())
    hall.do(terminals.revoke, hall.site, "t2", hall.clock())
    hall.clock.forward(USUAL_MS)
    hall.forget()
    assert len(rows(hall, "SELECT * FROM terminal_status")) == 2
    hall.clock.forward(1)
    hall.forget()
    assert rows(hall, "SELECT terminal_id FROM terminal_status") == [("t1",)]


def test_copies_of_before_an_upgrade_do_not_keep_what_the_hub_forgot(hall, tmp_path: Path) -> None:
    for name, age_days in (("old", 31), ("new", 29)):
        copy = tmp_path / f"hub.db.before-{name}"
        copy.write_bytes(b"")
        os.utime(copy, (hall.clock() / 1000 - age_days * 86400,) * 2)
    hall.forget()
    assert [path.name for path in tmp_path.glob("*.before-*")] == ["hub.db.before-new"]


def test_the_page_of_a_visit_that_is_gone_says_so(hall, live) -> None:
    ticket = visit(hall)
    assert live.http.get(f"{live.url}/t/{ticket.token}", timeout=300).status_code == 200
    later(hall, 31 * DAY_MS)
    answer = live.http.get(f"{live.url}/t/{ticket.token}?lang=en", timeout=300)
    assert answer.status_code == 404
    assert "Numbers of earlier days are deleted after some time" in answer.text


def test_the_document_says_of_every_table_how_long_it_is_kept(hall) -> None:
    """A table that is new needs a row, and somebody who has thought about it."""
    document = (Path(__file__).parents[3] / "docs" / "operations.md").read_text("utf-8")
    _, _, rest = document.partition("## What is kept how long\n")
    section, _, _ = rest.partition("\n## ")
    named = {name for line in section.splitlines() if line.startswith("| `") for name in _names(line)}
    assert named == {str(name) for (name,) in tables(hall)} - {"alembic_version", "sqlite_sequence"}


def _names(line: str) -> list[str]:
    """The tables in a row's first cell."""
    return re.findall(r"`([a-z_]+)`", line.split("|")[1])


# --- portions, and the file


def tombstones(hall, many: int) -> None:
    def bury(connection) -> None:
        for n in range(many):
            cancel.cancel(connection, hall.site, uuid(n), hall.clock())

    hall.store.write_now(bury)


def test_a_lot_goes_in_portions(hall) -> None:
    tombstones(hall, retention_sweep.PORTION_ROWS * 2 + 50)
    hall.clock.forward(USUAL_MS + 1)
    commits = count()
    hall.store.after_commit(lambda: next(commits))
    hall.forget()
    assert rows(hall, "SELECT * FROM tombstone") == []
    assert next(commits) >= 3


def test_a_portion_ends_when_its_time_is_over() -> None:
    ticks = iter([0.0, 0.004, 0.009, 0.0101])
    budget = Budget(lambda: next(ticks))
    assert [budget.is_over() for _ in range(3)] == [False, False, True]


def test_a_portion_ends_after_its_rows() -> None:
    budget = Budget(lambda: 0.0)
    assert [budget.is_over() for _ in range(retention_sweep.PORTION_ROWS)].index(
        True
    ) == retention_sweep.PORTION_ROWS - 1


def test_a_sweep_stops_when_the_clock_is_in_doubt(hall) -> None:
    tombstones(hall, 2 * retention_sweep.PORTION_ROWS)
    hall.clock.forward(USUAL_MS + 1)
    answers = iter([True] * 3)
    asyncio.run(sweep(hall.store, hall.clock, lambda: next(answers, False)))
    assert 0 < len(rows(hall, "SELECT * FROM tombstone")) < 2 * retention_sweep.PORTION_ROWS


def test_a_new_file_shrinks_when_much_of_it_is_forgotten(hall, tmp_path: Path, monkeypatch) -> None:
    monkeypatch.setattr(space, "SPARE_PAGES", 10)
    assert hall.see(space.can_shrink)
    tombstones(hall, 6000)
    hall.store.write_now(lambda c: c.exec_driver_sql("UPDATE tombstone SET at_ms = at_ms"))
    hall.clock.forward(USUAL_MS + 1)
    full = rows(hall, "PRAGMA page_count")[0][0]
    hall.forget()
    small = rows(hall, "PRAGMA page_count")[0][0]
    assert full - small > 80, (full, small)
    assert rows(hall, "PRAGMA freelist_count")[0][0] <= 10
    hall.store.close()
    assert (tmp_path / "hub.db").stat().st_size == small * 4096
    again = Store(tmp_path / "hub.db")
    assert again.read_now(lambda c: c.exec_driver_sql("PRAGMA integrity_check").scalar_one()) == "ok"
    again.close()
