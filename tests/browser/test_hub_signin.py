"""Locked out and in again, handed-out passwords and one's own, in a real browser on a real hub."""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import pysqlite3
import pytest
from playwright.sync_api import Browser, Page, expect

from hub.auth.cli import run_unlock
from tests.browser.conftest import ADMINISTRATOR, HubProcess
from tests.browser.shots import SignIn, sign_in
from tests.browser.test_hub_axe import violations

pytestmark = pytest.mark.browser

GIVEN = "vier blaue Boote"
OWN = "Lampe Tee Gurke"
WRONG = "falsch geraten"


@contextmanager
def window(browser: Browser) -> Iterator[Page]:
    """A browser in which nobody signed in yet."""
    context = browser.new_context(locale="de-DE")
    yield context.new_page()
    context.close()


def give(page: Page, hub: HubProcess, login: str, password: str) -> None:
    """Name and password into the sign-in page, whatever comes of it."""
    page.goto(f"{hub.url}/signin")
    page.fill("#login", login)
    page.fill("#password", password)
    page.click("button[type=submit]")


def guess(browser: Browser, hub: HubProcess, login: str) -> None:
    """A stranger guesses: the first try, and with the file moved on by hand the fifth and the fifteenth."""
    with window(browser) as stranger:
        give(stranger, hub, login, WRONG)
        expect(stranger.locator("[role=alert]")).to_contain_text("Bitte versuchen Sie es noch einmal")
        for tries, said in ((4, "15 Sekunden bis zum nächsten Versuch"), (14, "bis jemand die Sperre aufhebt")):
            raw = pysqlite3.connect(str(hub.folder / "hub.db"))
            raw.execute("UPDATE sign_in_try SET failures = ?, last_ms = 0 WHERE whose LIKE 'name:%'", (tries,))
            raw.commit()
            raw.close()
            give(stranger, hub, login, WRONG)
            expect(stranger.locator("[role=alert]")).to_contain_text(said)
        expect(stranger.locator("[role=alert] code")).to_have_text("kiosk hub unlock")


@pytest.fixture
def signed_in(page: Page, hub: HubProcess) -> Page:
    """By the page: these tests end sessions, and the session of the others is not to be among them."""
    sign_in(page, hub.url, ADMINISTRATOR)
    return page


@pytest.fixture
def desk(page: Page, hub: HubProcess) -> Page:
    """The administrator's own desk: known from the sign-in before."""
    sign_in(page, hub.url, ADMINISTRATOR)
    page.click(".who form button")
    page.wait_for_url("**/signin")
    return page


def test_locked_out_by_strangers_and_in_again(desk: Page, hub: HubProcess, browser: Browser) -> None:
    guess(browser, hub, ADMINISTRATOR.login)
    with window(browser) as elsewhere:
        give(elsewhere, hub, *ADMINISTRATOR[:2])
        expect(elsewhere.locator("[role=alert]")).to_contain_text("An neuen Geräten ist er gesperrt")
        assert violations(elsewhere) == []
        sign_in(desk, hub.url, ADMINISTRATOR)
        expect(desk.locator(".me")).to_contain_text("Frida Fuchs")
        assert run_unlock(hub.folder) == 0, "beside the running hub"
        sign_in(elsewhere, hub.url, ADMINISTRATOR)


def test_from_a_handed_out_password_to_ones_own(signed_in: Page, hub: HubProcess, browser: Browser) -> None:
    """Added, signed in, changed; reset by the administrator, changed again; locked, and let in by the administrator."""
    signed_in.goto(f"{hub.url}/people")
    signed_in.fill("form.card [name=name]", "Anna Albrecht")
    signed_in.fill("form.card [name=login]", "anna")
    signed_in.fill("form.card [name=password]", GIVEN)
    signed_in.fill("form.card [name=again]", GIVEN)
    signed_in.click("form.card button.main")
    row = signed_in.locator("tr", has_text="Anna Albrecht")
    expect(row.locator(".chip")).to_contain_text("noch das erste Passwort")
    assert violations(signed_in) == []
    with window(browser) as annas:
        change_at_first(annas, hub, GIVEN, OWN)
        signed_in.reload()
        expect(row.locator(".chip")).to_have_count(0)
        reset(row, GIVEN)
        give(annas, hub, "anna", OWN)
        expect(annas.locator("[role=alert]")).to_contain_text("Name oder Passwort stimmt nicht")
        change_at_first(annas, hub, GIVEN, OWN)
    guess(browser, hub, "anna")
    signed_in.reload()
    expect(row.locator(".chip")).to_contain_text("gesperrt: 15 Fehlversuche")
    row.get_by_role("button", name="Sperre aufheben").click()
    expect(row.locator(".chip")).to_have_count(0)
    with window(browser) as annas:
        sign_in(annas, hub.url, SignIn("anna", OWN))


def change_at_first(page: Page, hub: HubProcess, given: str, own: str) -> None:
    """Sign in with what was handed out: nothing opens but the change, and not to the same one."""
    sign_in(page, hub.url, SignIn("anna", given))
    page.goto(f"{hub.url}/desk/choose")
    expect(page.locator("h1")).to_have_text("Wählen Sie Ihr eigenes Passwort")
    expect(page.locator(".ways a")).to_have_count(0)
    fill_change(page, given, given)
    expect(page.locator("#password-fault")).to_contain_text("Das ist das bisherige Passwort")
    fill_change(page, given, own)
    page.wait_for_url("**/desk/choose")


def fill_change(page: Page, old: str, new: str) -> None:
    page.fill("#old", old)
    page.fill("#password", new)
    page.fill("#again", new)
    page.click("main button.main")


def reset(row: Any, password: str) -> None:
    row.locator("summary").click()
    row.locator("[name=password]").fill(password)
    row.locator("[name=again]").fill(password)
    row.get_by_role("button", name="Passwort setzen").click()
    expect(row.locator(".chip")).to_contain_text("noch das erste Passwort")


def test_ones_own_password_and_devices(signed_in: Page, hub: HubProcess, browser: Browser) -> None:
    """Reached by one's name in every page's head; the other browser is signed out, this one goes on."""
    with window(browser) as other:
        sign_in(other, hub.url, ADMINISTRATOR)
        signed_in.click(".me")
        expect(signed_in.locator("h1")).to_have_text("Mein Konto")
        fill_change(signed_in, WRONG, OWN)
        expect(signed_in.locator("[role=alert]")).to_contain_text("Das bisherige Passwort stimmt nicht")
        fill_change(signed_in, ADMINISTRATOR.password, OWN)
        expect(signed_in.locator("[role=status]")).to_contain_text("Ihr neues Passwort gilt")
        expect(signed_in.locator(".chip", has_text="dieses Gerät")).to_have_count(1)
        other.goto(f"{hub.url}/people")
        other.wait_for_url("**/signin")
    fill_change(signed_in, OWN, ADMINISTRATOR.password)  # for the tests after this one
    expect(signed_in.locator("[role=status]")).to_be_visible()
    signed_in.click("text=Alle Geräte vergessen")
    expect(signed_in.locator("[role=status]")).to_contain_text("Die Geräte sind vergessen")
