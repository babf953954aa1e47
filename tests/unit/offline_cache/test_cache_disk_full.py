"""A disk that is really full: a small file system of its own, filled to the last byte."""

import subprocess
from collections.abc import Iterator
from pathlib import Path

import pytest

from kiosk.catalogue.model import Catalogue
from kiosk.vocabulary.effects import CommitIntent
from kiosk.vocabulary.events import IntentCommitted, StoreFailed
from offline_cache.catalogue.store import CatalogueStore, NotStored
from offline_cache.store.storage import StorageThread, StoreReady
from tests.unit.offline_cache.cache_helpers import Inbox, Notes, bring, eventually, intent, ticket_id, waiting
from tests.unit.offline_cache.peers import catalogue


@pytest.fixture
def small_disk(tmp_path: Path) -> Iterator[Path]:
    disk = tmp_path / "disk"
    disk.mkdir()
    made = subprocess.run(["mount", "-t", "tmpfs", "-o", "size=1m", "tmpfs", str(disk)], capture_output=True, text=True)
    if made.returncode != 0:
        pytest.skip(f"a file system of its own needs the right to mount: {made.stderr.splitlines()[0]}")
    yield disk
    subprocess.run(["umount", "-l", str(disk)], check=True)


def fill(disk: Path) -> Path:
    ballast = disk / "ballast"
    with ballast.open("wb", buffering=0) as file:
        for size in (4096, 1):
            try:
                while True:
                    file.write(b"x" * size)
            except OSError:
                continue
    return ballast


def test_a_full_disk_refuses_numbers_and_heals_when_there_is_room(small_disk: Path) -> None:
    inbox, notes = Inbox(), Notes()
    storage = StorageThread(small_disk / "terminal.db", inbox.post, note=notes, retry_s=0.05)
    storage.start()
    assert isinstance(storage.ready.result(10), StoreReady)
    storage.submit(CommitIntent(intent(1)))
    inbox.wait(IntentCommitted(ticket_id(1)))
    ballast = fill(small_disk)
    accepted = 1
    for n in range(2, 2000):  # the WAL may have room left in its last page
        storage.submit(CommitIntent(intent(n)))
        inbox.wait_until(lambda events, n=n: len(events) >= n)  # type: ignore[misc]
        if isinstance(inbox.events[-1], StoreFailed):
            break
        accepted = n
    assert isinstance(inbox.events[-1], StoreFailed)
    ballast.unlink()
    eventually(lambda: notes.ids[-1] == "store-opened")
    storage.submit(CommitIntent(intent(5000)))
    inbox.wait(IntentCommitted(ticket_id(5000)))
    assert storage.ask(waiting) == [(ticket_id(accepted + 1), "cancel")]
    storage.stop()


def test_a_full_disk_keeps_the_old_catalogue(small_disk: Path) -> None:
    store = CatalogueStore(small_disk / "catalogue.db")
    assert isinstance(bring(store, catalogue("alt")), Catalogue)
    ballast = fill(small_disk)
    assert isinstance(bring(store, catalogue("neu")), NotStored)
    assert not (small_disk / "catalogue.db.new").exists()
    again = CatalogueStore(small_disk / "catalogue.db")
    assert again.load() == catalogue("alt")
    ballast.unlink()
    assert isinstance(bring(again, catalogue("neu")), Catalogue)
    assert again.load() == catalogue("neu")
