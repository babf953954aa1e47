"""Builds the next generation of ``catalogue.db``: records in, proof that they are right, search tables, switch."""

import hashlib
from collections.abc import Iterable
from pathlib import Path

import apsw
import msgspec

from kiosk.catalogue.faults import CatalogueFaults
from kiosk.catalogue.model import Catalogue
from kiosk.catalogue.records import digest, sha256, take_apart
from kiosk.wire import Change
from offline_cache.catalogue import file, index
from offline_cache.catalogue.file import Head
from offline_cache.catalogue.join import read_catalogue
from offline_cache.store.files import DISK, Files

_WRITE = "INSERT OR REPLACE INTO record(kind, lang, id, rev, sha256, body) VALUES (?, ?, ?, ?, ?, ?)"
_DELETE = "DELETE FROM record WHERE kind = ? AND lang = ? AND id = ?"


class Mismatch(msgspec.Struct, frozen=True):
    """With these changes the records are not those of the hub."""

    digest: str


def build(
    path: Path, changes: Iterable[Change], head: Head, *, onto: bool, vfs: str | None = None, files: Files = DISK
) -> Catalogue | CatalogueFaults | Mismatch:
    """Build and switch to the state ``head`` from these changes: of the present generation (``onto``), or of nothing.

    Whatever is wrong, the present generation stays. Raises apsw.Error and OSError, and what ``changes`` raises.
    """
    with file.draft(path, onto=onto, vfs=vfs, files=files) as db:
        db.execute("BEGIN IMMEDIATE")
        touched = _apply(db, changes, head.shown)
        if (found := file.digest_of(db)) != head.digest:
            return _dropped(db, path, files, Mismatch(found))
        catalogue = read_catalogue(db, head.version, head.shown)
        if isinstance(catalogue, CatalogueFaults):
            return _dropped(db, path, files, catalogue)
        _index(db, head, touched if onto else None)
    file.switch(path, files)
    return catalogue


def reindex(path: Path, head: Head, vfs: str | None = None, files: Files = DISK) -> None:
    """The same records, with search tables for the languages in ``head.shown``. Raises apsw.Error and OSError."""
    with file.draft(path, onto=True, vfs=vfs, files=files) as db:
        db.execute("BEGIN IMMEDIATE")
        _index(db, head, None)
    file.switch(path, files)


def whole(catalogue: Catalogue, shown: tuple[str, ...] = ()) -> tuple[Head, list[Change]]:
    """A catalogue in one piece, as records. It has no epoch, so the next manifest brings everything anew."""
    changes = [
        Change(op="write", kind=key.kind, id=key.id, lang=key.lang, rev=0, sha256=sha256(body), body=msgspec.Raw(body))
        for key, body in take_apart(catalogue).items()
    ]
    state = digest((key, 0, sha256(body)) for key, body in take_apart(catalogue).items())
    return Head(version=catalogue.version, digest=state, shown=shown), changes


def _index(db: apsw.Connection, head: Head, touched: index.Touched | None) -> None:
    """Bring the search tables in step with what was touched; None, or tables of another layout: all of them anew."""
    anew = touched is None or file.layout_of(db) != file.LAYOUT
    if anew:
        index.clear(db)
        touched = None
    index.renew(db, touched if touched is not None else index.every_service(db, head.shown))
    if anew:
        index.optimize(db)
    file.write_head(db, head)
    db.execute("COMMIT")
    file.check_pages(db)


def _dropped(
    db: apsw.Connection, path: Path, files: Files, why: CatalogueFaults | Mismatch
) -> CatalogueFaults | Mismatch:
    db.execute("ROLLBACK")
    db.close()
    files.unlink(file.part_of(path))
    return why


def _apply(db: apsw.Connection, changes: Iterable[Change], shown: tuple[str, ...]) -> dict[str, dict[str, None]]:
    """Write the records; which services are touched, by language."""
    touched: dict[str, dict[str, None]] = {tag: {} for tag in shown}
    for change in changes:
        key = (change.kind, change.lang, change.id)
        if change.op == "delete":
            db.execute(_DELETE, key)
        else:
            body = bytes(change.body)
            db.execute(_WRITE, (*key, change.rev, hashlib.sha256(body).digest(), body))
        if change.kind in ("service", "featured"):
            for tag in shown if change.lang == "" else (change.lang,):
                if tag in touched:
                    touched[tag][change.id] = None
    return touched
