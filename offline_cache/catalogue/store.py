"""The catalogue a terminal keeps: the last good generation, switched whole, damaged files put aside."""

import contextlib
import threading
from collections.abc import Iterable
from pathlib import Path

import apsw
import msgspec
from msgspec.structs import replace

from kiosk.catalogue.faults import CatalogueFaults
from kiosk.catalogue.model import Catalogue
from kiosk.catalogue.read import read
from kiosk.wire import Change
from offline_cache.catalogue import file
from offline_cache.catalogue.build import Mismatch, build, reindex, whole
from offline_cache.catalogue.file import Head
from offline_cache.catalogue.join import languages_shown, read_catalogue
from offline_cache.catalogue.search import SearchIndex
from offline_cache.store.database import FILE_ERRORS, close_quietly, is_damage
from offline_cache.store.files import DISK, Files
from offline_cache.store.notes import Note, ignore

LANGUAGES = ("de", "en", "ar")
_TRIES = 4
"""Two for each of the two generations on the disk."""


class NotStored(msgspec.Struct, frozen=True):
    """The catalogue is good but could not be written (disk full, folder missing); the one before stays in force."""

    reason: str


class CatalogueStore:
    """``catalogue.db``. Safe from several threads; each reader gets its own connection.

    ``languages`` are those the terminal shows. Notes: catalogue-refused, catalogue-quarantined, catalogue-unreadable,
    catalogue-not-stored.
    """

    def __init__(
        self,
        path: Path,
        note: Note = ignore,
        languages: Iterable[str] = LANGUAGES,
        vfs: str | None = None,
        files: Files = DISK,
    ) -> None:
        self.generation = 0
        """Grows with every switch."""
        self.head = Head()
        """What is in force; epoch "" and version 0 = nothing."""
        self.files = files
        """Where what belongs to it is kept too."""
        self._path, self._note, self._vfs = path, note, vfs
        self._shown = languages_shown(tuple(languages))
        self._lock = threading.Lock()

    @property
    def version(self) -> int:
        """Version of the catalogue in force; 0 = none."""
        return self.head.version

    @property
    def folder(self) -> Path:
        """Where the file lies; what belongs to it may lie beside it."""
        return self._path.parent

    def load(self) -> Catalogue | None:
        """The catalogue on the disk; None when there is none. A damaged file makes room for the one before it.

        A file that cannot be read is tried once more: a disk may fail for a moment, and the file is good.
        """
        with self._lock:
            again = True
            for _ in range(_TRIES):
                try:
                    return self._load()
                except FILE_ERRORS as error:
                    if again and not is_damage(error):
                        again = False
                        continue
                    self._set_aside(error)
                    again = True
            return None

    def take(
        self, changes: Iterable[Change], head: Head, *, onto: bool
    ) -> Catalogue | CatalogueFaults | Mismatch | NotStored:
        """Switch to the state ``head`` by these changes of the present one (``onto``) or of nothing.

        What is wrong is refused, and the last good one stays. Raises what ``changes`` raises.
        """
        head = replace(head, shown=self._shown)
        with self._lock:
            try:
                catalogue = build(self._path, changes, head, onto=onto, vfs=self._vfs, files=self.files)
            except FILE_ERRORS as error:
                return self._not_stored(error)
            if isinstance(catalogue, Catalogue):
                self._in_force(head)
            elif isinstance(catalogue, CatalogueFaults):
                self._say_refused(catalogue)
            return catalogue

    def index(self) -> SearchIndex | None:
        """A search index for the calling thread; None when there is none on the disk. Raises FILE_ERRORS."""
        db = file.open_reader(self._path, self._vfs, self.files)
        if db is None:
            return None
        try:
            if file.layout_of(db) == file.LAYOUT:
                return SearchIndex(db)
        except FILE_ERRORS:
            close_quietly(db)
            raise
        close_quietly(db)
        return None

    def damaged(self, error: Exception) -> Catalogue | None:
        """A reader met this error: when the file is still not whole, fall back to the generation before."""
        with self._lock:
            wrong = error if is_damage(error) else self._still_wrong()
            if wrong is not None:
                self._set_aside(wrong)
        return self.load()

    def _load(self) -> Catalogue | None:
        db = file.open_reader(self._path, self._vfs, self.files)
        if db is None:
            return None
        try:
            layout = file.layout_of(db)
            if not file.RECORDS_SINCE <= layout <= file.LAYOUT:
                return self._of_another_layout(db)
            head = file.read_head(db)
            catalogue = self._readable(db, head)
        finally:
            close_quietly(db)
        if catalogue is None:
            return None
        current = layout == file.LAYOUT and head.shown == self._shown
        self._in_force(head if current else self._reindexed(head))
        return catalogue

    def _reindexed(self, head: Head) -> Head:
        """In the languages configured, with the search tables of this version; as it was when the disk is full.

        Then the next start tries again.
        """
        new = replace(head, shown=self._shown)
        try:
            reindex(self._path, new, self._vfs, self.files)
        except FILE_ERRORS as error:
            if is_damage(error):
                raise
            self._not_stored(error)
            return head
        return new

    def _readable(self, db: apsw.Connection, head: Head) -> Catalogue | None:
        """In the languages configured; when those are faulty in a language that is new here, in the ones before."""
        catalogue = read_catalogue(db, head.version, self._shown)
        if isinstance(catalogue, CatalogueFaults) and head.shown != self._shown:
            self._say_refused(catalogue)
            self._shown = head.shown
            catalogue = read_catalogue(db, head.version, self._shown)
        if isinstance(catalogue, CatalogueFaults):
            self._say_refused(catalogue)
            return None
        return catalogue

    def _of_another_layout(self, db: apsw.Connection) -> Catalogue | None:
        """Layout 1 held the catalogue in one piece: it serves until the hub has told the records."""
        if file.layout_of(db) != 1:
            raise apsw.NotADBError("written by another version of this program")
        row = db.execute("SELECT body FROM head").fetchone()
        close_quietly(db)
        catalogue = read(bytes(row[0]) if row else b"", str(self._path))
        if isinstance(catalogue, CatalogueFaults):
            self._say_refused(catalogue)
            return None
        head, changes = whole(catalogue, self._shown)
        try:
            built = build(self._path, changes, head, onto=False, vfs=self._vfs, files=self.files)
        except FILE_ERRORS as error:
            self._not_stored(error)
            built = catalogue
        if not isinstance(built, Catalogue):
            return None
        self._in_force(head)
        return built

    def _still_wrong(self) -> Exception | None:
        """Look through the whole file once more."""
        try:
            db = file.open_reader(self._path, self._vfs, self.files)
            if db is not None:
                with contextlib.closing(db):
                    file.check_pages(db)
        except FILE_ERRORS as error:
            return error
        return None

    def _in_force(self, head: Head) -> None:
        self.generation += 1
        self.head = head

    def _not_stored(self, error: Exception) -> NotStored:
        reason = f"{self._path}: {error}"
        self._note("catalogue-not-stored", {"detail": reason})
        return NotStored(reason)

    def _say_refused(self, faults: CatalogueFaults) -> None:
        self._note("catalogue-refused", {"detail": str(faults.faults[0]), "faults": str(len(faults.faults))})

    def _set_aside(self, error: Exception) -> None:
        self.head = Head()
        try:
            kept = file.set_aside(self._path, self.files).name
        except OSError as worse:
            self._note("catalogue-unreadable", {"detail": f"{self._path}: {error}; then {worse}"})
        else:
            self._note("catalogue-quarantined", {"detail": f"{self._path}: {error}", "kept_as": kept})
