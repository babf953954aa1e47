"""Bringing a database file to today's schema, at start-up.

Each step is one transaction (SQLite's DDL is transactional). Before an existing file is changed, a copy of it is kept
beside it as ``<name>.before-<revision>``. A file of a newer hub is refused.
"""

from functools import cache
from pathlib import Path

from sqlalchemy import Connection, Engine, inspect

from hub.store.sql import run

HERE = Path(__file__).parent / "migrations"


def migrate(engine: Engine, path: Path) -> None:
    """Run the missing steps. Raises StoreRefused for a file of a newer hub."""
    head = newest(HERE)
    with engine.connect() as connection:
        found = _revision(connection)
        connection.rollback()
        if found == head:
            return
        from hub.store.steps import run_steps  # alembic loads for a tenth of a second, and most starts need no step

        run_steps(HERE, connection, path, found, head)


@cache
def newest(here: Path) -> str:
    """The revision of the last step: its file is ``v<revision>_<name>.py``."""
    return max(each.name[1:5] for each in (here / "versions").glob("v[0-9]*.py"))


def _revision(connection: Connection) -> str | None:
    if not inspect(connection).has_table("alembic_version"):
        return None
    row = run(connection, "SELECT version_num FROM alembic_version").fetchone()
    return None if row is None else str(row[0])
