"""The steps from one schema to the next, run by alembic from inside the package."""

from functools import cache
from pathlib import Path

from alembic import command
from alembic.config import Config
from alembic.script import ScriptDirectory
from sqlalchemy import Connection

from hub.store.copies import copy_from
from hub.store.faults import StoreRefused


def run_steps(here: Path, connection: Connection, path: Path, found: str | None, head: str) -> None:
    """Run the steps in ``here`` after ``found`` (None: a new file). Raises StoreRefused for a newer file."""
    if found is not None:
        _refuse_unknown(here, found, path)
        _keep_copy(connection, path.with_name(f"{path.name}.before-{head}"))
    config = _config(here)
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


def _refuse_unknown(here: Path, found: str, path: Path) -> None:
    known = {script.revision for script in _scripts(here).walk_revisions()}
    if found not in known:
        raise StoreRefused(
            f"{path} was written by a newer hub (schema {found}). "
            "Install that version again, or restore the copy that was kept beside the file before it was changed."
        )


def _keep_copy(connection: Connection, copy: Path) -> None:
    raw = connection.connection.driver_connection
    assert raw is not None
    copy_from(raw.execute, copy)
