"""A database that is gone or empty beside what only a hub leaves behind is no new hall."""

import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

from hub.auth.cli import run_unlock
from hub.catalogue.import_runs.cli import run_import
from hub.operations.backup import backup, restore
from hub.serve import serve
from hub.sites import sites
from hub.store.engine import Store
from hub.store.opening import give_up_lost, lost, open_store
from hub.tls.cli import run_init
from hub.trail.cli import run_verify


def snapshot(folder: Path) -> None:
    (folder / "snapshots").mkdir()
    (folder / "snapshots" / "rathaus.1-1.jsonl.gz").write_bytes(b"x")


def copy(folder: Path) -> None:
    Store(folder / "hub.db").close()
    backup(folder, folder / "hub-monday.db")
    (folder / "hub.db").unlink()


def migration_copy(folder: Path) -> None:
    copy(folder)
    (folder / "hub-monday.db").rename(folder / "hub.db.before-0014")


def log(folder: Path) -> None:
    (folder / "hub.db-wal").write_bytes(b"x" * 32)


def certificates(folder: Path) -> None:
    assert run_init(folder, ("localhost",)) == 0
    (folder / "hub.db").unlink()


LEFT: tuple[Callable[[Path], None], ...] = (snapshot, copy, migration_copy, log, certificates)


@pytest.mark.parametrize("left", LEFT)
@pytest.mark.parametrize("empty", [False, True])
def test_traces_of_a_hub_without_its_database(tmp_path: Path, left: Callable[[Path], None], empty: bool) -> None:
    left(tmp_path)
    if empty:
        (tmp_path / "hub.db").touch()
    before = {path: path.stat().st_size for path in tmp_path.rglob("*")}
    said = lost(tmp_path)
    assert ("is empty" if empty else "is missing") in said
    assert "kiosk hub restore" in said
    assert "--begin-anew" in said
    assert run_unlock(tmp_path) == 2
    assert run_import("own", tmp_path, tmp_path) == 2
    assert {path: path.stat().st_size for path in tmp_path.rglob("*")} == before, "nothing was touched"


def test_folder_where_no_hub_ran_is_that_of_a_new_one(tmp_path: Path) -> None:
    (tmp_path / "hub.lock").touch()
    (tmp_path / "notes.txt").write_text("ours")
    (tmp_path / "hub.db").touch()
    assert lost(tmp_path) == lost(tmp_path / "absent") == ""
    open_store(tmp_path).close()


def test_hub_refuses_and_tells_the_ways_out(tmp_path: Path, caplog: pytest.LogCaptureFixture) -> None:
    snapshot(tmp_path)
    (tmp_path / "hub.db").touch()
    assert serve("127.0.0.1", 0, tmp_path) == 2
    assert "--begin-anew" in caplog.text
    assert (tmp_path / "hub.db").stat().st_size == 0


def test_beginning_anew_on_purpose(tmp_path: Path, caplog: pytest.LogCaptureFixture) -> None:
    """Once: what was left is kept, and a folder with a database is refused."""
    snapshot(tmp_path)
    log(tmp_path)
    assert give_up_lost(tmp_path, 1_795_518_000_000) == ""
    assert (tmp_path / "hub.db.lost-20261124T110000Z-wal").read_bytes() == b"x" * 32
    Store(tmp_path / "hub.db").close()
    assert lost(tmp_path) == ""
    assert serve("127.0.0.1", 0, tmp_path, begin_anew=True) == 2
    assert "start without it" in caplog.text


def test_certificates_first_then_the_hub(tmp_path: Path) -> None:
    """The order that docs/operations.md tells: ``init`` makes the database too, so a missing one is a lost one."""
    assert run_init(tmp_path, ("localhost",)) == 0
    assert lost(tmp_path) == ""
    store = open_store(tmp_path)
    assert store.read_now(sites) == []
    store.close()


def test_certificates_are_not_made_where_the_database_was_lost(tmp_path: Path) -> None:
    snapshot(tmp_path)
    assert run_init(tmp_path, ("localhost",)) == 2
    assert not (tmp_path / "tls").exists()


def test_restore_is_the_way_out(tmp_path: Path) -> None:
    copy(tmp_path)
    assert lost(tmp_path)
    restore(tmp_path, tmp_path / "hub-monday.db", {}, 1_795_518_000_000)
    assert lost(tmp_path) == ""


def test_command_line_passes_it_on(tmp_path: Path) -> None:
    Store(tmp_path / "hub.db").close()
    command = [sys.executable, "-m", "kiosk.cli", "hub", "--port", "0", "--data", str(tmp_path), "--begin-anew"]
    ended = subprocess.run(command, capture_output=True, text=True, timeout=300, check=False)
    assert (ended.returncode, "start without it" in ended.stderr) == (2, True)


def test_a_look_at_the_trail_makes_no_new_database_of_an_empty_one(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (tmp_path / "hub.db").touch()
    (tmp_path / "tls").mkdir()
    (tmp_path / "tls" / "ca.pem").write_text("x")
    assert run_verify(tmp_path, ()) == 2
    assert "kiosk hub restore" in capsys.readouterr().err
    assert (tmp_path / "hub.db").stat().st_size == 0
