"""Integrity alarms: each is shown once, until a staff member acknowledges it."""

import msgspec
from sqlalchemy import Connection

from hub import events
from hub.store.enums import AlarmKind
from hub.store.sql import run

AGAIN_MS = 3_600_000
"""An alarm that was noted and happens again stands up anew after this time; until then the note holds. A note of the
future (the clock was set back) does not hold for longer either."""

AT_ONCE = 5
"""Alarms of one kind about one terminal that stand at the same time."""


class Alarm(msgspec.Struct, frozen=True, kw_only=True):
    """One alarm; ``subject`` is what it is about (a generation, a number), ``terminal`` the name of who told."""

    kind: AlarmKind
    subject: str
    terminal: str
    detail: str
    raised_ms: int
    last_ms: int

    @property
    def text_key(self) -> str:
        """Of the sentence in the message catalogue. NO_SLOT about one terminal: only that one gets none, and only
        today."""
        one_only = self.kind is AlarmKind.NO_SLOT and self.subject
        return "alarm.no_slot_databases_text" if one_only else f"alarm.{self.kind}_text"


def raise_alarm(
    connection: Connection,
    site: str,
    kind: AlarmKind,
    subject: str,
    now_ms: int,
    terminal: str | None = None,
    detail: str = "",
) -> None:
    """Keep the alarm and tell the desks when it stands up."""
    stood = run(
        connection,
        "SELECT 1 FROM alarm WHERE site_id = ? AND kind = ? AND subject = ?"
        " AND (noted_ms IS NULL OR noted_ms BETWEEN ? AND ?)",
        site,
        kind,
        subject,
        now_ms - AGAIN_MS,
        now_ms + AGAIN_MS,
    ).fetchone()
    run(
        connection,
        "INSERT INTO alarm (site_id, kind, subject, terminal_id, detail, raised_ms, last_ms)"
        " VALUES (?, ?, ?, ?, ?, ?, ?)"
        " ON CONFLICT (site_id, kind, subject) DO UPDATE SET last_ms = excluded.last_ms, detail = excluded.detail,"
        " noted_ms = CASE WHEN ? THEN noted_ms END, noted_by = CASE WHEN ? THEN noted_by END",
        site,
        kind,
        subject,
        terminal,
        detail[:200],
        now_ms,
        now_ms,
        int(stood is not None),
        int(stood is not None),
    )
    if stood is None:
        _tell(connection, site, kind, subject, now_ms)


def note(connection: Connection, site: str, kind: str, subject: str, user: str, now_ms: int) -> bool:
    """Somebody has seen it and does something. False when it was noted before or never was."""
    done = run(
        connection,
        "UPDATE alarm SET noted_ms = ?, noted_by = ?"
        " WHERE site_id = ? AND kind = ? AND subject = ? AND noted_ms IS NULL",
        now_ms,
        user,
        site,
        kind,
        subject,
    ).rowcount
    if done:
        _tell(connection, site, kind, subject, now_ms)
    return bool(done)


def standing(connection: Connection, site: str) -> list[Alarm]:
    """Alarms that nobody noted yet, oldest first; of one kind about one terminal AT_ONCE, the next when one is noted.

    A terminal that is out of order, or whose key somebody else has, raises thousands of them in a minute: neither the
    pages grow with them nor are the alarms of others buried.
    """
    rows = run(
        connection,
        "SELECT kind, subject, name, detail, raised_ms, last_ms FROM ("
        "SELECT a.kind, a.subject, coalesce(t.name, '') AS name, a.detail, a.raised_ms, a.last_ms,"
        " row_number() OVER (PARTITION BY a.kind, a.terminal_id ORDER BY a.raised_ms, a.subject) AS place FROM alarm a"
        " LEFT JOIN terminal t ON t.site_id = a.site_id AND t.id = a.terminal_id"
        " WHERE a.site_id = ? AND a.noted_ms IS NULL) WHERE place <= ? ORDER BY raised_ms, subject",
        site,
        AT_ONCE,
    ).fetchall()
    return [msgspec.convert(dict(zip(Alarm.__struct_fields__, row, strict=True)), Alarm) for row in rows]


def _tell(connection: Connection, site: str, kind: str, subject: str, now_ms: int) -> None:
    events.append(connection, site, events.Kind.ALARM, subject, {"kind": str(kind)}, now_ms)
