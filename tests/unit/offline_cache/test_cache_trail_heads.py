"""Heads of the hub's trail at the terminal: one line for each, kept over restarts, told when it cannot be kept."""

from pathlib import Path

import pytest

from offline_cache.store.files import DiskFiles
from offline_cache.sync import trail_heads
from offline_cache.sync.trail_heads import TrailHeads

AT = 1_795_518_000.0
"""2026-11-24 11:00 UTC."""
Noted = list[tuple[str, dict[str, str]]]


def head(n: int) -> str:
    return f"{n}:{n:064x}"


def heads(folder: Path, noted: Noted, files: DiskFiles | None = None) -> TrailHeads:
    return TrailHeads(
        folder / "heads.txt", lambda: AT, lambda event, fields: noted.append((event, fields)), files or DiskFiles()
    )


def test_a_new_head_is_a_line_and_an_event(tmp_path: Path) -> None:
    noted: Noted = []
    book = heads(tmp_path, noted)
    for told in (head(1), head(1), head(2)):
        book.hear(told)
    assert (tmp_path / "heads.txt").read_text() == f"2026-11-24T11:00:00Z {head(1)}\n2026-11-24T11:00:00Z {head(2)}\n"
    assert noted == [("trail-head", {"head": head(1)}), ("trail-head", {"head": head(2)})]


def test_after_a_restart_the_same_head_is_not_written_again(tmp_path: Path) -> None:
    heads(tmp_path, []).hear(head(1))
    noted: Noted = []
    heads(tmp_path, noted).hear(head(1))
    assert noted == []
    heads(tmp_path, noted).hear(head(2))
    assert len((tmp_path / "heads.txt").read_text().splitlines()) == 2


def test_the_oldest_make_room(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(trail_heads, "KEPT", 3)
    book = heads(tmp_path, [])
    for n in range(1, 6):
        book.hear(head(n))
    assert [line.split()[1] for line in (tmp_path / "heads.txt").read_text().splitlines()] == [
        head(3),
        head(4),
        head(5),
    ]


def test_a_full_disk_is_told_once_and_the_head_kept_when_there_is_room(tmp_path: Path) -> None:
    class Full(DiskFiles):
        full = True

        def write_whole(self, path: Path, text: str) -> None:
            if self.full:
                raise OSError(28, "No space left on device")
            super().write_whole(path, text)

    files, noted = Full(), Noted()
    book = heads(tmp_path, noted, files)
    for _ in range(3):
        book.hear(head(1))
    assert [event for event, _ in noted] == ["trail-head-not-kept"]
    files.full = False
    book.hear(head(1))
    assert noted[1:] == [("trail-head", {"head": head(1)})]
    assert head(1) in (tmp_path / "heads.txt").read_text()


def test_a_file_of_rubbish_is_begun_anew_behind_it(tmp_path: Path) -> None:
    (tmp_path / "heads.txt").write_bytes(b"\xff\xfe\n\n")
    heads(tmp_path, []).hear(head(1))
    assert (tmp_path / "heads.txt").read_text("utf-8").endswith(f"{head(1)}\n")
