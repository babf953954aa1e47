"""The catalogue a terminal keeps: the last good snapshot, switched whole, damaged files put aside."""

import threading
from pathlib import Path

import apsw
import msgspec

from kiosk.catalogue.faults import CatalogueFaults
from kiosk.catalogue.model import Catalogue
from kiosk.catalogue.read import read
from offline_cache import catalogue_file
from offline_cache.database import quarantine
from offline_cache.notes import Note, ignore
from offline_cache.search import SearchIndex


class NotStored(msgspec.Struct, frozen=True):
    """The snapshot is good but could not be written (disk full, folder missing); the one before stays in force."""

    reason: str


class CatalogueStore:
    """``catalogue.db``. Safe from several threads; each reader gets its own connection.

    Notes: catalogue-refused, catalogue-quarantined, catalogue-not-stored.
    """

    def __init__(self, path: Path, note: Note = ignore) -> None:
        self.generation = 0
        """Grows with every switch: a reader of an older one should open anew."""
        self.version = 0
        """Version of the snapshot in force; 0 = none."""
        self.etag = ""
        self._path, self._note = path, note
        self._lock = threading.Lock()

    def load(self) -> Catalogue | None:
        """The snapshot on the disk; None when there is none. A damaged file makes room for the one before it."""
        with self._lock:
            for _ in range(2):
                try:
                    return self._load()
                except (apsw.Error, OSError) as error:
                    self._set_aside(error)
            return None

    def offer(self, body: bytes, etag: str, source: str = "hub") -> Catalogue | CatalogueFaults | NotStored:
        """Take a snapshot as it came. A faulty one is refused with its places, and the last good one stays."""
        catalogue = read(body, source)
        if isinstance(catalogue, CatalogueFaults):
            self._note("catalogue-refused", {"detail": str(catalogue.faults[0]), "faults": str(len(catalogue.faults))})
            return catalogue
        with self._lock:
            try:
                catalogue_file.build(self._path, catalogue, body, etag)
            except (apsw.Error, OSError) as error:
                reason = f"{self._path}: {error}"
                self._note("catalogue-not-stored", {"detail": reason})
                return NotStored(reason)
            self._in_force(catalogue, etag)
        return catalogue

    def index(self) -> SearchIndex | None:
        """A search index for the calling thread; None when there is no snapshot. Raises apsw.Error on damage."""
        with self._lock:
            db = catalogue_file.open_reader(self._path)
            return SearchIndex(db) if db is not None else None

    def damaged(self, error: Exception) -> Catalogue | None:
        """A reader met damage: put the file aside and fall back to the generation before."""
        with self._lock:
            self._set_aside(error)
        return self.load()

    def _load(self) -> Catalogue | None:
        db = catalogue_file.open_reader(self._path)
        if db is None:
            return None
        try:
            head = catalogue_file.read_head(db)
        finally:
            db.close()
        catalogue = read(head.body, str(self._path))
        if isinstance(catalogue, CatalogueFaults):
            self._note("catalogue-refused", {"detail": str(catalogue.faults[0]), "faults": str(len(catalogue.faults))})
            return None
        if head.layout != catalogue_file.LAYOUT:
            catalogue_file.build(self._path, catalogue, head.body, head.etag)
        self._in_force(catalogue, head.etag)
        return catalogue

    def _in_force(self, catalogue: Catalogue, etag: str) -> None:
        self.generation += 1
        self.version, self.etag = catalogue.version, etag

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
        self.version, self.etag = 0, ""
        self._note("catalogue-quarantined", {"detail": f"{self._path}: {error}", "kept_as": kept})
