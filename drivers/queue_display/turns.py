"""Which calls have the lines of a display now, so that each new one can be read. Pure, on the clock of its caller.

A single new call has the whole display for ``fresh_s``. While several are new, all lines show the list; where it does
not fit, they take turns: each new call stands ``READ_S`` before it gives way, the oldest first. When so many wait that
the last of them would be shown too late, the turns become shorter.
"""

import msgspec

from kiosk.vocabulary.hardware.display_frame import Row

READ_S = 5.0
"""So long a new call stands at least: people look up, find the number, read where to go."""
LATE_S = 20.0
"""No new call waits longer than this for its turn."""
CALM_ROWS = 4
"""Rows of the list when nothing is new."""


class Lines(msgspec.Struct, frozen=True):
    """What the lines show: ``rows`` newest first, or (``alone``) one call that has the whole display."""

    rows: tuple[Row, ...]
    alone: bool = False


class Turns:
    """The turns of one display with ``lines`` lines. Times are seconds of the caller's clock."""

    def __init__(self, lines: int, fresh_s: float) -> None:
        self._lines, self._fresh_s = lines, fresh_s
        self._rows: tuple[Row, ...] = ()
        self._came: dict[int, float] = {}
        """When each call that was news came, by its mark."""
        self._read: dict[int, float] = {}
        """How long it has stood on the display."""
        self._on: tuple[Row, ...] = ()
        self._since = 0.0
        self._alone = -1
        """The mark of the call that came while no other was new."""

    def take(self, rows: tuple[Row, ...], now: float) -> None:
        """These calls there are from now on, newest first; a call that is not among them is gone at once."""
        self._count(now)
        busy = bool(self._new(now) or self._unread())
        come = [row for row in rows if row.news and row.mark not in self._came]
        kept = {row.mark for row in rows}
        self._rows = rows
        self._came = {mark: at for mark, at in self._came.items() if mark in kept} | {row.mark: now for row in come}
        self._read = {mark: self._read.get(mark, 0.0) for mark in self._came}
        self._on = tuple(row for row in self._on if row.mark in kept)
        if come:
            self._alone = -1 if busy or len(come) > 1 else come[0].mark

    def now(self, now: float) -> Lines:
        """What the lines show now."""
        self._count(now)
        found = self._chosen(now)
        self._on = found.rows[: self._lines]
        return found

    def shown(self, now: float) -> None:
        """The display has it since this moment: what the line needed to carry it was no time to read."""
        self._since = now

    def _chosen(self, now: float) -> Lines:
        unread, new = self._unread(), self._new(now)
        fresh = {row.mark for row in (*unread, *new)}
        if fresh and (self._lines == 1 or fresh == {self._alone}):
            return Lines(((*unread, *new)[0],), alone=True)
        due = unread[: self._lines]
        others = [row for row in self._rows if not row.over and row not in due]
        most = self._lines if unread else max(self._lines, CALM_ROWS)
        chosen = sorted([*due, *others[: most - len(due)]], key=self._rows.index)
        return Lines(tuple(msgspec.structs.replace(row, news=row.mark in fresh) for row in chosen))

    def _unread(self) -> list[Row]:
        """New calls that have not stood long enough, the oldest first."""
        waiting = [row for row in reversed(self._rows) if row.mark in self._came]
        found = [row for row in waiting if self._read[row.mark] < READ_S]
        enough = min(READ_S, LATE_S * self._lines / max(1, len(found)))
        return [row for row in found if self._read[row.mark] < enough]

    def _new(self, now: float) -> list[Row]:
        """Calls that are still news, the newest first."""
        came = self._came
        return [r for r in self._rows if not r.over and r.mark in came and now - came[r.mark] < self._fresh_s]

    def _count(self, now: float) -> None:
        """Whatever stands on the display has stood there until now."""
        for row in self._on:
            if row.mark in self._read:
                self._read[row.mark] += max(0.0, now - self._since)
        self._since = now
