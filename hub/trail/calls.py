"""Calls in the trail: with the counter only. Naming the person is a switch of the site, off by default: a record of who
worked how fast would need the consent of a works council.

Without the switch an entry has no address either, since a desk's address is one person's for the day. Who sat at which
counter is not in the trail at all.
"""

from collections.abc import Callable
from typing import TypeVar

import msgspec
from sqlalchemy import Connection

from hub.store.sql import run
from hub.trail.entries import NOBODY, Note, Who, append
from hub.trail.retention import settings
from hub.trail.words import What

T = TypeVar("T")


class CallNote(msgspec.Struct, frozen=True, kw_only=True):
    """An act of a counter; ``op`` is its idempotency key."""

    site: str
    counter: str
    op: str
    what: What
    who: Who
    now_ms: int


def noted_call(connection: Connection, note: CallNote, do: Callable[[], T], refused: type) -> T:
    """Run an act of a counter and write that it was done; not when it was ``refused``, nor when its op was done before
    (a double click is one act)."""
    again = run(connection, "SELECT 1 FROM applied WHERE site_id = ? AND op = ?", note.site, note.op).fetchone()
    result = do()
    if again is None and not isinstance(result, refused):
        who = note.who if settings(connection, note.site).names_callers else NOBODY
        name = run(connection, "SELECT name FROM counter WHERE site_id = ? AND id = ?", note.site, note.counter)
        row = name.fetchone()
        entry = Note(site=note.site, who=who, what=note.what, now_ms=note.now_ms)
        append(connection, entry, note.counter if row is None else str(row[0]))
    return result
