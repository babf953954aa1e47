"""A real hub in a process of its own, Debian's Chromium, and one enrolled terminal that draws numbers by the API."""

import copy
import json
import re
import shutil
import signal
import subprocess
import sys
import time
import uuid
from base64 import urlsafe_b64decode
from collections.abc import Iterator
from contextlib import contextmanager
from operator import itemgetter
from pathlib import Path
from typing import Any, NamedTuple

import pysqlite3
import pytest
import requests
from lobby.patience import PATIENCE_S, until
from playwright.sync_api import Browser, ConsoleMessage, Error, Page

from tests.browser.shots import DESK, SignIn, chromium, sign_in

ROOT = Path(__file__).resolve().parents[2]
PASSWORD = "Kastanie am Markt"
AWAY = ("net::ERR_", "status of 4", "htmx:sendError", "htmx:afterRequest", "htmx:timeout")
"""What Chromium and htmx write when a hub is stopped on purpose or slow, or says no with 4xx."""
ADMINISTRATOR = SignIn("frida", PASSWORD)


class HubProcess:
    """``kiosk hub`` on a data folder; ``start`` again on the same port is a restart."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.port = 0
        self.url = ""
        self.setup_link = ""
        self._process: subprocess.Popen[str] | None = None

    def start(self) -> None:
        command = [sys.executable, "-m", "kiosk.cli", "hub", "--port", str(self.port), "--data", str(self.folder)]
        self._process = subprocess.Popen(command, stdout=subprocess.PIPE, text=True, cwd=ROOT)
        assert self._process.stdout is not None
        self.url = _found(r"(https?://\S+)", self._process.stdout.readline())
        self.port = int(self.url.rsplit(":", 1)[1])
        if not (self.folder / "founded").exists():
            self.setup_link = _found(r"(https?://\S+/setup\S+)", self._process.stdout.readline())

    def stop(self) -> None:
        if self._process is None:
            return
        self._process.send_signal(signal.SIGTERM)
        assert self._process.wait(PATIENCE_S) == 0
        assert self._process.stdout is not None
        self._process.stdout.close()
        self._process = None

    def long_ago(self, ms: int) -> None:
        """Have every terminal been heard this much earlier."""
        raw = pysqlite3.connect(str(self.folder / "hub.db"))
        raw.execute("UPDATE terminal_status SET seen_ms = seen_ms - ?", (ms,))
        raw.commit()
        raw.close()


class Terminal:
    """What a terminal says to the hub."""

    def __init__(self, url: str, code: str) -> None:
        self.url = url
        answer = requests.post(f"{url}/api/v1/enrol", json={"code": code}, timeout=PATIENCE_S)
        assert answer.status_code == 200, answer.text
        self._key = {"Authorization": f"Bearer {answer.json()['key']}"}
        bodies = [each["body"] for each in self._changes() if (each["kind"], each["lang"]) == ("service", "")]
        self.services = [body["id"] for body in sorted(bodies, key=itemgetter("#")) if body.get("queue")]

    def _changes(self) -> list[dict[str, Any]]:
        """Every record of the catalogue, as soon as the hub shows it: all that changed since nothing was there."""
        until(lambda: self._get("manifest").status_code != 404, "the hub to show its catalogue")
        told = self._get("manifest")
        payload = told.text.split(".")[1]
        epoch = json.loads(urlsafe_b64decode(payload + "=" * (-len(payload) % 4)))["catalogue"]["epoch"]
        items, page = list[dict[str, Any]](), {"next_cursor": 0, "complete": False}
        while not page["complete"]:
            page = self._get(f"catalogue/changes?epoch={epoch}&after={page['next_cursor']}").json()
            items += page["items"]
        return items

    def _get(self, path: str) -> requests.Response:
        return requests.get(f"{self.url}/api/v1/{path}", headers=self._key, timeout=PATIENCE_S)

    def draw(self, service: str = "", lang: str = "de") -> dict[str, Any]:
        body = {"id": str(uuid.uuid4()), "service": service or self.services[0], "lang": lang}
        answer = requests.post(f"{self.url}/api/v1/tickets", json=body, headers=self._key, timeout=PATIENCE_S)
        assert answer.ok, answer.text
        drawn: dict[str, Any] = answer.json()
        drawn["label"] = f"{drawn['series']} {drawn['n']:03d}"
        return drawn

    def post(self, path: str, body: dict[str, Any]) -> dict[str, Any]:
        answer = requests.post(f"{self.url}/api/v1/{path}", json=body, headers=self._key, timeout=PATIENCE_S)
        assert answer.ok, answer.text
        told: dict[str, Any] = answer.json()
        return told

    def join(self, machine: str = "browser-test") -> dict[str, Any]:
        """Ask for the slot of its database."""
        self.slot = self.post("slot", {"generation": "7" * 32, "machine": machine})
        return self.slot

    def own_number(self, n: int, series: str = "A") -> dict[str, Any]:
        """What it would tell of a number that it gave itself just now."""
        now_ms = time.time_ns() // 1_000_000
        return {
            "id": str(uuid.uuid4()),
            "service": self.services[0],
            "series": series,
            "slot": self.slot["slot"],
            "n": n,
            "business_day": self.slot["business_day"],
            "arrival_ms": now_ms,
        }

    def tell(self, fact: dict[str, Any]) -> str:
        """Tell of a ticket; returns the word of the answer."""
        op = {"op": str(uuid.uuid4()), "lane": fact["id"], "kind": "ticket", "body": fact}
        (answer,) = self.post("sync", {"generation": "7" * 32, "ops": [op]})["answers"]
        assert answer["status"] == 200, answer
        return str(answer["code"])

    def ask_help(self, label: str = "", reason: str = "no_paper") -> None:
        body = {"id": str(uuid.uuid4()), "reason": reason, "label": label}
        assert requests.post(f"{self.url}/api/v1/help", json=body, headers=self._key, timeout=PATIENCE_S).ok

    def report(self, *problems: str, **more: Any) -> None:
        state = "needs_attention" if problems else "ready"
        printer = {"device": "printer", "kind": "receipt_printer", "state": state, "problems": problems}
        body = {"version": "1.0", "catalogue_version": 1, "devices": [printer], **more}
        assert requests.post(f"{self.url}/api/v1/heartbeat", json=body, headers=self._key, timeout=PATIENCE_S).ok


def set_up(page: Page, hub: HubProcess, catalogue: str = "demo", *, always_open: bool = False) -> str:
    """Fill in the set-up page and make the first terminal's code; returns the code.

    ``always_open`` opens the house day and night, for tests that draw a number at a terminal at any hour.
    """
    page.goto(hub.setup_link)
    page.fill("#town", "Stadt Musterstadt")
    page.fill("#name", "Bürgerhaus am Wall")
    page.fill("#base_url", hub.url)
    for day in range(7) if always_open else ():
        page.fill(f"[name=opens-{day}-0]", "0:00")
        page.fill(f"[name=closes-{day}-0]", "23:59")
    page.check(f"input[name=catalogue][value={catalogue}]")
    page.fill("#admin_name", "Frida Fuchs")
    page.fill("#login", ADMINISTRATOR.login)
    page.fill("#password", PASSWORD)
    page.fill("#again", PASSWORD)
    page.click("button.main")
    page.wait_for_url("**/welcome")
    (hub.folder / "founded").touch()
    page.click("text=Code erzeugen")
    return page.inner_text("#code")


def _found(pattern: str, text: str) -> str:
    match = re.search(pattern, text)
    assert match, f"the hub said: {text!r}"
    return match[1]


@pytest.fixture(scope="session")
def browser() -> Iterator[Browser]:
    with chromium() as browser:
        yield browser


@pytest.fixture
def empty_hub(tmp_path: Path) -> Iterator[HubProcess]:
    hub = HubProcess(tmp_path / "hub")
    hub.start()
    yield hub
    hub.stop()


class Founded(NamedTuple):
    """A hub that was set up by its pages and stopped, with its terminal and the administrator's session."""

    hub: HubProcess
    terminal: Terminal
    cookies: list[Any]


@pytest.fixture(scope="session")
def founded(tmp_path_factory: pytest.TempPathFactory, browser: Browser) -> Founded:
    """Set up once; each module works on a copy, at the same port."""
    hub = HubProcess(tmp_path_factory.mktemp("founded") / "hub")
    hub.start()
    context = browser.new_context(locale="de-DE")
    page = context.new_page()
    terminal = Terminal(hub.url, set_up(page, hub))
    context.clear_cookies()
    sign_in(page, hub.url, ADMINISTRATOR)
    cookies = list[Any](context.cookies())
    context.close()
    hub.stop()
    return Founded(hub, terminal, cookies)


@pytest.fixture(scope="module")
def hub(tmp_path_factory: pytest.TempPathFactory, founded: Founded) -> Iterator[HubProcess]:
    """A founded hub with its terminal (``hub.terminal``), shared by the tests of a module."""
    hub = HubProcess(tmp_path_factory.mktemp("hall") / "hub")
    shutil.copytree(founded.hub.folder, hub.folder)
    hub.port = founded.hub.port
    hub.start()
    hub.terminal = copy.copy(founded.terminal)  # type: ignore[attr-defined]
    yield hub
    hub.stop()


@pytest.fixture
def terminal(hub: Any) -> Terminal:
    terminal: Terminal = hub.terminal
    return terminal


@contextmanager
def without_complaint(page: Page) -> Iterator[None]:
    """Anything the browser complains about (blocked, missing, thrown) fails the test."""
    said = list[str]()

    def console(message: ConsoleMessage) -> None:
        if message.type == "error":
            said.append(message.text)

    def thrown(fault: Error) -> None:
        said.append(str(fault))

    page.on("console", console)
    page.on("pageerror", thrown)
    try:
        yield
    finally:
        page.remove_listener("console", console)
        page.remove_listener("pageerror", thrown)
    assert not [line for line in said if not any(word in line for word in AWAY)]


@pytest.fixture
def page(browser: Browser) -> Iterator[Page]:
    """A window of its own."""
    context = browser.new_context(locale="de-DE", viewport=DESK)
    page = context.new_page()
    with without_complaint(page):
        yield page
        context.close()


@pytest.fixture
def signed_in(page: Page, founded: Founded) -> Page:
    """A window of the administrator's session; no page is open yet. Who signs out signs in by the page instead."""
    page.context.add_cookies(founded.cookies)
    return page
