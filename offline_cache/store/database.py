"""One way to open a SQLite file of the terminal: checked, durable, ours alone.

WAL with ``synchronous=FULL``: a commit that returned survives a power cut. ``locking_mode=EXCLUSIVE``: a second
process on the same file is refused by SQLite itself, and no shared-memory file is needed. Within the process nothing
but the one connection made here may open the file: POSIX locks fall with the first descriptor that is closed
(sqlite.org/howtocorrupt.html, 2.2).
"""

import contextlib
from collections.abc import Iterator
from enum import StrEnum
from pathlib import Path

import apsw
import msgspec

from offline_cache.store import schema_parts
from offline_cache.store.files import DISK, Files
from offline_cache.store.schema_parts import Part

OLDEST_SQLITE = 3_051_003
"""Older ones may lose or corrupt commits when the WAL is reset (sqlite.org/wal.html, "the WAL-reset bug")."""

FILE_ERRORS = (apsw.Error, OSError, UnicodeDecodeError)
"""What using a file may raise. SQLite does not look whether a text is one: apsw stumbles over it."""
_WAIT_FOR_LOCK_MS = 500


class Trouble(StrEnum):
    """Why a file cannot be used."""

    OLD_SQLITE = "old_sqlite"
    NEWER = "newer"
    NOT_OURS = "not_ours"
    DAMAGED = "damaged"
    IN_USE = "in_use"
    UNUSABLE = "unusable"


class DatabaseFault(msgspec.Struct, frozen=True):
    """Why a file was refused: what, where, and what to do."""

    trouble: Trouble
    path: str
    reason: str
    remedy: str

    def __str__(self) -> str:
        return f"{self.path}: {self.reason}. {self.remedy}"


class Layout(msgspec.Struct, frozen=True):
    """What a file of ours looks like: its application id and the SQL of every migration step, oldest first.

    The steps of ``parts`` follow those of the whole.
    """

    application_id: int
    steps: tuple[str, ...]
    parts: tuple[Part, ...] = ()


def open_database(
    path: Path, layout: Layout, vfs: str | None = None, files: Files = DISK
) -> apsw.Connection | DatabaseFault:
    """Open the file for exclusive use, check it, and bring it to the newest layout.

    ``vfs`` and ``files`` are for fault tests.
    """
    if fault := sqlite_fault(path, apsw.SQLITE_VERSION_NUMBER):
        return fault
    try:
        files.create_private(path)
        connection = apsw.Connection(str(path), vfs=vfs)
    except (OSError, apsw.Error) as error:
        return fault_of(path, error)
    try:
        fault = _prepare(connection, path, layout, files)
    except (OSError, apsw.Error) as error:
        fault = fault_of(path, error)
    if fault is None:
        return connection
    close_quietly(connection)
    return fault


def sqlite_fault(path: Path, version: int) -> DatabaseFault | None:
    """The refusal of a SQLite library that is too old (``version`` as 3051003 for 3.51.3)."""
    if version >= OLDEST_SQLITE:
        return None
    dotted = f"{version // 1_000_000}.{version // 1_000 % 1_000}.{version % 1_000}"
    return DatabaseFault(
        Trouble.OLD_SQLITE,
        str(path),
        f"SQLite {dotted} may lose committed numbers (WAL-reset bug, mended in 3.51.3)",
        "Install apsw 3.51.3 or newer.",
    )


@contextlib.contextmanager
def transaction(connection: apsw.Connection) -> Iterator[None]:
    """One write transaction: committed and on the disk when the block is left, gone when it raises."""
    connection.execute("BEGIN IMMEDIATE")
    try:
        yield
        connection.execute("COMMIT")
    except BaseException:
        # After an I/O error SQLite may have rolled back by itself; a failing rollback must not hide the first error.
        with contextlib.suppress(apsw.Error):
            if connection.in_transaction:
                connection.execute("ROLLBACK")
        raise


def close_quietly(connection: apsw.Connection) -> None:
    """Close; an error on the way out changes nothing (what was committed stays committed)."""
    with contextlib.suppress(apsw.Error):
        connection.close()


def quarantine(path: Path) -> Path:
    """Put a damaged file and its WAL aside under a new name and return that name. The file must be closed."""
    number = 1
    while (aside := path.with_name(f"{path.name}.damaged-{number}")).exists():
        number += 1
    for tail in ("-wal", "-shm", "-journal", ""):
        part = path.with_name(path.name + tail)
        if part.exists():
            part.replace(aside.with_name(aside.name + tail))
    DISK.sync_folder(path.parent)
    return aside


def damaged_files(path: Path) -> list[Path]:
    """What ``quarantine`` put aside of this file and nobody has taken away yet."""
    return [each for each in path.parent.glob(f"{path.name}.damaged-*") if each.suffix[-1].isdigit()]


def is_damage(error: Exception) -> bool:
    """Whether the file itself is wrong. Any other error may pass: a cable, a full disk, no memory."""
    return isinstance(error, apsw.CorruptError | apsw.NotADBError | UnicodeDecodeError)


def fault_of(path: Path, error: Exception) -> DatabaseFault:
    """What an error of SQLite or of the file system means for the operator."""
    match error:
        case apsw.BusyError() | apsw.LockedError():
            return DatabaseFault(
                Trouble.IN_USE,
                str(path),
                "another process has this file open",
                "Stop the other terminal (or SQLite tool) first.",
            )
        case _ if is_damage(error):
            return _damaged(path, str(error))
        case _:
            return DatabaseFault(
                Trouble.UNUSABLE,
                str(path),
                f"cannot be used ({type(error).__name__}: {error})",
                "Check that the folder exists, is writable and the disk has room and no errors.",
            )


def _damaged(path: Path, reason: str) -> DatabaseFault:
    return DatabaseFault(
        Trouble.DAMAGED,
        str(path),
        f"the file is damaged ({reason})",
        "It is kept beside the new one; check the disk, then restore it or remove it.",
    )


def _prepare(connection: apsw.Connection, path: Path, layout: Layout, files: Files) -> DatabaseFault | None:
    connection.set_busy_timeout(_WAIT_FOR_LOCK_MS)
    connection.pragma("locking_mode", "EXCLUSIVE")
    if fault := _stranger(connection, path, layout):
        return fault
    _configure(connection)
    findings = [row[0] for row in connection.execute("PRAGMA quick_check(3)")]
    if findings != ["ok"]:
        return _damaged(path, "; ".join(str(finding) for finding in findings))
    _migrate(connection, path, layout, files)
    return None


def _stranger(connection: apsw.Connection, path: Path, layout: Layout) -> DatabaseFault | None:
    """A file of another program or of a newer version of ours; asked before anything is changed."""
    tables = connection.execute("SELECT count(*) FROM sqlite_schema").fetchone()
    if tables == (0,):
        return None
    if connection.pragma("application_id") != layout.application_id:
        return DatabaseFault(
            Trouble.NOT_OURS,
            str(path),
            "this is a database of another program",
            "Choose another folder for the terminal's data.",
        )
    version = int(str(connection.pragma("user_version")))
    if version > len(layout.steps):
        return _newer(path, f"layout {version}, this program knows {len(layout.steps)}")
    if part := schema_parts.newer_than(connection, layout.parts):
        return _newer(path, f"more steps of {part.name} than the {len(part.steps)} this program knows")
    return None


def _newer(path: Path, what: str) -> DatabaseFault:
    return DatabaseFault(
        Trouble.NEWER,
        str(path),
        f"written by a newer version ({what})",
        "Install the newer program again, or restore the copy it made beside this file.",
    )


def _configure(connection: apsw.Connection) -> None:
    connection.config(apsw.SQLITE_DBCONFIG_DQS_DML, 0)
    connection.config(apsw.SQLITE_DBCONFIG_DQS_DDL, 0)
    connection.config(apsw.SQLITE_DBCONFIG_DEFENSIVE, 1)
    connection.pragma("page_size", 4096)
    connection.pragma("journal_mode", "WAL")
    for name, value in (
        ("synchronous", "FULL"),
        ("foreign_keys", "ON"),
        ("trusted_schema", "OFF"),
        ("cell_size_check", "ON"),
        ("recursive_triggers", "ON"),
        ("wal_autocheckpoint", 1000),
        ("mmap_size", 0),
        ("temp_store", "MEMORY"),
        ("secure_delete", "ON"),
    ):
        connection.pragma(name, value)


def _migrate(connection: apsw.Connection, path: Path, layout: Layout, files: Files) -> None:
    """Run the missing steps, each whole or not at all; a copy of the old file is made first."""
    version, later = int(str(connection.pragma("user_version"))), schema_parts.missing(connection, layout.parts)
    if 0 < version < len(layout.steps):
        _copy(connection, path.with_name(f"{path.stem}.before-v{len(layout.steps)}{path.suffix}"), files)
    elif changed := [step for step in later if step.number > 1]:  # a first step only adds
        name = f"{changed[0].part.name}-v{len(changed[0].part.steps)}"
        _copy(connection, path.with_name(f"{path.stem}.before-{name}{path.suffix}"), files)
    for number, step in enumerate(layout.steps[version:], version + 1):
        with transaction(connection):
            connection.execute(step)
            connection.pragma("application_id", layout.application_id)
            connection.pragma("user_version", number)
    for part_step in later:
        with transaction(connection):
            schema_parts.take(connection, part_step)


def _copy(connection: apsw.Connection, target: Path, files: Files) -> None:
    part = target.with_name(target.name + ".part")
    files.unlink(part)
    files.create_private(part)
    connection.execute("VACUUM INTO ?", (str(part),))
    files.replace(part, target)
    files.sync_folder(target.parent)
