"""Help calls: a visitor asks for a person at a terminal, or a terminal tells of a trouble; staff go there.

A call is open, then taken (somebody goes there), then closed. It closes by "done" at a desk, by the visitor who needs
nobody after all, or by itself when its reason is gone (``help_cards``).
"""

import msgspec
from sqlalchemy import Connection

from hub import events
from hub.store.sql import run
from kiosk.wire import HelpTaken

SHOWN_MS = 12 * 3_600_000
"""A call that nobody took or closed is shown this long: it is not one of this day any more."""
LOOKED_AT = 200
"""Calls of one terminal for one reason that a desk looks at: each costs it a look at its number, and whoever has a
terminal's key can make thousands in a minute."""
TOLD_MAX = 8
"""Taken calls that a heartbeat's answer carries."""


class HelpCall(msgspec.Struct, frozen=True, kw_only=True):
    """Somebody asks for a person; ``terminal`` is its id, ``terminal_name`` what staff call it."""

    id: str
    terminal: str
    terminal_name: str
    place: str
    reason: str
    lang: str
    label: str
    opened_ms: int
    taken_by: str = ""
    """Name of whoever goes there; "" = nobody yet."""


def open_help(connection: Connection, site: str, call: HelpCall) -> None:
    """Keep a help call and tell the desks. The same id again changes nothing."""
    fresh = run(
        connection,
        "INSERT INTO help_call (site_id, id, terminal_id, reason, lang, label, opened_ms) VALUES (?, ?, ?, ?, ?, ?, ?)"
        " ON CONFLICT DO NOTHING",
        site,
        call.id,
        call.terminal,
        call.reason,
        call.lang,
        call.label,
        call.opened_ms,
    ).rowcount
    if fresh:
        _tell(connection, site, call.id, call.terminal_name, "open", call.opened_ms)


def withdraw(connection: Connection, site: str, call: HelpCall) -> None:
    """The visitor needs nobody after all. A call that the hub does not know yet is kept as closed: it may come late."""
    open_help(connection, site, call)
    row = run(
        connection,
        "UPDATE help_call SET closed_ms = ? WHERE site_id = ? AND id = ? AND terminal_id = ? AND closed_ms IS NULL"
        " RETURNING id",
        call.opened_ms,
        site,
        call.id,
        call.terminal,
    ).fetchone()
    if row is not None:
        _tell(connection, site, call.id, call.terminal_name, "withdrawn", call.opened_ms)


def acknowledge(connection: Connection, site: str, call: str, user: str, now_ms: int) -> bool:
    """Somebody goes there: for this call and every other open one of its terminal for the same reason.

    False when it was taken or closed before, or never was.
    """
    taken = run(
        connection,
        "UPDATE help_call SET acknowledged_ms = ?1, acknowledged_by = ?2 WHERE site_id = ?3"
        " AND acknowledged_ms IS NULL AND closed_ms IS NULL AND (terminal_id, reason) ="
        " (SELECT terminal_id, reason FROM help_call WHERE site_id = ?3 AND id = ?4"
        "  AND acknowledged_ms IS NULL AND closed_ms IS NULL) RETURNING terminal_id",
        now_ms,
        user,
        site,
        call,
    ).fetchall()
    if taken:
        _tell(connection, site, call, taken[0][0], "acknowledged", now_ms)
    return bool(taken)


def close(connection: Connection, site: str, call: str, now_ms: int) -> bool:
    """Done there: this call and every taken one of its terminal for the same reason. False when there was none."""
    closed = run(
        connection,
        "UPDATE help_call SET closed_ms = ?1 WHERE site_id = ?2 AND closed_ms IS NULL AND acknowledged_ms IS NOT NULL"
        " AND (terminal_id, reason) = (SELECT terminal_id, reason FROM help_call WHERE site_id = ?2 AND id = ?3)"
        " RETURNING terminal_id",
        now_ms,
        site,
        call,
    ).fetchall()
    if closed:
        _tell(connection, site, call, closed[0][0], "closed", now_ms)
    return bool(closed)


_STANDING = """
SELECT h.id, h.terminal_id, t.name, t.place, h.reason, h.lang, h.label, h.opened_ms, coalesce(u.name, '')
FROM (
    SELECT *, row_number() OVER (PARTITION BY terminal_id, reason ORDER BY opened_ms DESC, id DESC) AS place_behind
    FROM help_call WHERE site_id = ? AND closed_ms IS NULL AND opened_ms > ?
) h
JOIN terminal t ON t.site_id = h.site_id AND t.id = h.terminal_id
LEFT JOIN "user" u ON u.site_id = h.site_id AND u.id = h.acknowledged_by
WHERE h.place_behind <= ? ORDER BY h.opened_ms, h.id
"""


def standing_calls(connection: Connection, site: str, now_ms: int) -> list[HelpCall]:
    """Calls that were not closed, taken ones too, oldest first; the newest LOOKED_AT of each terminal and reason."""
    rows = run(connection, _STANDING, site, now_ms - SHOWN_MS, LOOKED_AT).fetchall()
    return [msgspec.convert(dict(zip(HelpCall.__struct_fields__, row, strict=True)), HelpCall) for row in rows]


def taken(connection: Connection, site: str, terminal: str, now_ms: int) -> tuple[HelpTaken, ...]:
    """Who goes to this terminal, for its screen: the newest of its taken calls that were not closed."""
    rows = run(
        connection,
        'SELECT h.id, u.name FROM help_call h JOIN "user" u ON u.site_id = h.site_id AND u.id = h.acknowledged_by'
        " WHERE h.site_id = ? AND h.closed_ms IS NULL AND h.opened_ms > ? AND h.terminal_id = ?"
        " ORDER BY h.opened_ms DESC LIMIT ?",
        site,
        now_ms - SHOWN_MS,
        terminal,
        TOLD_MAX,
    ).fetchall()
    return tuple(HelpTaken(id=ident, name=name) for ident, name in rows)


def _tell(connection: Connection, site: str, call: str, terminal: str, state: str, now_ms: int) -> None:
    events.append(connection, site, events.Kind.HELP, call, {"terminal": terminal, "state": state}, now_ms)
