"""The visitor's page over HTTP: what it offers in which state, that forms are ours, what browsers may install."""

import json
import re
import struct
from collections.abc import Iterator
from typing import Any

import pytest

from hub.access.rate_limit import WRONG_PER_MINUTE
from hub.catalogue.publication import publishing
from hub.context import HubContext
from hub.headers import STATIC
from hub.store.enums import TicketState
from hub.tickets.model import Ticket, load
from hub.web.public.visitor import ICON_SIZES
from kiosk.catalogue.model import Catalogue, Service
from tests.asgi import ORIGIN, Answer, Asgi, asking
from tests.hub_apps import app_for
from tests.unit.hub.conftest import SITE, House, uuid


class Phone:
    """A browser with a ticket's page open."""

    def __init__(self, asgi: Asgi, hall: House, ticket: Ticket) -> None:
        self.asgi, self.hall, self.ticket = asgi, hall, ticket
        self.cookie = ""

    @property
    def path(self) -> str:
        return f"/t/{self.ticket.token}"

    def get(self, more: str = "", **headers: str) -> Answer:
        answer = self.asgi.ask("GET", self.path + more, cookie=self.cookie, **headers)
        if found := re.search(r"hub_form=[^;]+", answer.headers.get("set-cookie", "")):
            self.cookie = found[0]
        return answer

    def press(self, word: str, op: str = "", **more: str) -> Answer:
        """The form of the page that is open."""
        page = self.get("/give-back" if word == "give-back" else "").text
        (token,) = set(re.findall(r'name="csrf" value="([^"]+)"', page)) or {""}
        drawn = re.findall(r'name="op" value="([^"]+)"', page)
        headers = {"origin": ORIGIN, "cookie": self.cookie} | more
        fields = {"csrf": token, "op": op or (drawn[0] if drawn else uuid(1))}
        return self.asgi.ask("POST", f"{self.path}/{word}?lang=en", fields, **headers)

    @property
    def state(self) -> TicketState:
        found = self.hall.see(load, SITE, self.ticket.id)
        assert isinstance(found, Ticket)
        return found.state


@pytest.fixture
def world(hall: House) -> Iterator[tuple[Asgi, HubContext]]:
    with app_for(hall.store, hall.clock, 5.0) as (app, stands), asking(app) as asgi:
        yield asgi, stands


@pytest.fixture
def phone(world: tuple[Asgi, HubContext], hall: House) -> Phone:
    return Phone(world[0], hall, hall.ticket())


def offered(text: str) -> set[str]:
    return set(re.findall(r'id="(late|here|give-back)"', text))


def test_the_page_offers_what_can_be_done_now(phone: Phone, hall: House) -> None:
    assert offered(phone.get().text) == {"late", "give-back"}
    assert phone.press("late").headers["location"] == f"{phone.path}?lang=en", "see the page, in the same language"
    page = phone.get("?lang=en").text
    assert offered(page) == {"here", "give-back"}
    assert "Your place is kept" in page
    phone.press("here")
    hall.next()
    assert offered(phone.get().text) == {"late", "give-back"}
    phone.press("give-back")
    assert phone.state is TicketState.CANCELLED
    assert offered(phone.get().text) == set()


def test_giving_back_is_asked_first_and_only_while_it_can_be(phone: Phone) -> None:
    asked = phone.get("/give-back")
    assert "Nummer wirklich zurückgeben?" in asked.text
    assert phone.state is TicketState.WAITING
    phone.press("give-back")
    again = phone.get("/give-back")
    assert (again.status, again.headers["location"]) == (303, f"{phone.path}?lang=de")


def test_a_script_gets_the_middle_of_the_page_as_answer(phone: Phone) -> None:
    answer = phone.press("late", hx_request="true")
    assert answer.status == 200
    assert "<html" not in answer.text
    assert offered(answer.text) == {"here", "give-back"}


def test_only_our_own_form_moves_a_number(phone: Phone) -> None:
    """The token of the form, and the browser's word on where it comes from."""
    assert phone.press("late", cookie="hub_form=other").status == 403
    assert phone.press("late", origin="http://evil.example").status == 403
    assert phone.press("late", op="no uuid").status == 303
    assert phone.state is TicketState.WAITING
    assert (
        phone.asgi.ask("POST", "/t/" + "0" * 32 + "/late", {"csrf": "f"}, origin=ORIGIN, cookie="hub_form=f").status
        == 404
    )


def test_a_page_that_has_the_token_of_forms_is_not_given_another(phone: Phone) -> None:
    assert "hub_form=" in phone.get().headers["set-cookie"]
    assert "set-cookie" not in phone.get().headers
    assert phone.get().headers["referrer-policy"] == "same-origin", (
        "forms must say their origin; other sites learn nothing"
    )


def test_too_many_presses_wait_a_minute_each_ticket_for_itself(phone: Phone, hall: House) -> None:
    for _ in range(WRONG_PER_MINUTE // 2):
        phone.press("late")
        phone.press("here")
    answer = phone.press("late")
    assert answer.status == 429
    assert "Please wait a minute" in answer.text
    assert phone.state is TicketState.WAITING
    assert Phone(phone.asgi, hall, hall.ticket()).press("late").status == 303


def test_what_to_bring_stands_in_the_visitors_language(phone: Phone, hall: House) -> None:
    assert 'id="bring"' not in phone.get().text
    bring = {"de": ("Alter Ausweis", "Passfoto"), "en": ("Old card",)}
    service = Service(id="ausweis", names={"de": "Ausweis"}, bring=bring, queue="meldung")
    hall.do(
        publishing.publish, SITE, Catalogue(version=0, languages=("de", "en"), services=(service,)), "own", hall.clock()
    )
    german, english, arabic = (phone.get(f"?lang={lang}").text for lang in ("de", "en", "ar"))
    assert "<li>Alter Ausweis</li><li>Passfoto</li>" in german
    assert "<li>Old card</li>" in english
    assert '<ul class="bullets" lang="en" dir="auto"><li>Old card</li>' in arabic
    phone.press("give-back")
    assert "Passfoto" not in phone.get("?lang=de").text, "nothing is to be brought any more"


def test_browsers_that_know_our_certificate_may_install_the_page(phone: Phone, world: tuple[Asgi, HubContext]) -> None:
    assert 'rel="manifest"' not in phone.get().text
    assert phone.get("/app.webmanifest").status == 404
    world[1].public_certificate = True
    page = phone.get("?lang=en")
    assert f'<link rel="manifest" href="{phone.path}/app.webmanifest?lang=en">' in page.text
    assert "manifest-src 'self'" in page.headers["content-security-policy"]
    answer = phone.get("/app.webmanifest?lang=en")
    told: dict[str, Any] = json.loads(answer.body)
    assert answer.headers["content-type"] == "application/manifest+json"
    assert (told["start_url"], told["display"]) == (f"{phone.path}?lang=en", "standalone")
    for icon in told["icons"]:
        assert phone.asgi.ask("GET", icon["src"]).headers["content-type"] == "image/png"
    assert phone.asgi.ask("GET", "/t/" + "0" * 32 + "/app.webmanifest").status == 404


@pytest.mark.parametrize("size", ICON_SIZES)
def test_icons_have_the_size_that_they_are_named_by(size: int) -> None:
    """PNG (RFC 2083): width and height stand in the first chunk."""
    head = (STATIC / f"icon-{size}.png").read_bytes()[:24]
    assert head[:8] == b"\x89PNG\r\n\x1a\n"
    assert struct.unpack(">II", head[16:24]) == (size, size)
