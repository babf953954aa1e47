"""Orders to terminals: given by staff, told with the answer to a heartbeat, until the result is known or time is up.

A terminal applies an order once, however often it arrives, and reports through its outbox (``OpKind.ORDER``).
"""

import msgspec
from sqlalchemy import Connection

from hub import events
from hub.errors import Code, Refused
from hub.store.sql import run
from kiosk import wire
from kiosk.wire import Order, OrderFact, OrderKind

LIVES_MS = 15 * 60 * 1000
"""A terminal that was away for longer does nothing late: staff see that the order ran out and give it again."""
TOLD_AT_ONCE = 20
SHOWN = 3
"""Orders that the terminals page shows for each terminal, newest first."""
MESSAGE_MAX = wire.ORDER_MESSAGE_MAX


class Given(msgspec.Struct, frozen=True, kw_only=True):
    """An order as a person gives it; ``id`` was made where the button was drawn, so that a double click gives one."""

    id: str
    kind: OrderKind
    message: str = ""
    args: dict[str, str] = {}
    """Of an order about payments."""
    role: str
    user: str


class OrderNow(msgspec.Struct, frozen=True, kw_only=True):
    """An order as the page shows it; ``state`` is "waiting", "told", "expired", or the terminal's result."""

    id: str
    terminal: str
    kind: str
    message: str
    given_by: str
    given_ms: int
    state: str
    detail: str
    result_ms: int | None


def give(connection: Connection, site: str, terminal: str, given: Given, now_ms: int) -> Refused | None:
    """Give an order; the same id again changes nothing. An older open order of the same sort is not told any more."""
    name = _name_of(connection, site, terminal)
    if name is None:
        return Refused(Code.UNKNOWN_TERMINAL, "This terminal does not exist or was revoked.", "terminal")
    if given.role not in wire.ORDER_ROLES[given.kind]:
        return Refused(Code.NOT_ALLOWED, f"A {given.role} may not order this.", "kind")
    args = {"message": given.message[:MESSAGE_MAX]} if given.kind is OrderKind.CLOSE else given.args
    fresh = run(
        connection,
        "INSERT INTO terminal_order (site_id, id, terminal_id, kind, args, role, given_by, given_ms, expires_ms)"
        " VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?) ON CONFLICT DO NOTHING",
        site,
        given.id,
        terminal,
        given.kind,
        msgspec.json.encode(args).decode(),
        given.role,
        given.user,
        now_ms,
        now_ms + LIVES_MS,
    ).rowcount
    if fresh:
        _let_run_out(connection, site, terminal, given, now_ms)
        events.append(connection, site, events.Kind.TERMINAL, terminal, {"name": name}, now_ms)
    return None


def due(connection: Connection, site: str, terminal: str, now_ms: int) -> tuple[Order, ...]:
    """What the terminal is to be told now, oldest first."""
    rows = run(
        connection,
        "SELECT id, kind, args, expires_ms, role, told_ms FROM terminal_order"
        " WHERE site_id = ? AND terminal_id = ? AND result IS NULL AND expires_ms > ? AND given_ms < ?"
        " ORDER BY given_ms, id LIMIT ?",
        site,
        terminal,
        now_ms,
        now_ms + LIVES_MS,
        TOLD_AT_ONCE,
    ).fetchall()
    for row in rows:
        if row[5] is None:
            run(connection, "UPDATE terminal_order SET told_ms = ? WHERE site_id = ? AND id = ?", now_ms, site, row[0])
    return tuple(
        Order(
            id=row[0],
            kind=row[1],
            args=msgspec.json.decode(row[2], type=dict[str, str]),
            expires_ms=row[3],
            role=row[4],
        )
        for row in rows
    )


def record_result(connection: Connection, site: str, terminal: str, fact: OrderFact, now_ms: int) -> Refused | None:
    """Keep what a terminal says came of an order that was given to it. The first word stands; Refused when none was."""
    fresh = run(
        connection,
        "UPDATE terminal_order SET result = ?, result_detail = ?, result_ms = ?"
        " WHERE site_id = ? AND id = ? AND terminal_id = ? AND result IS NULL",
        fact.result,
        fact.detail,
        now_ms,
        site,
        fact.id,
        terminal,
    ).rowcount
    if fresh:
        name = _name_of(connection, site, terminal) or ""
        events.append(connection, site, events.Kind.TERMINAL, terminal, {"name": name}, now_ms)
        return None
    known = run(
        connection,
        "SELECT 1 FROM terminal_order WHERE site_id = ? AND id = ? AND terminal_id = ?",
        site,
        fact.id,
        terminal,
    ).fetchone()
    return None if known else Refused(Code.UNKNOWN_ORDER, "No order with this id was given to this terminal.", "id")


def recent(connection: Connection, site: str, now_ms: int) -> dict[str, list[OrderNow]]:
    """The newest orders of every terminal, newest first."""
    rows = run(
        connection,
        "SELECT * FROM (SELECT o.id, o.terminal_id, o.kind, o.args, u.name, o.given_ms, o.expires_ms, o.told_ms,"
        " o.result, o.result_detail, o.result_ms,"
        " row_number() OVER (PARTITION BY o.terminal_id ORDER BY o.given_ms DESC, o.id DESC) AS place"
        ' FROM terminal_order o JOIN "user" u ON u.site_id = o.site_id AND u.id = o.given_by WHERE o.site_id = ?)'
        " WHERE place <= ? ORDER BY place",
        site,
        SHOWN,
    ).fetchall()
    found: dict[str, list[OrderNow]] = {}
    for ident, terminal, kind, args, who, given_ms, expires_ms, told_ms, result, detail, result_ms, _ in rows:
        waiting = "expired" if expires_ms <= now_ms else "told" if told_ms else "waiting"
        shown = OrderNow(
            id=ident,
            terminal=terminal,
            kind=kind,
            message=msgspec.json.decode(args, type=dict[str, str]).get("message", ""),
            given_by=who,
            given_ms=given_ms,
            state=result or waiting,
            detail=detail,
            result_ms=result_ms,
        )
        found.setdefault(terminal, []).append(shown)
    return found


def _let_run_out(connection: Connection, site: str, terminal: str, given: Given, now_ms: int) -> None:
    """Close and open answer the same question, so only the newest of them counts; of payments each order counts."""
    if given.kind in wire.PAYMENT_ORDERS:
        return
    sort = (OrderKind.RESTART,) * 2 if given.kind is OrderKind.RESTART else (OrderKind.CLOSE, OrderKind.OPEN)
    run(
        connection,
        "UPDATE terminal_order SET expires_ms = min(expires_ms, ?) WHERE site_id = ? AND terminal_id = ?"
        " AND id <> ? AND kind IN (?, ?) AND result IS NULL",
        now_ms,
        site,
        terminal,
        given.id,
        *sort,
    )


def _name_of(connection: Connection, site: str, terminal: str) -> str | None:
    row = run(
        connection,
        "SELECT name FROM terminal WHERE site_id = ? AND id = ? AND revoked_ms IS NULL",
        site,
        terminal,
    ).fetchone()
    return None if row is None else str(row[0])
