"""The catalogue page and the start screen's page over HTTP: what they show, what they do, who may."""

import re
from collections.abc import Iterator
from typing import Any

import pytest
from msgspec.structs import replace

from hub.auth import people
from hub.catalogue.content import state, versions
from hub.catalogue.import_runs.imports import Waiting, bring
from hub.catalogue.importers.draft import draft_of
from hub.catalogue.publication import publishing
from hub.settings import queue_settings
from hub.store.enums import Role
from kiosk.catalogue.model import Catalogue, Category, Elsewhere, Featured, Fee, Office, Queue, Service
from tests.unit.hub.catalogue_helpers import in_force, publish_meanwhile
from tests.unit.hub.test_hub_pages import KEPT, Browser

SITE = "rathaus"
PEOPLE = (("u1", "dora", Role.EDITOR), ("u2", "anna", Role.CLERK), ("u3", "bernd", Role.SUPERVISOR))


@pytest.fixture
def browser(live: Any) -> Iterator[Browser]:
    for ident, login, role in PEOPLE:
        assert live.hall.do(people.add, SITE, ident, login, login.title(), role, KEPT, live.hall.clock())
    browser = Browser(live.url)
    yield browser
    browser.http.close()


def catalogue(count: int = 10, cents: int = 1000) -> Catalogue:
    fee = Fee(id="f", names={"de": "Gebühr"}, cents=cents)
    services = [
        Service(id=f"s{n}", names={"de": f"Leistung <{n}>"}, fees=(fee,), queue="meldung") for n in range(count)
    ]
    tiles = (Featured(service="s0"), Featured(service="s1"))
    return Catalogue(version=0, languages=("de", "uk"), services=tuple(services), featured=tiles)


def put(live: Any, made: Catalogue) -> None:
    live.hall.do(publishing.publish, SITE, made, "own", live.hall.clock())


def tiles(live: Any) -> list[Featured]:
    return list(live.hall.see(in_force, SITE).featured)


def test_only_editors_see_it(live: Any, browser: Browser) -> None:
    browser.sign_in("anna")
    for path in ("/catalogue", "/catalogue/tiles"):
        assert browser.get(path).status_code == 403
    for path in (
        "/catalogue/accept",
        "/catalogue/reject",
        "/catalogue/1/again",
        "/catalogue/tiles",
        "/catalogue/tiles/s0",
        "/services/route-all",
    ):
        assert browser.post(path).status_code == 403, path


def test_a_hall_without_a_catalogue_has_a_page(browser: Browser) -> None:
    browser.sign_in("dora")
    for path in ("/catalogue", "/catalogue/tiles"):
        assert browser.get(path).status_code == 200
    assert browser.post("/catalogue/tiles", {"service": "s0"}).status_code == 303
    assert browser.post("/catalogue/tiles/import").status_code == 303
    assert browser.post("/catalogue/accept", {"n": "1"}).status_code == 409


def test_an_editor_sees_what_the_guards_found_and_decides(live: Any, browser: Browser) -> None:
    put(live, catalogue())
    draft = draft_of(catalogue(7, 9900), "own", "/srv/export", "3 things left out")
    assert isinstance(bring(live.hall.store, (SITE,), draft), Waiting)
    browser.sign_in("dora")
    page = browser.get("/catalogue").text
    for said in ("3 von 10 Leistungen", "Leistung &lt;0&gt;", "10,00", "99,00", "/srv/export", "3 things left out"):
        assert said in page.replace("\xa0", " "), said
    waiting = live.hall.see(versions.listed, SITE)[0]
    assert browser.post("/catalogue/accept", {"n": str(waiting.n + 1)}).status_code == 409
    assert live.hall.see(state.read, SITE).version == 1
    answer = browser.post("/catalogue/accept", {"n": str(waiting.n)})
    assert (answer.status_code, answer.headers["location"]) == (303, "/catalogue?done=accepted")
    assert live.hall.see(state.read, SITE).version == 2
    newest = live.hall.see(versions.listed, SITE)
    assert [(each.state, each.decided_by) for each in newest] == [("published", "Dora"), ("published", "")]
    assert "/srv/export" in browser.get("/catalogue").text


def test_the_version_in_force_has_one_number(live: Any, browser: Browser) -> None:
    put(live, catalogue(10))
    put(live, catalogue(9))
    browser.sign_in("dora")
    browser.get("/catalogue")
    browser.post("/catalogue/tiles", {"service": "s5"})
    browser.post("/catalogue/tiles/s0/remove")
    page = browser.get("/catalogue").text
    assert live.hall.see(state.read, SITE).version == 4
    head, table = page.split("<tbody>")[0], page.split("<tbody>")[-1]
    assert "Version 4" in head
    assert re.findall(r"<tr><td><b>(\d+)</b>", table) == ["4", "1"]
    assert "kam als Version 2, seither hier geändert" in table
    put(live, catalogue(8))
    table = browser.get("/catalogue").text.split("<tbody>")[-1]
    assert re.findall(r"<tr><td><b>(\d+)</b>", table) == ["5", "2", "1"]
    assert "seither hier" not in table


def test_rejecting_keeps_what_was(live: Any, browser: Browser) -> None:
    put(live, catalogue())
    bring(live.hall.store, (SITE,), draft_of(catalogue(1), "own"))
    browser.sign_in("dora")
    browser.get("/catalogue")
    assert browser.post("/catalogue/reject").headers["location"] == "/catalogue?done=rejected"
    assert live.hall.see(state.read, SITE).version == 1
    assert "wartet auf Ihre Entscheidung" not in browser.get("/catalogue").text


def test_going_back_is_a_new_version(live: Any, browser: Browser) -> None:
    put(live, catalogue(10))
    put(live, catalogue(9))
    first = live.hall.see(versions.listed, SITE)[1]
    browser.sign_in("dora")
    browser.get("/catalogue")
    assert browser.post(f"/catalogue/{first.n}/again").headers["location"] == "/catalogue?done=went_back"
    assert live.hall.see(state.read, SITE).version == 3
    assert len(live.hall.see(in_force, SITE).services) == 10
    assert browser.post("/catalogue/999/again").status_code == 409


@pytest.mark.parametrize(
    ("lang", "taken", "meanwhile"),
    [
        ("de", "Ein Buchstabe ist schon vergeben", "in einer Minute"),
        ("en", "A letter is taken already", "in a minute"),
    ],
)
def test_each_refusal_has_its_own_sentence(
    live: Any, browser: Browser, monkeypatch: pytest.MonkeyPatch, lang: str, taken: str, meanwhile: str
) -> None:
    asked = Queue(id="neu", series="A", names={"de": "Neu"})
    bring(live.hall.store, (SITE,), draft_of(catalogue(), "own"), accept=True)
    bring(live.hall.store, (SITE,), draft_of(replace(catalogue(1), queues=(asked,)), "own"))
    browser.http.headers["accept-language"] = lang
    browser.sign_in("dora")
    browser.get("/catalogue")
    waiting = {"n": str(live.hall.see(versions.listed, SITE)[0].n)}
    answer = browser.post("/catalogue/accept", waiting)
    assert answer.status_code == 409
    assert taken in answer.text
    assert meanwhile not in answer.text
    publish_meanwhile(monkeypatch, live.hall.store, SITE, live.hall.clock())
    answer = browser.post("/catalogue/1/again")
    assert answer.status_code == 409
    assert taken not in answer.text
    assert meanwhile in answer.text


def test_tiles_can_be_added_moved_worded_and_given_back(live: Any, browser: Browser) -> None:
    put(live, catalogue())
    browser.sign_in("dora")
    assert "Leistung &lt;5&gt;" in browser.get("/catalogue/tiles?q=leistung+%3C5").text
    assert browser.post("/catalogue/tiles", {"service": "s5"}).status_code == 303
    assert browser.post("/catalogue/tiles", {"service": "nowhere"}).status_code == 303
    assert [each.service for each in tiles(live)] == ["s0", "s1", "s5"]
    browser.post("/catalogue/tiles/s5/move", {"by": "up"})
    browser.post("/catalogue/tiles/s0/move", {"by": "up"})
    assert [each.service for each in tiles(live)] == ["s0", "s5", "s1"]
    words = {"label-de": "Ausweis", "label-uk": "Паспорт", "detail-de": " sofort  mitnehmen ", "label-fr": "non"}
    assert browser.post("/catalogue/tiles/s5", words).status_code == 303
    wanted = Featured(service="s5", labels={"de": "Ausweis", "uk": "Паспорт"}, details={"de": "sofort mitnehmen"})
    assert tiles(live)[1] == wanted
    too_long = browser.post("/catalogue/tiles/s5", {"label-de": "x" * 61})
    assert too_long.status_code == 422
    assert 'class="fault"' in too_long.text
    browser.post("/catalogue/tiles/s0/remove")
    assert [each.service for each in tiles(live)] == ["s5", "s1"]
    put(live, catalogue(4))
    assert [each.service for each in tiles(live)] == ["s1"]
    assert "im Katalog nicht mehr da" in browser.get("/catalogue/tiles").text
    put(live, catalogue(9))
    assert tiles(live)[0] == wanted
    browser.post("/catalogue/tiles/import")
    assert [each.service for each in tiles(live)] == ["s0", "s1"]


def test_services_are_found_in_any_of_the_staffs_languages(live: Any, browser: Browser) -> None:
    many = [Service(id=f"s{n}", names={"uk": f"Послуга {n}"}) for n in range(300)]
    put(live, Catalogue(version=0, services=(Service(id="en", names={"en": "Dog tax", "de": "Hund"}), *many)))
    browser.sign_in("dora")
    found = browser.get("/services?q=dog").text
    assert "1 Leistung" in found
    assert "Hund" in found
    every = browser.get("/services").text
    assert "301 Leistungen" in every
    assert "101 weitere" in every
    assert "Послуга 7<" in browser.get("/services?q=послуга+7").text


@pytest.mark.parametrize("renewed", [False, True])
def test_people_keep_what_they_came_for_when_an_import_removes_it(live: Any, browser: Browser, renewed: bool) -> None:
    card = Service(id="ausweis", names={"de": "Ausweis beantragen", "en": "Apply for an ID"}, queue="meldung")
    languages = ("de", "en")
    put(live, Catalogue(version=0, languages=languages, services=(card,)))
    waiting = live.hall.ticket()
    if renewed:
        put(live, Catalogue(version=0, languages=languages, services=(replace(card, names={"de": "Ausweis holen"}),)))
    put(live, replace(catalogue(), languages=languages))
    assert "ausweis" not in queues_of(live)
    browser.sign_in("anna")
    browser.post("/desk/counter", {"counter": "p1"})
    name = "Ausweis holen" if renewed else "Ausweis beantragen"
    assert "Apply for an ID" in browser.get(f"/t/{waiting.token}?lang=en").text
    assert f"<td>{name}</td>" in browser.get("/desk").text
    answer = browser.post("/desk/do/next", {"op": "11111111111111111111111111111111"})
    assert f'<p class="service">{name}</p>' in answer.text
    assert "Ausweis" not in browser.get("/services").text


def unrouted_catalogue() -> Catalogue:
    """Two of six wait somewhere; one is done by others."""
    other = Service(id="other", names={"de": "Kindergeld"}, there={"de": "Kasse"}, elsewhere=Elsewhere())
    services = [
        Service(
            id=f"s{n}", names={"de": f"Leistung {n}"}, categories=("a" if n < 4 else "b",), office="amt" if n else None
        )
        for n in range(6)
    ]
    services[1] = replace(services[1], queue="meldung")
    services[5] = replace(services[5], queue="meldung")
    return Catalogue(
        version=0,
        services=(*services, other),
        categories=tuple(Category(id=ident, names={"de": f"Thema & {ident}"}) for ident in "abc"),
        offices=(Office(id="amt", names={"de": "Amt"}),),
    )


def queues_of(live: Any) -> dict[str, str | None]:
    return {each.id: each.queue for each in live.hall.see(in_force, SITE).services}


def test_many_services_get_a_queue_at_once(live: Any, browser: Browser) -> None:
    put(live, unrouted_catalogue())
    live.hall.do(queue_settings.add_queue, SITE, "kasse", "K", {"de": "Kasse"}, live.hall.clock())
    browser.sign_in("dora")
    for path in ("/catalogue", "/services"):
        assert "4 von 6 Leistungen haben keinen Wartekreis" in browser.get(path).text, path
    shown = browser.get("/services").text
    assert "Thema &amp; a (3 von 4 ohne Wartekreis)" in shown
    assert "Amt (3 von 5 ohne Wartekreis)" in shown
    assert "Thema &amp; c" not in shown
    before = live.hall.see(state.read, SITE).version

    def choose(**fields: str) -> int:
        return browser.post("/services/route-all", {"group": "", **fields}).status_code

    assert choose(queue="gibt-es-nicht") == choose(queue="kasse", group="office:fort") == choose(group="") == 422
    assert choose(queue="kasse", group="category:a") == 303
    assert queues_of(live) == {
        **dict.fromkeys(("s0", "s2", "s3"), "kasse"),
        **dict.fromkeys(("s1", "s5"), "meldung"),
        **dict.fromkeys(("s4", "other")),
    }
    assert live.hall.see(state.read, SITE).version == before + 1
    assert "1 von 6 Leistungen hat keinen Wartekreis" in browser.get("/catalogue").text
    assert choose(queue="kasse", group="office:amt", routed="yes") == 303
    assert [queues_of(live)[each] for each in ("s0", "s1", "s4", "s5", "other")] == ["kasse"] * 4 + [None]
    assert live.hall.see(state.read, SITE).version == before + 2
    assert choose(queue="meldung") == 303
    assert live.hall.see(state.read, SITE).version == before + 2, "nothing was left to choose"
    put(live, replace(unrouted_catalogue(), languages=("de", "uk")))
    assert queues_of(live)["s2"] == "kasse"
    assert "keinen Wartekreis" not in browser.get("/catalogue").text
    assert "kein Wartekreis" not in browser.get("/services").text


def test_words_of_a_form_are_only_words(live: Any, browser: Browser) -> None:
    put(live, catalogue())
    browser.sign_in("dora")
    browser.get("/catalogue")
    answer = browser.post("/catalogue/tiles/s0", {"label-de": "<script>alert(1)</script>"})
    assert answer.status_code == 422
    for page in (answer.text, browser.get("/catalogue/tiles").text):
        assert "<script>alert" not in page
    assert "&lt;script&gt;alert" in answer.text
    assert "sieht aus wie ein Befehl" in answer.text
    assert tiles(live)[0] == Featured(service="s0")


def test_changed_hours_do_not_touch_an_import_that_waits(live: Any, browser: Browser) -> None:
    put(live, catalogue())
    bring(live.hall.store, (SITE,), draft_of(catalogue(1), "own"))
    assert live.hall.do(people.add, SITE, "u9", "frida", "Frida", Role.ADMINISTRATOR, KEPT, live.hall.clock())
    live.hall.do(publishing.publish, SITE, catalogue(9), "hub", live.hall.clock())
    browser.sign_in("dora")
    page = browser.get("/catalogue").text
    assert "wartet auf Ihre Entscheidung" in page
    assert "Geänderte Öffnungszeiten" in page
