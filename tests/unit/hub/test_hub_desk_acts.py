"""The desk page's question, undo strip and offers, over HTTP."""

import re
import uuid
from collections.abc import Iterator
from typing import Any

import pytest

from hub.auth import people
from hub.reports import cancel
from hub.store.enums import Role, TicketState
from hub.tickets import waiting
from hub.tickets.model import load
from tests.unit.hub.test_hub_pages import KEPT, SITE, Browser


@pytest.fixture
def desk(live: Any) -> Iterator[Browser]:
    """Anna at Platz 1."""
    assert live.hall.do(people.add, SITE, "u1", "anna", "Anna", Role.CLERK, KEPT, live.hall.clock())
    browser = Browser(live.url)
    browser.sign_in("anna")
    browser.post("/desk/counter", {"counter": "p1"})
    yield browser
    browser.http.close()


@pytest.fixture
def long_hall(live: Any) -> Any:
    """60 wait for the counter."""
    for _ in range(60):
        live.hall.ticket()
    return live.hall


def do(desk: Browser, word: str, **fields: str) -> Any:
    return desk.post(f"/desk/do/{word}", {"op": uuid.uuid4().hex} | fields)


def bring(desk: Browser, text: str) -> str:
    return desk.post("/desk/bring", {"op": uuid.uuid4().hex, "text": text}).text


def said(text: str) -> str:
    found = re.search(r'<p id="say"[^>]*>(.*?)</p>', text, re.DOTALL)
    return found[1].strip() if found else ""


def strip(text: str) -> str:
    """What the strip says, with the op that it would undo."""
    found = re.search(r'<div class="strip".*?<p>(.*?)</p>.*?"of": "([^"]+)"', text, re.DOTALL)
    return f"{found[1].strip()} [{found[2]}]".replace("\u00a0", " ") if found else ""


def undo(desk: Browser, text: str) -> Any:
    return desk.post("/desk/undo", {"op": uuid.uuid4().hex, "of": strip(text).partition("[")[2].rstrip("]")})


def state(live: Any, ticket: Any) -> TicketState:
    found = live.hall.see(load, SITE, ticket.id).state
    assert isinstance(found, TicketState)
    return found


def test_next_asks_once_and_either_answer_goes_on(desk: Browser, live: Any) -> None:
    first, second, third = (live.hall.ticket() for _ in range(3))
    text = do(desk, "next").text
    assert 'data-ask="next"' in text
    assert "War A 001 da?" in text
    assert 'id="act-next" class="button main next" data-key="F2" aria-keyshortcuts="F2" hx-post' not in text
    asked = do(desk, "next", ticket=first.id)
    assert (asked.headers.get("x-unanswered"), state(live, first)) == ("1", TicketState.CALLED)
    assert said(asked.text) == "War A 001 da? F7 ja, F9 nein. Nichts wurde geändert."
    assert 'id="own-number">A 002<' in do(desk, "next", ticket=first.id, here="no").text
    assert 'id="own-number">A 003<' in do(desk, "next", ticket=second.id, here="yes").text
    assert (state(live, first), state(live, second), state(live, third)) == (
        TicketState.NO_SHOW,
        TicketState.DONE,
        TicketState.CALLED,
    )
    last = do(desk, "next", ticket=third.id, here="no").text
    assert (said(last), state(live, third)) == ("Gerade wartet niemand.", TicketState.NO_SHOW)


@pytest.mark.parametrize("op", ["", "short", "0\n93aaaa-0000-7000", 'a"b"c"d"e"f', "0193aaaa é 0000", "x" * 65])
def test_an_act_whose_id_is_none_of_our_page_is_refused(desk: Browser, live: Any, op: str) -> None:
    live.hall.ticket()
    assert do(desk, "next", op=op).status_code == 422
    assert live.hall.called() == []


def test_the_strip_says_what_was_done_and_takes_it_back(desk: Browser, live: Any) -> None:
    first, second = live.hall.ticket(), live.hall.ticket()
    assert strip(do(desk, "next").text).startswith("A 001 aufgerufen [")
    assert strip(do(desk, "arrive", ticket=first.id).text).startswith("A 001 ist da [")
    text = do(desk, "next", ticket=first.id).text
    assert strip(text).startswith("A 001 fertig · A 002 aufgerufen [")
    back = undo(desk, text).text
    assert 'id="own-number">A 001<' in back
    assert "A 001 wird wieder bedient" in said(back)
    assert "A 002 wartet wieder" in said(back)
    assert strip(back).startswith("A 001 ist da ["), "the act before it can still be undone"
    assert (state(live, first), state(live, second)) == (TicketState.IN_SERVICE, TicketState.WAITING)
    live.hall.clock.forward(10_000)
    assert strip(desk.get("/desk/parts").text) == ""


@pytest.mark.parametrize("how", ["no-show", "finish"])
def test_a_number_that_was_called_in_vain_is_offered_again(desk: Browser, live: Any, how: str) -> None:
    first, second = live.hall.ticket(), live.hall.ticket()
    do(desk, "next")
    do(desk, how, ticket=first.id, here="yes" if how == "finish" else "")
    text = bring(desk, "a 1")
    assert said(text) == ("A 001 ist schon bedient." if how == "finish" else "A 001 wurde aufgerufen und kam nicht.")
    assert text.count(f'data-ticket="{first.id}"') == 2
    assert "Zurück an die alte Stelle" in text
    assert "Jetzt zu mir" in text
    assert strip(do(desk, "to-place", ticket=first.id).text).startswith("A 001 wartet wieder [")
    assert [t.label for t in live.hall.see(waiting.waiting_list, SITE)] == ["A 001", second.label]


def test_missed_numbers_are_buttons_with_the_same_offer(desk: Browser, live: Any) -> None:
    first = live.hall.ticket()
    do(desk, "next")
    text = do(desk, "no-show", ticket=first.id).text
    assert f'hx-get="/desk/offer/{first.id}"' in text
    offered = desk.get(f"/desk/offer/{first.id}").text
    assert said(offered) == "A 001 wurde aufgerufen und kam nicht."
    assert offered.count(f'data-ticket="{first.id}"') == 2
    called = do(desk, "to-me", ticket=first.id).text
    assert 'id="own-number">A 001<' in called
    assert 'id="offer" hx-swap-oob' in called, "the offer goes with the act"
    assert "data-ticket" not in called.partition('id="offer"')[2].partition("</div>")[0]
    assert "Um diese Nummer kümmert sich schon jemand" in said(desk.get(f"/desk/offer/{first.id}").text)


def test_who_waits_is_offered_nothing(desk: Browser, live: Any) -> None:
    live.hall.ticket()
    text = bring(desk, "A 1")
    assert said(text) == "A 001 wartet schon."
    assert 'id="offer-place"' not in text


def test_a_given_back_number_comes_back_too(desk: Browser, live: Any) -> None:
    first = live.hall.ticket()

    live.hall.do(cancel.cancel, SITE, first.id, live.hall.clock())
    assert "Jetzt zu mir" in bring(desk, "A 1")
    assert 'id="own-number">A 001<' in do(desk, "to-me", ticket=first.id).text


def test_the_phone_of_a_late_visitor_follows(desk: Browser, live: Any) -> None:
    first = live.hall.ticket()
    do(desk, "next")
    do(desk, "no-show", ticket=first.id)
    page = desk.get(f"/t/{first.token}").text
    assert "Wir nehmen Ihre Nummer wieder auf" in page
    assert 'hx-trigger="every 30s' in page
    do(desk, "to-place", ticket=first.id)
    assert "Sie sind als Nächstes dran" in desk.get(f"/t/{first.token}").text


def test_messages_stand_under_the_field_with_icon_and_tone(desk: Browser, live: Any) -> None:
    page = desk.get("/desk").text
    assert page.index('id="bring"') < page.index('id="say"') < page.index('id="list"')
    refused = bring(desk, "A 143")
    assert re.search(r'<span id="mood"[^>]*><span class="icon warn"', refused)
    live.hall.ticket()
    do(desk, "next")
    assert re.search(r'<span id="mood"[^>]*><span class="icon info"', bring(desk, "A 1"))


def test_undo_of_what_is_over_says_why(desk: Browser, live: Any) -> None:
    first = live.hall.ticket()
    do(desk, "next")
    text = do(desk, "no-show", ticket=first.id).text
    live.hall.clock.forward(60_000)
    assert "Dafür ist es zu spät" in said(undo(desk, text).text)
    assert desk.post("/desk/undo", {"op": uuid.uuid4().hex}).status_code == 422


@pytest.mark.parametrize(
    ("asked", "drawn", "offered"),
    [("", 50, "60"), ("100", 60, ""), ("7", 50, "60"), ("x", 50, "60"), ("99999999", 50, "60"), ("\u0663", 50, "60")],
)
def test_a_long_list_is_drawn_in_portions(desk: Browser, long_hall: Any, asked: str, drawn: int, offered: str) -> None:
    """What is drawn are the first in the order of calling; the heading counts all."""
    answer = desk.get("/desk/parts", headers={"X-Rows": asked.encode()})
    numbers = re.findall(r'<td class="number">([^<]+)</td>', answer.text)
    assert numbers == [t.label for t in long_hall.see(waiting.waiting_list, SITE)][:drawn]
    assert '<span id="count" hx-swap-oob="innerHTML">60 Personen</span>' in answer.text
    assert re.findall(r'data-rows="(\d+)"', answer.text) == ([offered] if offered else [])


def test_own_visitor_is_transferred_by_a_choice_of_queues(desk: Browser, live: Any) -> None:
    ticket = live.hall.ticket()
    text = do(desk, "next").text
    assert 'data-key="Shift+F8"' in text
    assert "Wohin mit A 001?" in text
    assert text.count('hx-post="/desk/do/transfer"') == 1, "the queue of the visitor is no choice"
    moved = do(desk, "transfer", ticket=ticket.id, queue="fahrzeuge")
    assert moved.status_code == 200
    assert strip(moved.text).startswith("A 001 weitergeleitet [")
    assert 'id="own-number"' not in moved.text
    assert '<td class="number">A 001</td><td>fahrzeuge</td>' in moved.text
    back = undo(desk, moved.text).text
    assert "A 001 ist wieder aufgerufen" in said(back)
    assert 'id="own-number">A 001<' in back


def test_who_waits_is_transferred_by_typing_the_number(desk: Browser, live: Any) -> None:
    ticket = live.hall.ticket()
    text = bring(desk, "A 1")
    assert said(text) == "A 001 wartet schon."
    assert 'aria-label="A 001 an B fahrzeuge weiterleiten"' in text
    assert strip(do(desk, "transfer", ticket=ticket.id, queue="fahrzeuge").text).startswith("A 001 weitergeleitet")
    assert [t.queue_id for t in live.hall.see(waiting.waiting_list, SITE)] == ["fahrzeuge"]
    assert (
        said(do(desk, "transfer", ticket=ticket.id, queue="fahrzeuge").text) == "A 001 ist schon in diesem Wartekreis."
    )


def test_page_without_a_queue_transfers_nobody(desk: Browser, live: Any) -> None:
    ticket = live.hall.ticket()
    assert said(do(desk, "transfer", ticket=ticket.id).text).startswith("Diesen Wartekreis gibt es nicht mehr")


def test_visitors_page_says_the_new_queue(desk: Browser, live: Any) -> None:
    ticket = live.hall.ticket()
    assert "meldung" in desk.get(f"/t/{ticket.token}").text
    desk.get("/desk")
    do(desk, "transfer", ticket=ticket.id, queue="fahrzeuge")
    page = desk.get(f"/t/{ticket.token}").text
    assert "fahrzeuge" in page
    assert "meldung" not in page
    assert 'id="number">A 001<' in page


def test_transfer_stands_in_the_trail_with_the_counter(desk: Browser, live: Any) -> None:
    ticket = live.hall.ticket()
    for _ in range(2):
        desk.post("/desk/do/transfer", {"op": "one-and-the-same", "ticket": ticket.id, "queue": "fahrzeuge"})
    sql = "SELECT what, subject FROM trail_entry WHERE what = 'call.transferred'"
    rows = live.hall.store.read_now(lambda c: c.exec_driver_sql(sql).all())
    assert [tuple(row) for row in rows] == [("call.transferred", "Platz 1")]
