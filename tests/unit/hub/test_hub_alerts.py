"""What the desk says when the hub does not save or its clock is in doubt, and what staff can answer."""

import threading
from collections.abc import Iterator
from typing import Any

import pytest

from hub.auth import people
from hub.clock import HallClock
from hub.store.enums import Role
from hub.store.faults import Trouble
from hub.tickets import business_day, waiting
from tests.unit.hub.conftest import NOON, SITE
from tests.unit.hub.test_hub_clock import FAR_MS, HOUR_MS, Machine
from tests.unit.hub.test_hub_pages import KEPT, Browser
from tests.unit.hub.test_hub_store_trouble import held, let_go


@pytest.fixture
def machine() -> Machine:
    return Machine()


@pytest.fixture
def clock(machine: Machine) -> HallClock:
    """The hall's clock: the hub believes it or not."""
    return machine.clock()


@pytest.fixture
def desk(live: Any) -> Iterator[Browser]:
    """Anna, at counter p1."""
    assert live.hall.do(people.add, SITE, "u2", "anna", "Anna", Role.CLERK, KEPT, live.hall.clock())
    browser = Browser(live.url)
    browser.http.headers["accept-language"] = "en"
    assert browser.sign_in("anna").status_code == 303
    browser.post("/desk/counter", {"counter": "p1"})
    yield browser
    browser.http.close()


def waiting_labels(live: Any) -> list[str]:
    return [each.label for each in live.hall.see(waiting.waiting_list, SITE)]


def in_the_trail(live: Any) -> tuple[str, ...]:
    """The newest entry."""
    sql = "SELECT login, what, before, after FROM trail_entry ORDER BY seq DESC LIMIT 1"
    return tuple(live.hall.see(lambda c: c.exec_driver_sql(sql).one()))


def notices(text: str) -> int:
    """How many things staff are told on top of the desk."""
    _, found, alerts = text.partition('id="alerts"')
    assert found
    return alerts.partition('class="columns"')[0].count('class="notice')


def test_desk_of_a_hub_that_is_well_says_nothing(desk: Browser) -> None:
    for path in ("/desk", "/desk/parts"):
        text = desk.get(path).text
        assert notices(text) == 0


def test_desk_says_which_file_is_held_and_what_to_do(live: Any, desk: Browser) -> None:
    """The page is shown all the same: who only looks needs no write. A press is answered in words."""
    with held(live.hall.store.path) as program:
        writer = threading.Thread(target=live.hall.ticket)
        writer.start()
        while live.hall.store.trouble is None:
            writer.join(0.05)
        text = desk.get("/desk").text
        assert "The hub cannot save just now." in text
        assert "Another program holds the file of the numbers" in text
        let_go(program)
        writer.join(60)
    assert "cannot save" not in desk.get("/desk/parts").text


def test_press_on_a_hub_that_does_not_save_is_answered_in_words(live: Any, desk: Browser) -> None:
    live.hall.store._writer.give_up(Trouble.FULL, "no room")
    answer = desk.post("/desk/do/next", {"op": "operation-1"}, **{"HX-Request": "true"})
    assert answer.status_code == 503
    assert "Not done: nothing is being saved just now." in answer.text
    assert "The disk is full. Call the technician" in answer.text
    page = desk.post("/desk/counter", {"counter": "p2"})
    assert (page.status_code, "The disk is full. Call the technician" in page.text) == (503, True)


def test_staff_are_asked_about_a_jump_and_say_that_it_is_right(live: Any, desk: Browser, machine: Machine) -> None:
    live.hall.ticket()
    machine.go(HOUR_MS // 2)
    machine.wall_ms += FAR_MS
    text = desk.get("/desk").text
    assert "The clock of this hub says 23.01.2046, 12:30. Is that right?" in text
    assert "for the hub it is 24.11.2026, 12:30" in text
    late = desk.post("/desk/clock/right", {"date": "2046-01-22"})
    assert "Is that right?" in late.text, "the date on the button is another one by now"
    assert live.hall.see(business_day.open_day, SITE) == "2026-11-24"
    answer = desk.post("/desk/clock/right", {"date": "2046-01-23"})
    assert notices(answer.text) == 0
    assert live.hall.see(business_day.open_day, SITE) == "2046-01-23"
    assert waiting_labels(live) == ["A 001"], "who came before staff said so is here"
    assert desk.get("/desk", allow_redirects=False).status_code == 200, "nobody is signed out by the answer"
    before, after = '{"clock":"2026-11-24 11:30 UTC"}', '{"clock":"2046-01-23 11:30 UTC"}'
    assert in_the_trail(live) == ("anna", "site.clock", before, after)


def test_staff_say_that_the_clock_is_wrong(live: Any, desk: Browser, machine: Machine) -> None:
    live.hall.ticket()
    machine.wall_ms += FAR_MS
    assert "A technician must set the clock." in desk.post("/desk/clock/wrong", {"date": "2046-01-23"}).text
    assert "clock-wrong" not in desk.get("/desk").text
    assert in_the_trail(live)[:2] == ("anna", "site.clock")
    assert live.hall.see(business_day.open_day, SITE) == "2026-11-24"
    machine.wall_ms = NOON
    assert notices(desk.get("/desk").text) == 0


def test_day_that_is_ahead_is_closed_at_the_desk(live: Any, desk: Browser) -> None:
    live.hall.do(business_day.turn_all, NOON)
    live.hall.ticket()
    live.hall.do(business_day.turn_all, NOON + FAR_MS)
    live.hall.ticket()
    text = desk.get("/desk").text
    assert "The open day is 23.01.2046, and that day has not come yet." in text
    answer = desk.post("/desk/clock/close", {"date": "2026-11-24"})
    assert notices(answer.text) == 0
    assert in_the_trail(live) == ("anna", "site.clock", "{}", '{"day":"2026-11-24"}')
    assert live.hall.see(business_day.open_day, SITE) == "2026-11-24"
    assert waiting_labels(live) == ["A 001"]
