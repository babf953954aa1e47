"""Every act of staff and machine leaves its entry: by page, by API, by command. Nothing of visitors is in it."""

import io
import re
import uuid
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from litestar import Litestar
from litestar.di import Provide
from litestar.routes import HTTPRoute

from hub import alarms
from hub.auth import people
from hub.auth.cli import run_password, run_unlock
from hub.catalogue.import_runs.cli import run_import
from hub.catalogue.import_runs.imports import Waiting, bring
from hub.catalogue.importers.draft import draft_of
from hub.catalogue.publication import publishing, signing
from hub.catalogue.publication.rotation import run_rotate
from hub.operations.backup import run_backup, run_restore
from hub.store.engine import Store
from hub.store.enums import AlarmKind, Role
from hub.trail.checking import Intact, check_now
from hub.trail.entries import head
from hub.trail.words import What
from hub.web import routers
from kiosk.catalogue.model import Catalogue, Featured, Service
from tests.unit.hub.test_hub_pages import KEPT, PASSWORD, Browser

SITE = "rathaus"
NOT_RECORDED = {
    "/setup": "there is no site before it; founding it has its own test",
    "/catalogue/face/arms": "the body is a file, its entry has a test of its own: test_hub_face",
    "/catalogue/face/picture": "the same",
    "/catalogue/import": "the process that reads the file writes it: test_hub_import_by_page",
    "/desk/counter": "who sat where would name the person of each call",
    "/desk/help/{ident:str}": "help for a visitor changes nothing that staff set",
    "/desk/help/{ident:str}/done": "the same",
    "/t/{token:str}/late": "a visitor's act is an event, as one at a terminal is (decision 0351)",
    "/t/{token:str}/here": "the same",
    "/t/{token:str}/give-back": "the same",
}
"""Pages that change something and leave no entry, and why."""
OTHER_PASSWORD = "gelber regen im oktober"


class Page(Browser):
    """A browser that remembers where it posted."""

    def __init__(self, url: str) -> None:
        super().__init__(url)
        self.posted: list[str] = []

    def post(self, path: str, fields: dict[str, Any] | None = None, **headers: str) -> Any:
        self.posted.append(path)
        return super().post(path, fields, **headers)


@pytest.fixture
def page(live: Any) -> Iterator[Page]:
    for ident, login, role in (("u1", "frida", Role.ADMINISTRATOR), ("u2", "anna", Role.CLERK)):
        assert live.hall.do(people.add, SITE, ident, login, login.title(), role, KEPT, live.hall.clock())
    page = Page(live.url)
    yield page
    page.http.close()


def rows(hall: Any, columns: str = "what, subject") -> list[Any]:
    sql = f"SELECT {columns} FROM trail_entry ORDER BY seq"
    return [tuple(row) for row in hall.see(lambda c: c.exec_driver_sql(sql).all())]


def newest(hall: Any, columns: str = "login, what, subject, before, after") -> tuple[Any, ...]:
    found: tuple[Any, ...] = rows(hall, columns)[-1]
    return found


def catalogue(services: int) -> Catalogue:
    made = [Service(id=f"s{n}", names={"de": f"Leistung {n}"}, queue="meldung") for n in range(services)]
    return Catalogue(version=0, services=tuple(made), featured=(Featured(service="s0"), Featured(service="s1")))


def posts() -> set[str]:
    """Every address of the pages that takes a POST, from the routes themselves."""
    app = Litestar(
        routers,
        dependencies={"hub": Provide(lambda: None, sync_to_thread=False)},
        openapi_config=None,
        logging_config=None,
    )
    return {route.path for route in app.routes if isinstance(route, HTTPRoute) and "POST" in route.methods}


def test_every_page_that_changes_something_leaves_an_entry(page: Page, live: Any) -> None:
    hall = live.hall
    hall.do(publishing.publish, SITE, catalogue(10), "own", hall.clock())
    ticket = hall.ticket("s1")
    for kind, subject in ((AlarmKind.CLONED_DISK, "x"), (AlarmKind.NO_SLOT, "y")):
        hall.do(alarms.raise_alarm, SITE, kind, subject, hall.clock())
    covered = set[str]()

    def does(path: str, fields: dict[str, Any], *wanted: tuple[What, str]) -> None:
        before = len(rows(hall))
        answer = page.post(path, fields)
        assert answer.status_code in (200, 303), (path, answer.status_code, answer.text)
        assert rows(hall)[before:] == [(str(what), subject) for what, subject in wanted], path
        if path != "/signin":
            assert {row[0] for row in rows(hall, "address")[before:]} <= {"127.0.0.1", ""}
        covered.add(path)

    page.get("/signin")
    does("/signin", {"login": "frida", "password": PASSWORD}, (What.SIGNED_IN, ""))
    page.get("/account")
    own = {"old": PASSWORD, "password": OTHER_PASSWORD, "again": OTHER_PASSWORD}
    does("/account/password", own, (What.PERSON_PASSWORD, "frida"))
    does("/account/devices/forget", {}, (What.PERSON_DEVICES, "frida"))
    page.get("/people")
    new = {"login": "berta", "name": "Berta", "role": "clerk", "password": PASSWORD, "again": PASSWORD}
    does("/people", new, (What.PERSON_ADDED, "berta"))
    does("/people/u2/role", {"role": "supervisor"}, (What.PERSON_ROLE, "anna"))
    assert newest(hall) == ("frida", "person.role", "anna", '{"role":"clerk"}', '{"role":"supervisor"}')
    does("/people/u2/role", {"role": "supervisor"})
    does("/people/u2/password", {"password": PASSWORD, "again": PASSWORD}, (What.PERSON_PASSWORD, "anna"))
    does("/people/u2/unlock", {}, (What.PERSON_UNLOCKED, "anna"))
    does("/people/u2/disable", {}, (What.PERSON_DISABLED, "anna"))
    does("/people/u2/enable", {}, (What.PERSON_ENABLED, "anna"))
    does("/counters", {"name": "Platz 3", "queues": ["meldung"]}, (What.COUNTER_ADDED, "Platz 3"))
    does("/counters/p2", {"name": "Kasse", "queues": ["meldung"]}, (What.COUNTER_CHANGED, "Kasse"))
    assert newest(hall)[3:] == (
        '{"name":"Platz 2","queues":["fahrzeuge"]}',
        '{"name":"Kasse","queues":["meldung"]}',
    )
    does("/counters/p2/close", {}, (What.COUNTER_REMOVED, "Kasse"))
    does("/queues", {"series": "C", "name_de": "Kasse"}, (What.QUEUE_ADDED, "C"))
    does("/queues/q-c", {"name_de": "Fundbüro", "place_de": "Flur"}, (What.QUEUE_CHANGED, "C"))
    does("/queues/q-c/open", {"open": "no"}, (What.QUEUE_CHANGED, "C"))
    assert newest(hall)[3:] == ('{"open":true}', '{"open":false}')
    does("/services/route", {"service": "s3", "queue": "fahrzeuge"}, (What.SERVICE_ROUTED, "s3"))
    assert newest(hall)[3:] == ('{"queue":"meldung"}', '{"queue":"fahrzeuge"}')
    does("/services/route-all", {"queue": "fahrzeuge", "group": "", "routed": "yes"}, (What.SERVICE_ROUTED, ""))
    does("/queues/q-c/remove", {}, (What.QUEUE_REMOVED, "C"))
    does("/catalogue/tiles", {"service": "s4"}, (What.TILES_CHANGED, ""))
    does("/catalogue/tiles/s4/move", {"by": "up"}, (What.TILES_CHANGED, ""))
    does("/catalogue/tiles/s4", {"label-de": "Ausweis"}, (What.TILES_CHANGED, ""))
    assert newest(hall)[4] == '{"s4":{"label.de":"Ausweis"}}'
    does("/catalogue/tiles/s4/remove", {}, (What.TILES_CHANGED, ""))
    does("/catalogue/face/colour", {"colour": "7a1f3d"}, (What.FACE_CHANGED, ""))
    assert newest(hall)[3:] == ('{"town_colour":""}', '{"town_colour":"7A1F3D"}')
    does("/catalogue/face/remove", {"slot": "arms"})
    does("/catalogue/tiles/import", {}, (What.TILES_CHANGED, ""))
    for path, what in (("/catalogue/reject", What.IMPORT_REJECTED), ("/catalogue/accept", What.CATALOGUE_PUBLISHED)):
        assert isinstance(bring(hall.store, (SITE,), draft_of(catalogue(1), "own", "/srv/x/neu.json")), Waiting)
        assert newest(hall)[1:3] == ("catalogue.import_waits", "own neu.json")
        n = str(re.findall(r'name="n" value="(\d+)"', page.get("/catalogue").text)[0])
        does(path, {"n": n}, (what, "own neu.json" if what is What.CATALOGUE_PUBLISHED else ""))
    assert newest(hall)[0] == "frida"
    does("/catalogue/1/again", {}, (What.CATALOGUE_PUBLISHED, "own"))
    does("/terminals", {"name": "Terminal 2"}, (What.TERMINAL_ADDED, "Terminal 2"))
    does("/terminals/t1/code", {}, (What.TERMINAL_CODE, "Terminal 1"))
    does("/terminals/t1/revoke-code", {}, (What.TERMINAL_CODE_REVOKED, "Terminal 1"))
    order = {"order": str(uuid.uuid4()), "kind": "close", "message": "Wartung"}
    does("/terminals/t1/order", order, (What.TERMINAL_ORDER, "Terminal 1"))
    assert newest(hall)[4] == '{"terminal":"Terminal 1","order":"close","message":"Wartung"}'
    does("/terminals/t1/order", order)
    does("/terminals/t1/revoke", {}, (What.TERMINAL_REVOKED, "Terminal 1"))
    does("/terminals/alarm", {"kind": "cloned_disk", "subject": "x"}, (What.ALARM_NOTED, ""))
    site = {"town": "Neustadt", "name": "Rathaus", "timezone": "Europe/Berlin", "base_url": "", "kept_days": "30"}
    does("/site", site, (What.SITE_CHANGED, "Rathaus"))
    does("/trail/settings", {"kept_days": "90"}, (What.TRAIL_SETTINGS, ""))
    assert newest(hall)[3:] == ('{"kept_days":365}', '{"kept_days":90}')
    does("/trail/export", {"group": "person"}, (What.TRAIL_EXPORTED, ""))
    does("/welcome/code", {}, (What.TERMINAL_CODE, "Terminal 2"))

    page.post("/desk/counter", {"counter": "p1"})
    does("/desk/alarm", {"kind": "no_slot", "subject": "y"}, (What.ALARM_NOTED, ""))
    op, of = ({"op": uuid.uuid4().hex} for _ in range(2))
    does("/desk/do/next", op, (What.CALL_NEXT, "Platz 1"))
    does("/desk/do/next", op)
    does("/desk/undo", {**of, "of": op["op"]}, (What.CALL_UNDONE, "Platz 1"))
    does("/desk/bring", {"op": uuid.uuid4().hex, "text": ticket.label}, (What.CALL_BROUGHT, "Platz 1"))
    does("/desk/pause", {"op": uuid.uuid4().hex, "on": "1"}, (What.CALL_PAUSE, "Platz 1"))
    does("/signout", {}, (What.SIGNED_OUT, ""))

    done = {route for route in posts() if any(re.fullmatch(_pattern(route), path) for path in covered)}
    left = posts() - done - {"/desk/clock/{word:str}"}  # its own test: it needs a clock that is wrong
    assert left == NOT_RECORDED.keys(), "a page that changes something writes it into the trail"
    assert isinstance(check_now(hall.store, SITE, {}), Intact)


def _pattern(route: str) -> str:
    return re.sub(r"\{[^}]+\}", "[^/]+", route)


def test_hours_are_written_day_by_day(page: Page, live: Any) -> None:
    from hub.web.admin.site_setup import NewHouse, starting_catalogue, usual_hours

    new = NewHouse(
        town="M",
        name="R",
        timezone="Europe/Berlin",
        base_url="",
        hours=usual_hours(),
        catalogue="empty",
        counters=1,
        counter_word="Platz",
        terminal_name="T",
    )
    started = starting_catalogue(new)
    queues = tuple(queue for queue in started.queues if queue.series != "A")
    services = tuple(Service(id=each.id, names=each.names, office="haus", queue="meldung") for each in started.services)
    made = Catalogue(version=1, offices=started.offices, queues=queues, services=services)
    live.hall.do(publishing.publish, SITE, made, "empty", live.hall.clock())
    page.sign_in("frida")
    fields = dict(re.findall(r'name="((?:opens|closes)-\d-\d)" value="([^"]*)"', page.get("/site").text))
    fields |= {"closes-0-0": "18:30"}
    site = {"town": "Musterstadt", "name": "Rathaus", "timezone": "Europe/Berlin", "base_url": "", "kept_days": "30"}
    assert page.post("/site", site | fields).status_code == 303
    login, what, _, before, after = newest(live.hall)
    assert (login, what) == ("frida", "site.hours")
    assert '"0":"08:00-16:00"' in before
    assert '"0":"08:00-18:30"' in after
    text = page.get("/trail").text
    assert "<del>Montag: 08:00-16:00</del>" in text, "only the day that changed is shown"
    assert "<ins>Montag: 08:00-18:30</ins>" in text


def test_wrong_sign_ins_and_locks_are_written_but_not_what_was_typed(page: Page, live: Any) -> None:
    page.sign_in("frida", "Geheimnis-im-Namen")
    page.sign_in("Geheimnis-im-Namen", "x")
    assert rows(live.hall)[-2:] == [("sign_in.wrong", "frida"), ("sign_in.wrong", "")]
    assert rows(live.hall, "user_id, login, address")[-1] == ("", "", "127.0.0.1"), (
        "nobody is known by a wrong password"
    )
    for _ in range(4):
        page.sign_in("frida", "falsch")
    assert rows(live.hall)[-1] == ("sign_in.locked", "frida")
    before = rows(live.hall)
    page.sign_in("frida", "falsch")
    assert rows(live.hall) == before, "whoever has to wait costs nothing"
    assert "Geheimnis" not in str(rows(live.hall, "*"))


def test_signing_in_and_enrolling_name_who_it_was(page: Page, live: Any) -> None:
    assert newest(live.hall)[:3] == ("Terminal 1", "terminal.enrolled", "Terminal 1")
    page.sign_in("frida")
    assert newest(live.hall, "user_id, login, role, address, what") == (
        ("u1", "frida", "administrator", "127.0.0.1", "sign_in.right")
    )


def test_a_refused_act_leaves_no_entry(page: Page, live: Any) -> None:
    page.sign_in("frida")
    before = rows(live.hall)
    assert page.post("/people/u1/disable").status_code == 409
    assert page.post("/people/u1/role", {"role": "clerk"}).status_code == 409
    assert page.post("/counters", {"name": "Platz 1"}).status_code == 422
    assert page.post("/terminals", {"name": "Terminal 1"}).status_code == 422
    assert page.post("/terminals/nowhere/revoke").status_code == 303
    assert page.post("/terminals/nowhere/revoke-code").status_code == 303
    assert page.post("/terminals/alarm", {"kind": "no_slot", "subject": "never"}).status_code == 303
    assert rows(live.hall) == before


def test_commands_at_the_machine_name_its_user(hall: Any, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    folder = hall.store.path.parent
    hall.do(people.add, SITE, "u1", "frida", "Frida", Role.ADMINISTRATOR, KEPT, hall.clock())
    monkeypatch.setenv("SUDO_USER", "ole")
    monkeypatch.setattr("sys.stdin", io.StringIO("vier blaue Boote\nvier blaue Boote\n"))
    assert run_password("frida", folder) == 0
    assert run_unlock(folder) == 0
    source = tmp_path / "catalogue.json"
    source.write_text('{"version": 1, "services": [{"id": "s0", "names": {"de": "Ausweis"}}]}', encoding="utf-8")
    assert run_import("own", source, folder) == 0
    hall.do(signing.ensure, SITE, hall.clock())
    assert run_rotate(folder, accept=True) == 0
    assert rows(hall) == [
        ("person.password", "frida"),
        ("sign_in.unlocked", ""),
        ("catalogue.published", "own catalogue.json"),
        ("catalogue.key", ""),
    ]
    (who,) = set(rows(hall, "user_id, login, role, address"))
    assert who[1].endswith(" (sudo: ole)")
    assert (who[0], who[2], who[3]) == ("", "machine", "")
    assert isinstance(check_now(hall.store, SITE, {}), Intact)


def test_a_restored_hub_goes_on_with_its_chain_and_says_so(hall: Any, tmp_path: Path) -> None:
    folder, copy = hall.store.path.parent, tmp_path / "copy.db"
    run_unlock(folder)
    at_the_copy = hall.see(head, SITE)
    assert run_backup(folder, copy) == 0
    run_unlock(folder)
    after = hall.see(head, SITE)
    hall.store.close()
    assert run_restore(folder, copy, 100) == 0
    store = Store(folder / "hub.db")
    found = check_now(store, SITE, {at_the_copy.seq: at_the_copy.digest})
    lost = check_now(store, SITE, {after.seq: after.digest})
    said = store.read_now(
        lambda c: c.exec_driver_sql("SELECT what, after FROM trail_entry ORDER BY seq DESC LIMIT 1").one()
    )
    store.close()
    assert isinstance(found, Intact)
    assert not isinstance(lost, Intact), "a head of the time that was lost does not fit"
    assert tuple(said) == ("site.restored", f'{{"numbers_above":100,"head":"{at_the_copy}"}}')


def test_nothing_of_a_visitor_is_in_it(page: Page, live: Any) -> None:
    """A day of visits with canaries wherever a visitor's things go; then every column is searched for them."""
    hall, canary = live.hall, "Kanarie"
    first, second = hall.ticket(), hall.ticket()
    live.post("/help", {"id": str(uuid.uuid4()), "reason": "asked", "label": canary})
    missed = [{"day": "2026-11-24", "text": canary.lower(), "visits": 9}]
    beat = {"version": "1", "catalogue_version": 1, "missed": missed, "catalogue_fault": canary}
    assert live.post("/heartbeat", beat).ok
    page.sign_in("anna")
    page.post("/desk/counter", {"counter": "p1"})
    for word in ("next", "recall", "arrive", "finish"):
        shown = re.search(r'data-ticket="([^"]+)"', page.get("/desk").text)
        page.post(f"/desk/do/{word}", {"op": uuid.uuid4().hex, "ticket": shown[1] if shown else ""})
    for text in (canary, second.label, second.token):
        page.post("/desk/bring", {"op": uuid.uuid4().hex, "text": text})
    page.post("/signout")
    assert page.sign_in(canary, canary).status_code == 403
    written = str(rows(hall, "*"))
    assert len(rows(hall)) >= 8
    for secret in (canary, canary.lower(), first.id, second.id, first.label, second.label, first.token, second.token):
        assert secret not in written, secret
    assert {row for row in rows(hall, "login, address, role") if row[0]} <= {
        ("Terminal 1", "127.0.0.1", "terminal"),
        ("anna", "127.0.0.1", "clerk"),
    }
    named = [row for row in rows(hall, "what, login, address") if row[0].startswith("call.")]
    assert named
    assert {row[1:] for row in named} == {("", "")}


def test_the_head_of_the_day_goes_with_each_heartbeat(live: Any) -> None:
    beat = {"version": "1", "catalogue_version": 1}
    told = live.post("/heartbeat", beat).json()["trail_head"]
    assert told == str(live.hall.see(head, SITE))
    run_unlock(live.hall.store.path.parent)
    assert live.post("/heartbeat", beat).json()["trail_head"] == told, "one a day"
    live.hall.clock.forward(24 * 3_600_000)
    assert live.post("/heartbeat", beat).json()["trail_head"] == str(live.hall.see(head, SITE)) != told
