"""The trail's page: acts of the day stand on it, and a row that was changed by hand is seen to be wrong."""

import csv
import io
from typing import Any

import pysqlite3
import pytest
from lobby.patience import PATIENCE_S
from playwright.sync_api import Page, expect

from hub.trail import cli
from hub.trail.csv_export import BOM
from tests.browser.conftest import PASSWORD, HubProcess, Terminal
from tests.browser.shots import sit_down

pytestmark = pytest.mark.browser
LONG_MS = PATIENCE_S * 1000


def test_the_chain_breaks_visibly_when_a_row_is_changed_by_hand(
    signed_in: Page, hub: HubProcess, terminal: Terminal, capsys: Any
) -> None:
    page = signed_in
    an_ordinary_day(page, hub, terminal)

    page.goto(f"{hub.url}/trail")
    expect(page.locator("#chain .notice.go")).to_contain_text("Das Protokoll ist unverändert", timeout=LONG_MS)
    head = page.inner_text("#head")
    added = page.locator("tr", has_text="Person angelegt")
    expect(added).to_contain_text("berta")
    expect(added).to_contain_text("Rolle: Sachbearbeitung")
    expect(page.locator("tr", has_text="Nächste Nummer aufgerufen")).to_contain_text("Schalter 1")
    expect(page.locator("tr", has_text="Nächste Nummer aufgerufen")).not_to_contain_text("frida")
    expect(page.locator("tr", has_text="Haus eingerichtet")).to_contain_text("frida")
    assert cli.run_verify(hub.folder, [head]) == 0, capsys.readouterr()

    page.select_option("#group", "person")
    page.click("#asked button")
    expect(page.locator("table.trail tbody tr")).to_have_count(1)
    exported = saved(page)
    assert [row["subject"] for row in exported[:-1]] == ["berta"]
    assert exported[-1]["sequence"] == "head"

    seq = int(exported[0]["sequence"])
    change(hub, seq)
    page.goto(f"{hub.url}/trail")
    broken = page.locator("#chain .notice.stop")
    expect(broken).to_contain_text(f"bei Eintrag {seq} gebrochen", timeout=LONG_MS)
    broken.locator("a").click()
    expect(page.locator("table.trail tbody tr").first).to_contain_text(str(seq))
    assert cli.run_verify(hub.folder, []) == 1
    assert f"entry {seq}, or what was before it" in capsys.readouterr().out


def an_ordinary_day(page: Page, hub: HubProcess, terminal: Terminal) -> None:
    """A person is added, a number called."""
    page.goto(f"{hub.url}/people")
    page.fill("form[action='/people'] #name", "Berta Berg")
    page.fill("#login", "berta")
    page.fill("form[action='/people'] #password", PASSWORD)
    page.fill("form[action='/people'] #again", PASSWORD)
    page.click("form[action='/people'] button.main")
    page.wait_for_url("**/people?done=person_added")
    label = terminal.draw()["label"]
    sit_down(page, hub.url, "Schalter 1")
    page.keyboard.press("F2")
    expect(page.locator("#own-number")).to_have_text(label, timeout=LONG_MS)


def saved(page: Page) -> list[dict[str, str]]:
    with page.expect_download() as download:
        page.click("form[action='/trail/export'] button")
    text = download.value.path().read_bytes().decode()
    assert text.startswith(BOM)
    return list(csv.DictReader(io.StringIO(text.removeprefix(BOM))))


def change(hub: HubProcess, seq: int) -> None:
    """What somebody with the file does: take the guard away and make another role of it."""
    raw = pysqlite3.connect(str(hub.folder / "hub.db"))
    raw.execute("DROP TRIGGER trail_entry_stays")
    raw.execute("UPDATE trail_entry SET after = replace(after, 'clerk', 'administrator') WHERE seq = ?", (seq,))
    assert raw.total_changes == 1
    raw.commit()
    raw.close()
