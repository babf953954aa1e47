"""The catalogue a terminal keeps: the last good generation, switched whole, damaged files put aside."""

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
from offline_cache import catalogue_file
from offline_cache.catalogue_build import Mismatch, build, reindex, whole
from offline_cache.catalogue_file import Head
from offline_cache.catalogue_join import languages_shown, read_catalogue
from offline_cache.database import close_quietly, quarantine
from offline_cache.notes import Note, ignore
from offline_cache.search import SearchIndex

LANGUAGES = ("de", "en", "ar")


class NotStored(msgspec.Struct, frozen=True):
    """The catalogue is good but could not be written (disk full, folder missing); the one before stays in force."""

    reason: str


class CatalogueStore:
    """``catalogue.db``. Safe from several threads; each reader gets its own connection.

    ``languages`` are those the terminal shows. Notes: catalogue-refused, catalogue-quarantined, catalogue-not-stored.
    """

    def __init__(
        self, path: Path, note: Note = ignore, languages: Iterable[str] = LANGUAGES, vfs: str | None = None
    ) -> None:
        self.generation = 0
        """Grows with every switch."""
        self.head = Head()
        """What is in force; epoch "" and version 0 = nothing."""
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
        """The catalogue on the disk; None when there is none. A damaged file makes room for the one before it."""
        with self._lock:
            for _ in range(2):
                try:
                    return self._load()
                except (apsw.Error, OSError) as error:
                    self._set_aside(error)
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
                catalogue = build(self._path, changes, head, onto=onto, vfs=self._vfs)
            except (apsw.Error, OSError) as error:
                reason = f"{self._path}: {error}"
                self._note("catalogue-not-stored", {"detail": reason})
                return NotStored(reason)
            if isinstance(catalogue, Catalogue):
                self._in_force(head)
            elif isinstance(catalogue, CatalogueFaults):
                self._say_refused(catalogue)
            return catalogue

    def index(self) -> SearchIndex | None:
        """A search index for the calling thread; None when there is no catalogue. Raises apsw.Error on damage."""
        db = catalogue_file.open_reader(self._path, self._vfs)
        return SearchIndex(db) if db is not None else None

    def damaged(self, error: Exception) -> Catalogue | None:
        """A reader met damage: put the file aside and fall back to the generation before."""
        with self._lock:
            self._set_aside(error)
        return self.load()

    def _load(self) -> Catalogue | None:
        db = catalogue_file.open_reader(self._path, self._vfs)
        if db is None:
            return None
        try:
            if catalogue_file.layout_of(db) != catalogue_file.LAYOUT:
                return self._of_another_layout(db)
            head = catalogue_file.read_head(db)
            catalogue = self._readable(db, head)
        finally:
            close_quietly(db)
        if catalogue is None:
            return None
        if head.shown != self._shown:
            head = replace(head, shown=self._shown)
            reindex(self._path, head, self._vfs)
        self._in_force(head)
        return catalogue

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
        if catalogue_file.layout_of(db) != 1:
            raise apsw.NotADBError("written by another version of this program")
        row = db.execute("SELECT body FROM head").fetchone()
        close_quietly(db)
        catalogue = read(bytes(row[0]) if row else b"", str(self._path))
        if isinstance(catalogue, CatalogueFaults):
            self._say_refused(catalogue)
            return None
        head, changes = whole(catalogue, self._shown)
        built = build(self._path, changes, head, onto=False, vfs=self._vfs)
        if isinstance(built, Catalogue):
            self._in_force(head)
            return built
        return None

    def _in_force(self, head: Head) -> None:
        self.generation += 1
        self.head = head

    def _say_refused(self, faults: CatalogueFaults) -> None:
        self._note("catalogue-refused", {"detail": str(faults.faults[0]), "faults": str(len(faults.faults))})

    def _set_aside(self, error: Exception) -> None:
        kept = "nothing"
        try:
            if self._path.exists():
                kept = quarantine(self._path).name
            before = catalogue_file.previous(self._path)
            if before.exists():
                before.replace(self._path)
        except OSError as worse:
            error = worse
        self.head = Head()
        self._note("catalogue-quarantined", {"detail": f"{self._path}: {error}", "kept_as": kept})
