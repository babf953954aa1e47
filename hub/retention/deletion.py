"""Deletion of what is old, table by table (docs/operations.md, "What is kept how long").

Old rows are looked for by a reader, however long that takes, and deleted by the writer one by one, so that a number
waits for one row and not for a search.
"""

from collections.abc import Callable
from functools import partial
from typing import Any, NamedTuple

from sqlalchemy import Connection

from hub.retention import past_visits
from hub.retention.past_visits import Draw
from hub.retention.periods import Horizon
from hub.store.sql import run

FOUND_AT_ONCE = 2000
Key = Any
"""What names a row for its rule."""


class Rule(NamedTuple):
    """Which rows of ``table`` are old: ``find`` gives keys of some; ``forget`` deletes one, if it still is old."""

    table: str
    find: Callable[[Connection, Horizon], list[Key]]
    forget: Callable[[Connection, Horizon, Key], None]


class _Age(NamedTuple):
    """Rows that are old by one of their own moments: ``old`` is a condition with one place, for ``before``."""

    table: str
    key: str
    old: str
    before: Callable[[Horizon], int]


_NOT_THE_NEWEST = "seq < (SELECT max(n.seq) FROM event n WHERE n.site_id = event.site_id)"
"""It carries the count: without it ``seq`` would begin anew, and streams would miss what comes."""

_REVOKED = (
    "EXISTS (SELECT 1 FROM terminal t WHERE t.site_id = terminal_status.site_id AND t.id = terminal_status.terminal_id"
    " AND t.revoked_ms IS NOT NULL)"
)
"""What it told last may name numbers that it could not tell us of."""

_BY_AGE = (
    _Age("tombstone", "id", "at_ms < ?", lambda horizon: horizon.visits_ms),
    _Age("event", "seq", f"at_ms < ? AND {_NOT_THE_NEWEST}", lambda horizon: horizon.messages_ms),
    _Age("applied", "op", "at_ms < ?", lambda horizon: horizon.messages_ms),
    _Age("counter_act", "counter_id, n", "at_ms < ?", lambda horizon: horizon.messages_ms),
    _Age("help_call", "id", "opened_ms < ?", lambda horizon: horizon.messages_ms),
    _Age("alarm", "kind, subject", "last_ms < ? AND noted_ms IS NOT NULL", lambda horizon: horizon.messages_ms),
    _Age("alarm", "kind, subject", "last_ms < ?", lambda horizon: horizon.usual_ms),
    _Age("search_miss", "day, terminal_id, text", "at_ms < ?", lambda horizon: horizon.usual_ms),
    _Age("terminal_order", "id", "given_ms < ?", lambda horizon: horizon.usual_ms),
    _Age("terminal_status", "terminal_id", f"seen_ms < ? AND {_REVOKED}", lambda horizon: horizon.usual_ms),
    _Age("enrolment", "code_hash", "expires_ms < ?", lambda horizon: horizon.usual_ms),
)


def rules(draw: Draw) -> tuple[Rule, ...]:
    """All of them. ``draw`` numbers what stays of a visit."""
    visits = Rule(
        "ticket",
        partial(past_visits.find, limit=FOUND_AT_ONCE),
        lambda connection, horizon, ident: past_visits.forget(connection, horizon, ident, draw),
    )
    return (visits, *map(_rule, _BY_AGE), Rule("catalogue_record", _find_records, _forget_record))


def _rule(age: _Age) -> Rule:
    find = f"SELECT {age.key} FROM {age.table} WHERE site_id = ? AND {age.old} LIMIT {FOUND_AT_ONCE}"
    places = ", ".join("?" for _ in age.key.split(","))
    delete = f"DELETE FROM {age.table} WHERE site_id = ? AND ({age.key}) = ({places}) AND {age.old}"
    return Rule(
        age.table,
        lambda connection, horizon: run(connection, find, horizon.site, age.before(horizon)).fetchall(),
        lambda connection, horizon, key: _delete(connection, delete, horizon.site, *key, age.before(horizon)),
    )


def _delete(connection: Connection, sql: str, *values: str | int) -> None:
    run(connection, sql, *values)


def _find_records(connection: Connection, horizon: Horizon) -> list[Key]:
    """Tombstones of the catalogue, oldest first."""
    return run(
        connection,
        f"SELECT kind, id, lang FROM catalogue_record WHERE site_id = ? AND deleted_ms < ? ORDER BY rev"
        f" LIMIT {FOUND_AT_ONCE}",
        horizon.site,
        horizon.records_ms,
    ).fetchall()


def _forget_record(connection: Connection, horizon: Horizon, key: Key) -> None:
    """Who stands before the youngest tombstone that is gone needs a snapshot from now on."""
    row = run(
        connection,
        "DELETE FROM catalogue_record WHERE site_id = ? AND (kind, id, lang) = (?, ?, ?) AND deleted_ms < ?"
        " RETURNING rev",
        horizon.site,
        *key,
        horizon.records_ms,
    ).fetchone()
    if row is not None:
        run(connection, "UPDATE catalogue_state SET floor = max(floor, ?) WHERE site_id = ?", row[0], horizon.site)
