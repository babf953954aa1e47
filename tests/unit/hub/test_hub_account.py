"""One's own password and devices over HTTP, and what a password that somebody else set opens: its own change only."""

import asyncio
import os
import re
import threading
import time
from collections.abc import Iterator
from typing import Any

import pytest
import requests

from hub.auth import devices, people
from hub.auth.passwords import STRANGERS_NICER, Passwords
from hub.auth.throttle import HOUR, LOCK_AT
from hub.store.enums import ROLES, Role
from hub.web.common.auth_hooks import staff_only
from tests.hub_apps import app_for
from tests.unit.hub.conftest import living
from tests.unit.hub.test_hub_pages import KEPT, PASSWORD, SITE, Browser

NEW = "vier blaue Boote"
PART = {"Sec-Fetch-Mode": "cors", "HX-Request": "true"}
STREAM = {"Sec-Fetch-Mode": "cors", "Accept": "text/event-stream"}
OPEN_FIRST = {("GET", "/account"), ("POST", "/account/password"), ("POST", "/signout")}
"""What somebody may reach who has a password that was handed out."""


@pytest.fixture
def browser(live: Any) -> Iterator[Browser]:
    for ident, login, role in (("u1", "frida", Role.ADMINISTRATOR), ("u2", "anna", Role.CLERK)):
        assert live.hall.do(people.add, SITE, ident, login, login.title(), role, KEPT, live.hall.clock())
    browser = Browser(live.url)
    yield browser
    browser.http.close()


def change(browser: Browser, old: str = PASSWORD, new: str = NEW, again: str = "") -> requests.Response:
    browser.get("/account")
    return browser.post("/account/password", {"old": old, "password": new, "again": again or new})


def known_at(browser: Browser, login: str) -> str:
    return browser.http.cookies.get(devices.cookie_name(login), default="")


def test_every_role_changes_its_own_password(live: Any) -> None:
    for role in ROLES:
        assert live.hall.do(people.add, SITE, f"u-{role}", role, role.title(), Role(role), KEPT, live.hall.clock())
        browser = Browser(live.url)
        browser.sign_in(role)
        assert 'href="/account"' in browser.get("/account").text
        assert change(browser).headers["location"] == "/account?done=own_password"
        assert "Ihr neues Passwort gilt" in browser.get("/account?done=own_password").text
        assert Browser(live.url).sign_in(role).status_code == 403
        assert Browser(live.url).sign_in(role, NEW).status_code == 303


def test_a_wrong_password_is_answered_late_and_a_right_one_at_once(hall: Any) -> None:
    with app_for(hall.store, hall.clock, 0.2) as (app, behind), living(hall, app) as hub:
        assert hall.do(people.add, SITE, "u", "anna", "Anna", Role.CLERK, KEPT, hall.clock())
        behind.passwords.pause_s = 0.3
        began = time.monotonic()
        assert Browser(hub.url).sign_in("anna", "not my password").status_code == 403
        assert time.monotonic() - began >= 0.3
        behind.passwords.pause_s = 3600.0
        assert Browser(hub.url).sign_in("anna").status_code == 303


def test_the_thread_for_strangers_gives_way() -> None:
    before = set(threading.enumerate())
    passwords = Passwords(memory_kib=64, passes=1)
    assert asyncio.run(passwords.fits("a", None)) is False
    (thread,) = (each for each in set(threading.enumerate()) - before if "strangers" in each.name)
    nice, mine = (os.getpriority(os.PRIO_PROCESS, each) for each in (thread.native_id or 0, threading.get_native_id()))
    assert nice == min(19, mine + STRANGERS_NICER)
    passwords.close()


def test_ones_other_sessions_and_devices_end_and_this_one_stays(browser: Browser, live: Any) -> None:
    other = Browser(live.url)
    other.sign_in("anna")
    browser.sign_in("anna")
    mine, others = known_at(browser, "anna"), known_at(other, "anna")
    change(browser)
    assert browser.get("/account", allow_redirects=False).status_code == 200
    assert other.get("/account", allow_redirects=False).headers["location"] == "/signin"
    look = live.hall.see
    assert look(devices.known, SITE, "anna", mine, live.hall.clock()) is not None
    assert look(devices.known, SITE, "anna", others, live.hall.clock()) is None


def test_what_can_be_no_new_password_changes_nothing(browser: Browser, live: Any) -> None:
    browser.sign_in("anna")
    for new in ("kurz", PASSWORD, PASSWORD + " 2", "Musterstadt26", "Rathaus-Anna1"):
        answer = change(browser, PASSWORD, new)
        assert answer.status_code == 422, new
        assert 'id="password-fault"' in answer.text, new
    assert "Das ist das bisherige Passwort" in change(browser, PASSWORD, PASSWORD).text
    assert 'id="again-fault"' in change(browser, PASSWORD, NEW, NEW + "!").text
    assert Browser(live.url).sign_in("anna").status_code == 303


def test_a_wrong_old_password_counts_as_at_sign_in(browser: Browser, live: Any) -> None:
    """The session was left open, and whoever sits there guesses: the device waits, for sign-in too."""
    browser.sign_in("anna")
    answers = [change(browser, "falsch") for _ in range(6)]
    assert [each.status_code for each in answers] == [403] * 5 + [429]
    assert "Das bisherige Passwort stimmt nicht" in answers[0].text
    assert "15 Sekunden" in answers[4].text
    assert change(browser).status_code == 429
    assert browser.sign_in("anna").status_code == 429
    assert Browser(live.url).sign_in("anna").status_code == 303, "other devices do not wait"
    live.hall.clock.forward(15_000)
    assert change(browser).status_code == 303


def test_somebody_signed_in_changes_it_though_strangers_locked_the_name(browser: Browser, live: Any) -> None:
    """Even when the browser shows no known device: its session is one."""
    browser.sign_in("anna")
    del browser.http.cookies[devices.cookie_name("anna")]
    stranger = Browser(live.url)
    for _ in range(LOCK_AT):
        stranger.sign_in("anna", "falsch")
        live.hall.clock.forward(60_000)
        browser.get("/account")
    assert stranger.sign_in("anna").status_code == 429
    assert change(browser).status_code == 303
    assert known_at(browser, "anna"), "and the device is known from now on"
    assert stranger.sign_in("anna", NEW).status_code == 303, "the new password ends what was about the old one"


def test_an_administrator_changes_the_own_password_only_there(browser: Browser, live: Any) -> None:
    browser.sign_in("frida")
    page = browser.get("/people").text
    assert "/people/u1/password" not in page
    assert "/people/u2/password" in page
    answer = browser.post("/people/u1/password", {"password": NEW, "again": NEW})
    assert answer.status_code == 409
    assert "Mein Konto" in answer.text
    assert Browser(live.url).sign_in("frida").status_code == 303


def handed_out(browser: Browser, live: Any, how: str) -> Browser:
    """Anna with a password that an administrator set, signed in."""
    browser.sign_in("frida")
    password = {"password": NEW, "again": NEW}
    if how == "set":
        assert browser.post("/people/u2/password", password).status_code == 303
        login = "anna"
    else:
        new = {"login": "berta", "name": "Berta", "role": "administrator"}
        assert browser.post("/people", new | password).status_code == 303
        login = "berta"
    assert "noch das erste Passwort" in browser.get("/people").text
    theirs = Browser(live.url)
    theirs.get("/signin")
    assert theirs.post("/signin", {"login": login, "password": NEW}).status_code == 303
    return theirs


@pytest.mark.parametrize("how", ["set", "added"])
def test_what_was_handed_out_opens_nothing_until_it_is_changed(browser: Browser, live: Any, how: str) -> None:
    theirs = handed_out(browser, live, how)
    first = theirs.get("/")
    assert "Wählen Sie Ihr eigenes Passwort" in first.text
    assert 'href="/desk"' not in first.text
    assert change(theirs, NEW, NEW).status_code == 422, "not to the same one"
    assert theirs.get("/desk/choose", allow_redirects=False).headers["location"] == "/account"
    done = change(theirs, NEW, "Lampe Tee Gurke")
    assert (done.status_code, done.headers["location"]) == (303, "/")
    assert theirs.get("/desk/choose", allow_redirects=False).status_code == 200
    assert "noch das erste Passwort" not in browser.get("/people").text


def test_no_page_act_part_or_stream_opens_before_the_change(browser: Browser, live: Any) -> None:
    """Every route of the staff there is: a new one cannot be forgotten."""
    theirs = handed_out(browser, live, "added")
    theirs.get("/account")
    tried = 0
    for method, path in staff_routes(live):
        if (method, path) in OPEN_FIRST:
            continue
        tried += 1
        if method == "GET":
            answers = [theirs.get(path, headers=headers, allow_redirects=False) for headers in ({}, PART, STREAM)]
        else:
            answers = [theirs.post(path), theirs.post(path, **PART)]
        assert (answers[0].status_code, answers[0].headers["location"]) == (303, "/account"), (method, path)
        for part in answers[1:]:
            assert (part.status_code, part.headers["hx-redirect"], part.content) == (403, "/account", b""), path
    assert tried > 40, tried
    assert theirs.post("/signout").headers["location"] == "/signin"


def staff_routes(live: Any) -> list[tuple[str, str]]:
    """Method and path of everything that asks for a session, with something for each parameter."""
    with app_for(live.hall.store, live.hall.clock, 0.2) as (app, _):
        return sorted(
            (method, re.sub(r"\{[^}]*\}", "1", route.path))
            for route in app.routes
            for handler in getattr(route, "route_handlers", ())
            if handler.resolve_before_request() is staff_only
            for method in handler.http_methods & {"GET", "POST"}
        )


def test_forgotten_devices_are_strangers(browser: Browser, live: Any) -> None:
    browser.sign_in("anna")
    token = known_at(browser, "anna")
    assert "dieses Gerät" in browser.get("/account").text
    answer = browser.post("/account/devices/forget")
    assert answer.headers["location"] == "/account?done=devices_forgotten"
    assert known_at(browser, "anna") == ""
    assert live.hall.see(devices.known, SITE, "anna", token, live.hall.clock()) is None
    assert "Kein Gerät ist bekannt" in browser.get("/account").text


def test_the_devices_cookie_is_strict_and_stays_for_long(browser: Browser) -> None:
    answer = browser.sign_in("anna")
    (cookie,) = (each for each in answer.headers["set-cookie"].split(", ") if each.startswith("hub_device_"))
    assert {"httponly", "samesite=strict", "path=/", "max-age=31536000"} <= set(cookie.lower().split("; "))
    assert "anna" not in cookie


def test_several_people_are_known_at_one_browser(browser: Browser, live: Any) -> None:
    for login in ("anna", "frida", "anna"):
        browser.sign_in(login)
        browser.post("/signout")
    assert known_at(browser, "anna")
    assert known_at(browser, "frida")
    assert len(live.hall.see(devices.of_person, SITE, "u2")) == 1


def test_an_administrator_ends_a_lock(browser: Browser, live: Any) -> None:
    stranger = Browser(live.url)
    for _ in range(LOCK_AT):
        answer = stranger.sign_in("anna", "falsch")
        live.hall.clock.forward(HOUR)
    assert answer.status_code == 429
    assert "An neuen Geräten ist er gesperrt" in answer.text
    assert "kiosk hub unlock" in answer.text
    browser.sign_in("frida")
    assert "gesperrt: 15 Fehlversuche" in browser.get("/people").text
    assert browser.post("/people/u2/unlock").status_code == 303
    assert "gesperrt: 15 Fehlversuche" not in browser.get("/people").text
    assert stranger.sign_in("anna").status_code == 303


def test_a_long_wait_is_said_in_minutes_with_what_to_do(browser: Browser, live: Any) -> None:
    for _ in range(7):
        browser.sign_in("anna", "falsch")
        live.hall.clock.forward(60_000)
    answer = browser.sign_in("anna", "falsch")
    assert "Bitte warten Sie 2 Minuten" in answer.text
    for way in ("an einem anderen Gerät", "auf der Seite „Personen“", "<code>kiosk hub unlock</code>"):
        assert way in answer.text
