"""A database that lost commits is told apart by the mark beside it, where a hub ran long enough to write one."""

import logging
import shutil
from pathlib import Path

import pytest
from lobby.patience import until

from hub.operations.backup import backup, restore
from hub.serve import _look_back
from hub.store import seen
from hub.store.engine import Store
from hub.store.opening import lost


def look_back(path: Path, caplog: pytest.LogCaptureFixture) -> str:
    caplog.clear()
    with caplog.at_level(logging.CRITICAL):
        store = Store(path)
        _look_back(store)
        store.close()
    return caplog.text


def test_hub_leaves_its_mark(live) -> None:
    """Within its first round of housekeeping."""
    store = live.hall.store
    until(lambda: seen.noted(store.path) == store.read_now(seen.events) > 0, "the mark")
    assert seen.mark_of(store.path).stat().st_mode & 0o077 == 0


def test_log_that_was_removed_after_a_crash(hall, tmp_path: Path, caplog: pytest.LogCaptureFixture) -> None:
    """The copy is what a crash leaves: the file as of the last checkpoint, without the log."""
    crashed = tmp_path / "crashed"
    crashed.mkdir()
    shutil.copy(hall.store.path, crashed)
    for _ in range(5):
        hall.ticket()
    seen.note(crashed / "hub.db", hall.see(seen.events))
    said = look_back(crashed / "hub.db", caplog)
    assert "6 events or more are gone" in said, "five numbers and the day that they opened"
    assert "kiosk hub restore" in said


def test_nothing_is_said_without_need(hall, tmp_path: Path, caplog: pytest.LogCaptureFixture) -> None:
    hall.ticket()
    path, copy = hall.store.path, tmp_path / "copy.db"
    backup(tmp_path, copy)
    hall.ticket()
    seen.note(path, hall.see(seen.events))
    hall.ticket()
    hall.store.close()
    assert look_back(path, caplog) == "", "it has more than was noted"
    restore(tmp_path, copy, 100, hall.clock())
    assert look_back(path, caplog) == "", "a copy that was restored begins without a mark"
    seen.mark_of(path).write_bytes(b"\xff torn")
    assert look_back(path, caplog) == ""


def test_mark_without_a_database_is_the_trace_of_a_hub(tmp_path: Path) -> None:
    seen.note(tmp_path / "hub.db", 7)
    assert "hub.seen" in lost(tmp_path)
