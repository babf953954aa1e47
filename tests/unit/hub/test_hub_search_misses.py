"""What people searched for and did not find: what the hub takes and shows, and a name that nobody finds anywhere."""

import logging
import time
from collections.abc import Callable
from datetime import datetime
from itertools import count
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest

from hub.auth import people
from hub.catalogue.content import misses
from hub.catalogue.demo import demo_catalogue
from hub.catalogue.publication import publishing
from hub.retention.periods import USUAL_MS
from hub.store.enums import Role
from kiosk.catalogue.model import Catalogue, Service
from kiosk.config import Hub, Site, TerminalConfig, Timing
from kiosk.core import Core
from kiosk.eventlog import EventLog, JsonLines
from kiosk.flows.browse.browse_visit import browsing
from kiosk.i18n.texts import Texts
from kiosk.main.workers import Workers
from kiosk.session.states import Home
from kiosk.vocabulary import effects, intents
from kiosk.vocabulary.effects import Effect
from kiosk.vocabulary.events import Tick, Touched
from kiosk.vocabulary.ids import uuid7
from kiosk.wire import Missed
from offline_cache.catalogue.build import whole
from offline_cache.catalogue.store import CatalogueStore
from tests.unit.hub.test_hub_pages import KEPT, Browser

DAY = "2026-11-02"
PATIENCE_S = 60.0


def told(text: str, visits: int = 5, day: str = DAY) -> Missed:
    return Missed(day, text, visits)


def test_what_terminals_tell_is_added_up_and_told_twice_it_counts_once(hall) -> None:
    for _ in range(2):
        hall.do(misses.take, hall.site, "t1", (told("kindergeld", 6), told("steuer id")), hall.clock())
    hall.do(misses.take, hall.site, "t1", (told("kindergeld", 7, "2026-11-03"),), hall.clock())
    found = hall.see(misses.listed, hall.site)
    assert [(each.text, each.visits, each.day) for each in found] == [
        ("kindergeld", 13, "2026-11-03"),
        ("steuer id", 5, DAY),
    ]
    hall.clock.forward(USUAL_MS + 1)
    hall.forget()
    assert hall.see(misses.listed, hall.site) == []


@pytest.mark.parametrize(
    "one",
    [
        told("kindergeld", 4),
        told("max 1"),
        told("a@b"),
        told("eins zwei drei vier"),
        told("x" * 41),
        told(""),
        told("kindergeld", day="2026-13-40"),
        told("kindergeld", day="0000-00-00"),
        told("kindergeld", day="2026-10-01"),
        told("kindergeld", day="9999-12-31"),
    ],
)
def test_what_is_not_of_the_agreed_form_is_not_kept(hall, one: Missed) -> None:
    hall.do(misses.take, hall.site, "t1", (one,), hall.clock())
    assert hall.see(misses.listed, hall.site) == []


def test_the_editor_sees_them_on_the_catalogue_page(live) -> None:
    assert live.hall.do(people.add, live.hall.site, "u1", "dora", "Dora", Role.EDITOR, KEPT, live.hall.clock())
    small = Catalogue(version=0, services=(Service(id="s", names={"de": "Pass"}, queue="meldung"),))
    live.hall.do(publishing.publish, live.hall.site, small, "own", live.hall.clock())
    browser = Browser(live.url)
    browser.sign_in("dora")
    assert "Noch nichts." in browser.get("/catalogue").text
    beat = {"version": "1", "catalogue_version": 0, "missed": [{"day": DAY, "text": "kindergeld", "visits": 7}]}
    assert live.post("/heartbeat", beat).status_code == 200
    shown = browser.get("/catalogue").text
    assert "Was Leute suchten und nicht fanden" in shown
    assert "<b><bdi>kindergeld</bdi></b></td><td>7</td>" in shown
    browser.http.close()


class OneTerminal:
    """A terminal's core with its real workers, store, catalogue and log, at a real hub; pumped by hand."""

    def __init__(self, folder: Path, url: str, key: str) -> None:
        self.now, ids = datetime(2026, 11, 2, 10, tzinfo=ZoneInfo("Europe/Berlin")), count()
        head, changes = whole(demo_catalogue(), ("de",))
        CatalogueStore(folder / "catalogue.db", languages=("de",)).take(changes, head, onto=False)
        log, texts = EventLog("terminal"), Texts.load("terminal")
        config = TerminalConfig(hub=Hub(url=url, key=key), languages=("de",), site=Site(town="M", name="R"))
        make_id = lambda: str(uuid7(1_772_000_000_000 + next(ids), 0, 7))  # noqa: E731
        self.core = Core(
            texts=texts,
            site=config.site,
            terminal="T1",
            timing=Timing(),
            languages=("de",),
            now=lambda: self.now,
            mono=time.monotonic,
            make_id=make_id,
            perform=self._perform,
            show=lambda view: None,
            log=log,
        )
        self.workers = Workers(config, folder, self.core, texts, _Ids(make_id), log)
        self.workers.start()

    def _perform(self, effect: Effect) -> None:
        if isinstance(effect, effects.SessionOver):
            self.workers.forget()
        else:
            self.workers.perform(effect)

    def until(self, condition: Callable[[], bool]) -> None:
        end = time.monotonic() + PATIENCE_S
        while not condition():
            assert time.monotonic() < end
            self.core.handle(self.core._inbox.get(0.05) or Tick())

    def visit(self, typed: str) -> None:
        """Somebody types this, finds nothing and goes."""
        ask = lambda intent: self.core.handle(Touched(intent, self.core.session.id))  # noqa: E731
        ask(intents.OpenSearch())
        for letter in typed:
            ask(intents.EditText("search", letter))
        self.until(lambda: browsing(self.core.session).answered == browsing(self.core.session).token)
        assert browsing(self.core.session).hits == ()
        ask(intents.GoToStart())


class _Ids:
    def __init__(self, make: Callable[[], str]) -> None:
        self._make = make

    def __call__(self) -> str:
        return self._make()

    def not_before(self, _ms: int) -> None:
        return None


def test_a_name_that_fewer_than_five_visits_typed_stands_nowhere(live, tmp_path: Path) -> None:
    names = {"Quasselstrippenheim": 1, "Zwiebelmuster Xaver": 2, "Yggdrasilowski": 4}
    often = "Wolkenkuckucksheim"
    folder, logs = tmp_path / "terminal", tmp_path / "terminal" / "log.jsonl"
    folder.mkdir()
    handler = logging.FileHandler(logs, encoding="utf-8")
    handler.setFormatter(JsonLines())
    root, level = logging.getLogger(), logging.getLogger().level
    root.addHandler(handler)
    root.setLevel(logging.DEBUG)
    terminal = OneTerminal(folder, live.url, live.key)
    try:
        terminal.until(lambda: terminal.core.session.state is Home.START)
        for name, visits in {**names, often: 5}.items():
            for _ in range(visits):
                terminal.visit(name)
        terminal.now = terminal.now.replace(hour=20)
        terminal.until(lambda: bool(live.hall.see(misses.listed, live.hall.site)))
    finally:
        terminal.workers.stop()
        root.removeHandler(handler)
        root.setLevel(level)
        handler.close()
    assert [(each.text, each.visits) for each in live.hall.see(misses.listed, live.hall.site)] == [
        (often.casefold(), 5)
    ]
    files = {path: path.read_bytes().lower() for path in tmp_path.rglob("*") if path.is_file()}
    assert {path.name for path in files} >= {"terminal.db", "catalogue.db", "log.jsonl", "hub.db"}
    for name in " ".join(names).casefold().split():
        assert [path for path, body in files.items() if name.encode() in body] == [], name
    holders = {path.name for path, body in files.items() if often.casefold().encode() in body}
    assert holders, "the search through the files finds what is there"
    assert all(name.startswith("hub.db") for name in holders), "of the terminal's own files none holds it"
