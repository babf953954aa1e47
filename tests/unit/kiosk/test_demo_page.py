"""The demo's start page: everything on it, in both languages, for this machine only."""

import re
from collections.abc import Iterator

import pytest
import requests

from kiosk.demo_page.page import Account, Addresses, StartPage
from kiosk.demo_page.server import StartPageServer
from kiosk.i18n.texts import Texts

WHERE = Addresses(
    "http://127.0.0.1:8080",
    "http://127.0.0.1:8090",
    (Account("frida", "Lindenhof-2026", "administrator"), Account("anna", "Lindenhof-2026", "clerk")),
)


@pytest.fixture
def server() -> Iterator[StartPageServer]:
    made = StartPageServer(StartPage(WHERE, Texts.load("terminal"), Texts.load("hub")), 0)
    made.start()
    yield made
    made.stop()


def get(url: str, **headers: str) -> requests.Response:
    return requests.get(url, headers=headers, timeout=300)


@pytest.mark.parametrize(("lang", "role"), [("de", "Sachbearbeitung"), ("en", "Clerk")])
def test_page_says_what_to_try_where_and_as_whom(server: StartPageServer, lang: str, role: str) -> None:
    page = get(f"{server.url}?lang={lang}").text
    assert f'<html lang="{lang}">' in page
    assert len(re.findall("<li>", page)) == 6
    for address in (WHERE.hub, WHERE.panel, WHERE.desk, WHERE.board, WHERE.phone):
        assert f'href="{address}"' in page
    assert "<code>anna</code>" in page
    assert "<code>Lindenhof-2026</code>" in page
    assert role in page


def test_language_is_the_browsers_first_one_that_there_is(server: StartPageServer) -> None:
    assert '<html lang="en">' in get(server.url, **{"Accept-Language": "fr-FR,en-GB;q=0.9,de;q=0.8"}).text
    assert '<html lang="de">' in get(server.url, **{"Accept-Language": "fr"}).text
    assert '<html lang="de">' in get(f"{server.url}?lang=xx").text


def test_passwords_are_for_this_machine_only(server: StartPageServer) -> None:
    assert server.url.startswith("http://127.0.0.1:")
    rebound = get(server.url, Host="demo.example")
    assert rebound.status_code == 403
    assert "Lindenhof" not in rebound.text
    assert "frame-ancestors 'none'" in get(server.url).headers["Content-Security-Policy"]


def test_nothing_else_is_served(server: StartPageServer) -> None:
    assert get(f"{server.url}demo.css").headers["Content-Type"].startswith("text/css")
    for path in ("page.py", "../page.py", "files/demo.css", "x"):
        assert get(server.url + path).status_code == 404
