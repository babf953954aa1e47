import os
from pathlib import Path

import apsw
import msgspec
import pytest

from kiosk.catalogue.faults import CatalogueFaults
from kiosk.catalogue.index import index_of
from kiosk.catalogue.model import Catalogue, FaceColour, Featured, Picture, Queue, Service
from kiosk.catalogue.read import write
from kiosk.vocabulary.effects import Search, UseCatalogue
from kiosk.vocabulary.events import CatalogueChanged, SearchFound
from offline_cache.catalogue import file
from offline_cache.catalogue.build import Mismatch, whole
from offline_cache.catalogue.file import Head
from offline_cache.catalogue.search_thread import CatalogueThread
from offline_cache.catalogue.store import CatalogueStore, NotStored
from tests.unit.offline_cache.cache_helpers import Inbox, Notes, bring
from tests.unit.offline_cache.fault_vfs import FaultyVfs

DOTS = Picture(id="arms_on_paper", media="dots", width=12, height=2, data=b"\xff\xf0\x00\x10")


def snapshot(version: int, name: str = "Reisepass") -> Catalogue:
    return Catalogue(
        version=version,
        services=(Service(id="pass", names={"de": name}, queue="q"),),
        queues=(Queue(id="q", series="A", names={"de": "Bürgeramt"}),),
    )


def offered(store: CatalogueStore, version: int) -> Catalogue:
    catalogue = bring(store, snapshot(version))
    assert isinstance(catalogue, Catalogue), catalogue
    return catalogue


def test_nothing_stored_is_none(tmp_path: Path) -> None:
    store = CatalogueStore(tmp_path / "catalogue.db")
    assert store.load() is None
    assert store.index() is None
    assert store.head == Head()


def test_a_snapshot_survives_a_restart_and_is_switched_whole(tmp_path: Path) -> None:
    store = CatalogueStore(tmp_path / "catalogue.db")
    offered(store, 1)
    offered(store, 2)
    again = CatalogueStore(tmp_path / "catalogue.db")
    assert again.load() == snapshot(2)
    assert (again.version, again.head, again.generation) == (2, store.head, 1)
    assert sorted(entry.name for entry in tmp_path.iterdir()) == ["catalogue.db", "catalogue.db.previous"]


def test_a_face_is_kept_with_the_catalogue(tmp_path: Path) -> None:
    faced = msgspec.structs.replace(snapshot(1), face_colours=(FaceColour(colour="7A1F3D"),), pictures=(DOTS,))
    assert bring(CatalogueStore(tmp_path / "catalogue.db"), faced) == faced
    again = CatalogueStore(tmp_path / "catalogue.db").load()
    assert again == faced
    face = index_of(again).face
    assert (face.colour, face.arms_on_paper.data) == ("7A1F3D", DOTS.data)


@pytest.mark.parametrize(
    ("catalogue", "place"),
    [
        (Catalogue(version=3, services=(Service(id="x", names={}),)), "services[x].names"),
        (Catalogue(version=3, services=(Service(id="x", names={"de": "X"}, queue="none"),)), "services[x].queue"),
        (Catalogue(version=3, queues=(Queue(id="q", series="Q", names={"de": "Q"}),)), "queues[q].series"),
        (msgspec.structs.replace(snapshot(3), featured=(Featured(service="none"),)), "featured[none]"),
        (msgspec.structs.replace(snapshot(3), face_colours=(FaceColour(colour="FFD500"),)), "face.colour"),
        (msgspec.structs.replace(snapshot(3), pictures=(msgspec.structs.replace(DOTS, id="arms"),)), "pictures[arms]"),
    ],
)
def test_broken_snapshot_is_refused_with_place_and_the_good_one_stays(
    tmp_path: Path, catalogue: Catalogue, place: str
) -> None:
    notes = Notes()
    store = CatalogueStore(tmp_path / "catalogue.db", notes)
    offered(store, 1)
    before = (tmp_path / "catalogue.db").read_bytes()
    fault = bring(store, catalogue)
    assert isinstance(fault, CatalogueFaults)
    assert place in str(fault)
    assert notes.ids == ["catalogue-refused"]
    assert (tmp_path / "catalogue.db").read_bytes() == before
    assert store.version == 1


def test_a_snapshot_with_another_digest_is_none(tmp_path: Path) -> None:
    store = CatalogueStore(tmp_path / "catalogue.db")
    offered(store, 1)
    head, changes = whole(snapshot(2))
    assert isinstance(store.take(changes[1:], head, onto=False), Mismatch)
    assert store.load() == snapshot(1)


def test_a_place_without_room_keeps_the_old_one(tmp_path: Path) -> None:
    (tmp_path / "in the way").write_text("")
    notes = Notes()
    store = CatalogueStore(tmp_path / "in the way" / "catalogue.db", notes)
    assert isinstance(bring(store, snapshot(1)), NotStored)
    assert notes.ids == ["catalogue-not-stored"]


@pytest.mark.parametrize("damage", ["garbage", "torn", "foreign", "body", "no text"])
def test_a_damaged_file_is_put_aside_and_the_one_before_serves(tmp_path: Path, damage: str) -> None:
    path = tmp_path / "catalogue.db"
    offered(CatalogueStore(path), 1)
    offered(CatalogueStore(path), 2)
    data = bytearray(path.read_bytes())
    path.unlink()
    match damage:
        case "garbage":
            data[:] = os.urandom(len(data))
        case "torn":
            del data[5000:]
        case "foreign":
            data[68:72] = b"ELSE"
        case "no text":
            data[data.index(b'{"epoch"') + 2] = 0x82
        case _:
            data[data.index(b"Reisepass")] ^= 1
    path.write_bytes(data)
    notes = Notes()
    store = CatalogueStore(path, notes)
    assert store.load() == snapshot(1)
    assert store.version == 1
    assert notes.ids == ["catalogue-quarantined"]
    assert (tmp_path / "catalogue.db.damaged-1").read_bytes() == bytes(data)
    path.write_bytes(b"x" * 5000)
    assert CatalogueStore(path).load() is None, "both gone: start without, the hub has it"


def layout_1(path: Path, body: bytes) -> None:
    """A file as the first release wrote it."""
    db = apsw.Connection(str(path))
    db.execute("CREATE TABLE head(one INTEGER PRIMARY KEY, etag TEXT, sha256 BLOB, body BLOB) STRICT")
    db.execute("INSERT INTO head VALUES (1, 'e', x'00', ?)", (body,))
    db.pragma("application_id", file.APPLICATION_ID)
    db.pragma("user_version", 1)
    db.close()


def test_a_file_of_layout_1_is_built_anew_from_its_snapshot(tmp_path: Path) -> None:
    path = tmp_path / "catalogue.db"
    layout_1(path, write(snapshot(1)))
    store = CatalogueStore(path)
    assert store.load() == snapshot(1)
    assert store.head.epoch == "", "the next manifest brings everything anew"
    index = store.index()
    assert index is not None
    assert index.search("reise", "de").sure == ("pass",)
    again = CatalogueStore(path)
    assert again.load() == snapshot(1)
    assert again.head.version == 1


def test_a_file_of_layout_1_that_is_no_catalogue_is_refused(tmp_path: Path) -> None:
    path, notes = tmp_path / "catalogue.db", Notes()
    layout_1(path, b"[]")
    assert CatalogueStore(path, notes).load() is None
    assert notes.ids == ["catalogue-refused"]


def test_a_full_disk_at_a_start_in_other_languages_keeps_the_catalogue(tmp_path: Path) -> None:
    path, notes = tmp_path / "catalogue.db", Notes()
    offered(CatalogueStore(path, languages=("de", "en")), 1)
    before = path.read_bytes()
    disk = FaultyVfs("full at a start")
    disk.only = ("xWrite",)
    disk.arm(1, apsw.FullError, lasting=True)
    store = CatalogueStore(path, notes, ("de", "fr"), vfs=disk.name)
    assert store.load() is not None
    assert notes.ids == ["catalogue-not-stored"]
    assert path.read_bytes() == before
    disk.arm(0)
    assert CatalogueStore(path, notes, ("de", "fr")).load() is not None
    assert notes.ids == ["catalogue-not-stored"], "there is room again"
    assert path.read_bytes() != before


def test_a_full_disk_keeps_a_file_of_layout_1_in_use(tmp_path: Path) -> None:
    path, notes = tmp_path / "catalogue.db", Notes()
    layout_1(path, write(snapshot(1)))
    disk = FaultyVfs("full for layout 1")
    disk.only = ("xWrite",)
    disk.arm(1, apsw.FullError, lasting=True)
    store = CatalogueStore(path, notes, vfs=disk.name)
    assert store.load() == snapshot(1)
    assert store.index() is None, "nothing to search in, and no damage"
    assert notes.ids == ["catalogue-not-stored"]
    assert CatalogueStore(path).load() == snapshot(1)


def test_one_read_error_puts_nothing_aside(tmp_path: Path) -> None:
    path, notes = tmp_path / "catalogue.db", Notes()
    offered(CatalogueStore(path), 1)
    disk = FaultyVfs("one read fails")
    store = CatalogueStore(path, notes, vfs=disk.name)
    disk.arm(2)
    assert store.load() == snapshot(1)
    assert disk.failed == 1
    assert store.damaged(apsw.IOError("a search met this")) == snapshot(1), "the file is whole"
    assert notes.ids == []


class Room:
    def __init__(self, path: Path) -> None:
        self.inbox, self.notes, self.changed = Inbox(), Notes(), list[Catalogue]()
        self.store = CatalogueStore(path, self.notes)
        self.loaded = self.store.load()
        self.thread = CatalogueThread(self.store, self.inbox.post, changed=self._changed, note=self.notes)
        self.thread.start()

    def _changed(self, catalogue: Catalogue, generation: int) -> None:
        self.changed.append(catalogue)
        self.generation = generation

    def take(self, catalogue: Catalogue) -> bool:
        """Store it; the core, which nobody uses just now, takes it at once."""
        taken = isinstance(bring(self.thread, catalogue), Catalogue)
        if taken:
            self.thread.submit(UseCatalogue(self.generation))
        return taken


def test_search_before_during_and_after_a_switch(tmp_path: Path) -> None:
    room = Room(tmp_path / "catalogue.db")
    room.thread.submit(Search(1, "reise", "de"))
    room.inbox.wait(SearchFound(1, ()))
    assert room.take(snapshot(1))
    room.thread.submit(Search(2, "reise", "de"))
    room.inbox.wait(CatalogueChanged(1), SearchFound(2, ("pass",)))
    assert room.take(snapshot(2, "Fundbüro"))
    room.thread.submit(Search(3, "reise", "de"))
    room.inbox.wait(SearchFound(3, ()))
    assert not room.take(Catalogue(version=3, services=(Service(id="x", names={}),)))
    room.thread.submit(Search(4, "fundb", "de"))
    room.inbox.wait(SearchFound(4, ("pass",)))
    assert [one.version for one in room.changed] == [1, 2]
    room.thread.stop()


def test_a_visit_searches_in_the_catalogue_it_began_with(tmp_path: Path) -> None:
    room = Room(tmp_path / "catalogue.db")
    assert room.take(snapshot(1))
    for version, name in ((2, "Fundbüro"), (3, "Hundesteuer"), (4, "Gewerbe")):
        assert isinstance(bring(room.thread, snapshot(version, name)), Catalogue)
    room.thread.submit(Search(1, "reise", "de"))
    room.thread.submit(UseCatalogue(room.generation))
    room.thread.submit(Search(2, "gewer", "de"))
    room.inbox.wait(SearchFound(2, ("pass",)))
    room.thread.submit(UseCatalogue(1))
    room.thread.submit(Search(3, "reise", "de"))
    room.inbox.wait(SearchFound(3, ()))
    room.thread.stop()


def test_a_visit_goes_on_searching_while_newer_catalogues_come(tmp_path: Path) -> None:
    room = Room(tmp_path / "catalogue.db")
    assert room.take(snapshot(1))
    for version in range(2, 6):
        assert isinstance(bring(room.thread, snapshot(version, "Fundbüro")), Catalogue)
        room.thread.submit(Search(version, "reise", "de"))
        room.inbox.wait(SearchFound(version, ("pass",)))
    room.thread.stop()


def test_damage_in_the_index_is_found_at_start_and_the_one_before_serves(tmp_path: Path) -> None:
    path = tmp_path / "catalogue.db"
    offered(CatalogueStore(path), 1)
    offered(CatalogueStore(path), 2)
    data = bytearray(path.read_bytes())
    path.unlink()
    data[-4096:] = os.urandom(4096)
    path.write_bytes(data)
    room = Room(path)
    assert room.loaded == snapshot(2), "the snapshot itself is whole"
    room.inbox.wait(CatalogueChanged(1))
    room.thread.submit(Search(1, "reise", "de"))
    room.inbox.wait(SearchFound(1, ("pass",)))
    room.thread.stop()


def test_fast_typing_answers_the_newest_key(tmp_path: Path) -> None:
    offered(CatalogueStore(tmp_path / "catalogue.db"), 1)
    room = Room(tmp_path / "catalogue.db")
    for token in range(1, 300):
        room.thread.submit(Search(token, "reisepass"[: token % 9 + 1], "de"))
    room.thread.submit(Search(300, "reisepass", "de"))
    room.inbox.wait(SearchFound(300, ("pass",)))
    tokens = [event.token for event in room.inbox.events if isinstance(event, SearchFound)]
    assert tokens == sorted(tokens)
    room.thread.stop()


def test_a_bug_at_the_start_ends_neither_search_nor_the_thread(tmp_path: Path) -> None:
    class Broken(CatalogueStore):
        def index(self) -> None:
            raise KeyError("not even an index")

    inbox, notes = Inbox(), Notes()
    thread = CatalogueThread(Broken(tmp_path / "catalogue.db"), inbox.post, changed=lambda *_: None, note=notes)
    thread.start()
    thread.submit(UseCatalogue(1))
    thread.submit(Search(1, "ausweis", "de"))
    inbox.wait_until(lambda events: len(events) == 1)
    thread.stop()
    assert inbox.events == [SearchFound(1, ())]
