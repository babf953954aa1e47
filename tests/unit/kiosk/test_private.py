"""Data folders are closed to other users, whatever the umask: asked as another user, who really tries."""

import contextlib
import errno
import fcntl
import io
import logging
import os
import subprocess
import sys
import threading
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from hub import sites
from hub.operations.backup import backup
from hub.sites import Site
from hub.store.engine import Store
from hub.store.faults import StoreRefused
from hub.store.lock import hold
from kiosk.cli import main
from kiosk.main.start import run_terminal
from kiosk.private import NotOurs, Tightened, keep_private
from offline_cache.store.database import Layout, open_database, transaction

NOBODY = 65534
only_root = pytest.mark.skipif(os.geteuid() != 0, reason="only root becomes another user, who then tries to get in")


@pytest.fixture(autouse=True)
def open_umask() -> Iterator[None]:
    """The worst that a shell or a service may hand over."""
    before = os.umask(0)
    yield
    os.umask(before)


@pytest.fixture
def place(tmp_path: Path) -> Path:
    """A folder that everybody may look into, with all above it: only what lies in it may keep others out."""
    for folder in (tmp_path, *tmp_path.parents):
        if folder != Path("/") and folder.stat().st_uid == os.geteuid() and folder.stat().st_mode & 0o055 != 0o055:
            folder.chmod(folder.stat().st_mode | 0o055)
    return tmp_path


def as_nobody(do: Callable[[], object]) -> str:
    """What comes of it in a process of the user nobody: its answer, or the name of the error."""
    reading, writing = os.pipe()
    child = os.fork()
    if not child:
        try:
            os.setgroups([])
            os.setgid(NOBODY)
            os.setuid(NOBODY)
            os.write(writing, str(do()).encode())
        except OSError as fault:
            os.write(writing, type(fault).__name__.encode())
        finally:
            os._exit(0)
    os.close(writing)
    os.waitpid(child, 0)
    with os.fdopen(reading) as answer:
        return answer.read()


def open_to_others(folder: Path) -> list[str]:
    return [path.name for path in (folder, *folder.rglob("*")) if path.lstat().st_mode & 0o077]


def test_hub_makes_everything_for_itself_alone(place: Path) -> None:
    data = place / "hub"
    with hold(data):
        store = Store(data / "hub.db")
        site = Site("rathaus", "Musterstadt", "Rathaus", "Europe/Berlin", "")
        store.write_now(lambda c: sites.add_site(c, site, 0))
        assert {path.name for path in data.iterdir()} == {"hub.db", "hub.db-wal", "hub.db-shm", "hub.lock"}
        backup(data, data / "copy.db")
        assert open_to_others(data) == []
        if os.geteuid() == 0:
            for path in data.iterdir():
                assert as_nobody(path.read_bytes) == "PermissionError", path
        store.close()


def test_folder_that_was_open_is_closed_and_that_is_said(place: Path, caplog: pytest.LogCaptureFixture) -> None:
    data = place / "hub"
    (data / "tls").mkdir(parents=True)
    Store(data / "hub.db").close()
    for path in (data / "hub.db", data / "tls" / "ca.key", data / "hub.lock", data / "old copy.db"):
        path.touch()
        path.chmod(0o666)
    (data / "tls").chmod(0o755)
    data.chmod(0o755)
    with caplog.at_level(logging.WARNING), hold(data):
        assert open_to_others(data) == []
    assert "was open to other users" in caplog.text
    caplog.clear()
    with caplog.at_level(logging.WARNING), hold(data):
        assert caplog.text == ""


def test_command_beside_the_hub_closes_the_database(place: Path) -> None:
    """Commands open the store without the lock."""
    Store(place / "hub.db").close()
    (place / "hub.db").chmod(0o644)
    Store(place / "hub.db").close()
    assert (place / "hub.db").stat().st_mode & 0o777 == 0o600


def test_links_lead_elsewhere_and_are_left_alone(place: Path) -> None:
    elsewhere = place / "elsewhere"
    elsewhere.mkdir(mode=0o755)
    data = place / "data"
    data.mkdir(mode=0o755)
    (data / "link").symlink_to(elsewhere)
    assert keep_private(data) == Tightened((data,))
    assert elsewhere.stat().st_mode & 0o777 == 0o755
    (place / "to data").symlink_to(data)
    data.chmod(0o755)
    assert keep_private(place / "to data") == Tightened((place / "to data",))
    assert data.stat().st_mode & 0o777 == 0o700


def test_folder_for_everybody_is_no_data_folder(place: Path) -> None:
    shared = place / "tmp"
    shared.mkdir()
    shared.chmod(0o1777)
    refused = keep_private(shared)
    assert isinstance(refused, NotOurs)
    assert "for everybody" in refused.sentence
    assert shared.stat().st_mode & 0o7777 == 0o1777
    with pytest.raises(StoreRefused, match="for everybody"):
        hold(shared)


@only_root
@pytest.mark.parametrize("which", [".", "hub.lock", "hub.db", "tls"])
def test_what_belongs_to_another_user_is_told(place: Path, which: str) -> None:
    data = place / "hub"
    (data / "tls").mkdir(parents=True)
    for name in ("hub.lock", "hub.db"):
        (data / name).touch()
    os.chown(data / which, NOBODY, NOBODY)
    with pytest.raises(StoreRefused, match=r"belongs to the user nobody.*runs as the user root.*chown"):
        hold(data)


@only_root
def test_user_who_held_the_lock_before_the_folder_was_closed(place: Path, caplog: pytest.LogCaptureFixture) -> None:
    data = place / "hub"
    data.mkdir(mode=0o755)
    (data / "hub.lock").touch()
    (data / "hub.lock").chmod(0o644)
    holder = subprocess.Popen(
        ["setpriv", "--reuid=65534", "--regid=65534", "--clear-groups", "flock", "hub.lock", "sh", "-c", "echo; cat"],
        cwd=data,
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
    )
    assert holder.stdout is not None
    assert holder.stdout.readline() == b"\n"
    try:
        with hold(data):
            assert "held by another user" in caplog.text
            with pytest.raises(StoreRefused, match="Another hub runs"):
                hold(data)
            assert as_nobody((data / "hub.lock").read_bytes) == "PermissionError"
    finally:
        holder.communicate(b"")


def test_lock_of_our_own_user_is_respected(place: Path) -> None:
    """Even one that an older version left open to others: its hub may run."""
    (place / "hub.lock").touch()
    (place / "hub.lock").chmod(0o644)
    code = (
        "import fcntl, sys; lock = open(sys.argv[1], 'a'); fcntl.flock(lock, fcntl.LOCK_EX); print(flush=True);"
        " sys.stdin.read()"
    )
    holder = subprocess.Popen(
        [sys.executable, "-c", code, str(place / "hub.lock")], stdin=subprocess.PIPE, stdout=subprocess.PIPE
    )
    assert holder.stdout is not None
    holder.stdout.readline()
    try:
        with pytest.raises(StoreRefused, match="Another hub runs"):
            hold(place)
    finally:
        holder.communicate(b"")
    with hold(place), (place / "hub.lock").open("a") as other, pytest.raises(BlockingIOError):
        fcntl.flock(other, fcntl.LOCK_EX | fcntl.LOCK_NB)


def test_terminal_closes_its_folder_and_configuration(place: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """A configuration with a mistake ends the start; the folder is closed before that."""
    data, config = place / "terminal", place / "config.toml"
    data.mkdir(mode=0o755)
    for path in (data / "terminal.db", data / "catalogue.db", config):
        path.write_text("wrong")
        path.chmod(0o644)
    logging_before = logging.getLogger().handlers[:]
    try:
        assert _run_in_main_thread(lambda: run_terminal(config, data, None, None)) == 2
    finally:
        logging.getLogger().handlers[:] = logging_before
    assert open_to_others(data) == []
    assert config.stat().st_mode & 0o777 == 0o600


def _run_in_main_thread(do: Callable[[], int]) -> int:
    import signal

    assert threading.current_thread() is threading.main_thread()
    before = signal.getsignal(signal.SIGTERM)
    try:
        return do()
    finally:
        signal.signal(signal.SIGTERM, before)


def test_stores_of_the_terminal_are_for_it_alone(place: Path) -> None:
    layout = Layout(0x4B494F53, ("CREATE TABLE one (n INTEGER)",))
    opened = open_database(place / "t" / "terminal.db", layout)
    with transaction(opened):
        opened.execute("INSERT INTO one VALUES (1)")
    assert open_to_others(place / "t") == []
    opened.close()
    newer = Layout(layout.application_id, (*layout.steps, "CREATE TABLE two (n INTEGER)"))
    open_database(place / "t" / "terminal.db", newer).close()
    assert sorted(path.name for path in (place / "t").iterdir()) == ["terminal.before-v2.db", "terminal.db"]
    assert open_to_others(place / "t") == []


@pytest.mark.parametrize(("number", "words"), [(errno.ENOSPC, "make room"), (errno.EROFS, "--data")])
def test_full_disk_is_no_reason_for_another_folder(
    place: Path, monkeypatch: pytest.MonkeyPatch, number: int, words: str
) -> None:
    def full(*_args: object) -> int:
        raise OSError(number, os.strerror(number))

    monkeypatch.setattr("hub.store.lock.os.open", full)
    with pytest.raises(StoreRefused, match=words):
        hold(place / "hub")


def ordered(*words: str) -> str:
    """What a command says, after its exit code."""
    said = io.StringIO()
    with contextlib.redirect_stderr(said):
        return f"{main(words)} {said.getvalue()}"


COMMANDS = (
    ("hub", "unlock"),
    ("hub", "password", "anna"),
    ("hub", "trail", "verify"),
    ("hub", "rotate-key"),
    ("hub", "compact"),
    ("hub", "init"),
    ("hub", "renew"),
    ("hub", "backup", "copy.db"),
    ("import", "own", "catalogue"),
)


@only_root
@pytest.mark.parametrize("words", COMMANDS, ids=" ".join)
def test_command_of_another_user_says_whose_the_hub_is(place: Path, words: tuple[str, ...]) -> None:
    (place / "hub").mkdir(0o700)
    Store(place / "hub" / "hub.db").close()
    ordered(*words, "--data", str(place / "none"))  # imports what it needs, which nobody may not read on every machine
    said = as_nobody(lambda: ordered(*words, "--data", str(place / "hub")))
    assert said.startswith("2 ")
    assert f"{place / 'hub'} belongs to the user root" in said
    assert "sudo -u" in said


@only_root
def test_backup_into_a_closed_folder_of_another_user_says_so(place: Path) -> None:
    (place / "closed").mkdir(0o700)
    ordered("hub", "backup", str(place / "none" / "copy.db"), "--data", str(place))
    said = as_nobody(lambda: ordered("hub", "backup", str(place / "closed" / "copy.db"), "--data", str(place)))
    assert said.startswith("2 ")
    assert f"{place / 'closed'} belongs to the user root" in said


@pytest.mark.parametrize("words", COMMANDS, ids=" ".join)
def test_folder_with_an_impossible_name_is_refused(words: tuple[str, ...]) -> None:
    assert "shorter name" in ordered(*words, "--data", "/" + "a" * 300)


def test_argument_that_is_no_text_is_a_wrong_call(capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit, match="2"):
        main(["hub", "password", "\udcff", "--data", "/nowhere"])
    assert "not UTF-8" in capsys.readouterr().err
