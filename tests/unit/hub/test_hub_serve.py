"""``kiosk hub`` as a process: what it says, what it refuses, how it ends."""

import signal
import socket
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
import requests

from hub.store.engine import Store

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
