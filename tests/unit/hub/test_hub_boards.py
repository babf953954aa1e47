"""What a board's address says, what the board then shows, and the page that makes the address."""

import json
import re
from collections.abc import Iterator
from datetime import time

import pytest
from litestar.datastructures import MultiDict

from hub.auth import people, sessions
from hub.catalogue.publication import publishing
from hub.settings.queue_settings import QueueSet
from hub.store.enums import Role
from hub.web.admin.boards import reading_distance
from hub.web.common.board_options import MOST_COLUMNS, Fault, Layout, Options, Part, Wrong, query_of, read
from kiosk.catalogue.model import Catalogue, Office, Span
from tests.asgi import Answer, Asgi, asking
from tests.hub_apps import app_for
from tests.unit.hub.conftest import DAY_MS, SITE, House

QUEUES = [QueueSet(f"q-{letter.lower()}", letter, {"de": letter}, {}, True) for letter in "ABCDEFGHJK"]


def options(text: str) -> Options | tuple[Wrong, ...]:
    fields = [part.split("=") for part in text.split("&") if part]
    return read(MultiDict([(name, value) for name, value in fields]), QUEUES, "de")


@pytest.mark.parametrize(
    ("text", "wanted"),
    [
        ("", Options()),
        ("queues=", Options()),
        ("queues=B,a", Options(queues=("A", "B"))),
        ("queues=q-c&queues=A, ", Options(queues=("A", "C"))),
        ("lang=en,de,en", Options(languages=("en", "de"))),
        ("view=columns&queues=A", Options(layout=Layout.COLUMNS, queues=("A",))),
        ("hide=hours&hide=steps", Options(hidden=(Part.STEPS, Part.HOURS))),
    ],
)
def test_an_address_says_what_a_board_shows(text: str, wanted: Options) -> None:
    assert options(text) == wanted
    assert options(query_of(wanted)) == wanted, "and what it shows makes the address"


def test_whatever_is_unknown_is_named_beside_what_is_known() -> None:
    found = options("queues=A,X,Kfz&lang=xx&view=grid&hide=clock&queue=A")
    assert isinstance(found, tuple)
    assert {each.fault: each.names for each in found} == {
        Fault.QUEUES: ("X", "Kfz"),
        Fault.LANG: ("xx",),
        Fault.VIEW: ("grid",),
        Fault.HIDE: ("clock",),
        Fault.FIELD: ("queue",),
    }
    assert found[0].known == tuple("ABCDEFGHJK")


def test_more_queues_than_columns_have_room_for_are_refused() -> None:
    found = options("view=columns")
    assert isinstance(found, tuple)
    assert (found[0].fault, len(found[0].names)) == (Fault.COLUMNS, len(QUEUES))
    assert isinstance(options("view=columns&queues=" + ",".join("ABCDEFGH"[:MOST_COLUMNS])), Options)


@pytest.fixture
def asgi(hall: House) -> Iterator[Asgi]:
    with app_for(hall.store, hall.clock, 5.0) as (app, _), asking(app) as asgi:
        yield asgi


def board(asgi: Asgi, query: str = "") -> Answer:
    return asgi.ask("GET", f"/board/{SITE}{query}", accept_language="de")


def shown(answer: Answer) -> list[str]:
    return re.findall(r'class="label[^"]*">([^<]+)<', answer.text.partition("<footer>")[0])


def test_a_board_of_a_waiting_area_shows_its_own_calls_only(asgi: Asgi, hall: House) -> None:
    hall.ticket()
    hall.ticket("zulassung")
    hall.next("p1")
    hall.next("p2")
    assert shown(board(asgi)) == ["B 001", "A 001"]
    assert shown(board(asgi, "?queues=A")) == ["A 001"]
    assert shown(board(asgi, "?queues=B&view=columns")) == ["B 001", "B 001"], "for whoever listens, and in its column"
    calls = json.loads(asgi.ask("GET", f"/board/{SITE}/calls").body)["calls"]
    assert [call["queue"] for call in calls] == ["A", "B"], "the page takes those of its queues"


@pytest.mark.parametrize("path", ["", "/idle"])
def test_a_queue_that_is_not_there_is_named_on_the_board(asgi: Asgi, path: str) -> None:
    answer = board(asgi, f"{path}?queues=A,Z")
    assert answer.status == 404
    if not path:
        assert "Diese Wartekreise gibt es nicht: Z. Es gibt: A, B." in answer.text


def test_the_short_address_keeps_what_was_asked_for(asgi: Asgi) -> None:
    assert asgi.ask("GET", "/board?queues=A,B&lang=en").headers["location"] == f"/board/{SITE}?queues=A,B&lang=en"


def test_the_idle_board_shows_the_day_in_each_language(asgi: Asgi, hall: House) -> None:
    hours = tuple(Span(day=day, opens=time(8), closes=time(12)) for day in range(5))
    afternoon = (Span(day=3, opens=time(14), closes=time(18)),)
    office = Office(id="o", names={"de": "Bürgerbüro"}, hours=(*hours, *afternoon))
    hall.do(publishing.publish, SITE, Catalogue(version=0, languages=("de",), offices=(office,)), "own", hall.clock())
    hall.clock.forward(-3_600_000)
    idle = board(asgi, "/idle?lang=de,en").text
    for said in ("Bitte achten Sie auf Ihre Nummer", "Please watch for your number", "Dienstag, 24. November"):
        assert said in idle
    assert "heute geöffnet bis 12:00 Uhr" in idle
    week = re.findall(r"<dt>([^<]+)</dt><dd[^>]*>([^<]+)</dd>", idle)
    assert week == [
        ("Montag–Mittwoch", "08:00–12:00"),
        ("Donnerstag", "08:00–12:00, 14:00–18:00"),
        ("Freitag", "08:00–12:00"),
        ("Samstag–Sonntag", "geschlossen"),
    ]
    assert "Draw a number at the terminal" in idle
    assert "idle-steps" not in board(asgi, "/idle?hide=steps").text
    assert "idle-week" not in board(asgi, "/idle?hide=hours").text
    hall.clock.forward(2 * 3_600_000)
    closed = board(asgi, "/idle").text
    assert "öffnet am Mittwoch, 25. November um 08:00 Uhr" in closed
    assert "idle-steps" not in closed, "nobody draws a number now"


def test_a_board_may_stand_in_a_page_of_ours_and_nowhere_else(asgi: Asgi) -> None:
    assert "frame-ancestors 'self'" in board(asgi).headers["content-security-policy"]
    assert "frame-ancestors 'none'" in asgi.ask("GET", "/signin").headers["content-security-policy"]


def test_the_set_up_page_makes_the_address_and_shows_the_board(asgi: Asgi, hall: House) -> None:
    hall.do(people.add, SITE, "u1", "anna", "Anna", Role.CLERK, "$argon2id$x", hall.clock())
    cookie = f"hub_session={hall.do(sessions.begin, SITE, 'u1', hall.clock())}"
    query = "?sent=1&queues=B&view=columns&lang=en&lang=de&show=hours&format=tall&inches=75"
    page = asgi.ask("GET", f"/boards{query}", cookie=cookie)
    wanted = "queues=B&amp;lang=en,de&amp;view=columns&amp;hide=steps,earlier"
    assert f'value="http://127.0.0.1:8080/board?{wanted}"' in page.text
    assert f'<iframe src="/board/{SITE}?{wanted}"' in page.text
    assert "frame-src 'self'" in page.headers["content-security-policy"]
    assert 'class="screen tall"' in page.text
    wrong = asgi.ask("GET", "/boards?sent=1&queues=Z", cookie=cookie)
    assert (wrong.status, "Diese Wartekreise gibt es nicht: Z" in wrong.text) == (422, True)
    assert "<iframe" not in wrong.text


def test_a_larger_screen_is_read_from_farther() -> None:
    assert (reading_distance(55).numbers, reading_distance(55).names) == (15, 11)
    assert reading_distance(86).numbers > 20


def test_who_waits_is_on_no_board_of_another_day(asgi: Asgi, hall: House) -> None:
    hall.ticket()
    hall.next()
    hall.clock.forward(DAY_MS)
    hall.ticket()
    assert shown(board(asgi)) == []
