"""Bringing a database file to today's schema, at start-up and from inside the package (alembic).

Each step is one transaction (SQLite's DDL is transactional). Before an existing file is changed, a copy of it is kept
beside it as ``<name>.before-<revision>``. A file of a newer hub is refused.
"""

from functools import cache
from pathlib import Path

from alembic import command
from alembic.config import Config
from alembic.runtime.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlalchemy import Connection, Engine

from hub.store.copies import copy_from
from hub.store.faults import StoreRefused

HERE = Path(__file__).parent / "migrations"


def migrate(engine: Engine, path: Path) -> None:
    """Run the missing steps. Raises StoreRefused for a file of a newer hub."""
    scripts = _scripts(HERE)
    head = scripts.get_current_head()
    with engine.connect() as connection:
        found = MigrationContext.configure(connection).get_current_revision()
        connection.rollback()
        if found == head:
            return
        if found is not None:
            _refuse_unknown(scripts, found, path)
            _keep_copy(connection, path.with_name(f"{path.name}.before-{head}"))
        config = _config(HERE)
        config.attributes["connection"] = connection
        command.upgrade(config, "head")


def _config(here: Path) -> Config:
    config = Config()
    config.set_main_option("script_location", str(here))
    return config


@cache
def _scripts(here: Path) -> ScriptDirectory:
    """The steps there are. Read once: alembic compiles every script anew each time it is asked."""
    return ScriptDirectory.from_config(_config(here))


def _refuse_unknown(scripts: ScriptDirectory, found: str, path: Path) -> None:
    known = {script.revision for script in scripts.walk_revisions()}
    if found not in known:
        raise StoreRefused(
            f"{path} was written by a newer hub (schema {found}). "
            "Install that version again, or restore the copy that was kept beside the file before it was changed."
        )


def _keep_copy(connection: Connection, copy: Path) -> None:
    raw = connection.connection.driver_connection
    assert raw is not None
    copy_from(raw.execute, copy)
