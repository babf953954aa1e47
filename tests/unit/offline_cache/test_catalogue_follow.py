"""A terminal follows a hub's catalogue over a real socket: by snapshot, by changes, with cuts, with rotating keys."""

import contextlib
import random
from collections.abc import Iterator
from dataclasses import dataclass, field
from itertools import count
from pathlib import Path

import msgspec

from kiosk import wire
from kiosk.catalogue.model import Catalogue, Category, Featured, Queue, Service
from kiosk.catalogue.records import Key
from kiosk.config import Hub
from offline_cache.catalogue import fetch, file
from offline_cache.catalogue.follow import Again, Follower, InStep
from offline_cache.catalogue.search_thread import CatalogueThread
from offline_cache.catalogue.store import CatalogueStore, NotStored
from offline_cache.http.answers import Away
from offline_cache.http.hub_client import HubClient, Timeouts
from tests.unit.offline_cache.cache_helpers import Notes
from tests.unit.offline_cache.manifest_hub import Key25519, ManifestHub
from tests.unit.offline_cache.peers import RawPeer, peer


def town(version: int = 1, services: int = 12, **names: str) -> Catalogue:
    """A small catalogue in three languages; ``names`` renames services by id in German."""
    return Catalogue(
        version=version,
        languages=("de", "en", "fr"),
        categories=(Category(id="c", names={"de": "Alles", "en": "All"}),),
        queues=(Queue(id="q", series="A", names={"de": "Bürgeramt"}),),
        services=tuple(
            Service(
                id=f"s{n}",
                names={"de": names.get(f"s{n}", f"Leistung {n}"), "en": f"Service {n}", "fr": f"Prestation {n}"},
                words={"de": (f"wort{n}",)},
                categories=("c",),
                queue="q",
            )
            for n in range(services)
        ),
        featured=(Featured(service="s0"),),
    )


@dataclass
class Terminal:
    """What a terminal has of all this, without its threads."""

    folder: Path
    hub: Hub
    notes: Notes = field(default_factory=Notes)
    languages: tuple[str, ...] = ("de", "en")

    def __post_init__(self) -> None:
        self.store = CatalogueStore(self.folder / "catalogue.db", self.notes, self.languages)
        self.loaded = self.store.load()
        self.catalogue: Catalogue | None = self.loaded
        thread = CatalogueThread(self.store, lambda event: None, changed=self._changed, note=self.notes)
        self.follower = Follower(self.hub, thread, self.notes)
        self.client = HubClient(self.hub.url, self.hub.key or "key", Timeouts(3.0, 5.0, 10.0))

    def _changed(self, catalogue: Catalogue, generation: int) -> None:
        self.catalogue = catalogue

    def follow(self) -> object:
        return self.follower.follow(self.client)

    def digest(self) -> str:
        db = file.open_reader(self.folder / "catalogue.db")
        assert db is not None
        return file.digest_of(db)

    def finds(self, text: str, lang: str = "de") -> tuple[str, ...]:
        index = self.store.index()
        assert index is not None
        try:
            return index.search(text, lang).sure
        finally:
            index.close()

    def names(self, lang: str = "de") -> list[str]:
        assert self.catalogue is not None
        return [service.names.get(lang, "") for service in self.catalogue.services]


@contextlib.contextmanager
def hall(folder: Path, catalogue: Catalogue | None = None) -> Iterator[tuple[ManifestHub, Terminal, RawPeer]]:
    hub = ManifestHub(catalogue or town())
    with peer(hub.play) as line:
        terminal = Terminal(folder, hub.link(line.url))
        yield hub, terminal, line
        terminal.client.close()


def test_first_a_snapshot_then_changes_then_nothing(tmp_path: Path) -> None:
    with hall(tmp_path) as (hub, here, _):
        assert here.follow() == InStep()
        assert here.digest() == hub.digest()
        assert here.names()[:2] == ["Leistung 0", "Leistung 1"]
        assert here.catalogue is not None
        assert here.catalogue.services[0].names.keys() == {"de", "en"}, "French is kept on the disk only"
        hub.asked.clear()
        hub.publish(town(2, s3="Hundesteuer"))
        assert here.follow() == InStep()
        assert [path.partition("?")[0] for path in hub.asked] == [wire.MANIFEST, wire.CHANGES]
        assert here.digest() == hub.digest()
        assert here.finds("hundest") == ("s3",)
        assert "s3" not in here.finds("leistung 3")
        assert here.store.version == 2
        hub.asked.clear()
        sent = hub.sent
        assert here.follow() == InStep()
        assert hub.asked == [wire.MANIFEST]
        assert hub.sent - sent < 200, "304"


def test_a_changed_text_in_one_language_is_less_than_4_kb_on_the_line(tmp_path: Path) -> None:
    with hall(tmp_path, town(services=300)) as (hub, here, line):
        assert here.follow() == InStep()
        asked, sent = len(line.requests), hub.sent
        hub.publish(town(2, 300, s7="Neuer Name"))
        assert here.follow() == InStep()
        received = hub.sent - sent + sum(map(len, line.requests[asked:]))
        assert 500 < received <= 4096
        assert here.names()[7] == "Neuer Name"


def test_everything_survives_a_restart_and_the_tag_too(tmp_path: Path) -> None:
    with hall(tmp_path) as (hub, here, _):
        assert here.follow() == InStep()
        again = Terminal(tmp_path, here.hub)
        assert again.loaded == here.catalogue
        hub.asked.clear()
        assert again.follow() == InStep()
        assert hub.asked == [wire.MANIFEST]
        assert again.follower.seen == here.follower.seen
        again.client.close()


def test_many_changes_come_in_pages(tmp_path: Path) -> None:
    with hall(tmp_path) as (hub, here, _):
        assert here.follow() == InStep()
        for n in range(9):
            hub.publish(town(2 + n, **{f"s{n}": f"Neu {n}"}))
        hub.page = 3
        hub.asked.clear()
        assert here.follow() == InStep()
        assert sum(path.startswith(wire.CHANGES) for path in hub.asked) >= 3
        assert here.digest() == hub.digest()


def test_deleted_records_leave_search_and_a_repeat_changes_nothing(tmp_path: Path) -> None:
    with hall(tmp_path) as (hub, here, _):
        assert here.follow() == InStep()
        hub.publish(town(2, services=11))
        assert here.follow() == InStep()
        assert "s11" not in here.finds("wort11")
        assert len(here.names()) == 11
        hub.tombs[Key("service", "never-here")] = hub.cursor + 1
        hub.publish(town(3, services=11, s1="Anders"))
        assert here.follow() == InStep()
        assert here.digest() == hub.digest()


def test_a_gap_too_old_another_epoch_or_a_wrong_digest_bring_the_snapshot(tmp_path: Path) -> None:
    with hall(tmp_path) as (hub, here, _):
        assert here.follow() == InStep()
        for change in ("old", "epoch", "lost"):
            hub.publish(town(hub.version + 1, s2=f"Name {change}"))
            if change == "old":
                hub.oldest = hub.cursor
            elif change == "epoch":
                hub.epoch = "e2"
            else:
                hub.lies["changes"] = lambda said: {**said, "items": said["items"][1:]}
            hub.asked.clear()
            assert here.follow() == InStep(), change
            assert any(path.startswith(wire.SNAPSHOT) for path in hub.asked), change
            assert here.digest() == hub.digest()
            assert here.names()[2] == f"Name {change}"
            hub.oldest = 0


def test_a_hub_that_publishes_meanwhile_is_asked_again(tmp_path: Path) -> None:
    with hall(tmp_path) as (hub, here, _):
        assert here.follow() == InStep()
        hub.publish(town(2, s1="Eins"))
        token = hub.manifest()
        hub.publish(town(3, s1="Zwei"))
        hub.lies["token"] = lambda truth: token
        hub.asked.clear()
        assert here.follow() == Again()
        assert not any(path.startswith(wire.SNAPSHOT) for path in hub.asked)
        assert here.names()[1] == "Leistung 1", "half a step is none"
        hub.lies.clear()
        assert here.follow() == InStep()
        assert here.names()[1] == "Zwei"


def test_a_snapshot_that_is_cut_anywhere_goes_on_where_it_ended(tmp_path: Path) -> None:
    with hall(tmp_path, town(services=400)) as (hub, here, _):
        piece, size, dice = 2000, len(hub.snapshot()), random.Random(7)
        hub.cuts = (dice.randrange(2600) for _ in count())
        outcomes: list[object] = []
        with pieces_of(piece):
            while InStep() not in outcomes:
                outcomes.append(here.follow())
                assert isinstance(outcomes[-1], Away | InStep), outcomes[-1]
                here.client.close()
                here = Terminal(tmp_path, here.hub)
        assert len(outcomes) > 2
        assert here.digest() == hub.digest()
        pieces = sum(path.startswith(wire.SNAPSHOT) for path in hub.asked)
        assert size / piece < pieces, "in pieces"
        assert pieces < 10 * size / piece, "and not from the beginning each time"
        assert not list(tmp_path.glob("*.part"))


@contextlib.contextmanager
def pieces_of(size: int) -> Iterator[None]:
    before = fetch.PIECE
    fetch.PIECE = size  # type: ignore[misc]
    try:
        yield
    finally:
        fetch.PIECE = before  # type: ignore[misc]


def test_a_hub_that_knows_no_ranges_will_do(tmp_path: Path) -> None:
    with hall(tmp_path) as (hub, here, _):

        def whole(reply: bytes) -> bytes:
            if b"206 Partial" not in reply:
                return reply
            body = reply.partition(b"\r\n\r\n")[2]
            return b"HTTP/1.1 200 OK\r\nContent-Length: %d\r\n\r\n" % len(body) + body

        hub.lies["reply"] = whole
        assert here.follow() == InStep()
        assert here.digest() == hub.digest()


def test_a_service_number_is_not_kept_for_what_is_gone(tmp_path: Path) -> None:
    with hall(tmp_path) as (hub, here, _):
        assert here.follow() == InStep()
        hub.publish(town(2, services=1))
        assert here.follow() == InStep()
        db = file.open_reader(tmp_path / "catalogue.db")
        assert db is not None
        assert db.execute("SELECT count(*) FROM service").fetchall() == [(1,)]


def test_unknown_kinds_are_kept_and_left_out(tmp_path: Path) -> None:
    with hall(tmp_path) as (hub, here, _):
        hub.write(Key("form", "f1"), b'{"fields":[1,2,3]}')
        assert here.follow() == InStep()
        assert here.digest() == hub.digest()
        assert len(here.names()) == 12


def test_a_service_named_in_a_language_that_is_not_shown_keeps_its_name(tmp_path: Path) -> None:
    only_french = Service(id="fr", names={"fr": "Prestation rare"}, queue="q")
    catalogue = msgspec.structs.replace(town(), services=(*town().services, only_french))
    with hall(tmp_path, catalogue) as (_, here, _):
        assert here.follow() == InStep()
        assert here.catalogue is not None
        assert here.catalogue.services[-1].names == {"fr": "Prestation rare"}


def test_keys_rotate_without_enrolling_again(tmp_path: Path) -> None:
    with hall(tmp_path) as (hub, here, _):
        first, second, third = hub.key, Key25519("k2"), Key25519("k3")
        hub.signers = tuple(wire.PublicKey(key.kid, key.x) for key in (first, second))
        assert here.follow() == InStep()
        hub.key = second
        hub.signers = tuple(wire.PublicKey(key.kid, key.x) for key in (second, third))
        hub.reissue()
        assert here.follow() == InStep()
        again = Terminal(tmp_path, here.hub)
        hub.key = first
        hub.reissue()
        assert "manifest.kid" in str(again.follow()), "the retired key is of no use any more"
        hub.key = third
        assert again.follow() == InStep()
        again.client.close()


def test_keys_that_cannot_be_used_change_nothing(tmp_path: Path) -> None:
    with hall(tmp_path) as (hub, here, _):
        hub.signers = (wire.PublicKey("k9", "short"),)
        assert here.follow() == InStep()
        hub.signers = ()
        hub.publish(town(2))
        assert here.follow() == InStep()


def test_after_another_enrolment_everything_begins_anew(tmp_path: Path) -> None:
    with hall(tmp_path) as (hub, here, _):
        hub.seq = 1000
        assert here.follow() == InStep()
    other = ManifestHub(town(1, 5))
    other.key = Key25519("k1")
    with peer(other.play) as line:
        there = Terminal(tmp_path, other.link(line.url))
        assert there.follower.seen.seq == 0
        assert there.follow() == InStep()
        assert len(there.names()) == 5
        there.client.close()


def test_other_languages_are_shown_after_a_change_of_the_configuration(tmp_path: Path) -> None:
    with hall(tmp_path) as (_, here, _):
        assert here.follow() == InStep()
        assert here.finds("prestation 4", "fr") == ()
        store = CatalogueStore(tmp_path / "catalogue.db", languages=("fr",))
        catalogue = store.load()
        assert catalogue is not None
        assert catalogue.services[4].names["fr"] == "Prestation 4"
        index = store.index()
        assert index is not None
        assert index.search("prestation 4", "fr").sure == ("s4",)
        assert here.digest() == store.head.digest


def test_after_damage_the_etag_is_ignored_and_the_newest_is_fetched(tmp_path: Path) -> None:
    with hall(tmp_path) as (hub, here, _):
        assert here.follow() == InStep()
        hub.publish(town(2, s1="Neu"))
        assert here.follow() == InStep()
        (tmp_path / "catalogue.db").write_bytes(b"x" * 5000)
        again = Terminal(tmp_path, here.hub)
        assert again.names()[1] == "Leistung 1", "the generation before serves"
        assert again.follow() == InStep()
        assert again.names()[1] == "Neu"
        assert again.digest() == hub.digest()
        again.client.close()


def test_a_full_disk_or_a_missing_folder_is_said_and_nothing_is_lost(tmp_path: Path) -> None:
    with hall(tmp_path) as (hub, here, _):
        assert here.follow() == InStep()
        hub.publish(town(2, s1="Neu"))
        (tmp_path / "catalogue.db.new").mkdir()
        assert isinstance(here.follow(), NotStored)
        assert here.notes.ids == ["catalogue-not-stored"]
        assert Terminal(tmp_path, here.hub).names()[1] == "Leistung 1"
        (tmp_path / "catalogue.db.new").rmdir()
        assert here.follow() == InStep()
