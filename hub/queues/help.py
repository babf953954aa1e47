"""Help calls: a visitor asks for a person at a terminal, staff acknowledge."""

import msgspec
from sqlalchemy import Connection

from hub.queues import events
from hub.store.sql import run


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


def acknowledge(connection: Connection, site: str, call: str, user: str, now_ms: int) -> bool:
    """Somebody is on the way. False when it was acknowledged before or never was."""
    row = run(
        connection,
        "UPDATE help_call SET acknowledged_ms = ?, acknowledged_by = ?"
        " WHERE site_id = ? AND id = ? AND acknowledged_ms IS NULL RETURNING terminal_id",
        now_ms,
        user,
        site,
        call,
    ).fetchone()
    if row is not None:
        _tell(connection, site, call, row[0], "acknowledged", now_ms)
    return row is not None


def open_calls(connection: Connection, site: str) -> list[HelpCall]:
    """Help calls that nobody acknowledged yet, oldest first."""
    rows = run(
        connection,
        "SELECT h.id, h.terminal_id, t.name, t.place, h.reason, h.lang, h.label, h.opened_ms FROM help_call h"
        " JOIN terminal t ON t.site_id = h.site_id AND t.id = h.terminal_id"
        " WHERE h.site_id = ? AND h.acknowledged_ms IS NULL ORDER BY h.opened_ms",
        site,
    ).fetchall()
    return [msgspec.convert(dict(zip(HelpCall.__struct_fields__, row, strict=True)), HelpCall) for row in rows]


def _tell(connection: Connection, site: str, call: str, terminal: str, state: str, now_ms: int) -> None:
    events.append(connection, site, events.Kind.HELP, call, {"terminal": terminal, "state": state}, now_ms)
