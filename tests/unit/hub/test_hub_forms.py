"""Every form checks at the field what terminals check, and says it in a sentence; nothing of it is saved."""

from collections.abc import Iterator
from typing import Any

import pytest

from hub.auth import people
from hub.catalogue.publication import publishing
from hub.fleet import terminals
from hub.settings import counter_settings, queue_settings
from hub.sites import sites
from hub.store.enums import Role
from hub.web.admin import setup
from hub.web.common.forms import Form
from hub.web.common.texts import sayer
from hub.web.common.typed import tidy, unfit
from kiosk.catalogue.model import Catalogue, Featured, Service
from kiosk.catalogue.texts import text_faults
from kiosk.i18n.drawable import drawable
from tests.corpus import texts
from tests.unit.hub.test_hub_pages import KEPT, Browser

SITE = "rathaus"
PERSIAN = "می\u200cخواهم"
"""With a non-joiner between two letters that would join."""


@pytest.fixture
def browser(live: Any) -> Iterator[Browser]:
    assert live.hall.do(people.add, SITE, "u1", "frida", "Frida", Role.ADMINISTRATOR, KEPT, live.hall.clock())
    browser = Browser(live.url)
    browser.sign_in("frida")
    yield browser
    browser.http.close()


WRONG = {
    "<b>Bau</b>": "sieht aus wie ein Befehl",
    "[color=ff0000]Bau": "sieht aus wie ein Befehl",
    "Bau &amp; Haus": "sieht aus wie ein Befehl",
    "Bau 🙂": "Dieses Zeichen können Bildschirm und Bon nicht zeigen: 🙂",
    "建筑": "Diese Zeichen können Bildschirm und Bon nicht zeigen: 建 筑",
    "Bau\u202eamt": "unsichtbares Zeichen",
    "Bau\x07amt": "unsichtbares Zeichen",
    "B" * 201: "höchstens",
}
FORMS = [
    ("/queues", {"series": "C"}, "name_de", ""),
    ("/queues", {"series": "C", "name_de": "Kasse"}, "place_en", ""),
    ("/queues/meldung", {"name_de": "Meldung"}, "name_en", "meldung"),
    ("/counters", {}, "name", ""),
    ("/counters/p1", {"name": "Platz 1"}, "place", "p1"),
    ("/terminals", {}, "name", ""),
    ("/terminals", {"name": "Eingang"}, "place", ""),
    ("/site", {"town": "Musterstadt", "timezone": "Europe/Berlin"}, "name", ""),
    ("/site", {"name": "Rathaus", "timezone": "Europe/Berlin"}, "town", ""),
    (
        "/people",
        {"login": "otto", "role": "clerk", "password": "Lindenhof-2026", "again": "Lindenhof-2026"},
        "name",
        "",
    ),
    ("/catalogue/tiles/s", {}, "label-de", "label-s-de"),
    ("/catalogue/tiles/s", {}, "detail-en", "detail-s-en"),
]


def everything(live: Any) -> list[object]:
    looks = (queue_settings.queues, counter_settings.counters)
    now = live.hall.clock()
    return [
        *(live.hall.see(look, SITE) for look in looks),
        live.hall.see(terminals.terminals_now, SITE, now),
        live.hall.see(sites),
        live.hall.see(people.accounts, SITE),
    ]


@pytest.mark.parametrize(("path", "fields", "name", "prefix"), FORMS, ids=lambda value: str(value)[:20])
def test_what_terminals_refuse_is_said_at_the_field(
    live: Any, browser: Browser, path: str, fields: dict[str, str], name: str, prefix: str
) -> None:
    tiles = Catalogue(version=0, services=(Service(id="s", names={"de": "S"}),), featured=(Featured(service="s"),))
    live.hall.do(publishing.publish, SITE, tiles, "own", live.hall.clock())
    before = everything(live)
    field = prefix if prefix.endswith(("-de", "-en")) else prefix + name
    for text, sentence in WRONG.items():
        answer = browser.post(path, fields | {name: text})
        assert answer.status_code == 422, text
        said = answer.text.partition(f'id="{field}-fault"')[2].partition("</span></span>")[0][:400]
        assert sentence in said, (text, said)
    assert everything(live) == before


def test_names_with_joiners_between_letters_stay_and_idle_ones_vanish(live: Any, browser: Browser) -> None:
    assert browser.post("/queues", {"series": "C", "name_de": PERSIAN}).status_code == 303
    assert browser.post("/queues", {"series": "D", "name_de": "Ka\u200bs\u200dse\ufeff "}).status_code == 303
    assert browser.post("/queues", {"series": "E", "name_de": "\u200b\u2060"}).status_code == 422
    names = {queue.series: queue.names["de"] for queue in live.hall.see(queue_settings.queues, SITE)}
    assert (names["C"], names["D"]) == (PERSIAN, "Kasse")


@pytest.mark.parametrize("name", [PERSIAN, "ז׳בוטינסקי", "צה״ל"], ids=["non-joiner", "geresh", "gershayim"])
def test_every_form_takes_the_signs_that_names_in_persian_and_hebrew_have(
    live: Any, browser: Browser, name: str
) -> None:
    tiles = Catalogue(version=0, services=(Service(id="s", names={"de": "S"}),), featured=(Featured(service="s"),))
    live.hall.do(publishing.publish, SITE, tiles, "own", live.hall.clock())
    for path, fields, field, prefix in FORMS:
        known = prefix if prefix.endswith(("-de", "-en")) else prefix + field
        answer = browser.post(path, fields | {field: name})
        assert answer.status_code < 500, path
        assert f'id="{known}-fault"' not in answer.text, (path, field)
    assert list(text_faults("", name, 200)) == []
    assert drawable(name) == name


@pytest.mark.parametrize("text", texts.all_texts())
def test_what_passes_a_form_passes_a_terminal(text: str) -> None:
    tidied = tidy(text)
    if tidied and unfit(tidied, 200) is None:
        assert list(text_faults("", tidied, 200)) == []


def test_letters_of_one_accent_are_one() -> None:
    assert tidy("Mu\u0308ller  &  So\u0308hne") == "Müller & Söhne"
    assert tidy("Stra\u00adße") == "Straße"
    for text in ("Łódź", "Şükrü", "Ζωή", "Київ", "مكتب", "משרד", "„Bau“ – 2. Etage…", "50 % < 60 €"):
        assert unfit(tidy(text), 60) is None, text


def test_set_up_checks_names_for_screens_and_catalogue() -> None:
    fields = {"town": "Stadt <b>", "name": "Rathaus 🙂", "timezone": "Europe/Berlin", "counters": "3"}
    form = Form(None, catalogue="empty", **fields)
    setup._read_house(form, sayer("de"))
    assert form.faults == {"town": "fault.markup", "name": "fault.glyph"}


@pytest.mark.parametrize(("letters", "kept"), [(60, True), (61, False)])
def test_names_that_stand_in_headings_are_no_longer_than_these(letters: int, kept: bool) -> None:
    form = Form(name="W" * letters)
    assert bool(form.name("name")) is kept
    assert ("name" in form.faults) is not kept
