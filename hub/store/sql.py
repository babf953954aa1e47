"""Hand SQL for the statements that run with every number and every call.

SQLAlchemy's own road costs about 36 us a statement here, the driver's 5 us; issuing a number takes eight of them.
Everything that is not hot uses SQLAlchemy Core. Decision: docs/decisions/0011-hand-sql-where-it-is-hot.md.
"""

from collections.abc import Iterable, Iterator, Sequence
from typing import Any, Protocol, cast

import pysqlite3
from sqlalchemy import Connection
from sqlalchemy.exc import IntegrityError, OperationalError

Value = str | int | bytes | None
Row = tuple[Any, ...]


class Rows(Protocol):
    """What a statement gave."""

    rowcount: int

    def fetchone(self) -> Row | None:
        """The next row, or None."""
        ...

    def fetchall(self) -> list[Row]:
        """All rows that are left."""
        ...

    def __iter__(self) -> Iterator[Row]:
        """The rows one by one, as SQLite finds them."""
        ...


class _Driver(Protocol):
    in_transaction: bool

    def execute(self, sql: str, values: Sequence[Value]) -> Rows: ...

    def executemany(self, sql: str, values: Iterable[Sequence[Value]]) -> Rows: ...


def run(connection: Connection, sql: str, *values: Value) -> Rows:
    """Run one statement with ``?`` places on the driver's own connection, inside the running transaction.

    Raises SQLAlchemy's IntegrityError for a broken constraint and OperationalError for the rest, like the long road.
    """
    try:
        return _driver(connection).execute(sql, values)
    except pysqlite3.IntegrityError as fault:
        raise IntegrityError(sql, values, fault) from fault
    except pysqlite3.Error as fault:
        raise OperationalError(sql, values, fault) from fault


def run_many(connection: Connection, sql: str, rows: Iterable[Sequence[Value]]) -> None:
    """Run one statement for each of the rows, which are asked for one by one. Raises as ``run`` does."""
    try:
        _driver(connection).executemany(sql, rows)
    except pysqlite3.IntegrityError as fault:
        raise IntegrityError(sql, (), fault) from fault
    except pysqlite3.Error as fault:
        raise OperationalError(sql, (), fault) from fault


def in_transaction(connection: Connection) -> bool:
    """Whether the driver still has its transaction (SQLite ends it by itself on a full disk or an I/O error)."""
    return _driver(connection).in_transaction


def _driver(connection: Connection) -> _Driver:
    return cast("_Driver", connection.connection.dbapi_connection)
