"""``kiosk hub`` as a process: what it says, what it refuses, how it ends."""

import gc
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
import requests

from hub.serve import STORE_ENDED
from hub.store.engine import Store
from hub.tls.cli import run_init
from hub.tls.files import folder_of
from kiosk.cli import main
from tests.hub_apps import app_for
from tests.unit.hub.conftest import House, living
from tests.unit.hub.small_disk import Disk, damage

SERVE = (
    "import pathlib, sys; from hub.serve import serve;"
    "sys.exit(serve('127.0.0.1', int(sys.argv[2]), pathlib.Path(sys.argv[1])))"
)


def start(data: Path, port: int = 0) -> subprocess.Popen[str]:
    return subprocess.Popen(
        [sys.executable, "-c", SERVE, str(data), str(port)], stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True
    )


@contextmanager
def running(data: Path) -> Iterator[tuple[subprocess.Popen[str], str]]:
    """The process and the address it printed."""
    process = start(data)
    try:
        assert process.stdout is not None
        yield process, process.stdout.readline().rpartition(" ")[2].strip()
    finally:
        process.kill()
        process.communicate(timeout=300)


def refusal(data: Path, port: int = 0) -> str:
    """What a hub that will not start says."""
    process = start(data, port)
    _, said = process.communicate(timeout=300)
    assert process.returncode == 2
    return said


def test_empty_hub_prints_a_set_up_link_that_works(tmp_path: Path) -> None:
    with running(tmp_path / "new") as (process, url):
        assert process.stdout is not None
        link = process.stdout.readline().rpartition(" ")[2].strip()
        assert link.startswith(f"{url}/setup?token=")
        assert requests.get(link, timeout=300).status_code == 200
        assert requests.get(link[:-3], timeout=300).status_code == 403


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT])
def test_hub_ends_in_order(tmp_path: Path, number: signal.Signals) -> None:
    """The store is closed: its log is folded into the file."""
    with running(tmp_path) as (process, url):
        assert requests.get(f"{url}/healthz", timeout=300).status_code == 200
        process.send_signal(number)
        assert process.wait(10) == 0
    assert not (tmp_path / "hub.db-wal").exists()


def test_second_hub_on_the_same_folder_is_refused(tmp_path: Path) -> None:
    with running(tmp_path):
        assert "Another hub runs on" in refusal(tmp_path)


def test_taken_port_is_refused_with_the_remedy(tmp_path: Path) -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        said = refusal(tmp_path, taken.getsockname()[1])
    assert "Cannot listen on" in said
    assert "--port" in said


def test_folder_that_cannot_be_used_is_refused(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("in the way")
    assert "--data" in refusal(tmp_path / "file")


def test_foreign_database_is_refused(tmp_path: Path) -> None:
    Store(tmp_path / "hub.db").close()
    (tmp_path / "hub.db").write_bytes(b"no database at all" * 100)
    assert "hub.db" in refusal(tmp_path)


def meets_damage(path: Path, url: str) -> bool:
    """A commit that was under way may have written the page anew: then it was not met."""
    damage(path, "sqlite_autoindex_setup_token_1")
    try:
        return requests.get(f"{url}/setup?token=whatever", timeout=60).status_code == 503
    except requests.ConnectionError:
        return True


def test_damage_met_while_it_runs_ends_the_hub_with_a_code_of_its_own(tmp_path: Path) -> None:
    """The log says what to do, and the shipped service starts it again; then the start says the same."""
    path = tmp_path / "hub.db"
    Store(path).close()
    with running(tmp_path) as (process, url):
        until(lambda: meets_damage(path, url))
        assert process.wait(60) == STORE_ENDED
        said = process.communicate(timeout=60)[1]
    assert "kiosk hub restore" in said
    assert "kiosk hub restore" in refusal(tmp_path)
    unit = (Path(__file__).parents[3] / "deploy" / "townhall-kiosk-hub.service").read_text()
    assert "\nRestart=always\n" in unit
    assert str(STORE_ENDED) not in unit.partition("SuccessExitStatus")[2]


def test_hub_comes_up_on_a_full_disk_and_says_so(disk: Disk, empty_store: bytes) -> None:
    """Its pages say in words what is wrong, and it works when there is room: nobody starts it again."""
    (disk.folder / "hub.db").write_bytes(empty_store)
    (disk.folder / "hub.lock").touch()
    disk.fill()
    with running(disk.folder) as (_, url):
        assert requests.get(f"{url}/healthz", timeout=60).status_code == 503
        page = requests.get(f"{url}/signin", timeout=60, headers={"accept-language": "en"})
        assert page.status_code == 503
        assert "The disk is full. Call the technician" in page.text
        number = requests.post(f"{url}/api/v1/tickets", json={}, headers={"authorization": "Bearer x"}, timeout=60)
        assert (number.status_code, number.json()["code"], number.json()["place"]) == (503, "store_failed", "full")
        disk.empty()
        until(lambda: requests.get(f"{url}/healthz", timeout=60).status_code == 200)
        assert requests.get(f"{url}/signin", timeout=60).status_code == 200


def until(true: Callable[[], bool]) -> None:
    """The hub tries again after some seconds."""
    end = time.monotonic() + 60
    while not true():
        assert time.monotonic() < end
        time.sleep(0.2)


def test_hsts_is_sent_only_where_the_operator_allows_it(tmp_path: Path) -> None:
    """And only there: with the hub's own authority nobody could get past it any more."""
    assert run_init(tmp_path, ()) == 0
    folder = folder_of(tmp_path)
    hub = ["hub", "--data", str(tmp_path), "--port", "0", "--public-certificate"]
    assert main(hub) == 2, "it is about own certificates"
    command = [sys.executable, "-m", "kiosk.cli", *hub, "--certificate", str(folder.server)]
    command += ["--key", str(folder.server), "--ca", str(folder.ca)]
    process = subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True)
    try:
        assert process.stdout is not None
        url = process.stdout.readline().rpartition(" ")[2].strip()
        answer = requests.get(f"{url}/healthz", verify=str(folder.ca), timeout=300)
        assert answer.headers["strict-transport-security"] == "max-age=31536000"
    finally:
        process.kill()
        process.communicate(timeout=300)


@pytest.mark.parametrize("words", [["hub", "--port"], ["sim", "--panel"]])
@pytest.mark.parametrize("given", ["99999", "65536", "-1", "x", "8080.5", "٨٠٨٠", "9" * 5000])
def test_a_port_that_there_is_not_is_a_wrong_call(
    words: list[str], given: str, capsys: pytest.CaptureFixture[str]
) -> None:
    with pytest.raises(SystemExit) as ended:
        main([*words[:-1], f"{words[-1]}={given}"])
    assert ended.value.code == 2
    assert "a port is a whole number from 0 to 65535" in capsys.readouterr().err


@pytest.mark.parametrize(
    "words",
    [
        ["terminal", "--window", "9" * 5000 + "x1"],
        ["terminal", "--window", "0x0"],
        ["demo", "--window", "1080"],
        ["import", "own", ".", "--area", "9" * 5000],
        ["sim", "--paper", "79"],
        ["hub", "restore", "copy", "--above", "-1"],
    ],
    ids=lambda words: " ".join(words)[:30],
)
def test_other_figures_of_commands_are_bounded_too(words: list[str]) -> None:
    with pytest.raises(SystemExit) as ended:
        main(words)
    assert ended.value.code == 2


def test_a_line_of_too_many_digits_is_no_line(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["sim", "--printer", "tcp:" + "9" * 5000]) == 2
    assert "is no line" in capsys.readouterr().err


def test_a_hub_that_answers_collects_garbage(hall: House) -> None:
    gc.disable()  # as the command does while it starts
    try:
        with app_for(hall.store, hall.clock, 0.2) as (app, _), living(hall, app):
            collects = gc.isenabled()
    finally:
        gc.enable()
    assert collects
