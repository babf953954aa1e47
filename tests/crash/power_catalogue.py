"""A terminal that follows the hub's catalogue on a disk whose power goes: what it has shown, and whether it stands."""

import contextlib
import functools
import random
from collections.abc import Iterator
from pathlib import Path

import apsw

from kiosk.catalogue.faults import Fault
from kiosk.catalogue.model import Catalogue
from offline_cache.catalogue import file
from offline_cache.catalogue.follow import Again, Follower, InStep
from offline_cache.catalogue.search_thread import CatalogueThread
from offline_cache.catalogue.store import CatalogueStore
from tests.crash.power_disk import PowerDisk
from tests.crash.power_editions import LAST, MISSED, Edition, PlayedHub, editions
from tests.crash.power_files import PowerFiles
from tests.unit.offline_cache.cache_helpers import Notes

FOLDER = Path("/")
PATH = FOLDER / "catalogue.db"
LANGUAGES = (("de", "en"), ("de", "en", "fr"))


class Followed:
    """What a terminal was told is kept: after a power cut it must be there."""

    def __init__(self) -> None:
        self.shown: Edition | None = None
        """Its catalogue was given to the core."""
        self.tried: list[Edition] = []
        """Since then. One of them may be in force as well: it stands there before anybody is told."""
        self.seq = 0
        """Of the newest manifest that was followed to its end."""


class Reader:
    """The catalogue side of a terminal without its threads. Opening it is its start."""

    def __init__(
        self,
        disk: PowerDisk,
        hub: PlayedHub,
        so_far: Followed,
        languages: tuple[str, ...] = LANGUAGES[0],
        synchronous: str = "",
    ) -> None:
        self.disk, self.hub, self.so_far, self.notes = disk, hub, so_far, Notes()
        self.synchronous = synchronous
        files = PowerFiles(disk)
        self.store = CatalogueStore(PATH, self.notes, languages, vfs=disk.name, files=files)
        self.catalogue = self.store.load()
        self.thread = CatalogueThread(self.store, lambda event: None, changed=self._changed, note=self.notes)
        self.thread._check()
        self.follower = Follower(editions()[1], self.thread, self.notes)

    def _changed(self, catalogue: Catalogue, generation: int) -> None:
        self.catalogue = catalogue
        self.so_far.shown, self.so_far.tried = self.hub.edition, []

    def follow(self) -> object:
        """One question to the hub; what it led to."""
        self.so_far.tried.append(self.hub.edition)
        with _flushing(self.synchronous):
            outcome = self.follower.follow(self.hub)  # type: ignore[arg-type]
        if outcome == InStep() and not self.disk.off and "catalogue-not-stored" not in self.notes.ids:
            self.so_far.seq = self.hub.edition.seq
        return outcome

    def next_visit(self) -> None:
        """The visitor has gone: the core takes the newest generation."""
        self.thread._use(self.store.generation)

    def not_found(self, names: tuple[str, ...]) -> list[str]:
        """The names that a search does not find; why it finds nothing at all."""
        with contextlib.closing(self.store.index()) as index:
            try:
                return [name for n, name in enumerate(names) if f"s{n}" not in index.search(name, "de").sure]
            except apsw.Error as error:
                return [f"anything: {error}"]

    def close(self) -> None:
        """Power off: nothing is written any more."""
        self.thread._close()
        for index in self.thread._ready.values():
            with contextlib.suppress(apsw.Error):
                index.close()


@contextlib.contextmanager
def _flushing(synchronous: str) -> Iterator[None]:
    """Every connection opened meanwhile flushes in this way, whatever it is told later; "" as it is told."""

    def instead(db: apsw.Connection) -> None:
        db.pragma("synchronous", synchronous)
        db.authorizer = lambda deed, name, value, *_: (
            apsw.SQLITE_IGNORE
            if (deed, name) == (apsw.SQLITE_PRAGMA, "synchronous") and value is not None
            else apsw.SQLITE_OK
        )

    if synchronous:
        apsw.connection_hooks.append(instead)
    try:
        yield
    finally:
        if synchronous:
            apsw.connection_hooks.remove(instead)


def work(reader: Reader, draw: random.Random) -> Reader:
    """One act: mostly a newer edition, sometimes a visit ends, or the terminal is started with other languages."""
    match draw.randrange(8):
        case 0:
            reader.next_visit()
        case 1:
            reader.close()
            return Reader(reader.disk, reader.hub, reader.so_far, draw.choice(LANGUAGES), reader.synchronous)
        case _:
            reader.hub.at = min(LAST, reader.hub.at + draw.randint(0, 1 + MISSED))
            reader.follow()
    return reader


@functools.cache
def begun(at: int) -> dict[str, bytes]:
    """The files of a terminal that has followed one edition, all of them durable."""
    disk = PowerDisk(f"begun-{at}")
    reader = Reader(disk, PlayedHub(at), Followed())
    assert reader.follow() == InStep(), reader.notes.lines
    reader.close()
    return {name: bytes(image.seen) for name, image in disk.names.items()}


def faults(reader: Reader, further: int = 0) -> list[str]:
    """Every promise that was broken. ``reader`` has started after the cut; the hub goes ``further`` editions on."""
    so_far, store = reader.so_far, reader.store
    found = [f"staff would be called: {event} {fields}" for event, fields in reader.notes.lines]
    if reader.catalogue is None:
        return [*found, "no catalogue"]
    allowed = (so_far.shown, *so_far.tried)
    here = next((each for each in allowed if each is not None and each.digest == store.head.digest), None)
    if here is None:
        return [*found, f"another catalogue than was shown: version {store.head.version}"]
    found += _whole(reader, here)
    if reader.follower.seen.seq < so_far.seq:
        found.append(f"forgot manifest {so_far.seq}, remembers {reader.follower.seen.seq}")
    return found + _goes_on(reader, further)


def _whole(reader: Reader, edition: Edition) -> list[str]:
    """In memory, in the records and in the search tables it is this edition."""
    db = file.open_reader(PATH, reader.disk.name, PowerFiles(reader.disk))
    with contextlib.closing(db):
        file.check_pages(db)
        found = [] if file.digest_of(db) == edition.digest else ["the records are not those of the manifest"]
    if _names(reader) != edition.names:
        found.append(f"shows {_names(reader)} instead of {edition.names}")
    return found + [f"search does not find {name}" for name in reader.not_found(edition.names)]


def _goes_on(reader: Reader, further: int) -> list[str]:
    """An old manifest is refused, and the newest is followed."""
    found = []
    older = [at for at, each in enumerate(editions()[0]) if each.seq < reader.so_far.seq]
    if older:
        newest, reader.hub.at = reader.hub.at, older[-1]
        if not isinstance(outcome := reader.follower.follow(reader.hub), Fault):  # type: ignore[arg-type]
            found.append(f"an older manifest was taken: {outcome}")
        reader.hub.at = newest
    remembered = next(at for at, each in enumerate(editions()[0]) if each.seq == reader.follower.seen.seq)
    reader.hub.at = min(LAST, max(reader.hub.at, remembered + further))
    outcome = reader.follow()
    if outcome == Again():
        outcome = reader.follow()
    if outcome != InStep() or _names(reader) != reader.hub.edition.names:
        found.append(f"does not come into step: {outcome}")
    return found


def _names(reader: Reader) -> tuple[str, ...]:
    assert reader.catalogue is not None
    return tuple(service.names["de"] for service in reader.catalogue.services)
