"""Heads of the hub's trail, kept at the terminal: one a day, so that a trail which was computed anew is found.

A text file, because a person reads it: ``kiosk hub trail verify --head SEQ:HASH`` at the hub, with a line of this file.
"""

from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path

from offline_cache.store.files import DISK, Files
from offline_cache.store.notes import Note

KEPT = 400
"""Lines: more than a year of days; some 40 KB."""


class TrailHeads:
    """Belongs to the sync thread. ``now`` gives the terminal's wall clock, Unix seconds."""

    def __init__(self, path: Path, now: Callable[[], float], note: Note, files: Files = DISK) -> None:
        self._path, self._now, self._note, self._files = path, now, note, files
        self._newest: str | None = None
        self._fault = ""

    def hear(self, head: str) -> None:
        """The hub's head of today, with each heartbeat: a new one is written to the file and to the log."""
        try:
            if head != self._last():
                self._keep(head)
        except OSError as fault:
            if str(fault) != self._fault:
                self._note("trail-head-not-kept", {"head": head, "detail": str(fault)})
            self._fault = str(fault)

    def _last(self) -> str:
        if self._newest is None:
            lines = self._lines()
            self._newest = lines[-1].rpartition(" ")[2] if lines else ""
        return self._newest

    def _keep(self, head: str) -> None:
        at = datetime.fromtimestamp(self._now(), UTC)
        lines = [*self._lines(), f"{at:%Y-%m-%dT%H:%M:%SZ} {head}"][-KEPT:]
        self._files.write_whole(self._path, "\n".join(lines) + "\n")
        self._newest, self._fault = head, ""
        self._note("trail-head", {"head": head})

    def _lines(self) -> list[str]:
        if not self._files.exists(self._path):
            return []
        with self._files.open(self._path) as file:
            return file.read().decode("ascii", "replace").splitlines()
