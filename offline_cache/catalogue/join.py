"""From the records in ``catalogue.db`` to the catalogue in memory: only the languages a terminal shows.

Records stand in the file by kind, language and id, so each language is one run through a piece of it; the runs are
merged by id, and nothing but the catalogue itself is ever whole in memory.
"""

import hashlib
import heapq
from collections.abc import Iterable, Iterator
from itertools import groupby
from operator import itemgetter

import apsw
import msgspec

from kiosk.catalogue.check import check
from kiosk.catalogue.faults import CatalogueFaults, Fault
from kiosk.catalogue.model import Catalogue
from kiosk.catalogue.read import SIZE_LIMIT
from kiosk.catalogue.records import HEAD, LISTS, Joined, in_order, join
from kiosk.i18n.languages import FALLBACKS, base

_Row = tuple[str, str, bytes]
"""Id, language, body."""


class TooBig(Exception):
    """More bytes than a catalogue may have in memory."""


def languages_shown(configured: Iterable[str]) -> tuple[str, ...]:
    """Which languages are needed to show these: themselves, their base languages, and what every text falls back to."""
    return tuple(sorted({*configured, *map(base, configured), *FALLBACKS}))


def read_catalogue(db: apsw.Connection, version: int, shown: Iterable[str]) -> Catalogue | CatalogueFaults:
    """The checked catalogue in these languages. Raises apsw.CorruptError when a record is not as it was written."""
    reader = _Reader(db, tuple(shown))
    try:
        catalogue = in_order(reader.head(), reader.things(), version)
    except msgspec.ValidationError as fault:
        reason, _, place = str(fault).partition(" - at ")
        return _refused(place.strip("`") or "records", reason, "Publish it again on the hub.")
    except TooBig:
        reason = f"the texts of the languages shown have more than {SIZE_LIMIT} bytes"
        return _refused("records", reason, "Show fewer languages here, or leave out services.")
    faults = check(catalogue)
    return CatalogueFaults("hub", faults) if faults else catalogue


class _Reader:
    """Reads records and counts their bytes."""

    def __init__(self, db: apsw.Connection, shown: tuple[str, ...]) -> None:
        self._db, self._shown = db, shown
        self._size = 0
        self._every_language: list[str] | None = None

    def head(self) -> bytes:
        """The head record, "{}" where there is none."""
        return next((body for _, _, body in self._run(HEAD, "")), b"{}")

    def things(self) -> Iterator[Joined]:
        """Everything of every kind we know."""
        for kind in LISTS:
            runs = [self._run(kind, lang) for lang in ("", *self._shown)]
            for ident, rows in groupby(heapq.merge(*runs, key=itemgetter(0, 1)), itemgetter(0)):
                bodies = {lang: body for _, lang, body in rows}
                if (shared := bodies.pop("", None)) is not None:
                    yield self._join(kind, ident, shared, bodies)

    def _join(self, kind: str, ident: str, shared: bytes, texts: dict[str, bytes]) -> Joined:
        joined = join(kind, ident, shared, texts)
        return joined if not joined.nameless else join(kind, ident, shared, self._all_texts(kind, ident))

    def _all_texts(self, kind: str, ident: str) -> dict[str, bytes]:
        """A name in a language that is not shown is better than none."""
        if self._every_language is None:
            found = self._db.execute("SELECT DISTINCT lang FROM record WHERE lang <> ''")
            self._every_language = [str(row[0]) for row in found]
        sql = "SELECT id, lang, body, sha256 FROM record WHERE kind = ? AND lang = ? AND id = ?"
        rows = (self._db.execute(sql, (kind, lang, ident)) for lang in self._every_language)
        return {lang: body for cursor in rows for _, lang, body in self._sound(cursor)}

    def _run(self, kind: str, lang: str) -> Iterator[_Row]:
        sql = "SELECT id, lang, body, sha256 FROM record WHERE kind = ? AND lang = ? ORDER BY id"
        return self._sound(self._db.execute(sql, (kind, lang)))

    def _sound(self, cursor: apsw.Cursor) -> Iterator[_Row]:
        for ident, lang, body, sha256 in cursor:
            if hashlib.sha256(body).digest() != sha256:
                raise apsw.CorruptError("a record does not match its checksum")
            self._size += len(body)
            if self._size > SIZE_LIMIT:
                raise TooBig
            yield ident, lang, body


def _refused(place: str, reason: str, remedy: str) -> CatalogueFaults:
    return CatalogueFaults("hub", (Fault(place, reason, remedy),))
