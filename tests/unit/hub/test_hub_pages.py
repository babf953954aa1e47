"""The pages over HTTP: who gets in, what a forged POST gets, what forms say, what the headers forbid."""

import asyncio
import re
import uuid
from collections.abc import Iterator
from typing import Any
from urllib.parse import urlsplit

import pytest
import requests

from hub import events
from hub.auth import people, sessions
from hub.auth.passwords import Passwords
from hub.counter import calling
from hub.store.enums import Role
from hub.tickets import business_day
from hub.web.common.auth_hooks import is_local_name
from kiosk.i18n.languages import fallback_mark

SITE = "rathaus"
PASSWORD = "Kastanie am Markt"
KEPT = asyncio.run(Passwords(memory_kib=8 * 1024, passes=1).hash(PASSWORD))


class Browser:
    """What a browser does: cookies, Origin with every POST, the token of the last form."""

    def __init__(self, url: str) -> None:
        self.url = url
        self.http = requests.Session()
        self.http.trust_env = False  # as LiveHub's
        self.token = ""

    def get(self, path: str, **options: Any) -> requests.Response:
        answer = self.http.get(self.url + path, timeout=300, **options)
        if found := re.search(r'name="csrf" (?:value|content)="([^"]+)"', answer.text):
            self.token = found[1]
        return answer

    def post(self, path: str, fields: dict[str, Any] | None = None, **headers: str) -> requests.Response:
        sent = {"Origin": self.url} | headers
        body = {"csrf": self.token} | (fields or {})
        return self.http.post(self.url + path, data=body, headers=sent, timeout=300, allow_redirects=False)

    def sign_in(self, login: str, password: str = PASSWORD) -> requests.Response:
        self.get("/signin")
        answer = self.post("/signin", {"login": login, "password": password})
        if answer.status_code == 303:
            self.get("/people")
            self.get("/desk/choose")
        return answer


@pytest.fixture
def browser(live: Any) -> Iterator[Browser]:
    for ident, login, role in (("u1", "frida", Role.ADMINISTRATOR), ("u2", "anna", Role.CLERK)):
        assert live.hall.do(people.add, SITE, ident, login, login.title(), role, KEPT, live.hall.clock())
    browser = Browser(live.url)
    yield browser
    browser.http.close()


def test_nobody_sees_a_page_without_signing_in(browser: Browser) -> None:
    for path in (
        "/",
        "/desk",
        "/desk/parts",
        "/people",
        "/counters",
        "/queues",
        "/services",
        "/terminals",
        "/site",
        "/trail",
    ):
        answer = browser.get(path, allow_redirects=False)
        assert (answer.status_code, answer.headers["location"]) == (303, "/signin"), path


def test_signing_in_sets_a_strict_cookie(browser: Browser) -> None:
    answer = browser.sign_in("frida")
    assert answer.status_code == 303
    cookie = next(each for each in answer.headers["set-cookie"].split(",") if "hub_session" in each).lower()
    assert "httponly" in cookie
    assert "samesite=strict" in cookie


def test_a_header_that_anybody_may_send_makes_no_cookie_secure(browser: Browser) -> None:
    """Over TLS it is: ``test_hub_tls``; behind a proxy that was named: ``test_hub_proxy``."""
    browser.get("/signin")
    fields = {"login": "frida", "password": PASSWORD}
    answer = browser.post("/signin", fields, **{"X-Forwarded-Proto": "https"})
    assert "Secure" not in answer.headers["set-cookie"]


def test_wrong_name_and_wrong_password_read_the_same(browser: Browser) -> None:
    wrong, unknown = browser.sign_in("frida", "falsch"), browser.sign_in("niemand", PASSWORD)
    assert wrong.status_code == unknown.status_code == 403
    assert wrong.text.replace("frida", "") == unknown.text.replace("niemand", "")


def test_too_many_tries_say_how_long(browser: Browser) -> None:
    for _ in range(5):
        browser.sign_in("frida", "falsch")
    answer = browser.sign_in("frida")
    assert answer.status_code == 429
    assert "15 Sekunden" in answer.text


@pytest.mark.parametrize("path", ["/signout", "/people", "/queues", "/desk/do/next", "/site", "/terminals"])
def test_a_post_without_the_token_changes_nothing(browser: Browser, path: str) -> None:
    browser.sign_in("frida")
    browser.token = "guessed"
    assert browser.post(path).status_code == 403


@pytest.mark.parametrize("origin", ["http://evil.example", "null", "http://127.0.0.1:1"])
def test_a_post_from_another_page_changes_nothing(browser: Browser, origin: str) -> None:
    browser.sign_in("frida")
    assert browser.post("/counters", {"name": "Schalter 9"}, Origin=origin).status_code == 403
    assert "Schalter 9" not in browser.get("/counters").text


def test_a_post_without_an_origin_changes_nothing(browser: Browser) -> None:
    browser.sign_in("frida")
    body = {"csrf": browser.token, "name": "Schalter 9"}
    assert browser.http.post(f"{browser.url}/counters", data=body, timeout=300).status_code == 403


def test_a_name_that_merely_points_here_is_refused(browser: Browser) -> None:
    browser.sign_in("frida")
    cookies = "; ".join(f"{each.name}={each.value}" for each in browser.http.cookies)
    headers = {"Host": "evil.example", "Origin": "http://evil.example", "Cookie": cookies}
    body = {"csrf": browser.token, "name": "Schalter 9"}
    assert requests.post(f"{browser.url}/counters", data=body, headers=headers, timeout=300).status_code == 403


@pytest.mark.parametrize(
    ("name", "local"),
    [("127.0.0.1", True), ("::1", True), ("hub", True), ("hub.lan", True), ("evil.example", False), ("", False)],
)
def test_names_that_only_lead_here(name: str, local: bool) -> None:
    assert is_local_name(name) is local


def test_the_set_up_tokenless_sign_in_form_needs_its_cookie(browser: Browser) -> None:
    browser.get("/signin")
    browser.http.cookies.clear()
    assert browser.post("/signin", {"login": "frida", "password": PASSWORD}).status_code == 403


def test_a_clerk_opens_the_desk_and_nothing_else(browser: Browser) -> None:
    browser.sign_in("anna")
    assert browser.get("/desk/choose").status_code == 200
    for path in ("/people", "/counters", "/queues", "/services", "/terminals", "/site", "/trail", "/welcome"):
        assert browser.get(path).status_code == 403, path
    assert browser.post("/people/u1/disable").status_code == 403
    assert 'href="/people"' not in browser.get("/desk/choose").text


def test_signing_out_ends_the_session_in_the_hub(browser: Browser) -> None:
    browser.sign_in("frida")
    kept = browser.http.cookies.get("hub_session")
    assert browser.post("/signout").status_code == 303
    again = requests.get(f"{browser.url}/people", cookies={"hub_session": kept}, timeout=300, allow_redirects=False)
    assert again.status_code == 303


def test_live_lists_do_not_keep_a_session_awake(browser: Browser, live: Any) -> None:
    browser.sign_in("anna")
    browser.post("/desk/counter", {"counter": "p1"})
    live.hall.clock.forward(sessions.IDLE_MS - 120_000)
    parts = {"Sec-Fetch-Mode": "cors", "HX-Request": "true"}
    assert browser.get("/desk/parts", headers=parts).status_code == 200
    live.hall.clock.forward(180_000)
    answer = browser.get("/desk/parts", headers=parts)
    assert (answer.status_code, answer.headers["hx-redirect"]) == (401, "/signin")


def test_what_a_person_does_keeps_it_awake(browser: Browser, live: Any) -> None:
    browser.sign_in("anna")
    for _ in range(3):
        live.hall.clock.forward(sessions.IDLE_MS - 120_000)
        assert browser.get("/desk/choose", allow_redirects=False).status_code == 200


def test_headers_forbid_everything_that_is_not_ours(browser: Browser) -> None:
    for path in ("/signin", "/board/rathaus", "/t/" + "0" * 32, "/nowhere"):
        headers = browser.get(path).headers
        policy = headers["content-security-policy"]
        assert "default-src 'none'" in policy, path
        assert "unsafe" not in policy
        assert headers["cache-control"] == "no-store"
        assert headers["x-content-type-options"] == "nosniff"


def test_no_page_has_inline_script_style_or_a_foreign_address(browser: Browser) -> None:
    browser.sign_in("frida")
    browser.post("/desk/counter", {"counter": "p1"})
    for path in (
        "/desk",
        "/people",
        "/counters",
        "/queues",
        "/services",
        "/terminals",
        "/site",
        "/trail",
        "/board/rathaus",
    ):
        text = browser.get(path).text
        assert not re.search(r"<script(?![^>]*\bsrc=)|<style|\sstyle=|\son[a-z]+=", text), path
        for address in re.findall(r'(?:src|href|action)="([^"]*)"', text):
            assert not urlsplit(address).netloc, (path, address)


def test_a_form_keeps_what_was_typed_and_says_what_is_wrong(browser: Browser) -> None:
    browser.sign_in("frida")
    fields = {"login": "Änne", "name": "Änne Adam", "role": "clerk", "password": "kurz", "again": "kurz"}
    answer = browser.post("/people", fields)
    assert answer.status_code == 422
    assert 'value="Änne Adam"' in answer.text
    assert 'id="login-fault"' in answer.text
    assert 'id="password-fault"' in answer.text
    assert "kurz" not in answer.text.replace("zu kurz", "")


def test_markup_in_a_name_stays_text(browser: Browser) -> None:
    browser.sign_in("frida")
    refused = browser.post("/counters", {"name": "<script>alert(1)</script>"}).text
    assert browser.post("/counters", {"name": "1 < 2 & 3 > 2"}).status_code == 303
    kept = browser.get("/counters").text
    assert "<script>alert" not in refused + kept
    assert 'value="&lt;script&gt;alert' in refused
    assert "1 &lt; 2 &amp; 3 &gt; 2" in kept


def test_why_a_terminal_refuses_a_catalogue_stands_on_the_terminals_page(browser: Browser, live: Any) -> None:
    reason = "queues[q].office: there is no office “<haus>”. Add this office or name another."
    beat = {"version": "0.1.0", "catalogue_version": 3, "notes": ["catalogue_refused"], "catalogue_fault": reason}
    browser.sign_in("frida")
    browser.post("/desk/counter", {"counter": "p1"})
    before = live.hall.see(events.newest, SITE)
    assert live.post("/heartbeat", beat).ok
    assert live.hall.see(events.newest, SITE) > before, "the pages are told"
    shown = browser.get("/terminals").text
    assert "Der Grund:" in shown
    assert "there is no office “&lt;haus&gt;”. Add this office or name another." in shown
    desk = browser.get("/desk").text
    assert "Der neue Katalog wurde nicht angenommen" in desk
    assert "Der Grund steht auf der Seite Terminals" in desk
    assert live.post("/heartbeat", {"version": "0.1.0", "catalogue_version": 4}).ok
    assert "Der Grund:" not in browser.get("/terminals").text
    assert live.post("/heartbeat", beat | {"catalogue_fault": "x" * 401}).status_code == 400


def test_a_counter_that_somebody_closed_meanwhile_is_not_changed(browser: Browser, live: Any) -> None:
    browser.sign_in("frida")
    for ident in ("nothing", "p2"):
        browser.post("/counters/p2/close")
        answer = browser.post(f"/counters/{ident}", {"name": "Platz 9", "queues": "meldung"})
        assert (answer.status_code, answer.headers["location"]) == (303, "/counters")
    assert "Platz 9" not in browser.get("/counters").text


def test_people_come_and_go(browser: Browser) -> None:
    browser.sign_in("frida")
    new = {"login": "bernd", "name": "Bernd", "role": "supervisor", "password": PASSWORD, "again": PASSWORD}
    assert browser.post("/people", new).status_code == 303
    assert browser.post("/people", new).status_code == 422
    other = Browser(browser.url)
    assert other.sign_in("bernd").status_code == 303
    own = {"old": PASSWORD, "password": "vier blaue Boote", "again": "vier blaue Boote"}
    assert other.post("/account/password", own).status_code == 303
    assert other.get("/counters").status_code == 200
    assert other.get("/people").status_code == 403


def test_the_last_administrator_stays(browser: Browser) -> None:
    browser.sign_in("frida")
    assert browser.post("/people/u1/disable").status_code == 409
    assert browser.post("/people/u1/role", {"role": "clerk"}).status_code == 409
    assert browser.get("/people").status_code == 200


def test_nobody_takes_away_their_own_role_or_access(browser: Browser, live: Any) -> None:
    """Even where another administrator is left: one wrong click would shut them out."""
    browser.sign_in("frida")
    new = {"login": "hugo", "name": "Hugo", "role": "administrator", "password": PASSWORD, "again": PASSWORD}
    assert browser.post("/people", new).status_code == 303
    other = next(each.id for each in live.hall.see(people.accounts, SITE) if each.login == "hugo")
    for answer in (browser.post("/people/u1/disable"), browser.post("/people/u1/role", {"role": "clerk"})):
        assert answer.status_code == 409
        assert "ändert nur eine andere Administration" in answer.text
    assert 'action="/people/u1/' not in browser.get("/people").text
    assert browser.post(f"/people/{other}/role", {"role": "clerk"}).status_code == 303


def test_queues_and_services_are_arranged(browser: Browser, live: Any) -> None:
    browser.sign_in("frida")
    assert browser.post("/queues", {"series": "I", "name_de": "Irrtum"}).status_code == 422
    assert browser.post("/queues", {"series": "C", "name_de": "Kasse", "place_de": "Flur"}).status_code == 303
    assert "Kasse" in browser.get("/queues").text
    for wrong in ({"service": "nirgends", "queue": "q-c"}, {"service": "ausweis", "queue": "q-x"}, {"queue": "q-c"}):
        answer = browser.post("/services/route", wrong)
        assert answer.status_code == 422
        assert 'class="fault"' in answer.text or "q-x" in wrong.values()
    assert browser.post("/services/route", {"service": "ausweis", "queue": "q-c"}).status_code == 303
    assert live.hall.ticket().label == "C 001"
    assert browser.post("/queues/q-c/remove").status_code == 409
    assert browser.post("/queues/meldung/remove").status_code == 303
    assert "meldung" not in browser.get("/queues").text


def test_a_busy_counter_is_not_taken_away(browser: Browser, live: Any) -> None:
    browser.sign_in("frida")
    live.hall.ticket()
    act = calling.Act(site=SITE, counter="p1", op="operation-1", now_ms=live.hall.clock())
    assert isinstance(live.hall.do(calling.call_next, act), calling.Done)
    assert browser.post("/counters/p1/close").status_code == 409
    assert browser.post("/counters/p2/close").status_code == 303
    assert "Platz 2" not in browser.get("/counters").text


def test_a_terminals_code_is_shown_once_and_revoking_ends_its_key(browser: Browser, live: Any) -> None:
    browser.sign_in("frida")
    answer = browser.post("/terminals", {"name": "Terminal 2"})
    found = re.search(r'id="code">([0-9A-Z]{4}-[0-9A-Z]{4})<', answer.text)
    assert found
    assert found[1] not in browser.get("/terminals").text
    enrolled = requests.post(f"{live.url}/api/v1/enrol", json={"code": found[1]}, timeout=300).json()
    key = {"Authorization": f"Bearer {enrolled['key']}"}
    assert requests.get(f"{live.url}/api/v1/queues", headers=key, timeout=300).status_code == 200
    browser.post(f"/terminals/{enrolled['terminal']}/revoke")
    assert requests.get(f"{live.url}/api/v1/queues", headers=key, timeout=300).status_code == 401


@pytest.mark.parametrize(
    ("note", "said"),
    [
        ("catalogue_unpinned", "mit einem neuen Code verbinden"),
        ("catalogue_refused", "Der neue Katalog wurde nicht angenommen"),
        ("catalogue_old", "Der Katalog des Terminals ist abgelaufen"),
        ("store_failed", "Das Terminal kann nichts speichern"),
        ("store_damaged", "Eine beschädigte Datenbank liegt beiseite"),
        ("scanner_keyboard", "Das Lesegerät ist auf eine falsche Tastatur eingestellt"),
        ("thread_died", "Ein Teil des Terminal-Programms wurde abgebrochen"),
    ],
)
def test_store_faults_stand_on_desk_and_terminals_page(browser: Browser, live: Any, note: str, said: str) -> None:
    browser.sign_in("frida")
    browser.post("/desk/counter", {"counter": "p1"})
    beat: dict[str, Any] = {"version": "1", "catalogue_version": 1}
    for notes, shown in (((), False), ((note,), True), (("of another version",), False)):
        assert live.post("/heartbeat", beat | {"notes": notes}).ok
        for path in ("/terminals", "/desk"):
            assert (said in browser.get(path).text) is shown, (path, notes)


def test_operation_page_names_restarted_threads_and_their_terminals(browser: Browser, live: Any) -> None:
    browser.sign_in("frida")
    assert "Programmfehler" not in browser.get("/operation").text
    watch = live.hall.store.watch
    for detail in ("KeyError at feed.py:12", "ValueError at feed.py:99"):
        watch.died("the feed", detail)
    shown = browser.get("/operation").text
    assert "Programmfehler in den letzten 24 Stunden" in shown
    assert re.search(r"the feed</b></td><td[^>]*>ValueError at feed.py:99</td><td[^>]*>2</td>", shown)
    said = "Ein Teil des Terminal-Programms wurde abgebrochen"
    assert said not in shown
    assert live.post("/heartbeat", {"version": "1", "catalogue_version": 1, "notes": ["thread_died"]}).ok
    assert said in browser.get("/operation").text


def test_site_settings_are_checked_and_kept(browser: Browser) -> None:
    browser.sign_in("frida")
    site = {"town": "Musterstadt", "name": "Rathaus", "timezone": "Mond/Krater", "base_url": "ftp://x"}
    answer = browser.post("/site", site | {"opens-0-0": "12", "closes-0-0": "9:30", "kept_days": "731"})
    assert answer.status_code == 422
    for field in ("timezone", "base_url", "hours-0", "kept_days"):
        assert f'id="{field}-fault"' in answer.text, field
    assert "1 bis 730" in answer.text.partition('id="kept_days-fault"')[2][:400]
    good = {"timezone": "Europe/Vienna", "base_url": "https://warten.musterstadt.example/", "kept_days": "90"}
    assert browser.post("/site", site | good | {"opens-0-0": "8", "closes-0-0": "12.30"}).status_code == 303
    assert "https://warten.musterstadt.example" in browser.get("/site").text
    assert 'value="90"' in browser.get("/site").text


def test_a_town_that_says_nothing_keeps_visits_for_thirty_days(browser: Browser) -> None:
    browser.sign_in("frida")
    assert 'name="kept_days" type="number" value="30"' in browser.get("/site").text


def test_one_operation_calls_one_person(browser: Browser, live: Any) -> None:
    first, second = live.hall.ticket(), live.hall.ticket()
    browser.sign_in("anna")
    browser.post("/desk/counter", {"counter": "p1"})
    operation = {"op": uuid.uuid4().hex}
    answers = [browser.post("/desk/do/next", operation) for _ in range(3)]
    assert all(f'id="own-number">{first.label}<' in answer.text for answer in answers)
    assert f'<td class="number">{second.label}</td>' in answers[-1].text


def test_the_clerk_acts_on_whom_they_saw(browser: Browser, live: Any) -> None:
    for _ in range(2):
        live.hall.ticket()
    browser.sign_in("anna")
    browser.post("/desk/counter", {"counter": "p1"})
    browser.post("/desk/do/next", {"op": uuid.uuid4().hex})
    answer = browser.post("/desk/do/finish", {"op": uuid.uuid4().hex, "ticket": "0193aaaa-0000-7000-8000-00000000ffff"})
    assert "Nichts wurde geändert" in answer.text
    assert 'id="own-number">A 001<' in answer.text


def test_help_is_taken_by_somebody_and_stays_until_it_is_done(browser: Browser, live: Any) -> None:
    call = str(uuid.uuid4())
    assert live.post("/help", {"id": call, "reason": "asked", "label": "A 007"}).ok
    browser.sign_in("anna")
    browser.post("/desk/counter", {"counter": "p1"})
    page = browser.get("/desk").text
    assert "A 007" in page
    assert f'data-person="{call}"' in page, "tone and title are for it"
    taken = browser.post(f"/desk/help/{call}").text
    assert "Anna geht hin" in taken
    assert "data-person" not in taken
    assert 'data-key="F10"' not in taken
    done = browser.post(f"/desk/help/{call}/done").text
    assert "A 007" not in done
    assert "Niemand braucht Hilfe" in done


def test_the_visitors_page_follows_the_ticket(browser: Browser, live: Any) -> None:
    live.hall.ticket()
    mine = live.hall.ticket()
    page = browser.get(f"/t/{mine.token}")
    assert page.headers["referrer-policy"] == "same-origin", "its forms say where they come from"
    assert mine.label in page.text
    assert "1 Person" in page.text
    for _ in (1, 2):
        live.hall.next()
    assert "Platz 1" in browser.get(f"/t/{mine.token}").text
    live.hall.do(calling.arrive, calling.Act(site=SITE, counter="p1", op="operation-3", now_ms=live.hall.clock()))
    live.hall.do(calling.finish, calling.Act(site=SITE, counter="p1", op="operation-4", now_ms=live.hall.clock()))
    over = browser.get(f"/t/{mine.token}?lang=ar")
    assert 'dir="rtl"' in over.text
    assert 'content="30; url=/t/' in over.text, "a visit that is over asks seldom: staff may take the number in again"
    live.hall.do(business_day.turn_all, live.hall.clock.forward(24 * 3600 * 1000))
    assert "http-equiv" not in browser.get(f"/t/{mine.token}").text, "on another day it asks no more"


def test_the_visitors_page_marks_what_its_language_lacks_once(browser: Browser, live: Any) -> None:
    mine = live.hall.ticket()
    there, here = (browser.get(f"/t/{mine.token}?lang={lang}").text for lang in ("ar", "de"))
    assert there.count(fallback_mark("ar", "de")) == 1
    assert '<bdi lang="de">' in there
    assert "<bdi" not in here
    assert 'class="soft small">' not in here


@pytest.mark.parametrize("token", ["0" * 32, "x", "%2e%2e", "A" * 32])
def test_an_unknown_token_gets_a_kind_page(browser: Browser, token: str) -> None:
    answer = browser.get(f"/t/{token}")
    assert answer.status_code == 404
    assert "Diese Nummer kennen wir nicht" in answer.text


def test_the_board_is_public_and_knows_only_its_site(browser: Browser, live: Any) -> None:
    live.hall.ticket()
    act = calling.Act(site=SITE, counter="p1", op="operation-1", now_ms=live.hall.clock())
    live.hall.do(calling.call_next, act)
    live.hall.do(calling.recall, calling.Act(site=SITE, counter="p1", op="operation-2", now_ms=live.hall.clock()))
    text = browser.get("/board").text
    assert text.count("A 001") == 1, "a repeated call stands there once"
    assert browser.get("/board/nirgends").status_code == 404
    assert [call["kind"] for call in browser.get("/board/rathaus/calls").json()["calls"]] == ["recall"]


@pytest.mark.parametrize("back", ["//evil.example", "/\\evil.example", "/\t/evil.example", "https://evil.example", "x"])
def test_choosing_a_language_leads_to_no_other_house(browser: Browser, back: str) -> None:
    answer = browser.get("/lang/en", params={"back": back}, allow_redirects=False)
    assert answer.headers["location"] == "/"
    assert (
        browser.get("/lang/en", params={"back": "/t/abc?lang=de"}, allow_redirects=False)
        .headers["location"]
        .startswith("/t/abc")
    )
