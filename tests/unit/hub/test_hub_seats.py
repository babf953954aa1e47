"""Who sits at which counter: one session each, taken over with a question, given up with the session; pause."""

import re
import uuid
from collections.abc import Iterator
from typing import Any

import pytest

from hub.auth import people, sessions
from hub.counter import calling
from hub.reports import cancel
from hub.settings import counter_settings
from hub.store.enums import Role, TicketState
from hub.tickets.model import load
from tests.unit.hub.test_hub_pages import KEPT, SITE, Browser

MINUTE = 60_000


@pytest.fixture
def clerks(live: Any) -> Iterator[tuple[Browser, Browser]]:
    """Anna and Bernd, each in a browser of their own."""
    for ident, login, name in (("u1", "anna", "Anna Albrecht"), ("u2", "bernd", "Bernd Brandt")):
        assert live.hall.do(people.add, SITE, ident, login, name, Role.CLERK, KEPT, live.hall.clock())
    anna, bernd = Browser(live.url), Browser(live.url)
    for browser, login in ((anna, "anna"), (bernd, "bernd")):
        assert browser.sign_in(login).status_code == 303
    yield anna, bernd
    for browser in (anna, bernd):
        browser.http.close()


def sit(browser: Browser, counter: str = "p1", **more: str) -> Any:
    return browser.post("/desk/counter", {"counter": counter} | more)


def do(browser: Browser, word: str, **fields: str) -> Any:
    return browser.post(f"/desk/do/{word}", {"op": uuid.uuid4().hex} | fields)


def mark(text: str) -> str:
    found = re.search(r'name="over" value="([^"]+)"', text)
    assert found, text
    return found[1]


def tile(browser: Browser, counter: str = "p1") -> str:
    """What the choice of a counter says of one, without markup."""
    text = browser.get("/desk/choose").text
    found = re.search(rf'<button[^>]*value="{counter}">(.*?)</button>', text, re.DOTALL)
    assert found
    return " ".join(re.sub(r"<[^>]+>", " ", found[1]).split())


def test_who_sits_where_and_since_when_stands_on_the_tile(clerks: tuple[Browser, Browser], live: Any) -> None:
    anna, bernd = clerks
    assert "frei" in tile(bernd)
    sit(anna)
    live.hall.clock.forward(12 * MINUTE)
    assert "Anna Albrecht, seit 12:00" in tile(bernd)
    assert "zuletzt tätig um 12:00" in tile(bernd), "nobody knows whether she is still there"
    assert "Sie selbst" in tile(anna)
    assert "frei" in tile(bernd, "p2")


def test_taking_over_asks_and_the_other_page_says_so(clerks: tuple[Browser, Browser], live: Any) -> None:
    anna, bernd = clerks
    first = live.hall.ticket()
    sit(anna)
    do(anna, "next")
    asked = sit(bernd)
    assert asked.status_code == 200
    assert "Trotzdem übernehmen?" in asked.text
    assert "A 001 ist an diesem Schalter" in asked.text
    assert "Ist da" in anna.get("/desk").text, "until then nothing changes"
    live.hall.clock.forward(2 * MINUTE)
    assert sit(bernd, over=mark(asked.text)).headers["location"] == "/desk"
    lost = anna.get("/desk/parts", headers={"HX-Request": "true"}).text
    assert "Bernd Brandt hat Platz 1 um 12:02 übernommen." in lost
    assert "data-key" not in lost, "none of her keys acts"
    assert 'id="own-number">A 001<' in bernd.get("/desk").text
    for word, fields in (("next", {}), ("finish", {"here": "yes"}), ("no-show", {}), ("arrive", {}), ("recall", {})):
        answer = do(anna, word, ticket=first.id, **fields)
        assert "An diesem Schalter arbeitet jetzt jemand anderes" in answer.text, word
    assert live.hall.see(load, SITE, first.id).state is TicketState.CALLED


def test_the_question_is_about_who_sits_there_now(clerks: tuple[Browser, Browser], live: Any) -> None:
    anna, bernd = clerks
    sit(anna)
    asked = sit(bernd)
    live.hall.clock.forward(MINUTE)
    sit(anna, "p2")
    live.hall.clock.forward(MINUTE)
    sit(anna, "p1")
    again = sit(bernd, over=mark(asked.text))
    assert "Trotzdem übernehmen?" in again.text, "she left and came back meanwhile"


def test_taking_over_can_be_undone(clerks: tuple[Browser, Browser], live: Any) -> None:
    anna, bernd = clerks
    sit(anna)
    sit(bernd, over=mark(sit(bernd).text))
    strip = re.search(r'"of": "([^"]+)"', bernd.get("/desk").text)
    assert strip
    answer = bernd.post("/desk/undo", {"op": uuid.uuid4().hex, "of": strip[1]})
    assert answer.headers["hx-redirect"] == "/desk"
    assert bernd.get("/desk", allow_redirects=False).headers["location"] == "/desk/choose"
    assert "Anna Albrecht, seit 12:00" in tile(bernd)
    live.hall.ticket()
    assert 'id="own-number">A 001<' in do(anna, "next").text


def test_ones_own_second_browser_is_not_asked(clerks: tuple[Browser, Browser], live: Any) -> None:
    anna, _ = clerks
    sit(anna)
    other = Browser(live.url)
    other.sign_in("anna")
    assert sit(other).headers["location"] == "/desk"
    assert "Anna Albrecht hat Platz 1" in anna.get("/desk").text
    other.http.close()


def test_two_windows_of_one_browser_share_the_seat(clerks: tuple[Browser, Browser], live: Any) -> None:
    anna, _ = clerks
    sit(anna)
    assert sit(anna).headers["location"] == "/desk"
    live.hall.ticket()
    assert 'id="own-number">A 001<' in do(anna, "next").text


def test_leaving_with_a_visitor_asks_what_becomes_of_them(clerks: tuple[Browser, Browser], live: Any) -> None:
    anna, bernd = clerks
    outcomes = {
        "done": TicketState.DONE,
        "no_show": TicketState.NO_SHOW,
        "back": TicketState.WAITING,
        "stays": TicketState.CALLED,
    }
    for number, (becomes, state) in enumerate(outcomes.items()):
        ticket = live.hall.ticket()
        here, there = ("p1", "p2") if number % 2 == 0 else ("p2", "p1")
        sit(anna, here)
        live.hall.do(counter_settings.serve, SITE, here, (), live.hall.clock())
        do(anna, "next")
        asked = sit(anna, there)
        assert f"{ticket.label} ist noch bei Ihnen" in asked.text
        assert live.hall.see(load, SITE, ticket.id).state is TicketState.CALLED
        assert "Anna Albrecht" in tile(bernd, here), "until then nothing changes"
        assert sit(anna, there, left=ticket.id, becomes=becomes).headers["location"] == "/desk"
        assert live.hall.see(load, SITE, ticket.id).state is state, becomes
        assert (f"{ticket.label} ist noch dort" in tile(bernd, here)) == (becomes == "stays")
        if becomes == "back":
            assert live.hall.called() == [], "nobody goes to an empty counter"
            live.hall.do(cancel.cancel, SITE, ticket.id, live.hall.clock())


def test_who_is_served_is_not_asked_about_as_a_no_show(clerks: tuple[Browser, Browser], live: Any) -> None:
    anna, _ = clerks
    ticket = live.hall.ticket()
    sit(anna)
    do(anna, "next")
    do(anna, "arrive", ticket=ticket.id)
    asked = anna.post("/signout", {"left": ticket.id, "becomes": "no_show"})
    assert 'value="no_show"' not in asked.text
    assert "A 001 ist noch bei Ihnen" in asked.text
    assert anna.post("/signout", {"left": ticket.id, "becomes": "back"}).headers["location"] == "/signin"
    assert live.hall.see(load, SITE, ticket.id).state is TicketState.WAITING


def test_a_decision_about_somebody_else_is_asked_again(clerks: tuple[Browser, Browser], live: Any) -> None:
    anna, _ = clerks
    first, second = live.hall.ticket(), live.hall.ticket()
    sit(anna)
    do(anna, "next")
    do(anna, "next", ticket=first.id, here="yes")
    asked = anna.post("/signout", {"left": first.id, "becomes": "done"})
    assert "A 002 ist noch bei Ihnen" in asked.text
    assert live.hall.see(load, SITE, second.id).state is TicketState.CALLED


def test_a_closed_browser_gives_the_seat_up_and_loses_nobody(clerks: tuple[Browser, Browser], live: Any) -> None:
    anna, bernd = clerks
    live.hall.ticket()
    sit(anna)
    do(anna, "next")
    live.hall.clock.forward(sessions.IDLE_MS - MINUTE)
    bernd.sign_in("bernd")
    live.hall.clock.forward(2 * MINUTE)
    assert "frei A" not in tile(bernd)
    assert "A 001 ist noch dort" in tile(bernd)
    assert sit(bernd).headers["location"] == "/desk", "nobody sits there: nobody is asked"
    assert 'id="own-number">A 001<' in bernd.get("/desk").text


def test_a_pause_calls_nobody_and_is_seen(clerks: tuple[Browser, Browser], live: Any) -> None:
    anna, bernd = clerks
    ticket = live.hall.ticket()
    sit(anna)
    sit(bernd, "p2")
    op = uuid.uuid4().hex
    for _ in range(2):
        paused = anna.post("/desk/pause", {"op": op, "on": "1"}).text
    assert "Pause seit 12:00" in paused
    assert "Sie machen Pause" in do(anna, "next").text
    assert "Sie machen Pause" in do(anna, "to-me", ticket=ticket.id).text
    assert live.hall.see(load, SITE, ticket.id).state is TicketState.WAITING
    assert "Pause seit 12:00" in tile(bernd)
    assert "Pause seit 12:00" in bernd.get("/desk").text, "colleagues see it on their own page"
    assert "Pause seit" not in anna.post("/desk/pause", {"op": uuid.uuid4().hex, "on": "0"}).text
    assert 'id="own-number">A 001<' in do(anna, "next").text


def test_a_double_press_is_one_pause(clerks: tuple[Browser, Browser]) -> None:
    """The second press meets the button that ends the pause, with the same operation."""
    anna, _ = clerks
    sit(anna)
    op = uuid.uuid4().hex
    anna.post("/desk/pause", {"op": op, "on": "1"})
    assert "Pause seit" in anna.post("/desk/pause", {"op": op, "on": "0"}).text


def test_signing_out_gives_the_seat_up(clerks: tuple[Browser, Browser]) -> None:
    anna, bernd = clerks
    sit(anna)
    assert anna.post("/signout").headers["location"] == "/signin"
    assert "frei" in tile(bernd)


def test_a_page_that_names_nobody_acts_on_nobody(clerks: tuple[Browser, Browser], live: Any) -> None:
    anna, _ = clerks
    live.hall.ticket()
    sit(anna)
    do(anna, "next")
    for word in ("arrive", "finish", "no-show", "recall", "to-me", "to-place"):
        assert do(anna, word).status_code == 422, word
    assert live.hall.see(calling.current, SITE, "p1").state is TicketState.CALLED
