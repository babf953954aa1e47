"""The trail's page and its file: who may see it, what is shown of what was asked for, texts for every kind."""

import csv
import io
import re
from collections.abc import Iterator
from typing import Any

import pytest

from hub.auth import people
from hub.store.enums import ROLES, Role
from hub.trail import csv_export, entries, looks
from hub.trail.entries import Details, Note, Who
from hub.trail.retention import Settings, facts, settings
from hub.trail.words import GROUPS, What
from hub.web.common.texts import texts
from kiosk.hash_chain import Flaw, Head
from tests.unit.hub.test_hub_pages import KEPT, Browser

SITE = "rathaus"
DAY_MS = 24 * 3_600_000
FRIDA = Who("u1", "frida", "administrator", "10.0.0.7")


@pytest.fixture
def page(live: Any) -> Iterator[Browser]:
    for n, role in enumerate(ROLES):
        login = "frida" if role is Role.ADMINISTRATOR else str(role)
        assert live.hall.do(people.add, SITE, f"u{n}", login, login.title(), role, KEPT, live.hall.clock())
    browser = Browser(live.url)
    assert browser.sign_in("frida").status_code == 303
    yield browser
    browser.http.close()


def add(live: Any, what: What, subject: str = "", after: Details | None = None, who: Who = FRIDA) -> None:
    note = Note(site=SITE, who=who, what=what, now_ms=live.hall.clock())
    live.hall.do(entries.append, note, subject, after=after or {})


def exported(page: Browser, **fields: str) -> list[dict[str, str]]:
    answer = page.post("/trail/export", fields)
    assert answer.headers["content-type"] == "text/csv; charset=utf-8"
    text = answer.content.decode()
    assert text.startswith("\ufeff")
    return list(csv.DictReader(io.StringIO(text.removeprefix("\ufeff"))))


def seqs(text: str) -> list[int]:
    return [int(seq) for seq in re.findall(r'<tr id="e-(\d+)"', text)]


def test_only_administrators_see_it(page: Browser, live: Any) -> None:
    page.http.cookies.clear()
    for role in ROLES:
        if role is not Role.ADMINISTRATOR:
            page.sign_in(str(role))
            for path in ("/trail", "/trail/chain"):
                assert page.get(path).status_code == 403, (role, path)
            for path in ("/trail/settings", "/trail/export"):
                assert page.post(path, {"kept_days": "30"}).status_code == 403, (role, path)
    assert live.hall.see(settings, SITE) == Settings()


@pytest.mark.parametrize("lang", ["de", "en"])
def test_every_kind_fact_and_flaw_has_its_text(hall: Any, lang: str) -> None:
    def facts_of(look: Any) -> Details:
        return hall.see(look)

    kept = hall.do(people.add, SITE, "u1", "frida", "Frida", Role.CLERK, KEPT, 0)
    assert kept
    looked = [
        looks.person(SITE, "u1"),
        looks.terminal(SITE, "t1"),
        looks.queue(SITE, "meldung"),
        looks.counter(SITE, "p1"),
        looks.site_settings(SITE),
        looks.route(SITE, "ausweis"),
        looks.tiles(SITE),
    ]
    names = {name for look in looked for name in facts_of(look)} | set(facts(Settings()))
    names |= {"terminal", "order", "message", "alarm", "hours", "clock", "day", "date", "seconds", "flaw", "head"}
    names |= {"version", "import", "services", "findings", "key", "numbers_above", "group"}
    keys = [f"trail.field.{name}" for name in names] + [f"trail.what.{what}" for what in What]
    keys += [f"trail.group.{group}" for group in GROUPS] + [f"trail.flaw.{flaw}" for flaw in Flaw]
    for key in keys:
        said = texts().say(lang, key)
        assert (said.lang, bool(said.text)) == (lang, True), key


def test_newest_come_first_and_a_page_leads_to_the_older_ones(page: Browser, live: Any) -> None:
    for n in range(150):
        add(live, What.PERSON_ADDED, f"person-{n}")
    first = page.get("/trail").text
    newest = seqs(first)[0]
    assert seqs(first) == list(range(newest, newest - 100, -1))
    older = re.search(r'href="(/trail\?[^"]*below=\d+)"', first)
    assert older
    rest = seqs(page.get(older[1].replace("&amp;", "&")).text)
    assert rest == list(range(newest - 100, 0, -1))


def test_day_person_and_kind_narrow_page_and_file_alike(page: Browser, live: Any) -> None:
    add(live, What.COUNTER_ADDED, "Platz 7")
    live.hall.clock.forward(DAY_MS)
    add(live, What.COUNTER_ADDED, "Platz 8")
    add(live, What.SIGN_IN_WRONG, "clerk", who=Who(address="10.0.0.9"))
    add(live, What.CALL_NEXT, "clerk", who=Who())
    page.sign_in("frida")

    def both(**asked: str) -> list[str]:
        query = "&".join(f"{name}={value}" for name, value in asked.items())
        shown = seqs(page.get(f"/trail?{query}").text)
        rows = exported(page, **asked)[:-1]
        assert [int(row["sequence"]) for row in rows if row["kind"] != "trail.exported"] == sorted(shown)
        return [row["subject"] for row in rows if row["kind"] != "trail.exported"]

    assert both(group="counter") == ["Platz 7", "Platz 8"]
    assert both(group="counter", day="2026-11-24") == ["Platz 7"]
    assert both(group="counter", day="2026-11-26") == []
    assert both(person="clerk") == ["clerk"], "what was tried on the account; a counter of that name is none"
    assert both(person="frida", group="counter") == ["Platz 7", "Platz 8"]
    for nonsense in ("day=gestern", "day=9999-99-99", "below=x", "group=everything", "day=٢٠٢٦-11-24"):
        assert seqs(page.get(f"/trail?{nonsense}").text), nonsense


def test_no_cell_is_computed_by_a_spreadsheet(page: Browser, live: Any) -> None:
    for start in ("=1+1", "+1", "-1", "@SUM(A1)", "\t=1", "\r=1"):
        add(live, What.COUNTER_ADDED, start)
    add(live, What.COUNTER_ADDED, 'Platz "1", links\nhinten')
    cells = [row["subject"] for row in exported(page, group="counter")[:-1]]
    assert cells[:4] == ["'=1+1", "'+1", "'-1", "'@SUM(A1)"]
    assert all(cell.startswith("'") for cell in cells[4:6])
    assert cells[6] == 'Platz "1", links\nhinten'


def test_a_file_holds_the_head_and_every_digest(page: Browser, live: Any) -> None:
    add(live, What.PERSON_ADDED, "berta", {"role": "clerk"})
    *rows, last = exported(page)
    assert (last["sequence"], last["hash"]) == ("head", str(live.hall.see(entries.head, SITE)))
    assert last["hash"] == f"{rows[-1]['sequence']}:{rows[-1]['hash']}", "that it was saved is its last entry"
    assert [int(row["sequence"]) for row in rows] == list(range(1, len(rows) + 1))
    added = next(row for row in rows if row["kind"] == "person.added")
    assert (added["time"], added["what"]) == ("2026-11-24T12:00:00+01:00", "Person angelegt")


def test_a_long_trail_is_saved_whole(page: Browser, live: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("hub.trail.listing.AT_ONCE", 4)
    for n in range(9):
        add(live, What.COUNTER_ADDED, f"Platz {n}")
    assert [row["subject"] for row in exported(page, group="counter")[:-1]] == [f"Platz {n}" for n in range(9)]


def test_settings_have_their_limits(page: Browser, live: Any) -> None:
    for wrong in ("29", "3651", "", "ewig"):
        assert page.post("/trail/settings", {"kept_days": wrong, "names_callers": "yes"}).status_code == 422
    assert live.hall.see(settings, SITE) == Settings()
    assert page.post("/trail/settings", {"kept_days": "30", "names_callers": "yes"}).status_code == 303
    assert live.hall.see(settings, SITE) == Settings(30, names_callers=True)
    assert re.search(r'name="names_callers" value="yes" checked', page.get("/trail").text)


def test_whatever_somebody_wrote_by_hand_is_shown(page: Browser, live: Any) -> None:
    """The page that tells of a forgery must not fail on it."""
    add(live, What.PERSON_ADDED, "berta")
    for column, value in (
        ("what", "'<b>other</b>'"),
        ("before", "'[1,2]'"),
        ("after", "'7'"),
        ("role", "'king'"),
        ("at_ms", "-99999999999999999"),
        ("at_ms", "999999999999999999"),
        ("hash", "zeroblob(32)"),
    ):
        sql = f"UPDATE trail_entry SET {column} = {value} WHERE seq = (SELECT max(seq) FROM trail_entry)"
        live.hall.do(lambda c: c.exec_driver_sql("DROP TRIGGER IF EXISTS trail_entry_stays"))
        live.hall.do(lambda c, sql=sql: c.exec_driver_sql(sql))
        assert page.get("/trail").status_code == 200, column
        assert "gebrochen" in page.get("/trail/chain").text
        assert exported(page)
    assert "<b>other</b>" not in page.get("/trail").text


def test_cells_are_lines_of_rfc_4180() -> None:
    assert csv_export.end(Head(7, bytes(32))) == f"head,,,,,,,,,,7:{'00' * 32}\r\n"
    assert csv_export.begin() == "\ufeff" + ",".join(csv_export.COLUMNS) + "\r\n"
