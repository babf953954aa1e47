"""A switch of the catalogue done wrong in one place: the power cuts must notice each."""

import contextlib
import os
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import apsw
import pytest

from offline_cache.catalogue import file, manifest
from offline_cache.catalogue.follow import Follower
from offline_cache.catalogue.manifest import Seen
from tests.crash.power_cut import Kind, cut_once
from tests.crash.power_files import PowerFiles

SEED = int(os.environ.get("KIOSK_SEED", "0"))
CUTS = 1000
"""Each is noticed within a hundred or so, most within a handful."""
_draft, _of_the_file = file.draft, Follower._of_the_file


@contextlib.contextmanager
def _renamed_while_it_is_filled(path: Path, *, onto: bool, vfs: str, files: PowerFiles) -> Iterator[apsw.Connection]:
    with _draft(path, onto=onto, vfs=vfs, files=files) as db:
        files.replace(file.part_of(path), path)
        yield db


def _only_the_folder(path: Path, files: PowerFiles) -> None:
    files.sync_folder(path.parent)


def _old_one_first(path: Path, files: PowerFiles) -> None:
    files.unlink(path)
    files.replace(file.part_of(path), path)
    files.sync_folder(path.parent)


def _part_is_not_flushed(self: PowerFiles, path: Path, text: str) -> None:
    part = path.with_name(path.name + ".part")
    self.unlink(part)
    self.append(part, text.encode())
    self.replace(part, path)
    self.sync_folder(path.parent)


def _without_keys(self: Follower) -> Seen:
    seen = _of_the_file(self)
    return Seen(seen.seq, seen.issued, seen.expires, seen.etag, seen.digest, {}, seen.hub)


def _nothing(*_: object) -> None:
    return None


Change = tuple[object, str, Callable[..., Any]]
MUTANTS: dict[str, tuple[Change, ...]] = {
    "renamed before the commit": (
        (file, "draft", _renamed_while_it_is_filled),
        (file, "switch", _only_the_folder),
    ),
    "the old one goes first": ((file, "switch", _old_one_first),),
    "the folder is not flushed": ((PowerFiles, "sync_folder", _nothing),),
    "the manifest is not remembered": ((manifest, "save_seen", _nothing),),
    "the note of the manifest is not flushed": ((PowerFiles, "write_whole", _part_is_not_flushed),),
    "the keys stand in the note only": ((Follower, "_of_the_file", _without_keys),),
}


@pytest.mark.parametrize("changes", MUTANTS.values(), ids=MUTANTS.keys())
def test_the_cuts_notice(changes: tuple[Change, ...], monkeypatch: pytest.MonkeyPatch) -> None:
    for place, name, instead in changes:
        monkeypatch.setattr(place, name, instead)
    for at in range(CUTS):
        if found := cut_once(SEED + at, kind=Kind.CATALOGUE):
            print(f"cut {at + 1}: {found[0]}")
            return
    pytest.fail(f"{CUTS} cuts from KIOSK_SEED={SEED} noticed nothing")
