"""A cut of the trail that was too early: found by the founding of the site and by heads with their day."""

import asyncio
from datetime import UTC, datetime
from typing import Any

import pytest

from hub.trail import checking, entries, retention
from hub.trail.checking import Intact
from hub.trail.cli import run_verify
from hub.trail.entries import Note
from hub.trail.retention import Settings
from hub.trail.words import What
from kiosk.hash_chain import Broken, Flaw
from tests.unit.hub.conftest import DAY_MS
from tests.unit.hub.test_hub_trail import FRIDA, SITE, Trail


@pytest.fixture
def trail(hall: Any) -> Trail:
    return Trail(hall)


def cut_by_hand(trail: Trail, seq: int) -> None:
    """As somebody does who may write the file."""
    trail.without_guards()
    cut = f"SELECT site_id, seq, hash FROM trail_entry WHERE seq = {seq}"
    trail.run(f"INSERT OR REPLACE INTO trail (site_id, cut_seq, cut_hash) {cut}")
    trail.run(f"DELETE FROM trail_entry WHERE seq <= {seq}")


def verified(trail: Trail, *heads: str) -> int:
    return run_verify(trail.store.path.parent, heads, trail.hall.clock)


def line(trail: Trail) -> str:
    """The head as a terminal writes it to its file."""
    at = datetime.fromtimestamp(trail.hall.clock() / 1000, UTC)
    return f"{at:%Y-%m-%dT%H:%M:%SZ} {trail.hall.see(entries.head, SITE)}"


def test_a_cut_by_hand_of_a_site_that_is_younger_than_its_days_is_found(trail: Trail, capsys: Any) -> None:
    for _ in range(5):
        trail.add()
    cut_by_hand(trail, 3)
    assert trail.checked() == Broken(4, Flaw.CUT_EARLY)
    checker = checking.Checker(trail.store, trail.hall.clock)
    assert asyncio.run(checker.check(SITE)) == Broken(4, Flaw.CUT_EARLY)
    assert verified(trail) == 1
    assert "entries before entry 4 were cut off although" in capsys.readouterr().out
    trail.run("DELETE FROM trail_entry")
    trail.run("UPDATE trail SET cut_seq = 5")
    assert verified(trail) == 1, "all of it"


def test_a_cut_by_hand_is_found_by_a_head_of_a_day_that_is_kept(trail: Trail, capsys: Any) -> None:
    trail.add()
    old = line(trail)
    for _ in range(20):
        trail.hall.clock.forward(20 * DAY_MS)
        trail.add()
    young, undated = line(trail), str(trail.hall.see(entries.head, SITE))
    for _ in range(40):
        trail.hall.clock.forward(DAY_MS)
        trail.add()
    trail.cut()
    assert verified(trail, young, undated) == 0
    assert verified(trail, old) == 0
    cut_by_hand(trail, 25)
    capsys.readouterr()
    assert verified(trail, young) == 1
    assert "entries before entry 26 were cut off although" in capsys.readouterr().out
    assert verified(trail, undated) == 3
    assert "Cannot be compared, their days were cut off: 21. It begins on" in capsys.readouterr().out
    assert verified(trail, f"2026-13-77 {undated}") == 2


def test_a_head_whose_days_are_over_is_no_break(trail: Trail, capsys: Any) -> None:
    trail.add()
    old = line(trail)
    for _ in range(14):
        trail.hall.clock.forward(30 * DAY_MS)
        trail.add()
    trail.cut()
    assert trail.rows()[0] > 2
    assert verified(trail, old) == 0
    assert "Cannot be compared, their days were cut off: 1." in capsys.readouterr().out


def test_a_trail_that_begins_much_too_late_is_in_doubt(trail: Trail, capsys: Any) -> None:
    trail.add()
    trail.hall.clock.forward(400 * DAY_MS)
    trail.add()
    trail.cut()
    assert trail.rows() == [2]
    assert verified(trail) == 3, "nobody did anything for a year, or what they did is gone"
    assert "although more days are kept" in capsys.readouterr().out
    trail.hall.clock.forward(340 * DAY_MS)
    assert verified(trail) == 0


def test_days_that_were_fewer_once_explain_a_cut(trail: Trail) -> None:
    trail.add()
    trail.hall.do(retention.change_settings, SITE, Settings(kept_days=30))
    for _ in range(4):
        trail.hall.clock.forward(10 * DAY_MS)
        trail.add()
    trail.cut()
    trail.hall.do(retention.change_settings, SITE, Settings(kept_days=365))
    assert verified(trail) == 1, "nothing says that it were fewer"
    facts = [retention.facts(Settings(kept_days=each)) for each in (30, 365)]
    note = Note(site=SITE, who=FRIDA, what=What.TRAIL_SETTINGS, now_ms=trail.hall.clock())
    trail.hall.do(entries.append, note, "", *facts)
    assert verified(trail) == 0


def test_a_founding_by_a_wrong_clock_proves_nothing(trail: Trail) -> None:
    trail.add()
    trail.hall.clock.forward(400 * DAY_MS)
    trail.add()
    trail.cut()
    trail.run(f"UPDATE site SET created_ms = {trail.hall.clock() + 1}")
    trail.hall.clock.forward(DAY_MS)
    assert isinstance(trail.checked(), Intact)
